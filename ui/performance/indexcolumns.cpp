// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/indexcolumns.h"

#include "app/core/format.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("IndexesPage", text);
}

QString titleOf(IndexFinding::Kind kind)
{
    switch (kind) {
    case IndexFinding::Invalid:
        return tr("Invalid");
    case IndexFinding::Duplicate:
        return tr("Duplicate");
    case IndexFinding::Redundant:
        return tr("Redundant");
    case IndexFinding::Unused:
        return tr("Unused");
    case IndexFinding::Bloated:
        return tr("Bloated (estimate)");
    case IndexFinding::MissingForKey:
        return tr("Missing for a foreign key");
    case IndexFinding::LargeScans:
        return tr("Large sequential scans");
    }
    return {};
}

QString iconOf(IndexFinding::Kind kind)
{
    return kind == IndexFinding::Invalid || kind == IndexFinding::Duplicate ? u"state-warning"_s
                                                                            : u"state-information"_s;
}

/// The server's word where it has one, else what this desktop saw of the counters.
QString lastUse(const IndexInfo &index)
{
    const QDateTime now = QDateTime::currentDateTime();
    if (index.lastScan.isValid())
        return format::relative(index.lastScan, now);
    if (index.usedBefore.isValid())
        return format::relative(index.usedBefore, now);
    if (index.scans == 0)
        return tr("never");
    return index.watchedSince.isValid() ? tr("over %1").arg(format::relative(index.watchedSince, now))
                                        : u"–"_s;
}

QDateTime lastUseTime(const IndexInfo &index)
{
    return index.lastScan.isValid() ? index.lastScan : index.usedBefore;
}

QString lastUseToolTip(const IndexInfo &index)
{
    if (index.lastScan.isValid())
        return format::exact(index.lastScan.toLocalTime());
    if (index.usedBefore.isValid())
        return tr("Its counter grew between %1 and %2, as this desktop saw it")
            .arg(format::exact(index.usedAfter.toLocalTime()), format::exact(index.usedBefore.toLocalTime()));
    return index.scans > 0 && index.watchedSince.isValid()
               ? tr("Not used since this desktop began to look, at %1")
                     .arg(format::exact(index.watchedSince.toLocalTime()))
               : QString();
}

} // namespace

QString indexRole(const IndexInfo &index)
{
    if (!index.valid)
        return index.beingBuilt ? tr("being built") : tr("invalid");
    if (index.primary)
        return tr("primary key");
    if (index.exclusion)
        return tr("exclusion constraint");
    if (index.constraint)
        return tr("unique constraint");
    if (index.unique)
        return tr("unique");
    if (index.replicaIdentity)
        return tr("replica identity");
    return index.predicate.isEmpty() ? QString() : tr("partial");
}

QList<ListColumn<IndexFinding>> findingColumns()
{
    using Row = IndexFinding;
    return {
        {.title = tr("Finding"),
         .value = [](const Row &row) { return int(row.kind); },
         .text = [](const Row &row) { return titleOf(row.kind); },
         .tone =
             [](const Row &row) { return row.kind == Row::Invalid ? cell::Tone::Bad : cell::Tone::Normal; },
         .icon = [](const Row &row) { return iconOf(row.kind); }},
        {.title = tr("Index or table"), .value = [](const Row &row) { return row.object; }, .bold = true},
        {.title = tr("Would free"),
         .value = [](const Row &row) { return row.bytes; },
         .text = [](const Row &row) { return row.bytes < 0 ? u"–"_s : format::bytes(row.bytes); },
         .number = true,
         .explanation = tr("Disk space that the statement would give back")},
        {.title = tr("Proof"),
         .value = [](const Row &row) { return row.proof; },
         .text =
             [](const Row &row) {
                 return row.columns.isEmpty() ? u"–"_s
                        : row.proof.isEmpty() ? tr("not asked")
                                              : row.proof.section(u'.', 0, 0);
             },
         .tone = [](const Row &row) { return row.proof.isEmpty() ? cell::Tone::Muted : cell::Tone::Normal; },
         .toolTip = [](const Row &row) { return row.proof; },
         .explanation = tr("What the planner says of an index that is missing; “Prove” asks it")},
        {.title = tr("Why"),
         .value = [](const Row &row) { return row.reason; },
         .toolTip = [](const Row &row) { return row.reason; }},
    };
}

QList<ListColumn<IndexInfo>> indexColumns()
{
    using Row = IndexInfo;
    const auto muted = [](bool is) { return is ? cell::Tone::Muted : cell::Tone::Normal; };
    return {
        {.title = tr("Index"),
         .value = [](const Row &row) { return row.name; },
         .toolTip = [](const Row &row) { return row.fullName; },
         .bold = true},
        {.title = tr("Table"), .value = [](const Row &row) { return row.tableName; }},
        {.title = tr("Kind"),
         .value = [](const Row &row) { return indexRole(row); },
         .tone = [](const Row &row) { return row.valid ? cell::Tone::Normal : cell::Tone::Bad; },
         .icon = [](const Row &row) { return row.valid ? QString() : u"state-warning"_s; }},
        {.title = tr("Method"), .value = [](const Row &row) { return row.method; }},
        {.title = tr("Size"),
         .value = [](const Row &row) { return row.bytes; },
         .text =
             [](const Row &row) { return (row.measured ? QString() : u"≈ "_s) + format::bytes(row.bytes); },
         .number = true,
         .explanation = tr("On disk; with ≈ as of the last VACUUM or ANALYZE")},
        {.title = tr("Scans"),
         .value = [](const Row &row) { return row.scans; },
         .text = [](const Row &row) { return format::count(row.scans); },
         .number = true,
         .tone = [muted](const Row &row) { return muted(row.scans == 0); }},
        {.title = tr("Entries read"),
         .value = [](const Row &row) { return row.tuplesRead; },
         .text = [](const Row &row) { return format::count(row.tuplesRead); },
         .number = true,
         .tone = [muted](const Row &row) { return muted(row.tuplesRead == 0); }},
        {.title = tr("Rows fetched"),
         .value = [](const Row &row) { return row.tuplesFetched; },
         .text = [](const Row &row) { return format::count(row.tuplesFetched); },
         .number = true,
         .tone = [muted](const Row &row) { return muted(row.tuplesFetched == 0); },
         .explanation = tr(
             "Rows of the table that plain index scans fetched; those of bitmap scans count for the table")},
        {.title = tr("Last use"),
         .value = lastUseTime,
         .text = lastUse,
         .tone = [muted](const Row &row) { return muted(!lastUseTime(row).isValid()); },
         .toolTip = lastUseToolTip,
         .explanation =
             tr("As the server tells it, from PostgreSQL 16 on; before that as this desktop saw it")},
        {.title = tr("Partitions"),
         .value = [](const Row &row) { return row.partitions; },
         .text = [](const Row &row) { return row.partitions > 0 ? format::count(row.partitions) : u"–"_s; },
         .number = true},
    };
}
