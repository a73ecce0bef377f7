// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

using namespace Qt::StringLiterals;

int cli::browse(AppContext &context, const QStringList &arguments)
{
    QStringList names;
    for (const TableDef &table : BrowseService::tables())
        names += QString::fromUtf8(table.name);
    Invocation call(context, u"browse"_s, u"Prints a page of a store's table."_s, Data::Rows);
    call.parser().addPositionalArgument(u"TABLE"_s, names.join(u", "_s) + u'.');
    call.parser().addOption({u"store"_s, u"The store's id."_s, u"S"_s});
    call.parser().addOption(
        {u"sort"_s, u"Column to sort by, with - before it for descending."_s, u"COLUMN"_s});
    call.parser().addOption({u"filter"_s,
                             u"Only rows that fit; may be repeated. brand=acme (contains), sku==A-1 (is), "
                             u"product_name=^Gar (starts with), price=10..20, current_stock=..5, "
                             u"loyalty_tier=:in gold,silver, phone=:null, tags=:has a,b, metadata=:path $.x, "
                             u"brand!=Acme."_s,
                             u"COLUMN=EXPR"_s});
    call.parser().addOption({u"limit"_s, u"Rows a page (100)."_s, u"N"_s, u"100"_s});
    call.parser().addOption({u"after"_s, u"Go on after a former page: its “next”."_s, u"CURSOR"_s});
    if (!call.parse(arguments))
        return call.exit();
    const QStringList tables = call.parser().positionalArguments();
    if (tables.size() != 1 || !BrowseService::table(tables.first().toUtf8()))
        return call.usage(u"Name one table: %1."_s.arg(names.join(u", "_s)));
    const QString store = call.value(u"store"_s);
    if (store.isEmpty())
        return call.usage(u"Name the store with --store; “retail-admin stores list” lists them."_s);
    const Result<int> limit = call.number(u"limit"_s, 1, 10'000);
    if (!limit)
        return call.fail(limit.error());

    BrowseRequest request;
    request.table = tables.first().toUtf8();
    request.sort = call.value(u"sort"_s).toUtf8();
    request.descending = request.sort.startsWith('-');
    if (request.descending)
        request.sort.remove(0, 1);
    const Result<QList<ColumnFilter>> filters =
        browsefilter::parse(*BrowseService::table(request.table), call.parser().values(u"filter"_s));
    if (!filters)
        return call.fail(filters.error());
    request.filters = *filters;
    request.after = call.value(u"after"_s);
    request.limit = *limit;
    if (const Result<Capabilities> connected = call.connect(); !connected)
        return call.fail(connected.error());
    const Result<RecordPage> page = context.browse.page(store, request, interruption()).result();
    if (!page)
        return call.fail(page.error());
    QList<QPair<QString, ColumnType>> columns;
    for (const ColumnDef &column : BrowseService::table(request.table)->columns)
        columns.append({QString::fromUtf8(column.name), column.type});
    call.print(columns, page->rows, page->next);
    return Success;
}
