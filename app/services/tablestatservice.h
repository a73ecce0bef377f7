// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/services/serverfacts.h"

#include <optional>

/// One table, a partitioned one with the sums of its partitions. Counters since the statistics were reset;
/// rows are the server's running estimate.
struct TableStats
{
    qint64 id = 0;
    QString schema;
    QString table;
    QString fullName;      ///< quoted where SQL wants that
    int partitions = 0;    ///< above 0: a partitioned table
    qint64 heapBytes = -1; ///< with free space and visibility map; -1: held exclusively, not measured
    qint64 indexBytes = -1;
    qint64 toastBytes = -1; ///< with its index
    qint64 liveRows = 0;
    qint64 deadRows = 0;
    qint64 inserts = 0;
    qint64 updates = 0;
    qint64 deletes = 0;
    qint64 hotUpdates = 0;
    qint64 sequentialScans = 0;
    qint64 sequentialRows = 0;
    qint64 indexScans = 0;
    qint64 changedSinceAnalyze = 0;
    QDateTime lastVacuum;
    QDateTime lastAutovacuum;
    QDateTime lastAnalyze;
    QDateTime lastAutoanalyze;
    qint64 frozenAge = -1;
    qint64 freezeMaxAge = 0;
    std::optional<qint64> grown; ///< bytes in the last days, where a history of them was kept; else nothing

    bool measured() const { return heapBytes >= 0; }
    qint64 bytes() const { return measured() ? heapBytes + indexBytes + toastBytes : -1; }
    double deadShare() const;  ///< of all rows, 0 to 1; -1 for a table without rows
    double hotShare() const;   ///< of the updates, 0 to 1; -1 where there was none
    double indexShare() const; ///< of the scans, 0 to 1; -1 where there was none
};

/// Reads them on a session. Worker thread; the error is the server's.
Result<QList<TableStats>> readTableStats(Session &session);

struct TableReport
{
    ServerFacts server;
    QList<TableStats> tables;
};

/// Sizes and activity of the tables of the connected database. Futures end in a pool thread; errors are the
/// server's.
class TableStatService final
{
public:
    explicit TableStatService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    QFuture<Result<TableReport>> report(const CancelToken &token = {});

private:
    ConnectionPool &m_pool;
};
