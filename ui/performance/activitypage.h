// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/activityservice.h"
#include "ui/shared/listmodel.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

#include <QTimer>

class AdvicePanel;
class QComboBox;
class QLabel;
class QPushButton;
class QSortFilterProxyModel;
class QTabWidget;
class ServerNote;
class TableView;

/// What the server does now: sessions, who waits for whom, locks, and work that tells its progress. Asks
/// again every few seconds while it is to be seen, and not otherwise. Ends sessions only when asked and
/// confirmed.
class ActivityPage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ActivityPage)

public:
    ActivityPage(const UiContext &ui, QWidget *parent);

    QString help() const override;
    bool focusFilter() override;

    /// What the list of sessions is narrowed to.
    enum Preset { All, Active, Waiting, IdleInTransaction, Ours, Backups };

protected:
    void load() override;
    void clear() override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    QWidget *sessionsTab();
    void fetch();
    void show(const Activity &activity);
    void narrow();
    void showSession();
    void updateStatus();
    const SessionInfo *selected() const;
    void ask(ActivityService::Signal what);
    void send(const SessionInfo &session, ActivityService::Signal what);

    Activity m_activity;
    ServerNote *m_note;
    QTabWidget *m_tabs;
    ListModel<SessionInfo> *m_sessions;
    TableView *m_sessionView;
    AdvicePanel *m_panel;
    ListModel<BlockedSession> *m_blocked;
    TableView *m_blockedView;
    ListModel<LockGroup> *m_locks;
    TableView *m_lockView;
    QLabel *m_lockNote;
    ListModel<ProgressInfo> *m_progress;
    TableView *m_progressView;
    QComboBox *m_preset;
    QPushButton *m_cancel;
    QPushButton *m_terminate;
    QTimer m_timer;
    ActivityService m_service;
    Request<Activity> m_request;
    Request<bool> m_signal;
};
