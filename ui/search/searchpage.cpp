// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/search/searchpage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/search/embeddingnotice.h"
#include "ui/search/searchbar.h"
#include "ui/search/searchfilterbar.h"
#include "ui/search/searchresults.h"
#include "ui/shared/theme.h"

#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {
constexpr int typingPauseMs = 250;
}

SearchPage::SearchPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Search"), Scope::Store, parent)
    , m_bar(new SearchBar(ui.theme, ui.app.local, this))
    , m_notice(new EmbeddingNotice(ui, this))
    , m_results(new SearchResults(ui, this))
    , m_detailsButton(new QToolButton(this))
    , m_similar(new QPushButton(tr("&Find similar"), this))
    , m_request(this)
    , m_settingRequest(this)
{
    setObjectName(u"searchPage"_s);
    m_pause.setSingleShot(true);
    m_pause.setInterval(typingPauseMs);
    auto *content = new QWidget(this);
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_bar);
    layout->addWidget(m_notice);
    layout->addWidget(m_results, 1);
    setContent(content);
    m_similar->setObjectName(u"findSimilar"_s);
    m_similar->setToolTip(tr("Products like the selected one (Ctrl+L in the table)"));
    m_similar->hide();
    m_detailsButton->setObjectName(u"searchDetails"_s);
    m_detailsButton->setText(tr("&Details"));
    m_detailsButton->setCheckable(true);
    addHeaderWidget(m_similar);
    addHeaderWidget(m_detailsButton);

    connect(&m_pause, &QTimer::timeout, this, &SearchPage::search);
    connect(m_bar, &SearchBar::edited, this, &SearchPage::questionChanged);
    connect(m_bar, &SearchBar::submitted, this, &SearchPage::search);
    connect(m_bar, &SearchBar::failed, this, [this](const Error &error) { showFailure(error); });
    connect(m_bar, &SearchBar::resultsWanted, m_results, &SearchResults::focusTable);
    connect(m_results, &SearchResults::currentChanged, this,
            [this] { m_similar->setVisible(m_results->current()); });
    connect(m_results, &SearchResults::productRequested, this, [this](const QString &productId) {
        emit placeRequested({u"products"_s, {u"product_id=%1"_s.arg(productId)}});
    });
    connect(m_results, &SearchResults::similarRequested, this, &SearchPage::findSimilar);
    connect(m_similar, &QPushButton::clicked, this, &SearchPage::findSimilar);
    connect(m_detailsButton, &QToolButton::toggled, m_results, &SearchResults::setDetailsVisible);
    connect(m_detailsButton, &QToolButton::clicked, this, [this] { m_detailsByHand = true; });
    connect(&ui.app.jobs, &JobRunner::finished, this, &SearchPage::jobFinished);
}

void SearchPage::resizeEvent(QResizeEvent *event)
{
    // On a narrow window the rows need the room; the button brings the details back.
    if (!m_detailsByHand)
        m_detailsButton->setChecked(width() >= m_ui.theme.px(1080));
    m_results->setDetailsVisible(m_detailsButton->isChecked());
    Page::resizeEvent(event);
}

void SearchPage::load()
{
    showContent();
    m_bar->setPlace(m_ui.app.pool.profile().name, m_ui.app.stores.current().storeId);
    loadSetting();
    search();
}

void SearchPage::loadSetting()
{
    const QString store = m_ui.app.stores.current().storeId;
    m_settingRequest.run(
        [&](const CancelToken &token) {
            return readSearchSetting(m_ui.app.pool, m_ui.app.providers, store, token);
        },
        [this, store](const Result<SearchSetting> &result) {
            updateLoading();
            if (!result) {
                showError(result.error(), false);
                return;
            }
            m_bar->filters().setChoices(result->categories, result->brands);
            m_bar->setModel(result->model);
            m_notice->setSetting(store, *result);
            if (m_bar->empty())
                m_results->showNothing({});
        });
    updateLoading();
}

void SearchPage::clear()
{
    m_pause.stop();
    m_request.cancel();
    m_settingRequest.cancel();
    m_bar->setLike({}, {}); // that product is the former store's
    m_bar->filters().setChoices({}, {});
    m_bar->clearPlace();
    m_notice->clear();
    m_results->showNothing({});
}

void SearchPage::questionChanged()
{
    // What is under way answers a question that nobody asks any more.
    m_request.cancel();
    if (m_bar->empty())
        search();
    else
        m_pause.start();
    updateLoading();
}

void SearchPage::search()
{
    m_pause.stop();
    m_request.cancel();
    if (!m_ui.app.stores.hasCurrent())
        return;
    if (m_bar->empty()) {
        m_notice->setFallback({});
        setStatus({});
        m_results->showNothing({});
    } else {
        ask(m_bar->request(), {});
    }
    updateLoading();
}

void SearchPage::ask(const SearchRequest &request, const QString &fallback)
{
    m_request.run(
        [&](const CancelToken &token) {
            return m_ui.app.search.search(m_ui.app.stores.current().storeId, request, token);
        },
        [this, request, fallback](const Result<SearchAnswer> &result) {
            answered(request, result, fallback);
            updateLoading();
        });
}

void SearchPage::answered(const SearchRequest &request, const Result<SearchAnswer> &result,
                          const QString &fallback)
{
    if (!result) {
        const Error &error = result.error();
        // Words need no embedding: where they answer, only the meaning was out of reach. Where the database
        // is the trouble, they fail as well and say so.
        const bool mayFallBack = request.mode != SearchMode::Text && request.like.isEmpty() &&
                                 error.kind != ErrorKind::Cancelled && error.kind != ErrorKind::Usage;
        if (mayFallBack) {
            SearchRequest words = request;
            words.mode = SearchMode::Text;
            words.threshold.reset();
            ask(words, error.message);
            return;
        }
        setStatus({});
        m_results->showNothing(request);
        showError(error, false);
        return;
    }
    showContent();
    m_notice->setFallback(fallback);
    if (!result->likeName.isEmpty())
        m_bar->setLike(request.like, result->likeName);
    m_results->show(request, *result);
    sayHow(request);
}

void SearchPage::sayHow(const SearchRequest &request)
{
    const SearchAnswer &answer = m_results->answer();
    QStringList parts{tr("%1 of %2").arg(format::count(answer.hits.size()), format::count(request.limit))};
    if (answer.hits.size() < request.limit)
        parts.append(request.threshold || m_bar->filters().restricts() ? tr("no more match the filters")
                                                                       : tr("no more match"));
    // Both were asked for, but where no product has a vector the words alone have answered.
    const bool compared = !answer.scan.isEmpty() || answer.hits.isEmpty();
    const bool byMeaning =
        answer.mode == SearchMode::Vector || (answer.mode == SearchMode::Hybrid && compared);
    parts.append(!byMeaning                          ? tr("by words")
                 : answer.mode == SearchMode::Vector ? tr("by meaning")
                                                     : tr("by meaning and words"));
    // How vectors were compared is for who looks after the index.
    const Capabilities can = m_ui.app.pool.capabilities();
    if (can.owner || can.dba || can.ops || can.superuser) {
        if (answer.scan == "exact"_L1)
            parts.append(tr("compared exactly"));
        else if (answer.scan == "index"_L1)
            parts.append(tr("through the index"));
    }
    if (const int weak = m_results->weakMatches(); weak > 0)
        parts.append(weak == answer.hits.size() ? tr("all mostly chance")
                                                : tr("the last %1 mostly chance").arg(format::count(weak)));
    if (answer.textUsed > 0)
        parts.append(tr("by the first %1 characters").arg(format::count(answer.textUsed)));
    parts.append(tr("%1 ms").arg(format::count(answer.elapsedMs)));
    setStatus(parts.join(u" · "_s));
}

void SearchPage::open(const QStringList &words)
{
    if (words.size() < 2)
        return;
    if (words.first() == "like"_L1)
        m_bar->setLike(words[1], {});
    else
        m_bar->setText(words[1]);
    search(); // what is not on view yet is asked for when it is
}

QStringList SearchPage::words() const
{
    // Not as braces: GCC 12 takes the list's array for a pointer that dangles.
    const QString like = m_bar->like();
    QStringList words(like.isEmpty() ? u"text"_s : u"like"_s);
    words.append(like.isEmpty() ? m_bar->text() : like);
    return words.last().isEmpty() ? QStringList() : words;
}

void SearchPage::findSimilar()
{
    const SearchHit *hit = m_results->current();
    if (!hit)
        return;
    m_bar->setLike(hit->productId, hit->name);
    search();
}

void SearchPage::jobFinished(const Job *job)
{
    if (job->spec().kind == "embed"_L1 && m_ui.app.stores.hasCurrent())
        refresh();
}

void SearchPage::updateLoading()
{
    setLoading(m_request.running() || m_settingRequest.running());
}

QString SearchPage::help() const
{
    return tr(
        "Finds products of the chosen store by meaning, by words, or by both. Ctrl+F goes to the search "
        "line, Arrow down from there to the results, Alt+Arrow down to the recent searches; Enter "
        "searches at once. Ctrl+L in the results finds products like the selected one. The similarity "
        "compares meanings: 1 is the same text, what lesser figures mean depends on the model. "
        "“2nd by meaning · 5th by words” says where a product stood in each of the two lists that were "
        "merged. Enter on a result opens it in Products, Ctrl+E exports the results, Ctrl+S saves the search "
        "with its filters.");
}

bool SearchPage::focusFilter()
{
    m_bar->focusLine();
    return true;
}

void SearchPage::showExample()
{
    if (!m_ui.app.stores.hasCurrent() || !m_bar->empty())
        return;
    m_bar->setText(tr("something to keep my coffee warm"));
    search();
}
