// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/format.h"
#include "app/services/browseservice.h"

#include <QRegularExpression>

using namespace Qt::StringLiterals;

// The part of BrowseService that changes rows.

namespace {

constexpr auto changedUnderneath = "22012"; // division_by_zero, see updateOf()

QByteArray castOf(ColumnType type)
{
    switch (type) {
    case ColumnType::Integer:
        return "::integer";
    case ColumnType::Decimal:
    case ColumnType::Money:
        return "::numeric";
    case ColumnType::Boolean:
        return "::boolean";
    case ColumnType::Tags:
        return "::text[]";
    default:
        return "::text";
    }
}

Param bound(const std::optional<QString> &value)
{
    return value ? Param(*value) : Param(nullptr);
}

/// Changes the row if it still holds what the user saw. The statement must fail otherwise, so that the
/// transaction does: dividing by the number of changed rows fails for none, without a function of ours in the
/// database and without a second round trip.
Command updateOf(const TableDef &table, const QString &storeId, const RowEdit &edit)
{
    Command command{{"browse/update", {}}, {storeId, edit.key}};
    QByteArrayList sets;
    QByteArray unchanged;
    for (const CellEdit &cell : edit.cells) {
        const QByteArray cast = castOf(table.columns[table.column(cell.column)].type);
        const auto bind = [&command, &cast](const std::optional<QString> &value) {
            command.params.append(bound(value));
            return '$' + QByteArray::number(command.params.size()) + cast;
        };
        sets.append(cell.column + " = " + bind(cell.value));
        unchanged += " AND " + cell.column + " IS NOT DISTINCT FROM " + bind(cell.old);
    }
    command.statement.sql = "WITH changed AS (UPDATE retail." + table.name + " SET " + sets.join(", ") +
                            " WHERE store_id = $1 AND " + table.key + " = $2::uuid" + unchanged +
                            " RETURNING 1) SELECT 1 / count(*) FROM changed";
    return command;
}

/// What the rows hold now where it is not what the user saw. The server compares, as it did for the UPDATE:
/// it may spell an array or a boolean in another way than what was sent.
Result<QList<EditConflict>> conflictsOf(Session &session, const TableDef &table, const QString &storeId,
                                        const QList<RowEdit> &edits)
{
    QList<EditConflict> conflicts;
    for (const RowEdit &edit : edits) {
        QByteArrayList values;
        Params params{storeId, edit.key};
        for (const CellEdit &cell : edit.cells) {
            params.append(bound(cell.old));
            values.append(cell.column + "::text, " + cell.column + " IS NOT DISTINCT FROM $" +
                          QByteArray::number(params.size()) +
                          castOf(table.columns[table.column(cell.column)].type));
        }
        const Result<Rows> now =
            session.read(storeId,
                         {"browse/now", "SELECT " + values.join(", ") + " FROM retail." + table.name +
                                            " WHERE store_id = $1 AND " + table.key + " = $2::uuid"},
                         params);
        if (!now)
            return now.error();
        if (now->count() == 0) {
            conflicts.append({edit.key, edit.cells.first(), {}, true});
            continue;
        }
        for (int i = 0; i < edit.cells.size(); ++i)
            if (const int column = 2 * i; !now->boolean(0, column + 1))
                conflicts.append({edit.key, edit.cells[i],
                                  now->isNull(0, column) ? std::nullopt : std::optional(now->text(0, column)),
                                  false});
    }
    return conflicts;
}

/// An array as array_out spells it, so that what was typed and what is read compare as texts.
QString arrayText(const QStringList &values)
{
    static const QRegularExpression quoted(u"^$|^null$|[\\s\"\\\\{},]"_s,
                                           QRegularExpression::CaseInsensitiveOption);
    QStringList parts;
    for (QString value : values) {
        if (quoted.match(value).hasMatch())
            value = u'"' + value.replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s) + u'"';
        parts.append(value);
    }
    return u'{' + parts.join(u',') + u'}';
}

Error wrong(const ColumnDef &column, const QString &what)
{
    return Error{ErrorKind::Usage, u"%1: %2"_s.arg(column.title, what)};
}

} // namespace

QFuture<Result<QList<QByteArray>>>
BrowseService::editable(const QString &storeId, const QByteArray &tableName, const CancelToken &token)
{
    const TableDef *definition = table(tableName);
    const bool none = !definition || m_pool.profile().readOnly || m_pool.capabilities().standby ||
                      std::none_of(definition->columns.cbegin(), definition->columns.cend(),
                                   [](const ColumnDef &column) { return column.editable; });
    if (none)
        return QtFuture::makeReadyFuture(Result<QList<QByteArray>>(QList<QByteArray>()));
    return m_pool.run<QList<QByteArray>>(
        definition->title, token, [definition, storeId](Session &session) -> Result<QList<QByteArray>> {
            const Result<Rows> rows = session.read(storeId, sqlcatalog::query("browse/editable"),
                                                   {QString::fromUtf8(definition->name)});
            if (!rows)
                return rows.error();
            QList<QByteArray> columns;
            for (int row = 0; row < rows->count(); ++row) {
                const QByteArray name = rows->bytes(row, 0).toByteArray();
                if (const int column = definition->column(name);
                    column >= 0 && definition->columns[column].editable)
                    columns.append(name);
            }
            return columns;
        });
}

QFuture<Result<SaveResult>> BrowseService::save(const QString &storeId, const QByteArray &tableName,
                                                const QList<RowEdit> &edits, const CancelToken &token)
{
    const TableDef *definition = table(tableName);
    QList<Command> commands;
    for (const RowEdit &edit : edits) {
        for (const CellEdit &cell : edit.cells)
            if (const int column = definition ? definition->column(cell.column) : -1;
                column < 0 || !definition->columns[column].editable)
                return QtFuture::makeReadyFuture(Result<SaveResult>(
                    Error{ErrorKind::Usage,
                          u"“%1” cannot be changed here."_s.arg(QString::fromUtf8(cell.column))}));
        if (!edit.cells.isEmpty())
            commands.append(updateOf(*definition, storeId, edit));
    }
    if (commands.isEmpty())
        return QtFuture::makeReadyFuture(Result<SaveResult>(SaveResult()));
    return m_pool.run<SaveResult>(
        definition->title, token,
        [definition, storeId, edits, commands](Session &session) -> Result<SaveResult> {
            const Result<QList<Rows>> written = session.write(storeId, commands);
            if (written)
                return SaveResult();
            if (written.error().sqlstate != QLatin1String(changedUnderneath))
                return written.error();
            const Result<QList<EditConflict>> conflicts = conflictsOf(session, *definition, storeId, edits);
            if (!conflicts)
                return conflicts.error();
            if (conflicts->isEmpty()) // it was changed back between the two: a second Save will do
                return Error{ErrorKind::Conflict, u"A value was changed and changed back meanwhile."_s,
                             u"Nothing was saved. Save again."_s};
            return SaveResult{*conflicts};
        });
}

Result<std::optional<QString>>
BrowseService::checked(const ColumnDef &column, const std::optional<QString> &typed, const QLocale &locale)
{
    if (!typed) {
        if (!column.nullable)
            return wrong(column, u"a value is needed."_s);
        return std::optional<QString>();
    }
    const QString text = typed->trimmed();
    const bool listed = column.choices.isEmpty() || column.choices.contains(text);
    switch (column.type) {
    case ColumnType::Integer: {
        bool valid = false;
        const int number = locale.toInt(text, &valid);
        if (!valid || number < 0)
            return wrong(column, u"“%1” is no whole number from 0 to %2."_s.arg(
                                     *typed, format::count(std::numeric_limits<int>::max(), locale)));
        return std::optional(QString::number(number));
    }
    case ColumnType::Decimal:
    case ColumnType::Money: {
        bool valid = false;
        const double number = locale.toDouble(text, &valid);
        if (!valid || !(number >= 0) || number >= 1e8)
            return wrong(column, u"“%1” is no amount from 0 to %2."_s.arg(
                                     *typed, format::decimal(99'999'999.99, column.decimals, locale)));
        const QString decimals = text.section(locale.decimalPoint(), 1);
        if (decimals.size() > column.decimals)
            return wrong(column, u"“%1” has more than %2 decimals."_s.arg(*typed).arg(column.decimals));
        return std::optional(QString::number(number, 'f', column.decimals));
    }
    case ColumnType::Boolean:
        if (text != u"t" && text != u"f")
            return wrong(column, u"choose yes or no."_s);
        return std::optional(text);
    case ColumnType::Tags: {
        QStringList tags;
        for (const QString &tag : browsefilter::split(text))
            if (!tag.trimmed().isEmpty() && !tags.contains(tag))
                tags.append(tag);
        return std::optional(arrayText(tags));
    }
    default:
        break;
    }
    if (typed->contains(QChar(u'\0')))
        return wrong(column, u"the character U+0000 cannot be kept."_s);
    if (!listed)
        return wrong(column, u"it is one of %1."_s.arg(column.choices.join(u", "_s)));
    if (column.longest > 0 && text.size() > column.longest)
        return wrong(column, u"it has %1 characters, %2 fit."_s.arg(text.size()).arg(column.longest));
    if (column.name == "email") {
        static const QRegularExpression address(u"^[^@\\s]+@[^@\\s]+$"_s);
        if (!address.match(text).hasMatch())
            return wrong(column, u"“%1” is no e-mail address."_s.arg(text));
    }
    // One-line texts are trimmed; a description may begin with a line break of its own.
    return std::optional(column.longest > 0 ? text : *typed);
}
