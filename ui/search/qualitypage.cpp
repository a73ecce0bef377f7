// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/search/qualitypage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/search/coverageview.h"
#include "ui/search/qualityview.h"

#include <QTabWidget>

using namespace Qt::StringLiterals;

namespace {
constexpr int watchIdleMs = 15'000;
constexpr int watchBuildMs = 2'000;
} // namespace

QualityPage::QualityPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Search quality"), Scope::Database, parent)
    , m_tabs(new QTabWidget(this))
    , m_coverage(new CoverageView(ui, this))
    , m_quality(new QualityView(ui, this))
    , m_coverageRequest(this)
    , m_factsRequest(this)
    , m_buildsRequest(this)
{
    setObjectName(u"qualityPage"_s);
    m_tabs->setObjectName(u"qualityTabs"_s);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_coverage, tr("Embe&ddings"));
    m_tabs->addTab(m_quality, tr("Inde&x"));
    setContent(m_tabs);
    m_watch.setInterval(watchIdleMs);

    connect(m_coverage, &CoverageView::changed, this, &QualityPage::refresh);
    connect(m_quality, &QualityView::changed, this, &QualityPage::refresh);
    connect(m_quality, &QualityView::measuringChanged, this, &QualityPage::updateLoading);
    const auto failed = [this](const Error &error) { showFailure(error); };
    connect(m_coverage, &CoverageView::failed, this, failed);
    connect(m_quality, &QualityView::failed, this, failed);
    connect(&m_watch, &QTimer::timeout, this, &QualityPage::loadBuilds);
    connect(&ui.app.jobs, &JobRunner::finished, this, &QualityPage::jobFinished);
}

void QualityPage::load()
{
    showContent();
    loadCoverage();
    m_factsRequest.run([this](const CancelToken &token) { return m_ui.app.searchQuality.facts(token); },
                       [this](const Result<SearchFacts> &result) {
                           if (!result)
                               showError(result.error(), false);
                           else
                               m_quality->setFacts(*result);
                           updateLoading();
                       });
    loadBuilds();
    updateLoading();
}

void QualityPage::loadCoverage()
{
    m_coverageRequest.run([this](const CancelToken &token) { return m_ui.app.embeddings.coverage(token); },
                          [this](const Result<QList<EmbeddingCoverage>> &result) {
                              if (result)
                                  showCoverage(*result);
                              else
                                  showError(result.error(), m_coverage->coverage().isEmpty());
                              updateLoading();
                          });
}

void QualityPage::showCoverage(const QList<EmbeddingCoverage> &coverage)
{
    m_coverage->setCoverage(coverage);
    QList<std::pair<QString, QString>> stores;
    for (const EmbeddingCoverage &row : coverage)
        if (row.active)
            stores.append({row.storeId, row.storeName});
    m_quality->setStores(stores);
    if (stores.isEmpty())
        showEmpty(u"store"_s, tr("No store to see"),
                  tr("This login has access to no active store, so there is no catalogue to embed."));
    else
        setStatus(stores.size() == 1 ? tr("1 store") : tr("%1 stores").arg(format::count(stores.size())));
}

void QualityPage::loadBuilds()
{
    m_buildsRequest.run([this](const CancelToken &token) { return m_ui.app.searchQuality.builds(token); },
                        [this](const Result<QList<IndexBuild>> &result) {
                            // Only an addition: what fails here fails above as well and is told there.
                            if (!result)
                                return;
                            m_quality->setBuilds(*result);
                            m_watch.setInterval(result->isEmpty() ? watchIdleMs : watchBuildMs);
                        });
}

void QualityPage::clear()
{
    m_coverageRequest.cancel();
    m_factsRequest.cancel();
    m_buildsRequest.cancel();
    m_coverage->clear();
    m_quality->clear();
    m_quality->setStores({});
}

void QualityPage::showEvent(QShowEvent *event)
{
    m_watch.start();
    Page::showEvent(event);
}

void QualityPage::hideEvent(QHideEvent *event)
{
    m_watch.stop(); // nobody looks: nothing is asked
    Page::hideEvent(event);
}

void QualityPage::jobFinished(const Job *job)
{
    if (job->spec().kind == "embed"_L1 && m_ui.app.pool.state() != ConnectionPool::State::Closed)
        refresh();
}

void QualityPage::updateLoading()
{
    setLoading(m_coverageRequest.running() || m_factsRequest.running() || m_quality->measuring());
    if (m_example && !m_coverageRequest.running() && !m_factsRequest.running()) {
        m_example = false;
        m_quality->measure();
    }
}

QString QualityPage::help() const
{
    return tr(
        "What searches by meaning rest on. Coverage: how many products of each store have a vector of "
        "their present name and description, by model; stale ones have a vector of an older text. "
        "Search quality: the index and its settings, and, when you press Measure, how much of the exact "
        "answer the index finds (recall) and how long it takes, for the ef_search in use and another "
        "one on the same sample. Measuring changes nothing.");
}

void QualityPage::showExample()
{
    m_tabs->setCurrentWidget(m_quality);
    m_example = true;
    updateLoading();
}
