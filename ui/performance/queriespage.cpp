// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/queriespage.h"

#include "app/appcontext.h"
#include "ui/performance/explainview.h"
#include "ui/performance/gapcards.h"
#include "ui/performance/historyview.h"
#include "ui/performance/servernote.h"
#include "ui/performance/statementsview.h"
#include "ui/performance/topstatements.h"

#include <QTabWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

QueriesPage::QueriesPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Queries"), Scope::Database, parent)
    , m_note(new ServerNote(ui.theme, this))
    , m_gaps(new GapCards(ui.theme, this))
    , m_tabs(new QTabWidget(this))
    , m_statements(new StatementsView(ui, this))
    , m_top(new TopStatements(ui, this))
    , m_history(new HistoryView(ui, this))
    , m_explain(new ExplainView(ui, this))
    , m_request(this)
    , m_standbyRequest(this)
{
    setObjectName(u"queriesPage"_s);
    m_tabs->setObjectName(u"queriesTabs"_s);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_statements, tr("Statements"));
    m_tabs->addTab(m_top, tr("Top ten"));
    m_tabs->addTab(m_history, tr("History"));
    m_tabs->addTab(m_explain, tr("Explain"));
    auto *content = new QWidget(this);
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_note);
    layout->addWidget(m_gaps);
    layout->addWidget(m_tabs, 1);
    setContent(content);

    const auto status = [this] {
        setStatus(m_tabs->currentWidget() == m_history ? m_history->status() : m_statements->status());
    };
    connect(m_tabs, &QTabWidget::currentChanged, this, status);
    connect(m_statements, &StatementsView::statusChanged, this, status);
    connect(m_statements, &StatementsView::reloadRequested, this, &QueriesPage::refresh);
    connect(m_statements, &StatementsView::explainRequested, this, &QueriesPage::explain);
    connect(m_statements, &StatementsView::historyRequested, this, &QueriesPage::showHistory);
    connect(m_statements, &StatementsView::failed, this,
            [this](const Error &error) { showError(error, false); });
    connect(m_top, &TopStatements::statementRequested, this, [this](const QString &queryId) {
        m_tabs->setCurrentWidget(m_statements);
        m_statements->select(queryId);
    });
    connect(m_history, &HistoryView::statusChanged, this, status);
    connect(m_history, &HistoryView::failed, this, [this](const Error &error) { showError(error, false); });
    connect(m_explain, &ExplainView::runningChanged, this, [this](bool running) {
        if (!m_request.running())
            setLoading(running);
    });
}

void QueriesPage::load()
{
    showContent();
    setLoading(true);
    m_history->reload();
    sayStandby();
    m_request.run(
        [this](const CancelToken &token) {
            return m_ui.app.performance.statements(m_statements->allDatabases(), token);
        },
        [this](const Result<StatementList> &list) {
            setLoading(false);
            if (!list)
                showError(list.error(), m_statements->isEmpty());
            else
                take(*list);
        });
}

/// The status line says since when the figures count; the strip is for what is seldom so.
void QueriesPage::sayStandby()
{
    if (!m_ui.app.pool.capabilities().standby) {
        m_note->hide();
        return;
    }
    m_standbyRequest.run(
        [this](const CancelToken &token) { return ActivityService(m_ui.app.pool).server(token); },
        [this](const Result<ServerFacts> &server) {
            if (server)
                m_note->show(*server, m_ui.app.pool.capabilities().login, false);
        });
}

void QueriesPage::take(const StatementList &list)
{
    m_gaps->show(list.gaps);
    m_statements->setList(list);
    m_top->setList(list);
    showContent();
}

void QueriesPage::clear()
{
    m_request.cancel();
    m_standbyRequest.cancel();
    m_note->hide();
    m_gaps->show({});
    m_statements->clear();
    m_top->setList({});
    m_history->clear();
    m_explain->clear();
}

void QueriesPage::explain(const QString &sql)
{
    m_tabs->setCurrentWidget(m_explain);
    m_explain->explain(sql);
}

void QueriesPage::showHistory(const QString &queryId, const QString &line)
{
    m_tabs->setCurrentWidget(m_history);
    m_history->showStatement(queryId, line);
}

void QueriesPage::showExample()
{
    m_statements->showExample();
}

QString QueriesPage::help() const
{
    return tr(
        "What each statement cost the server since the figures began to count: those whose calls take more "
        "than the given time on average, the most expensive first. Enter explains the selected statement; "
        "Top ten shows which take most of the whole; History shows it over time and compares two periods; "
        "Explain shows how the server runs a "
        "statement, as any role this login may take. Statements of this program are left out unless wanted.");
}

bool QueriesPage::focusFilter()
{
    m_tabs->setCurrentWidget(m_statements);
    m_statements->focusFilter();
    return true;
}
