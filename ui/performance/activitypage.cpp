// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/activitypage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/performance/activitycharts.h"
#include "ui/performance/activitycolumns.h"
#include "ui/performance/servernote.h"
#include "ui/shared/bardelegate.h"
#include "ui/shared/tableview.h"

#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QTabWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {
constexpr int everyMs = 5'000;
} // namespace

ActivityPage::ActivityPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Activity"), Scope::Database, parent)
    , m_service(ui.app.pool)
    , m_note(new ServerNote(ui.theme, this))
    , m_tabs(new QTabWidget(this))
    , m_sessions(new SessionsView(ui, m_service, this))
    , m_charts(new ActivityCharts(ui, this))
    , m_blocked(new ListModel<BlockedSession>(
          blockedColumns(), [](const BlockedSession &row) { return QString::number(row.session.pid); }, this))
    , m_blockedView(new TableView(ui.theme, ui.app.settings, u"blockedTable"_s, this))
    , m_locks(new ListModel<LockGroup>(
          lockColumns(),
          [](const LockGroup &row) {
              return row.object + row.kind + row.mode + QString::number(row.granted);
          },
          this))
    , m_lockView(new TableView(ui.theme, ui.app.settings, u"lockTable"_s, this))
    , m_lockNote(new QLabel(this))
    , m_progress(new ListModel<ProgressInfo>(
          progressColumns(), [](const ProgressInfo &row) { return QString::number(row.pid) + row.kind; },
          this))
    , m_progressView(new TableView(ui.theme, ui.app.settings, u"progressTable"_s, this))
    , m_preset(new QComboBox(this))
    , m_request(this)
{
    setObjectName(u"activityPage"_s);
    m_preset->setObjectName(u"sessionPreset"_s);
    m_preset->setAccessibleName(tr("Sessions to show"));
    m_preset->addItems({tr("All sessions"), tr("Active"), tr("Waiting"), tr("Idle in transaction"),
                        tr("Ours"), tr("Backups")});
    addHeaderWidget(m_preset);
    addTabs();
    auto *content = new QWidget(this);
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_note);
    layout->addWidget(m_tabs, 1);
    setContent(content);

    connect(m_preset, &QComboBox::currentIndexChanged, this, [this](int preset) {
        m_tabs->setCurrentWidget(m_sessions);
        m_sessions->narrow(SessionsView::Preset(preset));
    });
    connect(m_tabs, &QTabWidget::currentChanged, this, &ActivityPage::updateStatus);
    connect(m_blockedView, &QAbstractItemView::activated, this, &ActivityPage::openSession);
    connect(m_sessions, &SessionsView::ended, this, &ActivityPage::refresh);
    connect(m_sessions, &SessionsView::failed, this, [this](const Error &error) { showFailure(error); });
    connect(m_charts, &ActivityCharts::failed, this, [this](const Error &error) { showError(error, false); });
    m_timer.setInterval(everyMs);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        // A server that answers late is not asked faster than it answers.
        if (!m_request.running() && !window()->isMinimized() &&
            m_ui.app.pool.state() == ConnectionPool::State::Open)
            fetch();
    });
}

void ActivityPage::addTabs()
{
    constexpr int grantedColumn = 2, doneColumn = 3;
    showSorted(*m_lockView, m_locks, grantedColumn);
    showSorted(*m_progressView, m_progress, 0);
    m_progressView->setItemDelegateForColumn(doneColumn, new BarDelegate(m_ui.theme, m_progressView));
    // In the order of the tree, which no column sorts by.
    m_blockedView->setModel(m_blocked);
    m_blockedView->horizontalHeader()->setSectionsClickable(false);
    m_blockedView->setAccessibleName(tr("Who waits for whom, the root first"));
    m_lockView->setAccessibleName(tr("Locks, alike ones as one line"));
    m_progressView->setAccessibleName(tr("Work that tells how far it is"));
    m_lockNote->setProperty("secondary", true);
    m_lockNote->setMargin(8);
    auto *locks = new QWidget(this);
    auto *lockLayout = new QVBoxLayout(locks);
    lockLayout->setContentsMargins(0, 0, 0, 0);
    lockLayout->setSpacing(0);
    lockLayout->addWidget(m_lockView, 1);
    lockLayout->addWidget(m_lockNote);
    auto *openHint = new QLabel(tr("Who waits stands below whom it waits for."), this);
    openHint->setProperty("secondary", true);
    auto *open = new QPushButton(tr("&Open session"), this);
    open->setObjectName(u"openBlocked"_s);
    open->setToolTip(tr("Its statement, and what ends it (Enter)"));
    connect(open, &QPushButton::clicked, this, [this] { openSession(m_blockedView->currentIndex()); });
    connect(m_blockedView, &TableView::currentRowChanged, open,
            [this, open] { open->setEnabled(m_blockedView->currentIndex().isValid()); });
    open->setEnabled(false);
    auto *openLine = new QHBoxLayout;
    openLine->setContentsMargins(8, 8, 8, 8);
    openLine->addWidget(openHint, 1);
    openLine->addWidget(open);
    m_blocking = new QWidget(this);
    auto *blockingLayout = new QVBoxLayout(m_blocking);
    blockingLayout->setContentsMargins(0, 0, 0, 0);
    blockingLayout->setSpacing(0);
    blockingLayout->addWidget(m_blockedView, 1);
    blockingLayout->addLayout(openLine);
    m_tabs->setObjectName(u"activityTabs"_s);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_sessions, tr("Sessions"));
    m_tabs->addTab(m_charts, tr("Charts"));
    m_tabs->addTab(m_blocking, tr("Blocking"));
    m_tabs->addTab(locks, tr("Locks"));
    m_tabs->addTab(m_progressView, tr("Progress"));
}

void ActivityPage::openSession(const QModelIndex &blocked)
{
    m_preset->setCurrentIndex(All);
    m_tabs->setCurrentWidget(m_sessions);
    m_sessions->select(blocked.data(cell::Key).toInt());
}

void ActivityPage::load()
{
    showContent();
    setLoading(true);
    fetch();
}

/// Without the sign of loading: what comes by itself every few seconds is not to flicker.
void ActivityPage::fetch()
{
    m_request.run([this](const CancelToken &token) { return m_service.now(token); },
                  [this](const Result<Activity> &activity) {
                      setLoading(false);
                      const bool failedBefore = std::exchange(m_failed, !activity);
                      if (!activity) {
                          showError(activity.error(), m_activity.sessions.isEmpty());
                          return;
                      }
                      if (failedBefore) // else a strip may tell why a session was not ended
                          showContent();
                      show(*activity);
                  });
}

void ActivityPage::show(const Activity &activity)
{
    m_activity = activity;
    m_note->show(activity.server, m_ui.app.pool.capabilities().login, false);
    m_sessions->setSessions(activity.sessions);
    m_charts->add(activity);
    const QList<BlockedSession> tree = blockingTree(activity.sessions);
    const bool same = std::equal(
        tree.begin(), tree.end(), m_blocked->rows().begin(), m_blocked->rows().end(),
        [](const BlockedSession &a, const BlockedSession &b) { return a.session.pid == b.session.pid; });
    if (!same)
        m_blocked->setRows({}); // rows that are known keep their places, and here the place has a meaning
    m_blocked->setRows(tree);
    m_locks->setRows(activity.locks);
    m_lockNote->setText(tr("%1 locks, alike ones joined into %2 lines.")
                            .arg(format::count(activity.allLocks), format::count(activity.locks.size())));
    m_progress->setRows(activity.progress);
    const auto counted = [this](QWidget *tab, const QString &title, int rows) {
        m_tabs->setTabText(m_tabs->indexOf(tab), rows == 0 ? title : u"%1 (%2)"_s.arg(title).arg(rows));
    };
    counted(m_blocking, tr("Blocking"), m_blocked->rowCount());
    counted(m_progressView, tr("Progress"), m_progress->rowCount());
    updateStatus();
}

void ActivityPage::clear()
{
    m_request.cancel();
    m_activity = {};
    m_sessions->clear();
    m_charts->clear();
    m_blocked->setRows({});
    m_locks->setRows({});
    m_progress->setRows({});
}

void ActivityPage::showEvent(QShowEvent *event)
{
    Page::showEvent(event);
    m_timer.start();
    if (m_activity.sample.at.isValid())
        fetch();
}

void ActivityPage::hideEvent(QHideEvent *event)
{
    m_timer.stop();
    m_request.cancel();
    setLoading(false);
    Page::hideEvent(event);
}

void ActivityPage::updateStatus()
{
    if (!m_activity.sample.at.isValid())
        return;
    const ServerSample &sample = m_activity.sample;
    const QString connections =
        tr("%1 of %2 connections")
            .arg(format::count(sample.connections), format::count(sample.maxConnections));
    // What others do is not told to every login; a figure of its own sessions would be taken for that of all.
    const QString states =
        m_activity.server.seesAll
            ? tr("%1 active · %2 waiting").arg(format::count(sample.active), format::count(sample.blocked))
            : tr("what others do is hidden");
    setStatus(u"%1 · %2 · %3"_s.arg(connections, states,
                                    QLocale().toString(sample.at.toLocalTime().time(), QLocale::LongFormat)));
}

QString ActivityPage::help() const
{
    return tr("What the server does now, asked every five seconds while this page is open. Charts shows its "
              "figures a second, with their past as far as this desktop kept it. Blocking shows "
              "who waits for "
              "whom, the session that holds up the others first. Cancel a statement first; ending a session "
              "is for what does "
              "not answer. Both are confirmed and noted in the audit log.");
}

bool ActivityPage::focusFilter()
{
    m_preset->setFocus();
    return true;
}
