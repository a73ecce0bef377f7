// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/indexespage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/performance/advicepanel.h"
#include "ui/performance/indexcolumns.h"
#include "ui/performance/indexjob.h"
#include "ui/performance/servernote.h"
#include "ui/shared/tableview.h"

#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTabWidget>
#include <QTimer>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {
constexpr int findingColumn = 0;
constexpr int sizeColumn = 4;
} // namespace

IndexesPage::IndexesPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Indexes"), Scope::Database, parent)
    , m_service(ui.app.pool)
    , m_history(ui.app.pool, ui.app.metrics)
    , m_note(new ServerNote(ui.theme, this))
    , m_tabs(new QTabWidget(this))
    , m_findings(new ListModel<IndexFinding>(
          findingColumns(), [](const IndexFinding &row) { return row.key(); }, this))
    , m_findingView(new TableView(ui.theme, ui.app.settings, u"indexFindings"_s, this))
    , m_findingProxy(showSorted(*m_findingView, m_findings, findingColumn))
    , m_findingPanel(new AdvicePanel(ui.theme, this))
    , m_indexes(new ListModel<IndexInfo>(
          indexColumns(), [](const IndexInfo &row) { return QString::number(row.id); }, this))
    , m_indexView(new TableView(ui.theme, ui.app.settings, u"indexTable"_s, this))
    , m_indexProxy(showSorted(*m_indexView, m_indexes, sizeColumn, Qt::DescendingOrder))
    , m_indexPanel(new AdvicePanel(ui.theme, this))
    , m_filter(new QLineEdit(this))
    , m_prove(new QPushButton(tr("Prove missing indexes"), this))
    , m_job(new IndexJob(ui, this))
    , m_request(this)
    , m_advice(this)
    , m_proving(this)
    , m_definition(this)
{
    setObjectName(u"indexesPage"_s);
    m_findingView->setAccessibleName(tr("Findings about indexes"));
    m_indexView->setAccessibleName(tr("All indexes"));
    for (TableView *view : {m_findingView, m_indexView})
        view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_filter->setObjectName(u"indexFilter"_s);
    m_filter->setAccessibleName(tr("Filter indexes"));
    m_filter->setPlaceholderText(tr("Filter indexes"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMaximumWidth(240);
    m_prove->setObjectName(u"proveIndexes"_s);
    m_prove->setEnabled(false); // until it is known what seems to be missing
    m_prove->setToolTip(
        tr("Asks the planner for the cost of statements with and without each missing index; runs none "
           "of them"));
    addHeaderWidget(m_filter);
    addHeaderWidget(m_prove);

    m_findingPanel->addAction(m_job->button());
    m_tabs->setObjectName(u"indexTabs"_s);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(above(m_findingView, m_findingPanel), tr("Advice"));
    m_tabs->addTab(above(m_indexView, m_indexPanel), tr("All indexes"));
    auto *content = new QWidget(this);
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_note);
    layout->addWidget(m_tabs, 1);
    setContent(content);

    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_findingProxy->setFilterFixedString(text);
        m_indexProxy->setFilterFixedString(text);
        updateStatus();
    });
    connect(m_job, &IndexJob::finished, this, &IndexesPage::refresh);
    connect(m_job, &IndexJob::failed, this, &IndexesPage::showFinding); // its button can be pressed again
    connect(m_job, &IndexJob::failed, this, [this](const Error &error) { showFailure(error); });
    connect(m_prove, &QPushButton::clicked, this, &IndexesPage::prove);
    connect(m_tabs, &QTabWidget::currentChanged, this, &IndexesPage::updateStatus);
    connect(m_findingView, &TableView::currentRowChanged, this, &IndexesPage::showFinding);
    connect(m_indexView, &TableView::currentRowChanged, this, &IndexesPage::showIndex);
}

QWidget *IndexesPage::above(TableView *view, AdvicePanel *panel)
{
    auto *splitter = new QSplitter(Qt::Vertical, this);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(view);
    splitter->addWidget(panel);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    return splitter;
}

void IndexesPage::load()
{
    showContent();
    setLoading(true);
    if (m_indexes->rowCount() == 0)
        setStatus(tr("Loading…"));
    m_request.run([this](const CancelToken &token) { return m_service.list(token); },
                  [this](Result<IndexReport> report) {
                      setLoading(false);
                      if (!report) {
                          showError(report.error(), m_indexes->rowCount() == 0);
                          return;
                      }
                      m_report = std::move(report).value();
                      showContent();
                      m_note->show(m_report.server, m_ui.app.pool.capabilities().login);
                      // What was measured before stays until it is measured again.
                      if (m_indexes->rowCount() == 0)
                          m_indexes->setRows(m_report.indexes);
                      updateStatus();
                      advise();
                  });
}

/// What takes longer than the list comes after it; thinking about ten thousand indexes is not for this
/// thread.
void IndexesPage::advise()
{
    m_advice.run(
        [this](const CancelToken &token) {
            return m_service.complete(m_report, token)
                .then([uses = m_history.indexUses()](const Result<IndexReport> &report) -> Result<Advice> {
                    if (!report)
                        return report.error();
                    Advice advice{*report, indexFindings(*report)};
                    // An extra: the page of queries says what is wrong with the history.
                    const Result<IndexUses> known = uses.result();
                    for (IndexInfo &index : advice.report.indexes) {
                        const MetricUse use = known ? known->uses.value(index.id) : MetricUse();
                        index.usedAfter = use.after;
                        index.usedBefore = use.before;
                        index.watchedSince = known ? known->since : QDateTime();
                    }
                    return advice;
                });
        },
        [this](const Result<Advice> &advice) {
            if (advice)
                showAdvice(*advice);
            else
                showError(advice.error(), false);
        });
}

void IndexesPage::showAdvice(const Advice &advice)
{
    m_report = advice.report;
    m_found = advice.findings;
    m_advised = true;
    m_prove->setEnabled(!m_proving.running());
    if (!m_report.noEstimates.isEmpty())
        m_note->add(m_report.noEstimates);
    if (const QString why = whyNoneIsUnused(m_report); !why.isEmpty())
        m_note->add(why);
    m_indexes->setRows(m_report.indexes);
    // Two long lists at once would be felt.
    QTimer::singleShot(0, this, &IndexesPage::showFindings);
}

void IndexesPage::prove()
{
    m_prove->setEnabled(false);
    m_prove->setText(tr("Asking the planner…"));
    m_proving.run(
        [this](const CancelToken &token) { return IndexAdvisor(m_ui.app.pool).prove(m_report, token); },
        [this](const Result<QList<IndexProof>> &proofs) {
            m_prove->setEnabled(true);
            m_prove->setText(tr("Prove missing indexes"));
            if (!proofs) {
                showFailure(proofs.error());
                return;
            }
            m_proofs = *proofs;
            showFindings();
            if (m_proofs.isEmpty())
                m_findingPanel->clear(
                    tr("No index seems to be missing: no foreign key lacks one, and no statement "
                       "that is known reads a large table to compare a column."));
        });
}

void IndexesPage::showFindings()
{
    QList<IndexFinding> findings = m_found;
    for (const IndexProof &proof : std::as_const(m_proofs))
        findings = withProof(findings, proof);
    m_findings->setRows(findings);
    if (!m_findingView->currentIndex().isValid() && m_findingProxy->rowCount() > 0)
        m_findingView->setCurrentIndex(m_findingProxy->index(0, 0));
    showFinding();
    updateStatus();
}

void IndexesPage::showFinding()
{
    const int row = m_findings->rowOf(m_findingView->currentIndex().data(cell::Key).toString());
    if (row < 0) {
        m_job->clear();
        m_findingPanel->clear(
            !m_advised ? tr("Looking for what is unused, duplicate, too large or missing…")
            : m_findings->rowCount() == 0
                ? tr("Nothing was found: no index is called invalid, unused, duplicate or much too large, "
                     "and every foreign key has one.")
                : tr("Select a finding to see its statement and what that locks."));
        return;
    }
    const IndexFinding &finding = m_findings->row(row);
    QStringList text{finding.reason};
    if (!finding.doubt.isEmpty())
        text += tr("Why this may be wrong: %1").arg(finding.doubt);
    if (!finding.proof.isEmpty())
        text += finding.proof;
    else if (!finding.columns.isEmpty())
        text += tr("Not proven yet: “Prove missing indexes” asks the planner.");
    const QString refusal = m_job->show(finding, m_report);
    QStringList notes;
    if (!finding.lock.isEmpty())
        notes += tr("Locks: %1").arg(finding.lock);
    if (!refusal.isEmpty())
        notes += refusal;
    m_findingPanel->show(finding.object, text.join(u"\n\n"_s), finding.sql, notes.join(u'\n'));
}

void IndexesPage::showIndex()
{
    const int row = m_indexes->rowOf(m_indexView->currentIndex().data(cell::Key).toString());
    if (row < 0) {
        m_indexPanel->clear(tr("Select an index to see its definition."));
        return;
    }
    const IndexInfo index = m_indexes->row(row);
    const QString size = index.expectedBytes < 0
                             ? QString()
                             : tr("About %1 if it were built anew (estimate from the planner's statistics).")
                                   .arg(format::bytes(index.expectedBytes));
    m_indexPanel->show(index.fullName, size);
    m_definition.run(
        [this, id = index.id](const CancelToken &token) { return m_service.definitions({id}, token); },
        [this, index, size](const Result<QHash<qint64, QString>> &found) {
            if (!found)
                m_indexPanel->show(index.fullName, found.error().message);
            else if (found->isEmpty())
                m_indexPanel->show(index.fullName, tr("This index is gone meanwhile."));
            else
                m_indexPanel->show(index.fullName, size, found->value(index.id) + u';');
        });
}

void IndexesPage::clear()
{
    m_request.cancel();
    m_advice.cancel();
    m_job->clear();
    m_proving.cancel();
    m_definition.cancel();
    m_prove->setEnabled(false);
    m_prove->setText(tr("Prove missing indexes"));
    m_report = {};
    m_found.clear();
    m_proofs.clear();
    m_advised = false;
    m_findings->setRows({});
    m_indexes->setRows({});
}

void IndexesPage::updateStatus()
{
    const bool advice = m_tabs->currentIndex() == 0;
    const int all = advice ? m_findings->rowCount() : m_indexes->rowCount();
    const int shown = (advice ? m_findingProxy : m_indexProxy)->rowCount();
    const QString figure =
        shown == all ? format::count(all) : tr("%1 of %2").arg(format::count(shown), format::count(all));
    const QString one = advice ? tr("%1 finding") : tr("%1 index");
    const QString many = advice ? tr("%1 findings") : tr("%1 indexes");
    setStatus((all == 1 ? one : many).arg(figure));
}

QString IndexesPage::help() const
{
    return tr("Indexes of this database, with their use since the statistics were reset. Advice names what "
              "is invalid, "
              "duplicate, unused, too large or missing, why that may be wrong, and the statement with its "
              "lock; those of the program's own schema it never calls unused. “Run as "
              "maintenance job” asks first; nothing else is run from here. “Prove missing indexes” asks the "
              "planner whether it would use them.");
}

bool IndexesPage::focusFilter()
{
    m_filter->setFocus();
    m_filter->selectAll();
    return true;
}
