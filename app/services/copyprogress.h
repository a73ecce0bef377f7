// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/session.h"
#include "app/jobs/job.h"
#include "app/services/backupmanifest.h"

#include <QElapsedTimer>
#include <QRegularExpression>
#include <QSet>

namespace backup {

/// Rows that pg_dump or pg_restore has copied so far, from its verbose lines and the server's own counters.
/// Belongs to the thread that waits for the tool.
class CopyProgress final
{
public:
    /// `begins` matches the tool's line about a table that it begins, whose name is captured.
    CopyProgress(const QHash<QString, qint64> &rows, const QString &phase, const QRegularExpression &begins,
                 JobContext &job);

    void line(const QString &text);
    /// Asks the server for the copies of `applicationName`, at most four times a second.
    void poll(Session &monitor, const QString &applicationName);

private:
    void report();

    JobContext &m_job;
    const QString m_phase;
    const QRegularExpression m_begins;
    const QHash<QString, qint64> m_expected; // "schema.table" → rows
    QHash<QString, qint64> m_current;
    QSet<QString> m_begun;
    QSet<QString> m_seen;
    QString m_last;
    qint64 m_total = 0;
    qint64 m_done = 0;
    QElapsedTimer m_clock;
};

} // namespace backup
