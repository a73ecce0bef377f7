// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

using namespace Qt::StringLiterals;

int cli::stores(AppContext &context, const QStringList &arguments)
{
    Invocation call(context, u"stores"_s, u"“stores list” lists the stores this login may see."_s,
                    Data::Rows);
    call.parser().addPositionalArgument(u"list"_s, u"The only action."_s);
    if (!call.parse(arguments))
        return call.exit();
    if (call.parser().positionalArguments() != QStringList{u"list"_s})
        return call.usage(u"The action is “list”."_s);
    if (const Result<Capabilities> connected = call.connect(); !connected)
        return call.fail(connected.error());
    const Result<Rows> rows = context.stores.summaryRows(interruption()).result();
    if (!rows)
        return call.fail(rows.error());
    using enum ColumnType;
    static const QHash<QString, ColumnType> types{
        {u"is_active"_s, Boolean},      {u"customers"_s, Integer},       {u"products"_s, Integer},
        {u"low_stock"_s, Integer},      {u"transactions"_s, Integer},    {u"sales_30d"_s, Money},
        {u"sales_prev_30d"_s, Money},   {u"last_activity"_s, Timestamp}, {u"embedded_products"_s, Integer},
        {u"active_products"_s, Integer}};
    QList<QPair<QString, ColumnType>> columns;
    for (int column = 0; column < rows->columns(); ++column)
        columns.append({rows->columnName(column), types.value(rows->columnName(column), Text)});
    call.print(columns, *rows);
    return Success;
}
