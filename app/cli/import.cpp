// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace {

void printJson(const ImportReport &report)
{
    QJsonArray bad;
    for (const ImportReport::BadRow &row : report.badRows)
        bad.append(QJsonObject{{u"line"_s, row.line}, {u"reason"_s, row.reason}});
    const QJsonObject json{{u"rows"_s, report.rows},
                           {u"inserted"_s, report.inserted},
                           {u"updated"_s, report.updated},
                           {u"bad"_s, report.bad},
                           {u"committed"_s, report.committed},
                           {u"bad_rows"_s, bad},
                           {u"unused_columns"_s, QJsonArray::fromStringList(report.unusedColumns)}};
    cli::printLine(QString::fromUtf8(QJsonDocument(json).toJson(QJsonDocument::Compact)));
}

} // namespace

int cli::import(AppContext &context, const QStringList &arguments)
{
    Invocation call(
        context, u"import"_s,
        u"Reads products from a CSV file with a header line, all rows or none.\nFields: %1."_s.arg(
            ImportService::fields().join(u", "_s)),
        Data::Json);
    QCommandLineParser &parser = call.parser();
    parser.addPositionalArgument(u"products"_s, u"What the file holds."_s);
    parser.addPositionalArgument(u"FILE.csv"_s, u"The file: RFC 4180, UTF-8."_s);
    parser.addOption({u"store"_s, u"The store."_s, u"STORE"_s});
    parser.addOption({u"map"_s,
                      u"A column of the file and the field it fills; may be repeated. Columns "
                      u"named like a field, in whatever case, need none."_s,
                      u"COLUMN=FIELD"_s});
    parser.addOption({u"delimiter"_s, u"Between fields (,)."_s, u"CHARACTER"_s, u","_s});
    parser.addOption({u"skip-bad"_s, u"Import the good rows although there are bad ones."_s});
    parser.addOption({u"update"_s, u"Change products whose SKU the store has already."_s});
    if (!call.parse(arguments))
        return call.exit();
    const QStringList names = parser.positionalArguments();
    if (names.size() != 2 || names[0] != u"products")
        return call.usage(u"Say what to import and from where: products FILE.csv."_s);
    if (!call.isSet(u"store"_s))
        return call.usage(u"--store is missing."_s);
    ImportOptions options;
    options.file = names[1];
    options.store = call.value(u"store"_s);
    options.skipBad = call.isSet(u"skip-bad"_s);
    options.update = call.isSet(u"update"_s);
    const QString delimiter = call.value(u"delimiter"_s);
    options.delimiter = delimiter == u"tab" ? '\t' : delimiter.isEmpty() ? '\0' : delimiter[0].toLatin1();
    if (delimiter != u"tab" && (delimiter.size() != 1 || !QByteArray(",;|:").contains(options.delimiter)))
        return call.usage(u"--delimiter takes one of , ; | : or the word tab."_s);
    for (const QString &pair : parser.values(u"map"_s)) {
        const qsizetype at = pair.lastIndexOf(u'=');
        if (at <= 0)
            return call.usage(u"--map takes COLUMN=FIELD, not “%1”."_s.arg(pair));
        options.map.append({pair.left(at), pair.mid(at + 1)});
    }
    const Result<Capabilities> connected = call.connect();
    if (!connected)
        return call.fail(connected.error());
    const auto report = std::make_shared<ImportReport>();
    const int code = call.runJob({u"import"_s, u"Import products"_s, context.pool.profile().target(),
                                  u"retail-admin import products"_s},
                                 context.imports.products(options, report));
    if (call.json())
        printJson(*report);
    else
        for (const ImportReport::BadRow &row : report->badRows)
            printError(u"line %1: %2"_s.arg(row.line).arg(row.reason));
    if (!call.json() && report->bad > report->badRows.size())
        printError(u"… and %1 more."_s.arg(report->bad - report->badRows.size()));
    return code;
}
