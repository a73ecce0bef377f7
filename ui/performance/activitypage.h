// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/performance/sessionsview.h"
#include "ui/shell/page.h"

#include <QTimer>

class ActivityCharts;
class QComboBox;
class QLabel;
class QTabWidget;
class ServerNote;

/// What the server does now: sessions, its figures as charts, who waits for whom, locks, and work that tells
/// its progress. Asks again every few seconds while it is to be seen, and not otherwise. Ends sessions only
/// when asked and confirmed.
class ActivityPage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ActivityPage)

public:
    ActivityPage(const UiContext &ui, QWidget *parent);

    QString help() const override;
    bool focusFilter() override;

    /// What the list of sessions is narrowed to.
    using enum SessionsView::Preset;

protected:
    void load() override;
    void clear() override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void addTabs();
    void fetch();
    void show(const Activity &activity);
    void openSession(const QModelIndex &blocked);
    void updateStatus();

    Activity m_activity;
    bool m_failed = false; // the newest question had no answer
    ActivityService m_service;
    ServerNote *m_note;
    QTabWidget *m_tabs;
    SessionsView *m_sessions;
    ActivityCharts *m_charts;
    ListModel<BlockedSession> *m_blocked;
    TableView *m_blockedView;
    QWidget *m_blocking = nullptr; // the view's tab
    ListModel<LockGroup> *m_locks;
    TableView *m_lockView;
    QLabel *m_lockNote;
    ListModel<ProgressInfo> *m_progress;
    TableView *m_progressView;
    QComboBox *m_preset;
    QTimer m_timer;
    Request<Activity> m_request;
};
