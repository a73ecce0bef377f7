// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/local/metricstore.h"
#include "app/services/metricsampler.h"

/// What statement statistics there are on this server, and what this login may do with them.
struct StatementFacts
{
    bool preloaded = false;
    QString installed; ///< version of the extension in this database, empty: not created
    QString schema;    ///< where it is
    QString available; ///< version the server could install, empty: none
    bool readsAll = false;
    bool ioTiming = false;
    QString track;
    bool identifies = false; ///< compute_query_id
    int blockSize = 8192;
    bool mayReset = false;
    QStringList columns;

    /// Before version 1.9 there is no toplevel, and no view that says since when it counts.
    bool usable() const
    {
        return preloaded && !installed.isEmpty() && columns.contains(QLatin1String("toplevel"));
    }
};

/// Something that is missing for the figures to be whole, and the statement that mends it.
struct StatementGap
{
    QString title;
    QString reason;
    QString sql;
    QString who; ///< "a superuser", and whether a restart is needed
};

/// What stands in the way, the worst first; empty when all is well.
QList<StatementGap> statementGaps(const StatementFacts &facts, const Capabilities &capabilities);

/// One entry of pg_stat_statements: a statement as one role ran it in one database. Times in milliseconds.
struct StatementStat
{
    QString queryId; ///< empty where this login is not told
    qint64 userId = 0;
    qint64 databaseId = 0;
    bool topLevel = true;
    QString role;     ///< empty for a role that is gone
    QString database; ///< empty for a database that is gone
    QString query;    ///< its beginning, normalised by the server
    QString line;     ///< the same on one line
    bool ours = false;
    bool hidden = false; ///< "<insufficient privilege>"
    qint64 calls = 0;
    double totalMs = 0;
    double meanMs = 0;
    double maxMs = 0;
    double deviationMs = 0;
    qint64 rows = 0;
    qint64 hitBlocks = 0;
    qint64 readBlocks = 0;
    double ioMs = 0;
    qint64 tempBlocks = 0; ///< read and written
    qint64 walBytes = 0;
    double share = 0; ///< of the list's totalMs, 0 to 1; -1 of ours, which are no part of it
    QDateTime since;  ///< when this entry began to count, where the server tells

    QString key() const;
    double hitRatio() const; ///< 0 to 1; NaN where no block was touched
};

struct StatementList
{
    StatementFacts facts;
    QList<StatementGap> gaps;
    QList<StatementStat> statements;
    QDateTime since;     ///< the figures count from then on at the earliest
    QString sinceReason; ///< "reset by …", or empty
    qint64 evicted = 0;  ///< how often entries were thrown out for lack of room since then
    double totalMs = 0;  ///< of all that are listed, without ours: what the applications take
    QDateTime readAt;
};

struct RunningStatement
{
    int pid = 0;
    QString role;
    QString application;
    QDateTime since;
    QString wait; ///< "Lock: transactionid", or empty
};

/// A statement in two periods.
struct StatementChange
{
    QString queryId;
    QString text;
    qint64 callsBefore = 0, callsAfter = 0;
    double meanBefore = 0, meanAfter = 0; ///< ms; NaN where it was not called
    double loadBefore = 0, loadAfter = 0; ///< ms of execution a second
    bool regressed = false;               ///< slower by half and more, or new, and it matters

    double added() const { return loadAfter - loadBefore; }
};

struct StatementComparison
{
    qint64 secondsBefore = 0, secondsAfter = 0; ///< observed
    QList<StatementChange> changes;             ///< those that cost the most more first
};

struct Period
{
    QDateTime from;
    QDateTime to;
};

/// Which statements cost what on the server, and over time. Futures come from pool threads; any thread may
/// ask. Errors are the session's; a login without pg_monitor gets rows without texts, not an error. Texts of
/// statements may hold secrets of others: they go to no log, and the history keeps them without constants.
class PerformanceService final
{
public:
    PerformanceService(ConnectionPool &pool, MetricStore &store, MetricSampler &sampler);

    /// Where the extension is missing or too old, a list without statements whose gaps say so.
    QFuture<Result<StatementList>> statements(bool allDatabases, const CancelToken &token = {});
    QFuture<Result<QString>> text(const QString &queryId, const CancelToken &token = {});
    QFuture<Result<QList<RunningStatement>>> running(const QString &queryId, const CancelToken &token = {});

    /// Starts the figures of one statement of this database anew, or of all for an empty id. Audited.
    QFuture<Result<Done>> reset(const QString &queryId, const CancelToken &token = {});

    /// Values of the history, in the order of statementKind().
    enum Counter {
        Calls,
        Microseconds,
        RowsReturned,
        HitBlocks,
        ReadBlocks,
        TempBlocks,
        WalBytes,
        CounterCount
    };
    static const MetricKind &statementKind();

    /// The history of one statement, or of all for an empty id.
    QFuture<Result<QList<MetricPoint>>> history(const QString &queryId, const Period &period);
    QFuture<Result<StatementComparison>> compare(const Period &before, const Period &after);
    QFuture<Result<QDateTime>> historySince();

    static StatementComparison comparison(const MetricSums &before, const MetricSums &after);

private:
    MetricProbe probe() const;

    ConnectionPool &m_pool;
    MetricStore &m_store;
    QThreadPool m_threads; // of what is read from the store; waited for at the end
};
