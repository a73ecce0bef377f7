// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/tablecolumns.h"

#include "app/core/format.h"

#include <QCoreApplication>

#include <algorithm>
#include <limits>

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("TablesPage", text);
}

QString bytesOr(qint64 bytes)
{
    return bytes < 0 ? tr("held") : format::bytes(bytes);
}

QString percentOr(double share)
{
    return share < 0 ? u"–"_s : format::decimal(100 * share, 1) + u" %"_s;
}

/// When somebody last did it, by hand or by autovacuum; the later of both.
struct Care
{
    QDateTime when;
    bool automatic = false;
};

Care later(const QDateTime &manual, const QDateTime &automatic)
{
    return automatic.isValid() && (!manual.isValid() || automatic > manual) ? Care{automatic, true}
                                                                            : Care{manual, false};
}

ListColumn<TableStats> careColumn(const QString &title, const std::function<Care(const TableStats &)> &care)
{
    const auto text = [care](const TableStats &row) {
        const Care last = care(row);
        if (!last.when.isValid())
            return tr("never");
        const QString ago = format::relative(last.when, QDateTime::currentDateTime());
        return last.automatic ? tr("%1 (auto)").arg(ago) : ago;
    };
    return {.title = title,
            .value = [care](const TableStats &row) { return care(row).when; },
            .text = text,
            .tone =
                [care](const TableStats &row) {
                    return care(row).when.isValid() ? cell::Tone::Normal : cell::Tone::Muted;
                },
            .toolTip =
                [care](const TableStats &row) {
                    return care(row).when.isValid() ? format::exact(care(row).when.toLocalTime()) : QString();
                },
            .explanation = tr("The later of by hand and automatic (auto); a partitioned table has that of "
                              "its latest partition")};
}

} // namespace

QList<ListColumn<TableStats>> tableColumns()
{
    using Row = TableStats;
    const auto bytes = [](const QString &title, qint64 TableStats::*field, const QString &explanation) {
        return ListColumn<Row>{.title = title,
                               .value = [field](const Row &row) { return row.*field; },
                               .text = [field](const Row &row) { return bytesOr(row.*field); },
                               .number = true,
                               .explanation = explanation};
    };
    const auto count = [](const QString &title, qint64 TableStats::*field, const QString &explanation) {
        return ListColumn<Row>{.title = title,
                               .value = [field](const Row &row) { return row.*field; },
                               .text = [field](const Row &row) { return format::count(row.*field); },
                               .number = true,
                               .explanation = explanation};
    };
    return {
        {.title = tr("Table"),
         .value = [](const Row &row) { return row.fullName; },
         .text =
             [](const Row &row) {
                 return row.partitions > 0 ? tr("%1 (%2 partitions)").arg(row.fullName).arg(row.partitions)
                                           : row.fullName;
             },
         .bold = true},
        {.title = tr("Total"),
         .value = [](const Row &row) { return row.bytes(); },
         .text = [](const Row &row) { return bytesOr(row.bytes()); },
         .number = true,
         .explanation =
             tr("Table, indexes and TOAST; “held” where somebody has or waits for an exclusive lock")},
        {.title = tr("Growth, 7 days"),
         .value = [](const Row &row) { return row.grown.value_or(std::numeric_limits<qint64>::min()); },
         .text =
             [](const Row &row) {
                 return !row.grown       ? u"–"_s
                        : *row.grown < 0 ? u"− "_s + format::bytes(-*row.grown)
                                         : u"+ "_s + format::bytes(*row.grown);
             },
         .number = true,
         .tone =
             [](const Row &row) {
                 return row.grown.value_or(0) == 0 ? cell::Tone::Muted : cell::Tone::Normal;
             },
         .explanation = tr("In the last seven days, or since this desktop began to keep a history when that "
                           "is later; – where it kept none")},
        bytes(tr("Heap"), &Row::heapBytes, tr("The rows themselves, with free space and visibility map")),
        bytes(tr("Indexes"), &Row::indexBytes, tr("All indexes of the table")),
        bytes(tr("TOAST"), &Row::toastBytes, tr("Long values, stored apart")),
        count(tr("Rows"), &Row::liveRows, tr("As the server estimates them")),
        {.title = tr("Dead"),
         .value = [](const Row &row) { return row.deadRows; },
         .text =
             [](const Row &row) {
                 return row.deadRows == 0
                            ? u"0"_s
                            : u"%1 (%2)"_s.arg(format::count(row.deadRows), percentOr(row.deadShare()));
             },
         .number = true,
         .tone =
             [](const Row &row) {
                 return row.deadShare() > 0.2 && row.deadRows > 1'000 ? cell::Tone::Warning
                                                                      : cell::Tone::Normal;
             },
         .icon =
             [](const Row &row) {
                 return row.deadShare() > 0.2 && row.deadRows > 1'000 ? u"state-warning"_s : QString();
             },
         .explanation = tr("Row versions that VACUUM has not removed yet, and their share of all")},
        {.title = tr("HOT updates"),
         .value = [](const Row &row) { return row.hotShare(); },
         .text = [](const Row &row) { return percentOr(row.hotShare()); },
         .number = true,
         .toolTip =
             [](const Row &row) {
                 return tr("%1 of %2 updates").arg(format::count(row.hotUpdates), format::count(row.updates));
             },
         .explanation = tr("Updates that touched no index")},
        count(tr("Sequential scans"), &Row::sequentialScans,
              tr("Reads of the whole table; backups and exports count too")),
        count(tr("Index scans"), &Row::indexScans, tr("Over all indexes of the table")),
        careColumn(tr("Last vacuum"),
                   [](const Row &row) { return later(row.lastVacuum, row.lastAutovacuum); }),
        careColumn(tr("Last analyze"),
                   [](const Row &row) { return later(row.lastAnalyze, row.lastAutoanalyze); }),
        {.title = tr("Frozen age"),
         .value = [](const Row &row) { return row.frozenAge; },
         .text = [](const Row &row) { return row.frozenAge < 0 ? u"–"_s : format::count(row.frozenAge); },
         .number = true,
         .tone =
             [](const Row &row) {
                 return row.frozenAge > row.freezeMaxAge ? cell::Tone::Bad : cell::Tone::Normal;
             },
         .icon =
             [](const Row &row) { return row.frozenAge > row.freezeMaxAge ? u"state-error"_s : QString(); },
         .explanation = tr("Transactions since its oldest row was frozen; autovacuum steps in at "
                           "autovacuum_freeze_max_age")},
    };
}

QList<StoreShare> storeShares(const QList<StoreSummary> &stores)
{
    StoreSummary all;
    all.customers = all.products = all.transactions = all.embeddedProducts = 0;
    for (const StoreSummary &store : stores)
        for (qint64 StoreSummary::*field : {&StoreSummary::customers, &StoreSummary::products,
                                            &StoreSummary::transactions, &StoreSummary::embeddedProducts})
            all.*field += std::max<qint64>(0, store.*field); // -1: not told
    QList<StoreShare> shares;
    for (const StoreSummary &store : stores)
        shares.append({store, all});
    return shares;
}

/// Counts of a store with its share of all, as far as the login is told.
QList<ListColumn<StoreShare>> storeColumns()
{
    using Row = StoreShare;
    const auto count = [](const QString &title, qint64 StoreSummary::*field) {
        return ListColumn<Row>{
            .title = title,
            .value = [field](const Row &row) { return row.store.*field; },
            .text =
                [field](const Row &row) {
                    const qint64 own = row.store.*field;
                    const qint64 all = row.all.*field;
                    if (own < 0)
                        return tr("not shown");
                    return all == 0
                               ? format::count(own)
                               : u"%1 (%2)"_s.arg(format::count(own), percentOr(double(own) / double(all)));
                },
            .number = true,
            .explanation = tr("Rows counted now, and their share of those of all stores listed")};
    };
    return {
        {.title = tr("Store"), .value = [](const Row &row) { return row.store.name; }, .bold = true},
        count(tr("Customers"), &StoreSummary::customers),
        count(tr("Products"), &StoreSummary::products),
        count(tr("Sales"), &StoreSummary::transactions),
        count(tr("Active products with a vector"), &StoreSummary::embeddedProducts),
    };
}
