// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/services/serverfacts.h"

#include <optional>

/// A session of the server as pg_stat_activity tells it. Of others' sessions a login without pg_monitor is
/// told little: texts are then empty and `query` is "<insufficient privilege>".
struct SessionInfo
{
    int pid = 0; ///< 0: a prepared transaction, which has no process
    QString database;
    QString login;
    QString application;
    QString client; ///< address, or "local"
    QString state;
    QString waitType;
    QString wait;
    QString backendType;
    QDateTime started;
    QDateTime transactionStart;
    QDateTime queryStart;
    QDateTime stateChange;
    QDateTime waitStart; ///< of a wait for a lock
    QString query;       ///< at most 4,000 characters
    QString queryId;
    QString store; ///< where the login enters one only, or the statement names it
    QList<int> blockedBy;
    qint64 heldBack = -1;   ///< transactions whose dead rows VACUUM must keep for it; -1: none
    bool maySignal = false; ///< as far as can be told beforehand; the server has the last word

    bool ours() const { return application.startsWith(QLatin1String("retail-admin")); }
    bool backup() const;
    bool waiting() const { return waitType == QLatin1String("Lock"); }
    bool idleInTransaction() const { return state.startsWith(QLatin1String("idle in transaction")); }
    /// Since when it does what it does now: the statement, the wait for the client, or the session.
    QDateTime since() const;
};

/// A session with its place in the tree of who waits for whom.
struct BlockedSession
{
    SessionInfo session;
    int depth = 0;   ///< 0: waits for nobody, and others wait for it
    int waiting = 0; ///< sessions below it
};

/// Locks that are alike, as one line.
struct LockGroup
{
    QString object;
    QString kind;
    QString mode;
    bool granted = true;
    qint64 locks = 0;
    qint64 sessions = 0;
    QStringList processes; ///< the first twenty
    QDateTime waitingSince;
};

/// Work of the server that tells how far it is.
struct ProgressInfo
{
    int pid = 0;
    QString kind;
    QString object;
    QString phase;
    qint64 done = 0;
    qint64 total = 0; ///< 0: not known
    QString unit;
    QString login;
    QDateTime started;
    bool automatic = false; ///< autovacuum
};

/// The server's figures at one moment. Counters are of this database, those of checkpoints and WAL of the
/// whole server.
struct ServerSample
{
    QDateTime at;
    QString origin; ///< changes when the counters start anew
    int connections = 0;
    int maxConnections = 0;
    int active = 0;
    int idleInTransaction = 0;
    int blocked = 0;
    qint64 commits = 0;
    qint64 rollbacks = 0;
    qint64 hits = 0;
    qint64 reads = 0;
    qint64 tempFiles = 0;
    qint64 tempBytes = 0;
    qint64 deadlocks = 0;
    qint64 checkpointsTimed = 0;
    qint64 checkpointsRequested = 0;
    qint64 walBytes = 0;
    double lagSeconds = -1; ///< of the standby furthest behind, or of this one; -1: none or not known
    qint64 lagBytes = -1;
    qint64 oldestTransaction = 0;
    qint64 oldestMultixact = 0;
    qint64 freezeMaxAge = 0;

    /// How far the oldest transaction is on the way to the stop at two thousand million, 0 to 1.
    double wraparound() const;
};

/// What was counted between two samples, per second.
struct ServerRates
{
    double commits = 0;
    double rollbacks = 0;
    double blocksRead = 0;
    double hitShare = -1; ///< of the blocks asked for, those found in shared buffers; -1: none was asked for
    double tempBytes = 0;
    double tempFiles = 0;
    double deadlocks = 0;
    double checkpointsTimed = 0;
    double checkpointsRequested = 0;
    double walBytes = 0;
};

/// Nothing where counters started anew or went backwards: a gap, never a spike.
std::optional<ServerRates> ratesBetween(const ServerSample &earlier, const ServerSample &later);

/// Reads them on a session. Worker thread; the error is the server's.
Result<ServerSample> readServerSample(Session &session);

struct Activity
{
    ServerFacts server;
    QList<SessionInfo> sessions;
    QList<LockGroup> locks;
    qint64 allLocks = 0; ///< before they were joined and cut
    QList<ProgressInfo> progress;
    ServerSample sample;
};

/// Sessions that wait for a lock and those they wait for: roots first, the one that holds up most before the
/// others, each before those that wait for it. A session that waits for several stands below the first of
/// them; in a ring (a deadlock that was not yet found) the oldest is taken as the root.
QList<BlockedSession> blockingTree(const QList<SessionInfo> &sessions);

/// What the server does now. Futures end in a pool thread; errors are the server's.
class ActivityService final
{
public:
    explicit ActivityService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    QFuture<Result<Activity>> now(const CancelToken &token = {});
    QFuture<Result<ServerFacts>> server(const CancelToken &token = {});
    QFuture<Result<QList<SessionInfo>>> sessions(const CancelToken &token = {});

    enum class Signal { Cancel, Terminate };
    /// Cancels the statement of the session, or ends the session; audited, but on a standby, which can write
    /// nothing. False when it is gone already. A refusal is of kind Permission and says who may.
    QFuture<Result<bool>> signal(const SessionInfo &session, Signal what, const CancelToken &token = {});

private:
    ConnectionPool &m_pool;
};
