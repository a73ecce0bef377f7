// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/activitypage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/performance/activitycolumns.h"
#include "ui/performance/advicepanel.h"
#include "ui/performance/servernote.h"
#include "ui/shared/tableview.h"
#include "ui/shell/prompt.h"

#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {

constexpr int everyMs = 5'000;
constexpr int ageColumn = 4;

bool wanted(const SessionInfo &session, int preset)
{
    switch (preset) {
    case ActivityPage::Active:
        return session.state == u"active" && !session.waiting();
    case ActivityPage::Waiting:
        return session.waiting() || !session.blockedBy.isEmpty();
    case ActivityPage::IdleInTransaction:
        return session.idleInTransaction();
    case ActivityPage::Ours:
        return session.ours();
    case ActivityPage::Backups:
        return session.backup();
    default:
        return true;
    }
}

} // namespace

ActivityPage::ActivityPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Activity"), Scope::Database, parent)
    , m_note(new ServerNote(ui.theme, this))
    , m_tabs(new QTabWidget(this))
    , m_sessions(new ListModel<SessionInfo>(
          sessionColumns(), [](const SessionInfo &row) { return QString::number(row.pid); }, this))
    , m_sessionView(new TableView(ui.theme, ui.app.settings, u"sessionTable"_s, this))
    , m_panel(new AdvicePanel(ui.theme, this))
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
    , m_cancel(new QPushButton(tr("Cancel statement…"), this))
    , m_terminate(new QPushButton(tr("End session…"), this))
    , m_service(ui.app.pool)
    , m_request(this)
    , m_signal(this)
{
    setObjectName(u"activityPage"_s);
    m_preset->setObjectName(u"sessionPreset"_s);
    m_preset->setAccessibleName(tr("Sessions to show"));
    m_preset->addItems({tr("All sessions"), tr("Active"), tr("Waiting"), tr("Idle in transaction"),
                        tr("Ours"), tr("Backups")});
    addHeaderWidget(m_preset);
    showSorted(*m_lockView, m_locks, 2);
    showSorted(*m_progressView, m_progress, 0);
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
    m_tabs->setObjectName(u"activityTabs"_s);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(sessionsTab(), tr("Sessions"));
    m_tabs->addTab(m_blockedView, tr("Blocking"));
    m_tabs->addTab(locks, tr("Locks"));
    m_tabs->addTab(m_progressView, tr("Progress"));
    auto *content = new QWidget(this);
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_note);
    layout->addWidget(m_tabs, 1);
    setContent(content);

    connect(m_preset, &QComboBox::currentIndexChanged, this, &ActivityPage::narrow);
    connect(m_tabs, &QTabWidget::currentChanged, this, &ActivityPage::updateStatus);
    connect(m_sessionView, &TableView::currentRowChanged, this, &ActivityPage::showSession);
    connect(m_blockedView, &QAbstractItemView::activated, this, [this](const QModelIndex &index) {
        m_preset->setCurrentIndex(All);
        m_tabs->setCurrentIndex(0);
        const QModelIndexList found = m_sessionView->model()->match(
            m_sessionView->model()->index(0, 0), cell::Key, index.data(cell::Key), 1, Qt::MatchExactly);
        if (!found.isEmpty())
            m_sessionView->setCurrentIndex(found.first());
    });
    connect(m_cancel, &QPushButton::clicked, this, [this] { ask(ActivityService::Signal::Cancel); });
    connect(m_terminate, &QPushButton::clicked, this, [this] { ask(ActivityService::Signal::Terminate); });
    m_timer.setInterval(everyMs);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        // A server that answers late is not asked faster than it answers.
        if (!m_request.running() && m_ui.app.pool.state() == ConnectionPool::State::Open)
            fetch();
    });
}

QWidget *ActivityPage::sessionsTab()
{
    showSorted(*m_sessionView, m_sessions, ageColumn, Qt::DescendingOrder);
    m_sessionView->setSelectionMode(QAbstractItemView::SingleSelection);
    m_sessionView->setAccessibleName(tr("Sessions"));
    m_cancel->setObjectName(u"cancelStatement"_s);
    m_terminate->setObjectName(u"endSession"_s);
    m_panel->addAction(m_terminate);
    m_panel->addAction(m_cancel);
    auto *splitter = new QSplitter(Qt::Vertical, this);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_sessionView);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    return splitter;
}

void ActivityPage::load()
{
    setLoading(true);
    fetch();
}

/// Without the sign of loading: what comes by itself every few seconds is not to flicker.
void ActivityPage::fetch()
{
    m_request.run([this](const CancelToken &token) { return m_service.now(token); },
                  [this](const Result<Activity> &activity) {
                      setLoading(false);
                      if (!activity) {
                          showError(activity.error(), m_activity.sessions.isEmpty());
                          return;
                      }
                      showContent();
                      show(*activity);
                  });
}

void ActivityPage::show(const Activity &activity)
{
    m_activity = activity;
    m_note->show(activity.server, m_ui.app.pool.capabilities().login, false);
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
    m_tabs->setTabText(1, m_blocked->rowCount() == 0 ? tr("Blocking")
                                                     : tr("Blocking (%1)").arg(m_blocked->rowCount()));
    m_tabs->setTabText(3, m_progress->rowCount() == 0 ? tr("Progress")
                                                      : tr("Progress (%1)").arg(m_progress->rowCount()));
    narrow();
}

void ActivityPage::narrow()
{
    QList<SessionInfo> shown;
    for (const SessionInfo &session : std::as_const(m_activity.sessions))
        if (wanted(session, m_preset->currentIndex()))
            shown += session;
    m_sessions->setRows(shown);
    showSession();
    updateStatus();
}

const SessionInfo *ActivityPage::selected() const
{
    const int row = m_sessions->rowOf(m_sessionView->currentIndex().data(cell::Key).toString());
    return row < 0 ? nullptr : &m_sessions->row(row);
}

void ActivityPage::showSession()
{
    const SessionInfo *session = selected();
    const bool client = session && !session->login.isEmpty();
    m_cancel->setVisible(client);
    m_terminate->setVisible(client);
    if (!session) {
        m_panel->clear(m_sessions->rowCount() == 0 ? tr("No session of this kind is there now.")
                                                   : tr("Select a session to see its statement."));
        return;
    }
    const bool may = session->maySignal && !m_ui.app.pool.profile().readOnly;
    m_cancel->setEnabled(may && session->state == u"active");
    m_terminate->setEnabled(may);
    QStringList facts{
        tr("%1, connected since %2").arg(session->login, format::exact(session->started.toLocalTime()))};
    if (!session->blockedBy.isEmpty()) {
        QStringList blockers;
        for (const int pid : session->blockedBy)
            blockers += QString::number(pid);
        facts += tr("waits for %1").arg(blockers.join(u", "_s));
    }
    if (session->heldBack > 1'000'000)
        facts +=
            tr("VACUUM keeps the dead rows of %1 transactions for it").arg(format::count(session->heldBack));
    QString note;
    if (client && !may)
        note = m_ui.app.pool.profile().readOnly
                   ? tr("This profile is read only: it ends nothing.")
                   : tr("This login may not end it. Members of “%1” may, and members of pg_signal_backend, "
                        "unless it is a "
                        "superuser's: GRANT pg_signal_backend TO %2;")
                         .arg(session->login,
                              QString::fromUtf8(quoteIdentifier(m_ui.app.pool.capabilities().login)));
    m_panel->show(tr("Process %1").arg(session->pid), facts.join(u" · "_s), session->query, note);
}

void ActivityPage::ask(ActivityService::Signal what)
{
    const SessionInfo *found = selected();
    if (!found)
        return;
    const SessionInfo session = *found;
    const bool cancel = what == ActivityService::Signal::Cancel;
    const bool standby = m_ui.app.pool.capabilities().standby;
    const QString question =
        cancel ? tr("Cancel the statement of process %1 (%2)?").arg(session.pid).arg(session.login)
               : tr("End the session of process %1 (%2)?").arg(session.pid).arg(session.login);
    const QString consequence =
        cancel ? tr("The statement ends with an error and its transaction is rolled back; the session stays.")
               : tr("Its program loses the connection, and an open transaction is rolled back. Cancel the "
                    "statement first: "
                    "that is often enough.");
    const QString noted =
        standby ? tr("A standby can note nothing in the audit log.") : tr("It is noted in the audit log.");
    m_ui.prompt.confirm(this, question, u"%1\n\n%2 %3"_s.arg(session.query.left(1'000), consequence, noted),
                        cancel ? tr("Cancel statement") : tr("End session"),
                        [this, session, what](bool confirmed) {
                            if (confirmed)
                                send(session, what);
                        });
}

void ActivityPage::send(const SessionInfo &session, ActivityService::Signal what)
{
    m_signal.run(
        [this, session, what](const CancelToken &token) { return m_service.signal(session, what, token); },
        [this, session](const Result<bool> &sent) {
            if (!sent) {
                showError(sent.error(), false);
                return;
            }
            if (!*sent)
                m_ui.prompt.inform(this, tr("Process %1 is gone").arg(session.pid),
                                   tr("It had ended before. Nothing was done."));
            refresh();
        });
}

void ActivityPage::clear()
{
    m_request.cancel();
    m_signal.cancel();
    m_activity = {};
    m_sessions->setRows({});
    m_blocked->setRows({});
    m_locks->setRows({});
    m_progress->setRows({});
}

void ActivityPage::showEvent(QShowEvent *event)
{
    Page::showEvent(event);
    m_timer.start();
    if (m_activity.sample.at.isValid())
        refresh();
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
    return tr("What the server does now, asked every five seconds while this page is open. Blocking shows "
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
