// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/performanceservice.h"

#include "app/services/sqltext.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

using namespace Qt::StringLiterals;

namespace {

const QString insufficient = QStringLiteral("<insufficient privilege>");

/// The query file, with the extension's schema and columns as this server has them.
Statement adapted(const char *name, const StatementFacts &facts)
{
    Statement statement = sqlcatalog::query(name);
    statement.sql.replace("public.pg_stat_statements", quoteIdentifier(facts.schema) + ".pg_stat_statements");
    statement.sql.replace("0::float8 AS io_time",
                          facts.columns.contains(u"shared_blk_read_time"_s)
                              ? "s.shared_blk_read_time + s.shared_blk_write_time"
                                " + s.local_blk_read_time + s.local_blk_write_time AS io_time"
                              : "s.blk_read_time + s.blk_write_time AS io_time");
    if (facts.columns.contains(u"stats_since"_s))
        statement.sql.replace("NULL::timestamptz AS since", "s.stats_since AS since");
    return statement;
}

Result<StatementFacts> readFacts(Session &session)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("performance/facts"));
    if (!rows)
        return rows.error();
    const auto column = [&](const char *name) { return rows->column(name); };
    return StatementFacts{rows->boolean(0, column("preloaded")),
                          rows->text(0, column("installed")),
                          rows->text(0, column("schema")),
                          rows->text(0, column("available")),
                          rows->boolean(0, column("reads_all")),
                          rows->boolean(0, column("io_timing")),
                          rows->text(0, column("track")),
                          rows->boolean(0, column("identifies")),
                          int(rows->integer(0, column("block_size"))),
                          rows->boolean(0, column("may_reset")),
                          rows->textArray(0, column("columns"))};
}

Error notThere()
{
    return {ErrorKind::NotFound, u"This server keeps no statement statistics."_s,
            u"The Queries page tells what is missing, and the statement that mends it."_s};
}

StatementStat statementOf(const Rows &rows, int row)
{
    StatementStat s;
    s.queryId = rows.text(row, 0);
    s.userId = rows.integer(row, 1);
    s.databaseId = rows.integer(row, 2);
    s.topLevel = rows.boolean(row, 3);
    s.role = rows.text(row, 4);
    s.database = rows.text(row, 5);
    s.query = rows.text(row, 6);
    s.hidden = s.query == insufficient;
    s.ours = sqltext::isOurs(s.query);
    s.line = sqltext::oneLine(s.query);
    s.calls = rows.integer(row, 7);
    s.totalMs = rows.number(row, 8);
    s.meanMs = rows.number(row, 9);
    s.maxMs = rows.number(row, 10);
    s.deviationMs = rows.number(row, 11);
    s.rows = rows.integer(row, 12);
    s.hitBlocks = rows.integer(row, 13);
    s.readBlocks = rows.integer(row, 14);
    s.ioMs = rows.number(row, 15);
    s.tempBlocks = rows.integer(row, 16) + rows.integer(row, 17);
    s.walBytes = rows.integer(row, 18);
    s.since = rows.timestamp(row, 19);
    return s;
}

/// Resets that the extension does not remember: of this database, and of single statements.
Result<void> applyResets(Session &session, bool allDatabases, StatementList &list)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("performance/resets"));
    if (!rows) // a right that managers and applications have not; their own statements are theirs to see
        return rows.error().kind == ErrorKind::Permission ? Result<void>() : rows.error();
    QHash<QString, QDateTime> single;
    for (int row = 0; row < rows->count(); ++row) {
        const QDateTime at = rows->timestamp(row, 1);
        if (rows->text(row, 0) != u"0") {
            single.insert(rows->text(row, 0), at);
        } else if (!allDatabases && at > list.since) {
            list.since = at;
            list.sinceReason = u"reset by %1"_s.arg(rows->text(row, 2));
        }
    }
    for (StatementStat &statement : list.statements)
        if (const QDateTime at = single.value(statement.queryId);
            !statement.since.isValid() && at.isValid() && at > list.since)
            statement.since = at;
    return {};
}

Result<StatementList> readStatements(Session &session, bool allDatabases, const Capabilities &capabilities)
{
    const Result<StatementFacts> facts = readFacts(session);
    if (!facts)
        return facts.error();
    StatementList list;
    list.facts = *facts;
    list.gaps = statementGaps(*facts, capabilities);
    if (!facts->usable())
        return list;
    const Result<Rows> origin = session.read({}, adapted("performance/origin", *facts));
    if (!origin)
        return origin.error();
    list.since = origin->timestamp(0, 0);
    list.evicted = origin->integer(0, 1);
    list.readAt = origin->timestamp(0, 3);
    const Result<Rows> rows = session.read({}, adapted("performance/statements", *facts), {allDatabases});
    if (!rows)
        return rows.error();
    list.statements.reserve(rows->count());
    for (int row = 0; row < rows->count(); ++row) {
        const StatementStat statement = statementOf(*rows, row);
        list.totalMs += statement.ours ? 0 : statement.totalMs;
        list.statements.append(statement);
    }
    for (StatementStat &statement : list.statements)
        statement.share = statement.ours ? -1 : list.totalMs > 0 ? statement.totalMs / list.totalMs : 0;
    if (capabilities.schemaVersion > 0)
        if (const Result<void> applied = applyResets(session, allDatabases, list); !applied)
            return applied.error();
    return list;
}

} // namespace

QString StatementStat::key() const
{
    return u"%1/%2/%3/%4"_s.arg(queryId.isEmpty() ? QString::number(qHash(query) ^ quint64(calls)) : queryId)
        .arg(userId)
        .arg(databaseId)
        .arg(int(topLevel));
}

double StatementStat::hitRatio() const
{
    const qint64 all = hitBlocks + readBlocks;
    return all > 0 ? double(hitBlocks) / double(all) : std::numeric_limits<double>::quiet_NaN();
}

QList<StatementGap> statementGaps(const StatementFacts &facts, const Capabilities &capabilities)
{
    QList<StatementGap> gaps;
    const QString superuser = u"A superuser of the server can run it."_s;
    if (facts.available.isEmpty() && facts.installed.isEmpty())
        gaps.append(
            {u"pg_stat_statements is not installed on the server"_s,
             u"The statistics come from this extension; it is in the package of PostgreSQL's contributed modules."_s,
             u"apt install postgresql-contrib"_s, u"An administrator of the server's system can run it."_s});
    if (!facts.preloaded)
        gaps.append(
            {u"pg_stat_statements is not loaded"_s,
             u"The server counts statements only when it loads this library at its start."_s,
             u"ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements';"_s,
             u"A superuser can run it; it works after a restart of the server. Libraries that are loaded already must stand in the same list."_s});
    if (facts.installed.isEmpty() && !facts.available.isEmpty())
        gaps.append(
            {u"The extension is not created in this database"_s,
             u"Without it the counted figures cannot be read here."_s,
             u"CREATE EXTENSION pg_stat_statements;\nSELECT retail.create_slow_queries_view();\nGRANT EXECUTE ON FUNCTION pg_stat_statements_reset TO retail_owner;"_s,
             superuser});
    if (facts.preloaded && (facts.track == "none"_L1 || !facts.identifies))
        gaps.append({u"Statements are not counted"_s,
                     facts.identifies ? u"pg_stat_statements.track is “none”."_s
                                      : u"compute_query_id is off, so statements cannot be told apart."_s,
                     facts.identifies
                         ? u"ALTER SYSTEM SET pg_stat_statements.track = 'top';\nSELECT pg_reload_conf();"_s
                         : u"ALTER SYSTEM SET compute_query_id = 'auto';\nSELECT pg_reload_conf();"_s,
                     superuser});
    if (!facts.readsAll)
        gaps.append(
            {u"Other logins' statements are hidden"_s,
             u"“%1” has not the rights of pg_monitor: it sees figures of all, and texts of its own statements only."_s
                 .arg(capabilities.role),
             u"GRANT pg_monitor TO %1;"_s.arg(QString::fromUtf8(quoteIdentifier(capabilities.role))),
             superuser});
    if (!facts.ioTiming)
        gaps.append(
            {u"Time for reading and writing is not measured"_s,
             u"track_io_timing is off, so the I/O time of each statement is 0. Measuring costs little on current hardware (pg_test_timing tells)."_s,
             u"ALTER SYSTEM SET track_io_timing = on;\nSELECT pg_reload_conf();"_s, superuser});
    const auto older = [](const QString &a, const QString &b) {
        const QStringList x = a.split(u'.'), y = b.split(u'.');
        return x.value(0).toInt() != y.value(0).toInt() ? x.value(0).toInt() < y.value(0).toInt()
                                                        : x.value(1).toInt() < y.value(1).toInt();
    };
    if (!facts.installed.isEmpty() && older(facts.installed, facts.available))
        gaps.append(
            {u"The extension is older than the server"_s,
             u"Version %1 is created, %2 is there: an upgrade of the server leaves the old one."_s.arg(
                 facts.installed, facts.available),
             // Our view stands in the way of the extension's own, and a new reset function has no grants.
             u"DROP VIEW IF EXISTS retail.slow_queries;\nALTER EXTENSION pg_stat_statements UPDATE;\nSELECT retail.create_slow_queries_view();\nGRANT EXECUTE ON FUNCTION %1.pg_stat_statements_reset TO retail_owner;"_s
                 .arg(QString::fromUtf8(quoteIdentifier(facts.schema))),
             superuser});
    return gaps;
}

PerformanceService::PerformanceService(ConnectionPool &pool, MetricStore &store, MetricSampler &sampler)
    : m_pool(pool)
    , m_store(store)
{
    sampler.add(probe());
}

QFuture<Result<StatementList>> PerformanceService::statements(bool allDatabases, const CancelToken &token)
{
    return m_pool.run<StatementList>(u"Queries"_s, token,
                                     [allDatabases, can = m_pool.capabilities()](Session &session) {
                                         return readStatements(session, allDatabases, can);
                                     });
}

QFuture<Result<QString>> PerformanceService::text(const QString &queryId, const CancelToken &token)
{
    return m_pool.run<QString>(u"Queries"_s, token, [queryId](Session &session) -> Result<QString> {
        const Result<StatementFacts> facts = readFacts(session);
        if (!facts)
            return facts.error();
        if (!facts->usable())
            return notThere();
        const Result<Rows> rows = session.read({}, adapted("performance/text", *facts), {queryId});
        if (!rows)
            return rows.error();
        if (rows->count() == 0)
            return Error{
                ErrorKind::NotFound, u"There is no statement %1 in the statistics."_s.arg(queryId),
                u"The statistics may have been reset, or the statement thrown out for lack of room."_s};
        return rows->text(0, 0);
    });
}

QFuture<Result<QList<RunningStatement>>> PerformanceService::running(const QString &queryId,
                                                                     const CancelToken &token)
{
    return m_pool.run<QList<RunningStatement>>(
        u"Queries"_s, token, [queryId](Session &session) -> Result<QList<RunningStatement>> {
            const Result<Rows> rows = session.read({}, sqlcatalog::query("performance/running"), {queryId});
            if (!rows)
                return rows.error();
            QList<RunningStatement> all;
            for (int row = 0; row < rows->count(); ++row)
                all.append({int(rows->integer(row, 0)), rows->text(row, 1), rows->text(row, 2),
                            rows->timestamp(row, 3),
                            rows->isNull(row, 4) ? QString()
                                                 : u"%1: %2"_s.arg(rows->text(row, 4), rows->text(row, 5))});
            return all;
        });
}

QFuture<Result<Done>> PerformanceService::reset(const QString &queryId, const CancelToken &token)
{
    return m_pool.run<Done>(u"Queries"_s, token, [queryId](Session &session) -> Result<Done> {
        const QString id = queryId.isEmpty() ? u"0"_s : queryId;
        const Result<QList<Rows>> done = session.write({}, {{sqlcatalog::query("performance/reset"), {id}}});
        if (!done)
            return done.error();
        return Done{};
    });
}

const MetricKind &PerformanceService::statementKind()
{
    static const MetricKind kind{
        .name = u"statement"_s, .counters = CounterCount, .rank = Microseconds, .top = 200};
    return kind;
}

/// Texts are asked for once a statement: what is read each minute are numbers.
MetricProbe PerformanceService::probe() const
{
    struct Labels
    {
        std::mutex mutex; // guards what follows; samples may overlap a change of database
        QString origin;
        QHash<QString, QString> texts; // by queryid; null: ours
    };
    const auto labels = std::make_shared<Labels>();
    const auto read = [labels](Session &session) -> Result<MetricReading> {
        const Result<StatementFacts> facts = readFacts(session);
        if (!facts)
            return facts.error();
        if (!facts->usable())
            return notThere();
        const Result<Rows> origin = session.read({}, adapted("performance/origin", *facts));
        if (!origin)
            return origin.error();
        const Result<Rows> rows = session.read({}, adapted("performance/sample", *facts));
        if (!rows)
            return rows.error();
        MetricReading reading{
            QDateTime::currentDateTimeUtc(), origin->text(0, 2) + u' ' + origin->text(0, 0), {}};
        const std::lock_guard guard(labels->mutex);
        if (labels->origin != reading.origin || labels->texts.size() > 50'000)
            labels->texts.clear();
        labels->origin = reading.origin;
        QStringList unknown;
        for (int row = 0; row < rows->count(); ++row)
            if (const QString id = rows->text(row, 0); !labels->texts.contains(id))
                unknown.append(id);
        if (!unknown.isEmpty()) {
            const Result<Rows> texts = session.read({}, adapted("performance/texts", *facts), {unknown});
            if (!texts)
                return texts.error();
            for (int row = 0; row < texts->count(); ++row) {
                const QString text = texts->text(row, 1);
                labels->texts.insert(texts->text(row, 0),
                                     sqltext::isOurs(text)
                                         ? QString()
                                         : sqltext::oneLine(sqltext::withoutValues(text)).left(500));
            }
        }
        for (int row = 0; row < rows->count(); ++row) {
            const QString label = labels->texts.value(rows->text(row, 0), u"…"_s);
            if (label.isNull())
                continue;
            MetricObject object{rows->text(row, 0), label, {}};
            for (int value = 0; value < CounterCount; ++value)
                object.values.append(rows->integer(row, value + 1));
            reading.objects.append(object);
        }
        return reading;
    };
    return {statementKind(), 60, [](const Capabilities &can) { return can.monitor || can.superuser; }, read};
}

QFuture<Result<QList<MetricPoint>>> PerformanceService::history(const QString &queryId, const Period &period)
{
    return QtConcurrent::run(
        &m_threads, [this, queryId, period, server = MetricSampler::serverKey(m_pool.capabilities())] {
            return m_store.series(server, statementKind(), queryId, period.from, period.to);
        });
}

QFuture<Result<QDateTime>> PerformanceService::historySince()
{
    return QtConcurrent::run(&m_threads, [this, server = MetricSampler::serverKey(m_pool.capabilities())] {
        return m_store.since(server, statementKind());
    });
}

QFuture<Result<StatementComparison>> PerformanceService::compare(const Period &before, const Period &after)
{
    return QtConcurrent::run(
        &m_threads,
        [this, before, after,
         server = MetricSampler::serverKey(m_pool.capabilities())]() -> Result<StatementComparison> {
            const Result<MetricSums> first = m_store.sums(server, statementKind(), before.from, before.to);
            if (!first)
                return first.error();
            const Result<MetricSums> second = m_store.sums(server, statementKind(), after.from, after.to);
            if (!second)
                return second.error();
            return comparison(*first, *second);
        });
}

StatementComparison PerformanceService::comparison(const MetricSums &before, const MetricSums &after)
{
    // A change is called a regression when it is large, was seen often enough to be no accident, and costs
    // the server something.
    constexpr double slower = 1.5;
    constexpr qint64 enoughCalls = 5;
    constexpr double mattersMs = 0.1; // of execution a second

    StatementComparison found{before.seconds, after.seconds, {}};
    QHash<QString, StatementChange> changes;
    const auto mean = [](const MetricSum &sum) {
        return sum.values[Calls] > 0 ? double(sum.values[Microseconds]) / 1e3 / double(sum.values[Calls])
                                     : std::numeric_limits<double>::quiet_NaN();
    };
    const auto load = [](const MetricSum &sum, qint64 seconds) {
        return seconds > 0 ? double(sum.values[Microseconds]) / 1e3 / double(seconds) : 0;
    };
    const auto changeOf = [&](const MetricSum &sum) -> StatementChange & {
        StatementChange &change = changes[sum.object];
        change.queryId = sum.object;
        change.text = sum.label;
        return change;
    };
    for (const MetricSum &sum : before.objects) {
        StatementChange &change = changeOf(sum);
        change.callsBefore = sum.values[Calls];
        change.meanBefore = mean(sum);
        change.loadBefore = load(sum, before.seconds);
        change.meanAfter = std::numeric_limits<double>::quiet_NaN();
    }
    for (const MetricSum &sum : after.objects) {
        const bool isNew = !changes.contains(sum.object);
        StatementChange &change = changeOf(sum);
        if (isNew)
            change.meanBefore = std::numeric_limits<double>::quiet_NaN();
        change.callsAfter = sum.values[Calls];
        change.meanAfter = mean(sum);
        change.loadAfter = load(sum, after.seconds);
        const bool often = change.callsAfter >= enoughCalls && (isNew || change.callsBefore >= enoughCalls);
        change.regressed = often && before.seconds > 0 && change.added() > mattersMs &&
                           (std::isnan(change.meanBefore) || change.meanAfter > slower * change.meanBefore);
    }
    found.changes = changes.values();
    std::sort(found.changes.begin(), found.changes.end(),
              [](const StatementChange &a, const StatementChange &b) {
                  return a.added() != b.added() ? a.added() > b.added() : a.queryId < b.queryId;
              });
    return found;
}
