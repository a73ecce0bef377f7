// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/indexservice.h"

#include <algorithm>
#include <tuple>

using namespace Qt::StringLiterals;

namespace {

/// Key and stored columns as texts that are equal where the columns are: number, operator class, collation,
/// order. `indoption` and its kin are of the key columns only.
void readColumns(const Rows &rows, int row, IndexInfo &index)
{
    const QStringList numbers = rows.text(row, rows.column("columns")).split(u' ', Qt::SkipEmptyParts);
    const QStringList classes = rows.text(row, rows.column("operator_classes")).split(u' ');
    const QStringList collations = rows.text(row, rows.column("collations")).split(u' ');
    const QStringList options = rows.text(row, rows.column("options")).split(u' ');
    const qsizetype keys = rows.integer(row, rows.column("key_columns"));
    for (qsizetype i = 0; i < numbers.size(); ++i) {
        if (i < keys)
            index.keys +=
                u"%1:%2:%3:%4"_s.arg(numbers[i], classes.value(i), collations.value(i), options.value(i));
        else
            index.included += numbers[i];
    }
}

IndexInfo readIndex(const Rows &rows, int row)
{
    const auto text = [&](const char *column) { return rows.text(row, rows.column(column)); };
    const auto integer = [&](const char *column) { return rows.integer(row, rows.column(column)); };
    const auto flag = [&](const char *column) { return rows.boolean(row, rows.column(column)); };
    IndexInfo index;
    index.id = integer("index_id");
    index.tableId = integer("table_id");
    index.schema = text("schema");
    index.table = text("table_name");
    index.name = text("index_name");
    index.fullName = text("full_name");
    index.tableName = text("full_table");
    index.method = text("method");
    index.bytes = integer("bytes");
    index.scans = integer("scans");
    index.tuplesRead = integer("tuples_read");
    index.tuplesFetched = integer("tuples_fetched");
    if (!rows.isNull(row, rows.column("last_scan")))
        index.lastScan = QDateTime::fromString(text("last_scan"), Qt::ISODateWithMs);
    index.partitioned = flag("partitioned");
    index.primary = flag("is_primary");
    index.unique = flag("is_unique");
    index.exclusion = flag("is_exclusion");
    index.constraint = flag("is_constraint");
    index.referenced = flag("is_referenced");
    index.replicaIdentity = flag("is_replica_identity");
    index.clustered = flag("is_clustered");
    index.valid = flag("is_valid");
    index.beingBuilt = flag("is_being_built");
    index.nullsNotDistinct = flag("nulls_not_distinct");
    index.expressions = text("expressions");
    index.predicate = text("predicate");
    readColumns(rows, row, index);
    return index;
}

/// Partitions of an index are counted into the index they belong to: they cannot be dropped alone.
QList<IndexInfo> readIndexes(const Rows &rows)
{
    const int parentColumn = rows.column("parent_id");
    QHash<qint64, qint64> parents;
    QHash<qint64, qsizetype> places;
    QList<IndexInfo> all;
    for (int row = 0; row < rows.count(); ++row) {
        all.append(readIndex(rows, row));
        places.insert(all.last().id, row);
        if (!rows.isNull(row, parentColumn))
            parents.insert(all.last().id, rows.integer(row, parentColumn));
    }
    for (auto each = parents.cbegin(); each != parents.cend(); ++each) {
        qint64 root = each.value();
        while (parents.contains(root))
            root = parents.value(root);
        if (!places.contains(root))
            continue;
        const IndexInfo &part = all[places.value(each.key())];
        IndexInfo &whole = all[places.value(root)];
        ++whole.partitions;
        whole.bytes += part.bytes;
        whole.scans += part.scans;
        whole.tuplesRead += part.tuplesRead;
        whole.tuplesFetched += part.tuplesFetched;
        if (part.lastScan.isValid() && !(whole.lastScan > part.lastScan))
            whole.lastScan = part.lastScan;
    }
    all.removeIf([&](const IndexInfo &index) { return parents.contains(index.id); });
    std::sort(all.begin(), all.end(), [](const IndexInfo &a, const IndexInfo &b) {
        return std::tie(a.schema, a.table, a.name) < std::tie(b.schema, b.table, b.name);
    });
    return all;
}

Result<QList<UnindexedKey>> readForeignKeys(Session &session)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("indexes/foreign_keys"));
    if (!rows)
        return rows.error();
    QList<UnindexedKey> keys;
    for (int row = 0; row < rows->count(); ++row)
        keys.append({.tableName = rows->text(row, 0),
                     .tableId = rows->integer(row, 1),
                     .constraint = rows->text(row, 2),
                     .referenced = rows->text(row, 3),
                     .columns = rows->textArray(row, 4),
                     .rows = rows->integer(row, 5),
                     .referencedDeletes = rows->integer(row, 6),
                     .partitioned = rows->boolean(row, 7)});
    return keys;
}

Result<QList<ScannedTable>> readScannedTables(Session &session)
{
    // Below some thousand rows reading the whole table is what a planner should do.
    constexpr qint64 large = 10'000;
    const Result<Rows> rows = session.read({}, sqlcatalog::query("indexes/sequential_scans"), {large});
    if (!rows)
        return rows.error();
    QList<ScannedTable> tables;
    for (int row = 0; row < rows->count(); ++row)
        tables.append({.tableName = rows->text(row, 0),
                       .tableId = rows->integer(row, 1),
                       .scans = rows->integer(row, 2),
                       .rowsRead = rows->integer(row, 3),
                       .indexScans = rows->integer(row, 4),
                       .rows = rows->integer(row, 5)});
    return tables;
}

/// Estimates are an extra: a login that may not ask is told so, and sees the rest.
Result<void> readEstimates(Session &session, IndexReport &report)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("indexes/estimates"));
    if (!rows && rows.error().kind == ErrorKind::Permission) {
        report.noEstimates = u"This login may not ask for estimates of size: members of retail_dba and "
                             u"retail_ops may."_s;
        return {};
    }
    if (!rows)
        return rows.error();
    QHash<qint64, qint64> expected;
    for (int row = 0; row < rows->count(); ++row)
        expected.insert(rows->integer(row, 0), rows->integer(row, 1));
    for (IndexInfo &index : report.indexes)
        index.expectedBytes = expected.value(index.id, -1);
    return {};
}

Result<IndexReport> readList(Session &session)
{
    IndexReport report;
    const Result<ServerFacts> server = readServerFacts(session);
    if (!server)
        return server.error();
    report.server = *server;
    report.countedSince = server->statsReset;
    if (!report.countedSince.isValid()) {
        const Result<Rows> oldest = session.read({}, sqlcatalog::query("indexes/counted_since"));
        if (!oldest)
            return oldest.error();
        if (!oldest->isNull(0, 0))
            report.countedSince = oldest->timestamp(0, 0);
    }
    const Result<Rows> rows = session.read({}, sqlcatalog::query("indexes/list"));
    if (!rows)
        return rows.error();
    report.indexes = readIndexes(*rows);
    return report;
}

Result<IndexReport> readRest(Session &session, IndexReport report)
{
    Result<QList<UnindexedKey>> keys = readForeignKeys(session);
    if (!keys)
        return keys.error();
    report.foreignKeys = std::move(keys).value();
    Result<QList<ScannedTable>> scanned = readScannedTables(session);
    if (!scanned)
        return scanned.error();
    report.scannedTables = std::move(scanned).value();
    const Result<void> estimated = readEstimates(session, report);
    return estimated ? Result<IndexReport>(std::move(report)) : estimated.error();
}

Result<IndexReport> readReport(Session &session)
{
    Result<IndexReport> report = readList(session);
    return report ? readRest(session, std::move(report).value()) : report;
}

Result<QHash<qint64, qint64>> readSizes(Session &session)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("indexes/sizes"));
    if (!rows)
        return rows.error();
    QHash<qint64, qint64> sizes;
    QList<qint64> unknown; // where one partition was not told, the sum is none
    for (int row = 0; row < rows->count(); ++row) {
        sizes[rows->integer(row, 0)] += rows->integer(row, 1);
        if (rows->isNull(row, 1))
            unknown += rows->integer(row, 0);
    }
    for (const qint64 id : std::as_const(unknown))
        sizes.remove(id);
    return sizes;
}

} // namespace

void IndexReport::setSizes(const QHash<qint64, qint64> &sizes)
{
    for (IndexInfo &index : indexes)
        if (const auto found = sizes.constFind(index.id); found != sizes.cend()) {
            index.bytes = *found;
            index.measured = true;
        }
}

QFuture<Result<IndexReport>> IndexService::report(const CancelToken &token)
{
    return m_pool.run<IndexReport>(u"Indexes"_s, token, readReport);
}

QFuture<Result<IndexReport>> IndexService::list(const CancelToken &token)
{
    return m_pool.run<IndexReport>(u"Indexes"_s, token, readList);
}

QFuture<Result<IndexReport>> IndexService::complete(const IndexReport &listed, const CancelToken &token)
{
    return m_pool.run<IndexReport>(u"Indexes"_s, token, [listed](Session &session) -> Result<IndexReport> {
        Result<IndexReport> report = readRest(session, listed);
        if (!report)
            return report;
        const Result<QHash<qint64, qint64>> sizes = readSizes(session);
        if (!sizes)
            return sizes.error();
        report->setSizes(*sizes);
        return report;
    });
}

QFuture<Result<QHash<qint64, qint64>>> IndexService::sizes(const CancelToken &token)
{
    return m_pool.run<QHash<qint64, qint64>>(u"Indexes"_s, token, readSizes);
}

QFuture<Result<QHash<qint64, QString>>> IndexService::definitions(const QList<qint64> &ids,
                                                                  const CancelToken &token)
{
    QStringList texts;
    for (const qint64 id : ids)
        texts += QString::number(id);
    return m_pool.run<QHash<qint64, QString>>(
        u"Indexes"_s, token, [texts](Session &session) -> Result<QHash<qint64, QString>> {
            const Result<Rows> rows = session.read({}, sqlcatalog::query("indexes/definition"), {texts});
            if (!rows)
                return rows.error();
            QHash<qint64, QString> definitions;
            for (int row = 0; row < rows->count(); ++row)
                definitions.insert(rows->integer(row, 0), rows->text(row, 1));
            return definitions;
        });
}
