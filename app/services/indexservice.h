// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/services/serverfacts.h"

#include <QHash>

/// One index, a partitioned one with the sums of its partitions. Counters since the statistics were reset.
struct IndexInfo
{
    qint64 id = 0;
    qint64 tableId = 0;
    QString schema;
    QString table;
    QString name;
    QString fullName;  ///< with schema, quoted where SQL wants that
    QString tableName; ///< likewise
    QString method;
    qint64 bytes = 0;
    bool measured = false; ///< `bytes` is the present size, and not that of the last VACUUM
    qint64 scans = 0;
    qint64 tuplesRead = 0;
    qint64 tuplesFetched = 0;
    QDateTime lastScan;     ///< PostgreSQL 16 on; invalid before that and where there was none
    QDateTime usedAfter;    ///< its last use lies between these two, as the history of this desktop saw it;
    QDateTime usedBefore;   ///< invalid: it saw none
    QDateTime watchedSince; ///< when that history began; invalid: there is none
    bool partitioned = false;
    int partitions = 0; ///< of a partitioned index; one that was made ON ONLY its table may have none
    bool primary = false;
    bool unique = false;
    bool exclusion = false;
    bool constraint = false;
    bool referenced = false; ///< a foreign key rests on it
    bool replicaIdentity = false;
    bool clustered = false;
    bool valid = true;
    bool beingBuilt = false;
    QStringList keys;     ///< each key column with operator class, collation and order, as comparable text
    QStringList included; ///< columns that are stored only
    QString expressions;  ///< of key columns that are none of the table's
    QString predicate;    ///< of a partial index
    bool nullsNotDistinct = false;
    qint64 expectedBytes = -1; ///< an estimate of the size if built anew; -1 where there is none

    /// What a rule of the database rests on: it stays, whatever its use.
    bool enforces() const
    {
        return primary || unique || exclusion || constraint || referenced || replicaIdentity;
    }
};

/// A foreign key without an index that leads with its columns.
struct UnindexedKey
{
    QString tableName; ///< with schema, quoted where SQL wants that
    qint64 tableId = 0;
    QString constraint;
    QString referenced;
    QStringList columns;
    qint64 rows = 0;
    qint64 referencedDeletes = 0; ///< rows deleted from the referenced table since the statistics were reset
    bool partitioned = false;
};

/// A table that is read as a whole, many rows each time.
struct ScannedTable
{
    QString tableName;
    qint64 tableId = 0;
    qint64 scans = 0;
    qint64 rowsRead = 0;
    qint64 indexScans = 0;
    qint64 rows = 0;
};

struct IndexReport
{
    ServerFacts server;
    QList<IndexInfo> indexes;
    QList<UnindexedKey> foreignKeys;
    QList<ScannedTable> scannedTables;
    QString noEstimates;    ///< why there are no estimates, or empty
    QDateTime countedSince; ///< the counters are no younger; invalid: nothing tells

    /// How long the counters have run at least, in seconds; -1 where that is not known.
    qint64 countedSeconds() const { return countedSince.isValid() ? countedSince.secsTo(server.readAt) : -1; }

    void setSizes(const QHash<qint64, qint64> &sizes);
};

/// Indexes of the connected database, read from the catalogues. Futures end in a pool thread; errors are the
/// server's. Changes nothing.
class IndexService final
{
public:
    explicit IndexService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    /// All but the present sizes, which cost a server with ten thousand indexes most of a second.
    QFuture<Result<IndexReport>> report(const CancelToken &token = {});

    /// The same in two steps, for who wants to see something at once: the indexes alone, and then the rest
    /// with the present sizes.
    QFuture<Result<IndexReport>> list(const CancelToken &token = {});
    QFuture<Result<IndexReport>> complete(const IndexReport &listed, const CancelToken &token = {});

    /// Present bytes by id; partitioned indexes with the sum of their partitions.
    QFuture<Result<QHash<qint64, qint64>>> sizes(const CancelToken &token = {});
    /// CREATE INDEX of these, by id.
    QFuture<Result<QHash<qint64, QString>>> definitions(const QList<qint64> &ids,
                                                        const CancelToken &token = {});

private:
    ConnectionPool &m_pool;
};
