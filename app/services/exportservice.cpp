// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/exportservice.h"

#include "app/core/format.h"
#include "app/core/shellcommand.h"
#include "app/services/exportwriter.h"

#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 progressRows = 2'048;

struct Prepared
{
    QByteArray query;
    QList<ExportColumn> columns;
};

Result<Prepared> prepare(const ExportRequest &request)
{
    const TableDef *table = browseTable(request.rows.table);
    if (!table)
        return Error{ErrorKind::Usage,
                     u"There is no table “%1” to export."_s.arg(QString::fromUtf8(request.rows.table))};
    Prepared prepared;
    QByteArrayList names;
    QList<QByteArray> wanted = request.columns;
    if (wanted.isEmpty())
        for (const ColumnDef &column : table->columns)
            wanted.append(column.name);
    for (const QByteArray &name : wanted) {
        const int column = table->column(name);
        if (column < 0)
            return Error{ErrorKind::Usage,
                         u"“%1” has no column “%2”."_s.arg(table->title, QString::fromUtf8(name))};
        names.append(name);
        const ColumnDef &def = table->columns[column];
        prepared.columns.append({QString::fromUtf8(name), def.type, def.decimals});
    }
    // COPY takes no parameters: every value passes through quoteLiteral().
    const Result<QByteArray> rows = BrowseService::select(request.rows, request.storeId, quoteLiteral);
    if (!rows)
        return rows.error();
    QByteArray sort;
    if (!request.rows.sort.isEmpty()) {
        const Result<QByteArray> order = BrowseService::order(request.rows);
        if (!order)
            return order.error();
        sort = *order;
    }
    prepared.query = "SELECT " + names.join(", ") + " FROM (" + *rows + sort + ") AS exported";
    return prepared;
}

/// The planner's guess, for the progress; -1 when it has none.
qint64 expectedRows(Session &session, const QString &storeId, const QByteArray &query)
{
    const Result<Rows> plan = session.read(storeId, {"export/estimate", "EXPLAIN (FORMAT JSON) " + query});
    if (!plan || plan->count() == 0)
        return -1;
    return QJsonDocument::fromJson(plan->text(0, 0).toUtf8()).array()[0][u"Plan"][u"Plan Rows"].toInteger(-1);
}

Result<QString> exportInto(Session &session, const ExportRequest &request, JobContext &job)
{
    const Result<Prepared> prepared = prepare(request);
    if (!prepared)
        return prepared.error();
    if (request.file == u"-" && request.style.format == ExportFormat::Xlsx)
        return Error{ErrorKind::Usage, u"A workbook cannot be written to standard output."_s,
                     u"Name a file, or choose csv or jsonl."_s};
    ExportFile file;
    if (const Result<void> opened = file.open(request.file, request.replace); !opened)
        return opened.error();
    const std::unique_ptr<ExportWriter> writer = ExportWriter::make(prepared->columns, request.style, file);
    if (const Result<void> begun = writer->begin(); !begun)
        return begun.error();

    const qint64 expected = expectedRows(session, request.storeId, prepared->query);
    const QString phase = u"exporting"_s;
    job.progress({phase, 0, expected, u"rows"_s});
    CopyFields fields;
    qint64 done = 0;
    const Result<qint64> copied = session.copyRows(
        request.storeId, "COPY (" + prepared->query + ") TO STDOUT", [&](QByteArrayView row) -> Result<void> {
            if (++done % progressRows == 0) {
                if (job.cancelled())
                    return Error{ErrorKind::Cancelled, u"The export was cancelled; no file was written."_s};
                job.progress({phase, done, std::max(done, expected), u"rows"_s});
            }
            return writer->row(fields.parse(row));
        });
    if (job.cancelled() || (!copied && copied.error().kind == ErrorKind::Cancelled))
        return Error{ErrorKind::Cancelled, u"The export was cancelled; no file was written."_s};
    if (!copied)
        return copied.error();
    job.progress({u"writing to the disk"_s, done, done, u"rows"_s});
    if (const Result<void> ended = writer->end(); !ended)
        return ended.error();
    if (const Result<void> finished = file.finish(); !finished)
        return finished.error();
    return u"%1 exported to %2."_s.arg(format::counted(*copied, u"row was"_s, u"rows were"_s), request.file);
}

ExportWriter::Values views(const QList<std::optional<QString>> &row, QList<QByteArray> &bytes)
{
    bytes.clear();
    bytes.reserve(row.size());
    ExportWriter::Values values;
    for (const std::optional<QString> &value : row) {
        if (value)
            bytes.append(value->toUtf8());
        values.append(value ? std::optional<QByteArrayView>(bytes.last()) : std::nullopt);
    }
    return values;
}

Result<void> writeAll(const ExportTable &table, ExportWriter &writer)
{
    if (const Result<void> begun = writer.begin(); !begun)
        return begun;
    QList<QByteArray> bytes;
    for (const QList<std::optional<QString>> &row : table.rows)
        if (const Result<void> written = writer.row(views(row, bytes)); !written)
            return written;
    return writer.end();
}

} // namespace

QString exportFormatName(ExportFormat format)
{
    return format == ExportFormat::Csv         ? u"csv"_s
           : format == ExportFormat::JsonLines ? u"jsonl"_s
                                               : u"xlsx"_s;
}

std::optional<ExportFormat> exportFormat(const QString &name)
{
    for (const ExportFormat format : {ExportFormat::Csv, ExportFormat::JsonLines, ExportFormat::Xlsx})
        if (exportFormatName(format) == name)
            return format;
    return {};
}

JobSpec ExportService::spec(const ExportRequest &request) const
{
    const TableDef *table = browseTable(request.rows.table);
    const Profile profile = m_pool.profile();
    QStringList words{u"export"_s,   QString::fromUtf8(request.rows.table),  u"--store"_s, request.storeId,
                      u"--format"_s, exportFormatName(request.style.format), u"--out"_s,   request.file};
    // The history outlives an erasure, so values that may name a person are left out of it.
    const bool personal = request.rows.table == "customers" || request.rows.table == "sales_transactions";
    for (ColumnFilter filter : request.rows.filters) {
        if (personal)
            filter.values.fill(u"…"_s);
        words += {u"--filter"_s, browsefilter::expression(filter)};
    }
    return {u"export"_s, u"Export %1"_s.arg(table ? table->title.toLower() : QString()),
            u"%1 · %2"_s.arg(profile.name.isEmpty() ? profile.target() : profile.name, request.storeId),
            shellCommand(words + profile.words())};
}

JobWork ExportService::exportRows(const ExportRequest &request)
{
    return [origin = m_pool.origin(), request](JobContext &job) -> Result<QString> {
        Result<Session> session = ConnectionPool::direct(origin, u"Export"_s, job.token());
        if (!session)
            return session.error();
        return exportInto(*session, request, job);
    };
}

Result<void> ExportService::write(const ExportTable &table, const ExportStyle &style, const QString &file,
                                  bool replace)
{
    ExportFile out;
    if (const Result<void> opened = out.open(file, replace); !opened)
        return opened;
    const std::unique_ptr<ExportWriter> writer = ExportWriter::make(table.columns, style, out);
    if (const Result<void> written = writeAll(table, *writer); !written)
        return written;
    return out.finish();
}

QByteArray ExportService::text(const ExportTable &table, const ExportStyle &style)
{
    Q_ASSERT(style.format != ExportFormat::Xlsx);
    QByteArray bytes;
    const std::unique_ptr<ExportWriter> writer = ExportWriter::make(table.columns, style, bytes);
    (void)writeAll(table, *writer); // memory takes all
    return bytes;
}

QByteArray ExportService::inserts(const TableDef &definition, const QString &storeId,
                                  const ExportTable &table)
{
    QList<qsizetype> kept;
    QByteArrayList names;
    for (qsizetype i = 0; i < table.columns.size(); ++i) {
        const int column = definition.column(table.columns[i].name.toUtf8());
        if (column < 0 || definition.columns[column].derived)
            continue;
        kept.append(i);
        names.append(definition.columns[column].name);
    }
    const bool ofStore = definition.name != "product_categories";
    if (ofStore)
        names.append("store_id");
    QByteArray sql;
    for (const QList<std::optional<QString>> &row : table.rows) {
        QByteArrayList values;
        for (const qsizetype i : kept)
            values.append(row[i] ? quoteLiteral(*row[i]).trimmed() : QByteArray("NULL"));
        if (ofStore)
            values.append(quoteLiteral(storeId));
        sql += "INSERT INTO retail." + definition.name + " (" + names.join(", ") + ") VALUES (" +
               values.join(", ") + ");\n";
    }
    return sql;
}
