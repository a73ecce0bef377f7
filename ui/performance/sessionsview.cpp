// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/sessionsview.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/performance/activitycolumns.h"
#include "ui/performance/advicepanel.h"
#include "ui/shared/tableview.h"
#include "ui/shell/prompt.h"

#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {

constexpr int ageColumn = 4;

bool wanted(const SessionInfo &session, SessionsView::Preset preset)
{
    switch (preset) {
    case SessionsView::Active:
        return session.state == u"active" && !session.waiting();
    case SessionsView::Waiting:
        return session.waiting() || !session.blockedBy.isEmpty();
    case SessionsView::IdleInTransaction:
        return session.idleInTransaction();
    case SessionsView::Ours:
        return session.ours();
    case SessionsView::Backups:
        return session.backup();
    default:
        return true;
    }
}

} // namespace

SessionsView::SessionsView(const UiContext &ui, ActivityService &service, QWidget *parent)
    : QWidget(parent)
    , m_ui(ui)
    , m_service(service)
    , m_model(new ListModel<SessionInfo>(
          sessionColumns(), [](const SessionInfo &row) { return QString::number(row.pid); }, this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"sessionTable"_s, this))
    , m_panel(new AdvicePanel(ui.theme, this))
    , m_cancel(new QPushButton(tr("Cancel statement…"), this))
    , m_terminate(new QPushButton(tr("End session…"), this))
    , m_signal(this)
{
    showSorted(*m_view, m_model, ageColumn, Qt::DescendingOrder);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setAccessibleName(tr("Sessions"));
    m_cancel->setObjectName(u"cancelStatement"_s);
    m_terminate->setObjectName(u"endSession"_s);
    m_panel->addAction(m_terminate);
    m_panel->addAction(m_cancel);
    auto *splitter = new QSplitter(Qt::Vertical, this);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_view);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter);
    connect(m_view, &TableView::currentRowChanged, this, &SessionsView::showSession);
    connect(m_cancel, &QPushButton::clicked, this, [this] { ask(ActivityService::Signal::Cancel); });
    connect(m_terminate, &QPushButton::clicked, this, [this] { ask(ActivityService::Signal::Terminate); });
}

void SessionsView::setSessions(const QList<SessionInfo> &sessions)
{
    m_all = sessions;
    showSessions();
}

void SessionsView::narrow(Preset preset)
{
    m_preset = preset;
    showSessions();
}

void SessionsView::showSessions()
{
    QList<SessionInfo> shown;
    for (const SessionInfo &session : std::as_const(m_all))
        if (wanted(session, m_preset))
            shown += session;
    m_model->setRows(shown);
    showSession();
}

void SessionsView::select(int pid)
{
    const QModelIndexList found = m_view->model()->match(m_view->model()->index(0, 0), cell::Key,
                                                         QString::number(pid), 1, Qt::MatchExactly);
    if (!found.isEmpty())
        m_view->setCurrentIndex(found.first());
}

void SessionsView::clear()
{
    m_signal.cancel();
    m_all.clear();
    m_model->setRows({});
}

const SessionInfo *SessionsView::selected() const
{
    const int row = m_model->rowOf(m_view->currentIndex().data(cell::Key).toString());
    return row < 0 ? nullptr : &m_model->row(row);
}

void SessionsView::showSession()
{
    const SessionInfo *session = selected();
    const bool client = session && !session->login.isEmpty();
    m_cancel->setVisible(client);
    m_terminate->setVisible(client);
    if (!session) {
        m_panel->clear(m_model->rowCount() == 0 ? tr("No session of this kind is there now.")
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

void SessionsView::ask(ActivityService::Signal what)
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

void SessionsView::send(const SessionInfo &session, ActivityService::Signal what)
{
    m_signal.run(
        [this, session, what](const CancelToken &token) { return m_service.signal(session, what, token); },
        [this, session](const Result<bool> &sent) {
            if (!sent) {
                emit failed(sent.error());
                return;
            }
            if (!*sent)
                m_ui.prompt.inform(this, tr("Process %1 is gone").arg(session.pid),
                                   tr("It had ended before. Nothing was done."));
            emit ended();
        });
}
