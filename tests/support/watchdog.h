// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QFile>
#include <QTimer>

#include <algorithm>

/// The longest time in which the GUI thread did not come back to its events, without what it spent waiting
/// for a processor: a busy machine is not a blocked window.
class Watchdog final
{
public:
    Watchdog()
    {
        m_clock.start();
        m_waited = waitedNs();
        m_timer.setInterval(5);
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { look(); });
        m_timer.start();
    }
    qint64 worst() const { return m_worst; }
    qint64 worstOnTheClock() const { return m_worstOnTheClock; }

private:
    /// The second field of schedstat: runnable, but not run.
    static qint64 waitedNs()
    {
        QFile file(QStringLiteral("/proc/thread-self/schedstat"));
        return file.open(QIODevice::ReadOnly) ? file.readAll().split(' ').value(1).toLongLong() : 0;
    }
    void look()
    {
        const qint64 gap = m_clock.nsecsElapsed();
        const qint64 waited = waitedNs();
        m_worstOnTheClock = std::max(m_worstOnTheClock, gap / 1'000'000);
        m_worst = std::max(m_worst, (gap - (waited - m_waited)) / 1'000'000);
        m_waited = waited;
        m_clock.restart();
    }

    QTimer m_timer;
    QElapsedTimer m_clock;
    qint64 m_waited = 0;
    qint64 m_worst = 0;
    qint64 m_worstOnTheClock = 0;
};
