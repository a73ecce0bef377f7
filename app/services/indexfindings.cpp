// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/indexfindings.h"

#include "app/core/format.h"

#include <QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 day = 86'400;

/// Days of statistics below which "never used" says little: a monthly report would not have run yet.
constexpr qint64 enoughDays = 35;

QString dropLock(const IndexInfo &index)
{
    return index.partitioned
               ? u"Stops every read and write of the table and its partitions while it drops (ACCESS "
                 u"EXCLUSIVE). "
                 u"Short, but it first waits for running statements, and new ones wait behind it."_s
               : u"Reads and writes go on. It waits for transactions that use the table, and meanwhile holds "
                 u"up "
                 u"other changes of its structure and VACUUM (SHARE UPDATE EXCLUSIVE)."_s;
}

QString dropStatement(const IndexInfo &index)
{
    return (index.partitioned ? u"DROP INDEX %1;"_s : u"DROP INDEX CONCURRENTLY %1;"_s).arg(index.fullName);
}

IndexFinding dropping(IndexFinding::Kind kind, const IndexInfo &index, const QString &reason,
                      const QString &doubt)
{
    return {.kind = kind,
            .indexId = index.id,
            .object = index.fullName,
            .table = index.tableName,
            .bytes = index.bytes,
            .reason = reason,
            .doubt = doubt,
            .sql = dropStatement(index),
            .lock = dropLock(index)};
}

QString standbyDoubt(const ServerFacts &server)
{
    if (server.standby)
        return u"This is a standby: its counters are of its own reads only. Ask the primary too."_s;
    if (server.standbys == 1)
        return u"One standby is connected; reads there are counted there only. Ask it before you drop anything."_s;
    if (server.standbys > 1)
        return u"%1 standbys are connected; reads there are counted there only. Ask each before you drop "
               u"anything."_s.arg(server.standbys);
    return u"Reads on standbys would not be counted here; none is connected now."_s;
}

QString span(qint64 seconds)
{
    return seconds < 2 * day ? u"%1 h"_s.arg(QString::number(double(seconds) / 3600, 'f', 1))
                             : u"%1 days"_s.arg(seconds / day);
}

QString since(const IndexReport &report)
{
    const QString counted = span(report.countedSeconds());
    const QDateTime reset = report.server.statsReset;
    return reset.isValid()
               ? u"in %1 (statistics reset at %2)"_s.arg(counted, reset.toString(u"yyyy-MM-dd HH:mm 'UTC'"_s))
               : u"in at least %1 (the statistics were never reset)"_s.arg(counted);
}

/// An index that a migration makes is part of the schema: statements of this program, and later migrations,
/// count on it, however seldom it is used.
bool isOfSchema(const IndexInfo &index)
{
    static const QSet<QString> names = [] {
        static const QRegularExpression made(u"CREATE (?:UNIQUE )?INDEX (\\w+) ON"_s);
        QSet<QString> found;
        for (const sqlcatalog::Migration &migration : sqlcatalog::migrations())
            for (auto each = made.globalMatch(QString::fromUtf8(migration.sql)); each.hasNext();)
                found += each.next().captured(1);
        return found;
    }();
    return (index.schema == u"retail" || index.schema == u"retail_sec") && names.contains(index.name);
}

bool isLeftover(const QString &name)
{
    static const QRegularExpression pattern(u"_cc(new|old)\\d*$"_s);
    return pattern.match(name).hasMatch();
}

void findInvalid(const IndexReport &report, QList<IndexFinding> &findings)
{
    for (const IndexInfo &index : report.indexes) {
        // A partitioned one is invalid until each partition has its part: that is how it is made piece by
        // piece.
        if (index.valid || index.beingBuilt || index.partitioned)
            continue;
        const bool leftover = isLeftover(index.name);
        findings += dropping(
            IndexFinding::Invalid, index,
            leftover
                ? u"Left behind by an interrupted REINDEX CONCURRENTLY: no query uses it, and every write of "
                  u"the table still pays for it."_s
                : u"Left behind by an interrupted CREATE INDEX CONCURRENTLY: no query uses it, and every "
                  u"write of the table still pays for it."_s,
            leftover
                ? u"The index it was to replace still serves."_s
                : u"If the index is wanted, REINDEX INDEX CONCURRENTLY %1; builds it anew instead."_s.arg(
                      index.fullName));
    }
}

/// What two indexes must share before their columns are compared.
QString family(const IndexInfo &index)
{
    return QString::number(index.tableId) + u'\x1f' + index.method + u'\x1f' + index.predicate + u'\x1f' +
           index.expressions;
}

/// Which of two equal indexes stays: the one a rule rests on, then the more used one, then the older.
bool staysBefore(const IndexInfo &a, const IndexInfo &b)
{
    const auto rank = [](const IndexInfo &index) {
        return std::tuple(index.primary, index.constraint || index.referenced, index.replicaIdentity,
                          index.unique, index.clustered, index.partitions, index.scans, -index.id);
    };
    return rank(a) > rank(b);
}

/// Whether `other` answers all that `index` does. The included columns of one may be columns of the other.
bool covers(const IndexInfo &other, const IndexInfo &index)
{
    return std::all_of(index.included.cbegin(), index.included.cend(), [&](const QString &column) {
        return other.included.contains(column) ||
               std::any_of(other.keys.cbegin(), other.keys.cend(),
                           [&](const QString &key) { return key.section(u':', 0, 0) == column; });
    });
}

QString usesOf(const IndexInfo &index)
{
    return format::counted(index.scans, u"scan"_s, u"scans"_s);
}

void compare(QList<const IndexInfo *> related, QList<IndexFinding> &findings)
{
    // In this order an index stands before all that begin with its columns, and equal ones stand together.
    const auto columns = [](const IndexInfo *index) { return index->keys.join(u' ') + u' '; };
    std::sort(related.begin(), related.end(), [&](const IndexInfo *a, const IndexInfo *b) {
        const QString left = columns(a);
        const QString right = columns(b);
        return left == right ? staysBefore(*a, *b) : left < right;
    });
    for (qsizetype i = 0; i < related.size(); ++i) {
        const IndexInfo &index = *related[i];
        if (index.enforces())
            continue;
        const QString own = columns(&index);
        const IndexInfo *equal = nullptr;
        for (qsizetype j = i - 1; j >= 0 && columns(related[j]) == own && !equal; --j)
            if (covers(*related[j], index))
                equal = related[j];
        if (equal) {
            findings += dropping(
                IndexFinding::Duplicate, index,
                u"The same columns in the same order as %1 (%2; this one %3)."_s.arg(
                    equal->fullName, usesOf(*equal), usesOf(index)),
                u"Queries would use the other one; only a query that names the index (pg_hint_plan) would notice."_s);
            continue;
        }
        if (index.method != u"btree")
            continue;
        for (qsizetype j = i + 1; j < related.size() && columns(related[j]).startsWith(own); ++j) {
            const IndexInfo &longer = *related[j];
            if (columns(&longer) == own || !covers(longer, index))
                continue;
            findings +=
                dropping(IndexFinding::Redundant, index,
                         u"Its columns are the first ones of %1 (%2; this one %3)."_s.arg(
                             longer.fullName, usesOf(longer), usesOf(index)),
                         longer.bytes > 2 * std::max<qint64>(index.bytes, 1)
                             ? u"The longer one is larger (%1 against %2): scans of many rows get slower by "
                               u"reading more "
                               u"pages."_s.arg(format::bytes(longer.bytes), format::bytes(index.bytes))
                             : u"The longer one answers the same queries, with slightly wider entries."_s);
            break;
        }
    }
}

void findDuplicates(const IndexReport &report, QList<IndexFinding> &findings)
{
    QHash<QString, QList<const IndexInfo *>> families;
    for (const IndexInfo &index : report.indexes)
        if (index.valid)
            families[family(index)] += &index;
    for (const QList<const IndexInfo *> &related : std::as_const(families))
        if (related.size() > 1)
            compare(related, findings);
}

void findUnused(const IndexReport &report, QList<IndexFinding> &findings)
{
    if (!report.server.counts || !whyNoneIsUnused(report).isEmpty())
        return;
    QSet<qint64> told; // once is enough
    for (const IndexFinding &finding : std::as_const(findings))
        told += finding.indexId;
    for (const IndexInfo &index : report.indexes) {
        if (index.scans > 0 || index.enforces() || !index.valid || told.contains(index.id) ||
            isOfSchema(index))
            continue;
        QString doubt;
        if (report.countedSeconds() < enoughDays * day)
            doubt = u"That is too short for what runs once a month. "_s;
        doubt += u"When the index was made is not recorded: a new one had less time to be used. "_s;
        findings +=
            dropping(IndexFinding::Unused, index, u"Not used since it was made, or %1."_s.arg(since(report)),
                     doubt + standbyDoubt(report.server));
    }
}

void findBloat(const IndexReport &report, QList<IndexFinding> &findings)
{
    // Page splits leave an index on random keys about 70 % full: that much is its normal state.
    constexpr double wasted = 0.5;
    constexpr qint64 least = 1 << 20;
    for (const IndexInfo &index : report.indexes) {
        const qint64 spare = index.bytes - index.expectedBytes;
        if (index.expectedBytes < 0 || !index.valid || spare < least ||
            double(spare) < wasted * double(index.bytes))
            continue;
        findings +=
            {.kind = IndexFinding::Bloated,
             .indexId = index.id,
             .object = index.fullName,
             .table = index.tableName,
             .bytes = spare,
             .reason = u"Estimate: %1 on disk, about %2 if built anew."_s.arg(
                 format::bytes(index.bytes), format::bytes(index.expectedBytes)),
             .doubt = u"An estimate from the planner's statistics, right only after ANALYZE. Pages that are "
                      u"empty are used again by later rows."_s,
             .sql = u"REINDEX INDEX CONCURRENTLY %1;"_s.arg(index.fullName),
             .lock = u"Reads and writes go on. It builds a second index beside the first (so it needs that "
                     u"much disk space), waits for running transactions, and meanwhile holds up other "
                     u"changes of the table's structure and VACUUM (SHARE UPDATE EXCLUSIVE)."_s};
    }
}

void findMissing(const IndexReport &report, QList<IndexFinding> &findings)
{
    for (const UnindexedKey &key : report.foreignKeys) {
        findings +=
            {.kind = IndexFinding::MissingForKey,
             .object = key.tableName,
             .table = key.tableName,
             .columns = key.columns,
             .reason = u"No index leads with the columns of the foreign key %1 (%2): deleting a row of %3 "
                       u"reads this whole table (%4)."_s.arg(key.constraint, key.columns.join(u", "_s),
                                                             key.referenced,
                                                             format::counted(key.rows, u"row"_s, u"rows"_s)),
             .doubt = key.referencedDeletes > 0
                          ? u"Since the statistics were reset, %1 deleted from %2."_s.arg(
                                format::counted(key.referencedDeletes, u"row was"_s, u"rows were"_s),
                                key.referenced)
                          : u"No row of %1 was deleted since the statistics were reset: where that stays so, "
                            u"the index only costs writes."_s.arg(key.referenced),
             .sql = createIndexStatement(key.tableName, key.columns, key.partitioned),
             .lock = createIndexLock(key.partitioned)};
    }
    for (const ScannedTable &scanned : report.scannedTables) {
        findings += {.kind = IndexFinding::LargeScans,
                     .object = scanned.tableName,
                     .table = scanned.tableName,
                     .reason = u"Read as a whole %1, %2 each time on average, %3 through an index."_s.arg(
                         format::counted(scanned.scans, u"time"_s, u"times"_s),
                         format::counted(scanned.rowsRead / scanned.scans, u"row"_s, u"rows"_s),
                         format::counted(scanned.indexScans, u"time"_s, u"times"_s)),
                     .doubt = u"Backups and exports read whole tables and are counted here too. Which "
                              u"columns to index only the statements tell: “Prove” asks the planner."_s};
    }
}

/// The parts of a name as the server quotes it: retail."Odd ""one""" → retail, Odd "one".
QStringList unquoted(const QString &name)
{
    QStringList parts{QString()};
    bool inside = false;
    for (qsizetype i = 0; i < name.size(); ++i) {
        if (name[i] == u'"' && inside && name.mid(i + 1, 1) == u"\"")
            parts.last() += name[i++];
        else if (name[i] == u'"')
            inside = !inside;
        else if (name[i] == u'.' && !inside)
            parts += QString();
        else
            parts.last() += name[i];
    }
    return parts;
}

/// As the indexes of this schema are named; of letters that need no quotes, and not longer than a name may
/// be.
QString newIndexName(const QString &table, const QStringList &columns)
{
    static const QRegularExpression other(u"[^a-z0-9]+"_s);
    constexpr qsizetype longest = 63;
    QString name = u"idx_"_s + unquoted(table).last();
    for (const QString &column : columns)
        name += u'_' + column;
    name = name.toLower().replace(other, u"_"_s).left(longest);
    while (name.endsWith(u'_'))
        name.chop(1);
    return name;
}

Error byHand(const QString &why)
{
    return {ErrorKind::Usage, why, u"Copy the statement and run it when that does no harm."_s};
}

} // namespace

QString findingName(IndexFinding::Kind kind)
{
    switch (kind) {
    case IndexFinding::Invalid:
        return u"invalid"_s;
    case IndexFinding::Duplicate:
        return u"duplicate"_s;
    case IndexFinding::Redundant:
        return u"redundant"_s;
    case IndexFinding::Unused:
        return u"unused"_s;
    case IndexFinding::Bloated:
        return u"bloated"_s;
    case IndexFinding::MissingForKey:
        return u"missing for a foreign key"_s;
    case IndexFinding::LargeScans:
        return u"large scans"_s;
    }
    return {};
}

QString whyNoneIsUnused(const IndexReport &report)
{
    const qint64 counted = report.countedSeconds();
    if (counted >= day)
        return {};
    return counted < 0
               ? u"No index is called unused: nothing shows that the statistics have counted for a day."_s
               : u"No index is called unused: the statistics have counted for %1, less than a day."_s.arg(
                     span(counted));
}

QString createIndexStatement(const QString &table, const QStringList &columns, bool partitioned)
{
    return u"CREATE INDEX %1%2 ON %3 (%4);"_s.arg(partitioned ? QString() : u"CONCURRENTLY "_s,
                                                  newIndexName(table, columns), table, columns.join(u", "_s));
}

QString createIndexLock(bool partitioned)
{
    return partitioned
               ? u"Stops every write of the table and its partitions until the index is built (SHARE); reads go on."_s
               : u"Reads and writes go on. It reads the table twice, waits for running transactions, and "
                 u"meanwhile "
                 u"holds up other changes of its structure and VACUUM (SHARE UPDATE EXCLUSIVE). If it is "
                 u"interrupted, an invalid index stays and is found here."_s;
}

Result<maintenance::Task> indexFindingTask(const IndexFinding &finding, const IndexReport &report)
{
    using maintenance::Kind;
    if (finding.sql.isEmpty())
        return Error{ErrorKind::Usage, u"This finding has no statement."_s};
    if (!finding.sql.contains(u" CONCURRENTLY "_s))
        return byHand(u"The server knows no way to do this to a partitioned table without locking it."_s);
    if (finding.indexId == 0) {
        const QStringList table = unquoted(finding.table);
        return maintenance::indexTask(Kind::CreateIndex, table.value(0), table.value(1),
                                      newIndexName(finding.table, finding.columns), finding.sql.toUtf8());
    }
    for (const IndexInfo &index : report.indexes) {
        if (index.id != finding.indexId)
            continue;
        if (index.schema == u"pg_toast")
            return byHand(u"The index belongs to the server's own storage of long values, which only a "
                          u"superuser may touch."_s);
        return maintenance::indexTask(finding.kind == IndexFinding::Bloated ? Kind::Reindex : Kind::DropIndex,
                                      index.schema, index.table, index.name, finding.sql.toUtf8());
    }
    return Error{ErrorKind::NotFound, u"The index is gone meanwhile."_s, u"Ask again (F5)."_s};
}

QList<IndexFinding> indexFindings(const IndexReport &report)
{
    QList<IndexFinding> findings;
    findInvalid(report, findings);
    findDuplicates(report, findings);
    findUnused(report, findings);
    findBloat(report, findings);
    findMissing(report, findings);
    std::stable_sort(findings.begin(), findings.end(), [](const IndexFinding &a, const IndexFinding &b) {
        return a.kind == b.kind ? a.bytes > b.bytes : a.kind < b.kind;
    });
    return findings;
}
