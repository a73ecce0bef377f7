// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/maintenanceservice.h"

#include <QMutex>

/// A job that the test cancels; the log may be written from several threads.
class MaintenanceJob final : public JobContext
{
public:
    const CancelToken &token() const override { return m_token; }
    void progress(const JobProgress &) override {}
    void log(const QString &line) override
    {
        const QMutexLocker lock(&m_mutex);
        m_lines += line;
    }
    QString text() const
    {
        const QMutexLocker lock(&m_mutex);
        return m_lines.join(u'\n');
    }

private:
    CancelToken m_token;
    mutable QMutex m_mutex; // guards the lines
    QStringList m_lines;
};

/// The tasks of these ids, in this order; aborts when the plan lacks one.
inline QList<maintenance::Task> tasksOf(const maintenance::Plan &plan, const QStringList &ids)
{
    QList<maintenance::Task> tasks;
    for (const QString &id : ids) {
        const maintenance::Task *task = plan.task(id);
        if (!task)
            qFatal("the plan has no task %s", qPrintable(id));
        tasks += *task;
    }
    return tasks;
}
