// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/importservice.h"

#include "app/core/format.h"
#include "app/services/copytext.h"
#include "app/services/csvreader.h"
#include "app/services/exportwriter.h"

#include <QFile>
#include <QJsonDocument>
#include <QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

enum class Kind { Text, Category, Amount, Whole, Flag, Tags, Json };

struct Field
{
    const char *name;
    Kind kind;
    int longest;               ///< characters, or digits before the point
    int decimals = 0;          ///< of Amount
    const char *fallback = ""; ///< the column's default, where an empty field means it
};

// In the order of the columns of import/staging.sql.
constexpr Field allFields[] = {
    {"sku", Kind::Text, 50},
    {"product_name", Kind::Text, 200},
    {"product_description", Kind::Text, 100'000},
    {"category", Kind::Category, 100},
    {"brand", Kind::Text, 100},
    {"model", Kind::Text, 100},
    {"color", Kind::Text, 50},
    {"size", Kind::Text, 50},
    {"weight_kg", Kind::Amount, 5, 3},
    {"dimensions_cm", Kind::Text, 50},
    {"price", Kind::Amount, 8, 2},
    {"cost", Kind::Amount, 8, 2},
    {"current_stock", Kind::Whole, 9, 0, "0"},
    {"minimum_stock", Kind::Whole, 9, 0, "0"},
    {"maximum_stock", Kind::Whole, 9, 0, "1000"},
    {"reorder_point", Kind::Whole, 9, 0, "10"},
    {"supplier_name", Kind::Text, 100},
    {"supplier_sku", Kind::Text, 50},
    {"is_active", Kind::Flag, 0, 0, "TRUE"},
    {"is_featured", Kind::Flag, 0, 0, "FALSE"},
    {"rating_average", Kind::Amount, 1, 2, "0"},
    {"rating_count", Kind::Whole, 9, 0, "0"},
    {"tags", Kind::Tags, 10'000},
    {"metadata", Kind::Json, 100'000},
};

int fieldIndex(const QString &name)
{
    for (int i = 0; i < int(std::size(allFields)); ++i)
        if (name.compare(QLatin1String(allFields[i].name), Qt::CaseInsensitive) == 0)
            return i;
    return -1;
}

bool required(QByteArrayView name)
{
    return name == "sku" || name == "product_name" || name == "price";
}

/// Whether the text is an array of texts as PostgreSQL writes it (and so the export): it is taken as it is.
bool isTextArray(const QString &text)
{
    static const QRegularExpression array(
        uR"(^\{(?:(?<one>"(?:[^"\\]|\\[\s\S])*+"|\s*+[^\s",{}\\][^",{}\\]*+)(?:,(?&one))*+)?\}$)"_s);
    return array.match(text).hasMatch();
}

/// What jsonb refuses in an object that QJsonDocument has read, or nothing. One such row would end the COPY
/// of all.
QString refusedByJsonb(const QString &json)
{
    constexpr qsizetype longestNumber = 5'000; // numeric takes 16383 digits after the point
    const auto digit = [&](qsizetype i) { return json.at(i) >= u'0' && json.at(i) <= u'9'; };
    if (!json.startsWith(u'{'))
        return u"does not begin with {"_s;
    bool quoted = false;
    bool high = false; // behind the first half of a surrogate pair
    qsizetype digits = 0;
    for (qsizetype i = 0; i < json.size(); ++i) { // what stands at the end is }: i + 1 is there
        const QChar c = json.at(i);
        digits = !quoted && digit(i) ? digits + 1 : 0;
        if (digits > longestNumber)
            return u"holds a number of too many digits"_s;
        if (!quoted && c == u'.' && (!digit(i - 1) || !digit(i + 1)))
            return u"holds a number without a digit before or after its point"_s;
        const bool code = quoted && c == u'\\' && json.at(i + 1) == u'u';
        const int unit = code ? json.mid(i + 2, 4).toInt(nullptr, 16) : 0;
        if (code && unit == 0)
            return u"holds the character \\u0000, which the database cannot keep"_s;
        if (high != QChar::isLowSurrogate(char32_t(unit)))
            return u"holds half of a surrogate pair"_s;
        high = QChar::isHighSurrogate(char32_t(unit));
        if (!quoted || c == u'"') {
            quoted = quoted != (c == u'"');
        } else if (c < u' ') {
            return u"holds a line break or another control character that is not escaped"_s;
        } else if (code) {
            i += 5;
        } else if (c == u'\\' && !u"\"\\/bfnrt"_s.contains(json.at(++i))) {
            return u"holds the unknown escape \\%1"_s.arg(json.at(i));
        }
    }
    return {};
}

/// The value as the staging table takes it, null for none, or what is wrong with it.
Result<QString> convert(const Field &field, const QString &given)
{
    static const QRegularExpression amount(u"^\\d+(\\.\\d+)?$"_s);
    static const QRegularExpression whole(u"^\\d+$"_s);
    const auto wrong = [&](const QString &why) {
        return Error{ErrorKind::Usage, u"%1: %2"_s.arg(QLatin1String(field.name), why)};
    };
    // Behind the apostrophe of the export's guard stands the product's own text, whose spaces count.
    const bool guarded = given.startsWith(u'\'') && looksLikeFormula(given.toUtf8());
    const QString value = guarded ? given.sliced(1) : given.trimmed();
    if (value.isEmpty())
        return required(field.name) ? Result<QString>(wrong(u"is empty"_s)) : QString();
    const QString shown = value.size() > 40 ? value.left(39) + u'…' : value;
    switch (field.kind) {
    case Kind::Text:
    case Kind::Category:
        if (value.size() > field.longest)
            return wrong(u"is longer than %1 characters"_s.arg(field.longest));
        return value;
    case Kind::Amount: {
        if (!amount.match(value).hasMatch())
            return wrong(u"“%1” is no number of at least 0 such as 12.50"_s.arg(shown));
        const qsizetype point = value.indexOf(u'.');
        if (qsizetype(point < 0 ? value.size() : point) > field.longest)
            return wrong(u"%1 is too large"_s.arg(shown));
        if (point >= 0 && value.size() - point - 1 > field.decimals)
            return wrong(u"%1 has more than %2 decimals"_s.arg(shown).arg(field.decimals));
        if (qstrcmp(field.name, "rating_average") == 0 && value.toDouble() > 5)
            return wrong(u"%1 is more than 5"_s.arg(shown));
        return value;
    }
    case Kind::Whole:
        if (!whole.match(value).hasMatch() || value.size() > field.longest)
            return wrong(u"“%1” is no whole number of at least 0"_s.arg(shown));
        return value;
    case Kind::Flag: {
        const QString lower = value.toLower();
        if (QStringList{u"true"_s, u"t"_s, u"yes"_s, u"y"_s, u"1"_s}.contains(lower))
            return u"t"_s;
        if (QStringList{u"false"_s, u"f"_s, u"no"_s, u"n"_s, u"0"_s}.contains(lower))
            return u"f"_s;
        return wrong(u"“%1” is neither true nor false"_s.arg(shown));
    }
    case Kind::Tags: {
        if (isTextArray(value))
            return value;
        QString array;
        static const QRegularExpression separator(u"[,;|]"_s);
        for (QString tag : value.split(separator, Qt::SkipEmptyParts)) {
            tag = tag.trimmed().replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s);
            if (!tag.isEmpty())
                array += (array.isEmpty() ? u"\""_s : u",\""_s) + tag + u'"';
        }
        return u'{' + array + u'}';
    }
    case Kind::Json:
        if (!QJsonDocument::fromJson(value.toUtf8()).isObject())
            return wrong(u"is no JSON object"_s);
        if (const QString refused = refusedByJsonb(value); !refused.isEmpty())
            return wrong(refused);
        return value;
    }
    return value;
}

/// The columns of that name: as it is written, or else whatever its case.
QList<int> columnsNamed(const QStringList &columns, const QString &name)
{
    const Qt::CaseSensitivity how = columns.contains(name) ? Qt::CaseSensitive : Qt::CaseInsensitive;
    QList<int> found;
    for (qsizetype column = 0; column < columns.size(); ++column)
        if (columns[column].compare(name, how) == 0)
            found += int(column);
    return found;
}

/// Which column of the file fills which field; -1: none.
Result<QList<int>> readMapping(const ImportOptions &options, const QStringList &columns)
{
    QList<int> mapping(std::size(allFields), -1);
    const auto twice = [&](int field, int other) {
        const QString name = QLatin1String(allFields[field].name);
        return Error{
            ErrorKind::Usage,
            u"Column %1 (“%2”) and column %3 (“%4”) both fill %5."_s.arg(
                QString::number(mapping[field] + 1), columns[mapping[field]], QString::number(other + 1),
                columns[other], name),
            u"Take one of them out of the file, or name the one that counts: --map COLUMN=%1."_s.arg(name)};
    };
    for (const auto &[column, name] : options.map) {
        const QList<int> at = columnsNamed(columns, column);
        if (at.isEmpty())
            return Error{ErrorKind::Usage, u"The file has no column “%1”."_s.arg(column),
                         u"Its columns: %1."_s.arg(columns.join(u", "_s))};
        if (at.size() > 1)
            return Error{ErrorKind::Usage,
                         u"The file has two columns “%1”: column %2 and column %3."_s.arg(
                             column, QString::number(at[0] + 1), QString::number(at[1] + 1))};
        const int field = fieldIndex(name);
        if (field < 0)
            return Error{ErrorKind::Usage, u"There is no field “%1”."_s.arg(name),
                         u"The fields: %1."_s.arg(ImportService::fields().join(u", "_s))};
        if (mapping[field] >= 0 && mapping[field] != at.first())
            return twice(field, at.first());
        mapping[field] = at.first();
    }
    const QList<int> chosen = mapping; // what --map says goes before what a column is called
    for (int column = 0; column < int(columns.size()); ++column) {
        const int field = fieldIndex(columns[column]);
        if (field < 0 || chosen[field] >= 0)
            continue;
        if (mapping[field] >= 0)
            return twice(field, column);
        mapping[field] = column;
    }
    for (int field = 0; field < int(std::size(allFields)); ++field)
        if (required(allFields[field].name) && mapping[field] < 0 &&
            !(options.update && qstrcmp(allFields[field].name, "sku") != 0))
            return Error{ErrorKind::Usage,
                         u"No column is mapped to %1."_s.arg(QLatin1String(allFields[field].name)),
                         u"Name it: --map COLUMN=%1. The file's columns: %2."_s.arg(
                             QLatin1String(allFields[field].name), columns.join(u", "_s))};
    return mapping;
}

QStringList unusedColumns(const QStringList &columns, const QList<int> &mapping)
{
    QStringList unused;
    for (int column = 0; column < int(columns.size()); ++column)
        if (!mapping.contains(column))
            unused += columns[column].isEmpty() ? u"column %1"_s.arg(column + 1) : columns[column];
    return unused;
}

bool mapped(const QList<int> &mapping, const char *name)
{
    return mapping[fieldIndex(QLatin1String(name))] >= 0;
}

/// Checks the records and sends the good ones to the staging table.
class Stager final
{
public:
    Stager(CsvReader &reader, const QList<int> &mapping, qsizetype columns, ImportReport &report)
        : m_reader(reader)
        , m_mapping(mapping)
        , m_columns(columns)
        , m_report(report)
    {
    }

    Result<bool> fill(QByteArray &buffer)
    {
        CsvRecord record;
        while (buffer.size() < 256 * 1024) {
            const Result<bool> more = m_reader.next(record);
            if (!more)
                return more.error();
            if (!*more)
                return !buffer.isEmpty(); // once more, then the end
            ++m_report.rows;
            add(buffer, record);
        }
        return true;
    }

private:
    void add(QByteArray &buffer, const CsvRecord &record)
    {
        if (!record.problem.isEmpty())
            return bad(record, record.problem);
        if (record.fields.size() != m_columns)
            return bad(record,
                       u"%1 fields where the header has %2"_s.arg(record.fields.size()).arg(m_columns));
        QByteArray row;
        CopyText out(row);
        out.integer(record.line);
        for (int field = 0; field < int(std::size(allFields)); ++field) {
            if (m_mapping[field] < 0) {
                out.null();
                continue;
            }
            const Result<QString> value =
                convert(allFields[field], QString::fromUtf8(record.fields[m_mapping[field]]));
            if (!value)
                return bad(record, value.error().message);
            value->isEmpty() ? out.null() : out.text(*value);
        }
        out.endRow();
        buffer += row;
    }

    void bad(const CsvRecord &record, const QString &reason)
    {
        ++m_report.bad;
        if (m_report.badRows.size() < ImportReport::mostBadRows)
            m_report.badRows.append({record.line, reason});
    }

    CsvReader &m_reader;
    const QList<int> &m_mapping;
    const qsizetype m_columns;
    ImportReport &m_report;
};

/// The staged value of a field, as the table's column takes it.
QByteArray source(const Field &field, bool orDefault)
{
    if (field.kind == Kind::Category)
        return "(SELECT c.category_id FROM retail.product_categories c WHERE lower(c.category_name) = "
               "lower(i.category) ORDER BY 1 LIMIT 1)";
    const QByteArray value = QByteArray("i.") + field.name;
    return orDefault && *field.fallback ? "coalesce(" + value + ", " + field.fallback + ')' : value;
}

QByteArray target(const Field &field)
{
    return field.kind == Kind::Category ? QByteArray("category_id") : QByteArray(field.name);
}

Result<void> store(Session &session, const ImportOptions &options, const QList<int> &mapping,
                   ImportReport &report)
{
    QByteArrayList columns;
    QByteArrayList values;
    QByteArrayList changes;
    for (int i = 0; i < int(std::size(allFields)); ++i) {
        if (mapping[i] < 0)
            continue;
        columns += target(allFields[i]);
        values += source(allFields[i], true);
        if (i > 0) // the SKU is the key
            changes += target(allFields[i]) + " = coalesce(" + source(allFields[i], false) + ", p." +
                       target(allFields[i]) + ')';
    }
    if (options.update && !changes.isEmpty()) {
        const Result<Rows> updated = session.execute(
            "UPDATE retail.products p SET " + changes.join(", ") +
                " FROM pg_temp.import_products i WHERE p.store_id = $1::varchar AND p.sku = i.sku",
            {options.store});
        if (!updated)
            return updated.error();
        report.updated = updated->affected();
    }
    const QByteArray fresh = " FROM pg_temp.import_products i WHERE NOT EXISTS (SELECT FROM retail.products p"
                             " WHERE p.store_id = $1::varchar AND p.sku = i.sku)";
    // Asked first: a role that may only update has nothing to insert and must not be refused.
    const Result<Rows> missing = session.execute("SELECT count(*)" + fresh, {options.store});
    if (!missing)
        return missing.error();
    if (missing->integer(0, 0) == 0)
        return {};
    const Result<Rows> inserted =
        session.execute("INSERT INTO retail.products (store_id, " + columns.join(", ") +
                            ") SELECT $1::varchar, " + values.join(", ") + fresh + " ORDER BY i.line",
                        {options.store});
    if (!inserted)
        return inserted.error();
    report.inserted = inserted->affected();
    return {};
}

Result<void> run(Session &session, const ImportOptions &options, ImportReport &report, JobContext &job)
{
    QFile file(options.file);
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorKind::Io, u"%1 cannot be read."_s.arg(options.file), {}, file.errorString()};
    CsvReader reader(file, options.delimiter);
    CsvRecord header;
    const Result<bool> any = reader.next(header);
    if (!any)
        return any.error();
    if (!*any || !header.problem.isEmpty())
        return Error{ErrorKind::Usage, u"%1 has no usable header line."_s.arg(options.file), header.problem};
    QStringList columns;
    for (const QByteArray &name : std::as_const(header.fields))
        columns += QString::fromUtf8(name).trimmed();
    const Result<QList<int>> mapping = readMapping(options, columns);
    if (!mapping)
        return mapping.error();
    report.unusedColumns = unusedColumns(columns, *mapping);

    const QString role = session.profile().role;
    for (const auto &[sql, params] :
         {std::pair<QByteArray, Params>("BEGIN", {}),
          {"SELECT set_config('role', $1, true)", {role.isEmpty() ? u"none"_s : role}},
          {sqlcatalog::query("stores/use").sql, {options.store}}})
        if (const Result<Rows> prepared = session.execute(sql, params); !prepared)
            return prepared.error();
    const Result<Rows> may = session.execute(sqlcatalog::query("import/may_stage").sql);
    if (!may)
        return may.error();
    if (!may->boolean(0, 0))
        return Error{
            ErrorKind::Permission,
            u"This login may not make temporary tables in this database; an import checks its rows in one."_s,
            u"The database's owner can run: "_s + may->text(0, 1)};
    if (const Result<Rows> made = session.execute(sqlcatalog::query("import/staging").sql); !made)
        return made.error();
    Stager stager(reader, *mapping, header.fields.size(), report);
    const Result<qint64> staged =
        session.copyIn("COPY pg_temp.import_products FROM STDIN", [&](QByteArray &buffer) {
            const Result<bool> more = stager.fill(buffer);
            job.progress({u"reading"_s, reader.bytesRead(), file.size(), u"bytes"_s});
            return more;
        });
    if (!staged)
        return staged.error();
    const bool complete = mapped(*mapping, "product_name") && mapped(*mapping, "price");
    const Result<Rows> refused =
        session.execute(sqlcatalog::query("import/check").sql,
                        {options.store, options.update, complete, ImportReport::mostBadRows});
    if (!refused)
        return refused.error();
    if (refused->count() > 0)
        report.bad += refused->integer(0, 0);
    for (int row = 0; row < refused->count(); ++row)
        report.badRows.append({refused->integer(row, 1), refused->text(row, 2)});
    std::sort(report.badRows.begin(), report.badRows.end(),
              [](const auto &a, const auto &b) { return a.line < b.line; });
    if (report.badRows.size() > ImportReport::mostBadRows)
        report.badRows.resize(ImportReport::mostBadRows);
    if (report.bad > 0 && !options.skipBad)
        return Error{ErrorKind::Conflict,
                     u"%1 of %2 %3 bad, so nothing was imported."_s.arg(
                         format::count(report.bad), format::counted(report.rows, u"row"_s, u"rows"_s),
                         report.bad == 1 ? u"is"_s : u"are"_s),
                     u"Correct %1, or import the others with --skip-bad."_s.arg(report.bad == 1 ? u"it"_s
                                                                                                : u"them"_s)};
    job.progress({u"storing"_s, 0, -1, {}});
    if (const Result<void> stored = store(session, options, *mapping, report); !stored)
        return stored.error();
    const Result<Rows> committed = session.execute("COMMIT");
    if (!committed && committed.error().kind == ErrorKind::LinkLost)
        return Error{ErrorKind::OutcomeUnknown,
                     u"The connection ended while the import was being confirmed."_s,
                     u"All of it was saved or nothing: look at the products before repeating it."_s,
                     committed.error().detail};
    if (!committed)
        return committed.error();
    report.committed = true;
    return {};
}

} // namespace

QStringList ImportService::fields()
{
    QStringList names;
    for (const Field &field : allFields)
        names += QLatin1String(field.name);
    return names;
}

JobWork ImportService::products(const ImportOptions &options, const std::shared_ptr<ImportReport> &report)
{
    return [origin = m_pool.origin(), options, report](JobContext &job) -> Result<QString> {
        Result<Session> session = ConnectionPool::direct(origin, u"Import"_s, job.token());
        if (!session)
            return session.error();
        return productsInto(*session, options, *report, job);
    };
}

Result<QString> ImportService::productsInto(Session &session, const ImportOptions &options,
                                            ImportReport &report, JobContext &job)
{
    if (const Result<void> done = run(session, options, report, job); !done) {
        (void)session.execute("ROLLBACK");
        report.inserted = report.updated = 0;
        return done.error();
    }
    QString sentence = u"%1 added and %2 changed in %3."_s.arg(
        format::counted(report.inserted, u"product was"_s, u"products were"_s), format::count(report.updated),
        options.store);
    if (report.bad > 0)
        sentence += u" %1 left out."_s.arg(format::counted(report.bad, u"bad row was"_s, u"bad rows were"_s));
    if (const QStringList &unused = report.unusedColumns; !unused.isEmpty())
        sentence += u" %1 not used: %2."_s.arg(
            format::counted(unused.size(), u"column of the file was"_s, u"columns of the file were"_s),
            unused.join(u", "_s));
    return sentence;
}
