// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/tablestatservice.h"

using namespace Qt::StringLiterals;

namespace {

TableStats readTable(const Rows &rows, int row)
{
    const auto integer = [&](const char *column, qint64 missing = 0) {
        const int place = rows.column(column);
        return rows.isNull(row, place) ? missing : rows.integer(row, place);
    };
    const auto text = [&](const char *column) { return rows.text(row, rows.column(column)); };
    const auto time = [&](const char *column) {
        const int place = rows.column(column);
        return rows.isNull(row, place) ? QDateTime() : rows.timestamp(row, place);
    };
    TableStats table;
    table.id = integer("table_id");
    table.schema = text("schema");
    table.table = text("table_name");
    table.fullName = text("full_name");
    table.partitions = int(integer("partitions"));
    table.heapBytes = integer("heap_bytes", -1);
    table.indexBytes = integer("index_bytes", -1);
    table.toastBytes = integer("toast_bytes", -1);
    table.liveRows = integer("live_rows");
    table.deadRows = integer("dead_rows");
    table.inserts = integer("inserts");
    table.updates = integer("updates");
    table.deletes = integer("deletes");
    table.hotUpdates = integer("hot_updates");
    table.sequentialScans = integer("sequential_scans");
    table.sequentialRows = integer("sequential_rows");
    table.indexScans = integer("index_scans");
    table.changedSinceAnalyze = integer("changed_since_analyze");
    table.lastVacuum = time("last_vacuum");
    table.lastAutovacuum = time("last_autovacuum");
    table.lastAnalyze = time("last_analyze");
    table.lastAutoanalyze = time("last_autoanalyze");
    table.frozenAge = integer("frozen_age", -1);
    table.freezeMaxAge = integer("freeze_max_age");
    return table;
}

Result<TableReport> readReport(Session &session)
{
    TableReport report;
    const Result<ServerFacts> server = readServerFacts(session);
    if (!server)
        return server.error();
    report.server = *server;
    Result<QList<TableStats>> tables = readTableStats(session);
    if (!tables)
        return tables.error();
    report.tables = std::move(tables).value();
    return report;
}

double share(qint64 part, qint64 whole)
{
    return whole > 0 ? double(part) / double(whole) : -1;
}

} // namespace

Result<QList<TableStats>> readTableStats(Session &session)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("tables/list"));
    if (!rows)
        return rows.error();
    QList<TableStats> tables;
    for (int row = 0; row < rows->count(); ++row)
        tables.append(readTable(*rows, row));
    return tables;
}

double TableStats::deadShare() const
{
    return share(deadRows, liveRows + deadRows);
}

double TableStats::hotShare() const
{
    return share(hotUpdates, updates);
}

double TableStats::indexShare() const
{
    return share(indexScans, indexScans + sequentialScans);
}

QFuture<Result<TableReport>> TableStatService::report(const CancelToken &token)
{
    return m_pool.run<TableReport>(u"Tables"_s, token, readReport);
}
