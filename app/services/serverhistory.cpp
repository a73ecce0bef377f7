// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/serverhistory.h"

#include "app/services/tablestatservice.h"

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

constexpr int eachMinute = 60;
constexpr int eachQuarter = 900;
const QString theServer = QStringLiteral("server");

constexpr qint64 ServerSample::*counters[] = {
    &ServerSample::commits,   &ServerSample::rollbacks,        &ServerSample::hits,
    &ServerSample::reads,     &ServerSample::tempFiles,        &ServerSample::tempBytes,
    &ServerSample::deadlocks, &ServerSample::checkpointsTimed, &ServerSample::checkpointsRequested,
    &ServerSample::walBytes};
constexpr int ServerSample::*smallLevels[] = {&ServerSample::connections, &ServerSample::maxConnections,
                                              &ServerSample::active, &ServerSample::idleInTransaction,
                                              &ServerSample::blocked};
constexpr qint64 ServerSample::*levels[] = {&ServerSample::lagBytes, &ServerSample::oldestTransaction,
                                            &ServerSample::oldestMultixact, &ServerSample::freezeMaxAge};
constexpr int counterCount = int(std::size(counters));
constexpr int levelCount = int(std::size(smallLevels) + std::size(levels)) + 1; // and the lag in ms

QList<qint64> valuesOf(const ServerSample &sample)
{
    QList<qint64> values;
    for (const auto member : counters)
        values += sample.*member;
    for (const auto member : smallLevels)
        values += sample.*member;
    for (const auto member : levels)
        values += sample.*member;
    values += sample.lagSeconds < 0 ? -1 : std::llround(sample.lagSeconds * 1000);
    return values;
}

/// The counters of the result are what was counted in the point's time.
ServerSample sampleOf(const QList<qint64> &values)
{
    ServerSample sample;
    auto value = values.cbegin();
    for (const auto member : counters)
        sample.*member = *value++;
    for (const auto member : smallLevels)
        sample.*member = int(*value++);
    for (const auto member : levels)
        sample.*member = *value++;
    sample.lagSeconds = *value < 0 ? -1 : double(*value) / 1000;
    return sample;
}

ServerPoint pointOf(const MetricPoint &point)
{
    ServerPoint found{
        QDateTime::fromSecsSinceEpoch(point.at + point.seconds, Qt::UTC), point.seconds, {}, {}};
    if (!point.known) {
        found.levels.connections = found.levels.active = found.levels.blocked = -1;
        found.levels.idleInTransaction = found.levels.maxConnections = -1;
        found.levels.oldestTransaction = found.levels.oldestMultixact = found.levels.freezeMaxAge = -1;
        return found;
    }
    found.levels = sampleOf(point.values);
    found.levels.at = found.at;
    ServerSample before;
    before.at = found.at.addSecs(-point.seconds);
    found.rates = ratesBetween(before, found.levels);
    return found;
}

/// Counters of tables and indexes end with a reset of the statistics, and live through a restart. They are
/// taken to begin with the server's start all the same: nothing else tells physical copies apart (two
/// standbys, or one that was promoted), which share their identity and may share an address. A restart costs
/// one gap; one copy's counters minus another's would be activity that never was.
Result<MetricReading> beginReading(Session &session)
{
    const Result<ServerFacts> facts = readServerFacts(session);
    if (!facts)
        return facts.error();
    return MetricReading{QDateTime::currentDateTimeUtc(),
                         facts->started.toString(Qt::ISODateWithMs) + u' ' +
                             facts->statsReset.toString(Qt::ISODateWithMs),
                         {}};
}

Result<MetricReading> readServer(Session &session)
{
    const Result<ServerSample> sample = readServerSample(session);
    if (!sample)
        return sample.error();
    return MetricReading{
        QDateTime::currentDateTimeUtc(), sample->origin, {{theServer, theServer, valuesOf(*sample)}}};
}

Result<MetricReading> readTables(Session &session)
{
    Result<MetricReading> reading = beginReading(session);
    if (!reading)
        return reading;
    const Result<QList<TableStats>> tables = readTableStats(session);
    if (!tables)
        return tables.error();
    for (const TableStats &table : *tables)
        reading->objects.append(
            {QString::number(table.id),
             table.fullName,
             {table.inserts + table.updates + table.deletes, table.sequentialScans, table.indexScans,
              table.heapBytes, table.indexBytes, table.toastBytes, table.liveRows, table.deadRows}});
    return reading;
}

Result<MetricReading> readIndexes(Session &session)
{
    Result<MetricReading> reading = beginReading(session);
    if (!reading)
        return reading;
    const Result<Rows> rows = session.read({}, sqlcatalog::query("indexes/uses"));
    if (!rows)
        return rows.error();
    for (int row = 0; row < rows->count(); ++row)
        reading->objects.append(
            {rows->text(row, 0), rows->text(row, 1), {rows->integer(row, 2), rows->integer(row, 3)}});
    return reading;
}

/// Of others' sessions a login without the right is told little, and two logins share one history.
bool seesAll(const Capabilities &can)
{
    return can.monitor || can.superuser;
}

} // namespace

ServerHistory::ServerHistory(ConnectionPool &pool, MetricStore &store)
    : m_pool(pool)
    , m_store(store)
{
}

const MetricKind &ServerHistory::serverKind()
{
    static const MetricKind kind{.name = u"server"_s, .counters = counterCount, .levels = levelCount};
    return kind;
}

const MetricKind &ServerHistory::tableKind()
{
    static const MetricKind kind{.name = u"table"_s,
                                 .counters = HeapBytes,
                                 .levels = DeadRows + 1 - HeapBytes,
                                 .rank = Changes,
                                 .top = 500,
                                 .longest = 0,
                                 .lasting = true};
    return kind;
}

/// Few are kept as series; the last use of all is.
const MetricKind &ServerHistory::indexKind()
{
    static const MetricKind kind{
        .name = u"index"_s, .counters = 1, .levels = 1, .rank = 0, .top = 50, .longest = 0, .lasting = true};
    return kind;
}

QList<MetricProbe> ServerHistory::probes()
{
    return {{serverKind(), eachMinute, seesAll, readServer},
            {tableKind(), eachQuarter, seesAll, readTables},
            {indexKind(), eachQuarter, seesAll, readIndexes}};
}

QFuture<Result<QList<ServerPoint>>> ServerHistory::server(const Period &period)
{
    return QtConcurrent::run(&m_threads, [this, period, key = key()]() -> Result<QList<ServerPoint>> {
        const Result<QList<MetricPoint>> points =
            m_store.series(key, serverKind(), theServer, period.from, period.to);
        if (!points)
            return points.error();
        QList<ServerPoint> all;
        all.reserve(points->size());
        for (const MetricPoint &point : *points)
            all.append(pointOf(point));
        return all;
    });
}

QFuture<Result<QList<MetricPoint>>> ServerHistory::table(qint64 id, const Period &period)
{
    return QtConcurrent::run(&m_threads, [this, id, period, key = key()] {
        return m_store.series(key, tableKind(), QString::number(id), period.from, period.to);
    });
}

QFuture<Result<QHash<qint64, qint64>>> ServerHistory::tableBytes(const QDateTime &at)
{
    return QtConcurrent::run(&m_threads, [this, at, key = key()]() -> Result<QHash<qint64, qint64>> {
        const Result<QDateTime> since = m_store.since(key, tableKind());
        if (!since)
            return since.error();
        if (!since->isValid())
            return QHash<qint64, qint64>();
        const auto levels = m_store.levels(key, tableKind(), std::max(at, *since));
        if (!levels)
            return levels.error();
        QHash<qint64, qint64> bytes;
        for (auto each = levels->cbegin(); each != levels->cend(); ++each)
            if (each->value(0) >= 0)
                bytes.insert(each.key().toLongLong(), each->value(0) + each->value(1) + each->value(2));
        return bytes;
    });
}

QFuture<Result<QDateTime>> ServerHistory::tablesSince()
{
    return QtConcurrent::run(&m_threads, [this, key = key()] { return m_store.since(key, tableKind()); });
}

QFuture<Result<IndexUses>> ServerHistory::indexUses()
{
    return QtConcurrent::run(&m_threads, [this, key = key()]() -> Result<IndexUses> {
        const Result<QDateTime> since = m_store.since(key, indexKind());
        if (!since)
            return since.error();
        const Result<QHash<QString, MetricUse>> uses = m_store.lastUses(key, indexKind());
        if (!uses)
            return uses.error();
        IndexUses found{*since, {}};
        for (auto each = uses->cbegin(); each != uses->cend(); ++each)
            found.uses.insert(each.key().toLongLong(), each.value());
        return found;
    });
}
