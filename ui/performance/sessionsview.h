// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/activityservice.h"
#include "ui/shared/listmodel.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QWidget>

class AdvicePanel;
class QPushButton;
class TableView;

/// The sessions of the server, the statement of the selected one, and the buttons that end it: each asks
/// first, and is refused politely where this login may not.
class SessionsView final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SessionsView)

public:
    SessionsView(const UiContext &ui, ActivityService &service, QWidget *parent = nullptr);

    /// What the list is narrowed to.
    enum Preset { All, Active, Waiting, IdleInTransaction, Ours, Backups };

    void setSessions(const QList<SessionInfo> &sessions);
    void narrow(Preset preset);
    void select(int pid);
    void clear();

signals:
    void ended(); ///< a statement or session was: what is shown is out of date
    void failed(const Error &error);

private:
    void showSessions();
    void showSession();
    const SessionInfo *selected() const;
    void ask(ActivityService::Signal what);
    void send(const SessionInfo &session, ActivityService::Signal what);

    const UiContext m_ui;
    ActivityService &m_service;
    Preset m_preset = All;
    QList<SessionInfo> m_all;
    ListModel<SessionInfo> *m_model;
    TableView *m_view;
    AdvicePanel *m_panel;
    QPushButton *m_cancel;
    QPushButton *m_terminate;
    Request<bool> m_signal;
};
