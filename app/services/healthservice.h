// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/services/backupoverview.h"

#include <optional>

/// From where on a monitoring system is to be warned.
struct HealthLimit
{
    double warning = 0;
    double critical = 0;
};

/// What a monitoring system asks about a server, with the limits from which it warns. A check without limits
/// is not made.
struct HealthLimits
{
    using Pair = HealthLimit;

    std::optional<Pair> connections = Pair{80, 95};          ///< percent of those a login can have
    std::optional<Pair> blocked = Pair{60, 600};             ///< seconds that somebody has waited for a lock
    std::optional<Pair> idleInTransaction = Pair{600, 3600}; ///< seconds
    std::optional<Pair> wraparound = Pair{25, 50};           ///< percent of the way to the stop
    std::optional<Pair> invalidIndexes = Pair{1, 10};
    std::optional<Pair> backupAge = {}; ///< hours since the last verified backup
    std::optional<Pair> drillAge = {};  ///< hours since the last drill that went well
    std::optional<Pair> uploadAge = {}; ///< hours since the last upload that was read back
    QString backupFolder = {};
};

struct HealthCheck
{
    enum Status { Ok, Warning, Critical, Unknown }; ///< in the order of Nagios's exit codes

    QString name; ///< "idle-in-transaction", as the option
    Status status = Ok;
    QString text;
    double value = 0;
    QString unit; ///< of performance data: "%", "s", "c" left out for counts
    HealthLimits::Pair limits;
};

/// Of the newest verified backup of a database in `limits.backupFolder`, by `limits.backupAge`, which is
/// given; `server` is its system identifier, or 0 where the login is not told. Blocks for some small files.
HealthCheck backupAge(const HealthLimits &limits, const QString &database, qint64 server,
                      const QDateTime &now);

/// Of drills, uploads and schedules, which no server knows of. Without limits given, the age of drills and of
/// uploads counts where one was made or is scheduled; a schedule that failed or was missed is critical.
QList<HealthCheck> backupChecks(const backup::Overview &overview, const HealthLimits &limits,
                                const QDateTime &now);

QString healthName(HealthCheck::Status status); ///< "WARNING"

/// The worst of them; Unknown counts as worse than Warning and less than Critical, as in Nagios's plugins.
HealthCheck::Status worst(const QList<HealthCheck> &checks);

/// Judges one database and its server once. The future ends in a pool thread.
class HealthService final
{
public:
    explicit HealthService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    QFuture<Result<QList<HealthCheck>>> check(const HealthLimits &limits, const CancelToken &token = {});

private:
    ConnectionPool &m_pool;
};
