// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/healthservice.h"

#include "app/core/format.h"
#include "app/services/activityservice.h"
#include "app/services/backupfolder.h"

#include <QDir>

using namespace Qt::StringLiterals;

namespace {

HealthCheck judged(const QString &name, double value, const QString &unit, const HealthLimits::Pair &limits,
                   const QString &text)
{
    const HealthCheck::Status status = value >= limits.critical  ? HealthCheck::Critical
                                       : value >= limits.warning ? HealthCheck::Warning
                                                                 : HealthCheck::Ok;
    return {name, status, text, value, unit, limits};
}

QString seconds(double value)
{
    return format::duration(qint64(value * 1000));
}

/// A figure of sessions that this login is not told about is no figure.
HealthCheck hidden(const QString &name, const HealthLimits::Pair &limits)
{
    return {
        name,  HealthCheck::Unknown, u"the login is not told what others do (GRANT pg_monitor TO …)"_s, 0, {},
        limits};
}

} // namespace

HealthCheck backupAge(const HealthLimits &limits, const QString &database, qint64 server,
                      const QDateTime &now)
{
    const QString name = u"backup-age"_s;
    const HealthLimits::Pair pair = *limits.backupAge;
    if (limits.backupFolder.isEmpty() || !QDir(limits.backupFolder).exists())
        return {name,
                HealthCheck::Unknown,
                u"there is no folder of backups (%1)"_s.arg(limits.backupFolder),
                0,
                {},
                pair};
    HealthCheck check{name,
                      HealthCheck::Critical,
                      u"no verified backup of %1 in %2"_s.arg(database, limits.backupFolder),
                      0,
                      {},
                      pair};
    QString lost; // the newest one that was verified and has its files no longer
    for (const backup::StoredBackup &stored : backup::listBackups(limits.backupFolder)) {
        const backup::Manifest &manifest = stored.manifest;
        // Newest first. A backup of some tables is none of the database.
        const bool own = manifest.database == database && manifest.scope == backup::Scope::Database &&
                         (server == 0 || manifest.systemIdentifier == QString::number(server));
        if (!own || !manifest.good())
            continue;
        if (stored.whole()) {
            const double hours = double(manifest.created.secsTo(now)) / 3600;
            check = judged(name, hours, u"h"_s, pair,
                           u"last verified backup %1 h old (%2)"_s.arg(QString::number(hours, 'f', 1),
                                                                       manifest.levelText()));
            if (manifest.ahead(now)) {
                check.status = HealthCheck::Critical;
                check.text =
                    u"the last verified backup, %1, is dated %2 h in the future: a clock is or was wrong"_s
                        .arg(stored.dumpPath(), QString::number(-hours, 'f', 1));
            }
            break;
        }
        if (lost.isEmpty())
            lost = stored.dumpPath();
    }
    if (!lost.isEmpty()) {
        check.status = HealthCheck::Critical;
        check.text = u"files of the verified backup %1 are missing or cut short, %2"_s.arg(lost, check.text);
    }
    return check;
}

namespace {

Result<QList<HealthCheck>> makeChecks(Session &session, const HealthLimits &limits, qint64 server)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("check/server"));
    if (!rows)
        return rows.error();
    const auto count = [&](const char *column) { return rows->integer(0, rows->column(column)); };
    const auto number = [&](const char *column) { return rows->number(0, rows->column(column)); };
    const bool seesAll = rows->boolean(0, rows->column("sees_all"));
    QList<HealthCheck> checks;
    if (limits.connections) {
        const qint64 usable = count("usable_connections");
        checks += judged(
            u"connections"_s, 100.0 * double(count("connections")) / double(std::max<qint64>(usable, 1)),
            u"%"_s, *limits.connections, u"%1 of %2 connections"_s.arg(count("connections")).arg(usable));
    }
    if (limits.blocked)
        checks +=
            judged(u"blocked"_s, number("blocked_seconds"), u"s"_s, *limits.blocked,
                   count("blocked") == 0 ? u"nobody waits for a lock"_s
                                         : u"%1 wait for a lock, the longest for %2"_s.arg(count("blocked"))
                                               .arg(seconds(number("blocked_seconds"))));
    if (limits.idleInTransaction)
        checks += !seesAll ? hidden(u"idle-in-transaction"_s, *limits.idleInTransaction)
                           : judged(u"idle-in-transaction"_s, number("idle_seconds"), u"s"_s,
                                    *limits.idleInTransaction,
                                    count("idle") == 0
                                        ? u"no transaction is left open"_s
                                        : u"%1 idle in a transaction, the longest for %2"_s.arg(count("idle"))
                                              .arg(seconds(number("idle_seconds"))));
    if (limits.wraparound) {
        ServerSample age;
        age.oldestTransaction = count("oldest");
        checks += judged(
            u"wraparound"_s, 100 * age.wraparound(), u"%"_s, *limits.wraparound,
            u"%1 % of the way to wraparound (%2)"_s.arg(QString::number(100 * age.wraparound(), 'f', 1),
                                                        rows->text(0, rows->column("oldest_database"))));
    }
    if (limits.invalidIndexes)
        checks += judged(u"invalid-indexes"_s, double(count("invalid_indexes")), {}, *limits.invalidIndexes,
                         u"%1 invalid indexes in %2"_s.arg(count("invalid_indexes"))
                             .arg(rows->text(0, rows->column("database"))));
    if (limits.backupAge)
        checks += backupAge(limits, rows->text(0, rows->column("database")), server,
                            QDateTime::currentDateTimeUtc());
    return checks;
}

} // namespace

namespace {

/// A day and its night, or a week and its weekend, as the schedule of the kind has it.
std::optional<HealthLimits::Pair> usualLimits(const backup::Overview &overview, const QString &kind,
                                              bool done)
{
    constexpr HealthLimits::Pair daily{26, 50};
    constexpr HealthLimits::Pair weekly{8 * 24, 15 * 24};
    for (const ScheduleState &state : overview.schedules)
        if (state.schedule.kind == kind)
            return state.schedule.weekday == 0 ? daily : weekly;
    return done ? std::optional(kind == u"drill" ? weekly : daily) : std::nullopt;
}

HealthCheck proofAge(const QString &what, const std::optional<BackupProof> &last,
                     const HealthLimits::Pair &limits, const QDateTime &now)
{
    const QString name = what + u"-age"_s;
    if (!last)
        return {name, HealthCheck::Critical, u"no %1 went well yet"_s.arg(what), 0, {}, limits};
    const double hours = double(last->at.secsTo(now)) / 3600;
    return judged(name, hours, u"h"_s, limits,
                  u"last %1 %2 h ago (%3)"_s.arg(what, QString::number(hours, 'f', 1), last->place));
}

} // namespace

QList<HealthCheck> backupChecks(const backup::Overview &overview, const HealthLimits &limits,
                                const QDateTime &now)
{
    QList<HealthCheck> checks;
    for (const auto &[what, last, given] : {std::tuple{u"drill"_s, overview.lastDrill, limits.drillAge},
                                            std::tuple{u"upload"_s, overview.lastUpload, limits.uploadAge}})
        if (const auto pair = given ? given : usualLimits(overview, what, last.has_value()))
            checks += proofAge(what, last, *pair, now);
    if (overview.schedules.isEmpty())
        return checks;
    QStringList bad;
    for (const ScheduleState &state : overview.badRuns())
        bad += u"%1 %2 (%3, %4)"_s.arg(state.schedule.name(), outcomeName(state.outcome),
                                       state.last.toString(Qt::ISODate), state.text);
    return checks << judged(u"schedules"_s, double(bad.size()), {}, {1, 1},
                            bad.isEmpty() ? u"%1 schedules, next %2"_s.arg(overview.schedules.size())
                                                .arg(overview.nextRun().toUTC().toString(Qt::ISODate))
                                          : bad.join(u", "_s));
}

QString healthName(HealthCheck::Status status)
{
    static const QStringList names{u"OK"_s, u"WARNING"_s, u"CRITICAL"_s, u"UNKNOWN"_s};
    return names[status];
}

HealthCheck::Status worst(const QList<HealthCheck> &checks)
{
    static const QList<HealthCheck::Status> order{HealthCheck::Ok, HealthCheck::Warning, HealthCheck::Unknown,
                                                  HealthCheck::Critical};
    HealthCheck::Status found = HealthCheck::Ok;
    for (const HealthCheck &check : checks)
        if (order.indexOf(check.status) > order.indexOf(found))
            found = check.status;
    return found;
}

QFuture<Result<QList<HealthCheck>>> HealthService::check(const HealthLimits &limits, const CancelToken &token)
{
    const qint64 server = m_pool.capabilities().systemIdentifier;
    return m_pool.run<QList<HealthCheck>>(u"Check"_s, token, [limits, server](Session &session) {
        return makeChecks(session, limits, server);
    });
}
