// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

class QLabel;
class Theme;

/// The steps of a connect in one line: which are done, which one is under way or failed, and the time it
/// took.
class ConnectSteps final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConnectSteps)

public:
    explicit ConnectSteps(Theme &theme, QWidget *parent = nullptr);

    void start();
    void reached(ConnectStep step);
    void succeeded();
    void failed();
    void cancelled();
    ConnectStep current() const { return m_current; }

private:
    enum class State { Running, Succeeded, Failed, Cancelled };

    void show(State state);

    State m_state = State::Running;
    ConnectStep m_current = ConnectStep::Name;
    QList<ConnectStep> m_seen;
    QElapsedTimer m_clock;
    QTimer m_tick;
    QList<QLabel *> m_marks;
    QList<QLabel *> m_names;
    QLabel *m_time;
};
