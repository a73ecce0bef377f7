// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/core/format.h"
#include "app/services/exportwriter.h"

using namespace Qt::StringLiterals;

int cli::exportRows(AppContext &context, const QStringList &arguments)
{
    QStringList names;
    for (const TableDef &table : BrowseService::tables())
        names += QString::fromUtf8(table.name);
    Invocation call(context, u"export"_s, u"Writes a store's rows to a file, or to standard output."_s);
    QCommandLineParser &parser = call.parser();
    parser.addPositionalArgument(u"TABLE"_s, names.join(u", "_s) + u'.');
    parser.addOption({u"store"_s, u"The store's id."_s, u"S"_s});
    parser.addOption({u"out"_s, u"The file; - is standard output."_s, u"FILE"_s});
    parser.addOption({u"format"_s, u"csv, jsonl or xlsx (by the file's name, else csv)."_s, u"FORMAT"_s});
    parser.addOption({u"filter"_s, u"Only rows that fit; may be repeated."_s, u"COLUMN=EXPR"_s});
    parser.addOption({u"sort"_s, u"Column to sort by, with - before it for descending."_s, u"COLUMN"_s});
    parser.addOption({u"columns"_s, u"Only these columns, in this order."_s, u"A,B,C"_s});
    parser.addOption(
        {u"header"_s, u"Write table, store, database, filter, login and time above the data."_s});
    parser.addOption(
        {u"locale"_s, u"Decimals of CSV as this locale writes them, for example de_DE."_s, u"LOCALE"_s});
    parser.addOption({u"raw"_s, u"Leave texts alone that a spreadsheet would take for formulas."_s});
    parser.addOption({u"replace"_s, u"Replace an existing file."_s});
    if (!call.parse(arguments))
        return call.exit();
    const QStringList tables = parser.positionalArguments();
    const TableDef *table = tables.size() == 1 ? BrowseService::table(tables.first().toUtf8()) : nullptr;
    if (!table)
        return call.usage(u"Name one table: %1."_s.arg(names.join(u", "_s)));
    ExportRequest request;
    request.storeId = call.value(u"store"_s);
    if (request.storeId.isEmpty())
        return call.usage(u"Name the store with --store; “retail-admin stores list” lists them."_s);
    request.file = call.value(u"out"_s);
    if (request.file.isEmpty())
        return call.usage(u"Name the file with --out; - is standard output."_s);
    const QString suffix = request.file.section(u'.', -1).toLower();
    const std::optional<ExportFormat> format = exportFormat(call.isSet(u"format"_s) ? call.value(u"format"_s)
                                                            : exportFormat(suffix).has_value() ? suffix
                                                                                               : u"csv"_s);
    if (!format)
        return call.usage(u"--format takes csv, jsonl or xlsx."_s);
    request.style.format = *format;
    request.style.guardFormulas = !call.isSet(u"raw"_s);
    request.replace = call.isSet(u"replace"_s);
    if (call.isSet(u"locale"_s)) {
        const QLocale locale(call.value(u"locale"_s));
        if (locale.language() == QLocale::C)
            return call.usage(u"“%1” is no locale: write it as de_DE."_s.arg(call.value(u"locale"_s)));
        request.style.locale = locale;
    }
    request.rows.table = table->name;
    request.rows.sort = call.value(u"sort"_s).toUtf8();
    request.rows.descending = request.rows.sort.startsWith('-');
    if (request.rows.descending)
        request.rows.sort.remove(0, 1);
    const QStringList expressions = parser.values(u"filter"_s);
    const Result<QList<ColumnFilter>> filters = browsefilter::parse(*table, expressions);
    if (!filters)
        return call.fail(filters.error());
    request.rows.filters = *filters;
    for (const QString &column : call.value(u"columns"_s).split(u',', Qt::SkipEmptyParts))
        request.columns.append(column.trimmed().toUtf8());
    if (const Result<Capabilities> connected = call.connect(); !connected)
        return call.fail(connected.error());
    if (call.isSet(u"header"_s))
        request.style.header = {
            {u"table"_s, QString::fromUtf8(table->name)},
            {u"store"_s, request.storeId},
            {u"database"_s, exportSource(context.pool.profile())},
            {u"filter"_s, expressions.isEmpty() ? u"none"_s : expressions.join(u" and "_s)},
            {u"login"_s, context.pool.capabilities().login},
            {u"time"_s, QDateTime::currentDateTimeUtc().toString(Qt::ISODate)}};
    return call.runJob(context.exports.spec(request), context.exports.exportRows(request),
                       request.file == u"-");
}
