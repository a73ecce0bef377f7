// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/browseservice.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace {

constexpr int countLimit = 10'000;
// In the planner's units; below it a count up to the limit takes some milliseconds.
constexpr double cheapCount = 4'000;
constexpr int maximumPage = 10'000;

/// A place between rows: the values of the sort columns and the key of the row beside it; null is SQL NULL.
Result<QJsonArray> decodeCursor(const QString &cursor, qsizetype size)
{
    const QJsonArray values =
        QJsonDocument::fromJson(QByteArray::fromBase64(cursor.toLatin1(), QByteArray::Base64UrlEncoding))
            .array();
    if (values.size() != size)
        return Error{ErrorKind::Usage, u"This cursor does not belong to this table and sort."_s,
                     u"Use the “next” of a page that was read with the same table and sort."_s};
    return values;
}

QString encodeCursor(const Rows &rows, int row, const QList<int> &columns)
{
    QJsonArray values;
    for (const int column : columns)
        values.append(rows.isNull(row, column) ? QJsonValue() : QJsonValue(rows.text(row, column)));
    return QString::fromLatin1(QJsonDocument(values)
                                   .toJson(QJsonDocument::Compact)
                                   .toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

QByteArray orderBy(const QList<QByteArray> &columns, bool descending)
{
    QByteArray text = " ORDER BY ";
    for (const QByteArray &column : columns)
        text += (text.size() > 10 ? ", " : "") + column + (descending ? " DESC" : " ASC");
    return text;
}

Result<QByteArray> sortOf(const TableDef &table, const BrowseRequest &request)
{
    const QByteArray sort = request.sort.isEmpty() ? table.sort : request.sort;
    const int column = table.column(sort);
    if (column >= 0 && table.columns[column].sortable)
        return sort;
    QStringList sortable;
    for (const ColumnDef &each : table.columns)
        if (each.sortable)
            sortable += QString::fromUtf8(each.name);
    return Error{ErrorKind::Usage,
                 u"“%1” cannot be sorted by “%2”."_s.arg(table.title, QString::fromUtf8(sort)),
                 u"It can be sorted by %1."_s.arg(sortable.join(u", "_s))};
}

/// The columns of the index that serves a sort, behind the store.
QList<QByteArray> sortColumns(const TableDef &table, const QByteArray &sort)
{
    QList<QByteArray> columns{sort};
    columns += table.columns[table.column(sort)].thenBy;
    if (sort != table.key)
        columns += table.key;
    return columns;
}

Result<QByteArray> conditionsOf(const TableDef &table, const BrowseRequest &request,
                                const browsefilter::Bind &bind)
{
    const Result<QByteArray> filters = browsefilter::conditions(table, request.filters, bind);
    if (!filters || request.parent.isEmpty())
        return filters;
    const Result<QByteArray> parent =
        browsefilter::condition(table, {"transaction_id", FilterOp::Equals, {request.parent}}, bind);
    if (!parent)
        return parent.error();
    return " AND " + *parent + *filters;
}

/// What the server says of a path or a time zone that is none, as a mistake in the filter.
Error readError(const Error &error, const BrowseRequest &request)
{
    const auto unreadable = [&](const ColumnFilter &filter, const QString &hint) {
        return Error{ErrorKind::Usage,
                     u"The filter “%1” cannot be read."_s.arg(browsefilter::expression(filter)), hint,
                     error.message, error.sqlstate};
    };
    const bool syntax = error.sqlstate == u"42601" || error.sqlstate == u"22P02";
    for (const ColumnFilter &filter : request.filters)
        if (syntax && filter.op == FilterOp::Path)
            return unreadable(filter, u"Write a path as $.material == \"cotton\" or $.sizes[*]."_s);
        else if (syntax && filter.op == FilterOp::Equals)
            return unreadable(filter, {});
        else if (error.sqlstate == u"22023" && filter.op == FilterOp::AtHour)
            return unreadable(filter, u"Write a time zone as America/Los_Angeles, UTC or UTC+05:30."_s);
    return error;
}

Error noTable(const QByteArray &name)
{
    return Error{ErrorKind::Usage, u"There is no table “%1” to browse."_s.arg(QString::fromUtf8(name))};
}

/// Where a page begins and how its rows are ordered.
struct Paging
{
    QList<QByteArray> columns; ///< of the index that serves the sort
    QList<int> cursorColumns;  ///< where their values are in a row
    QJsonArray cursor;
    bool nullable = false;
    bool descending = false;

    bool afterNull() const { return !cursor.isEmpty() && cursor.first().isNull(); }

    /// A sort column that may be NULL splits the table in two sections, values and then NULLs whatever the
    /// direction, since a row comparison is never true for NULL. Those that a page may need, in the order in
    /// which it takes from them; true is the one of the NULLs.
    QList<bool> sections(bool backwards) const
    {
        if (!nullable)
            return {false};
        if (backwards)
            return cursor.isEmpty() || afterNull() ? QList<bool>{true, false} : QList<bool>{false};
        return afterNull() ? QList<bool>{true} : QList<bool>{false, true};
    }
};

Result<Paging> pagingOf(const TableDef &table, const BrowseRequest &request)
{
    const Result<QByteArray> sort = sortOf(table, request);
    if (!sort)
        return sort.error();
    Paging paging;
    paging.columns = sortColumns(table, *sort);
    for (const QByteArray &column : paging.columns)
        paging.cursorColumns.append(table.column(column));
    paging.nullable = table.columns[paging.cursorColumns.first()].nullable;
    paging.descending = request.sort.isEmpty() ? table.descending : request.descending;
    if (!request.after.isEmpty()) {
        const Result<QJsonArray> cursor = decodeCursor(request.after, paging.columns.size());
        if (!cursor)
            return cursor.error();
        paging.cursor = *cursor;
    }
    return paging;
}

/// The rows of one section in the order of display. Keyset paging: a row comparison with the last row seen,
/// on the columns of an index, of which each section is a range.
Result<Command> sectionOf(const TableDef &table, const QString &storeId, const BrowseRequest &request,
                          const Paging &paging, bool nulls)
{
    Command command{sqlcatalog::query(("browse/" + table.name).constData()), {storeId}};
    const auto bind = [&command](const Param &value) {
        command.params.append(value);
        return '$' + QByteArray::number(command.params.size());
    };
    const Result<QByteArray> conditions = conditionsOf(table, request, bind);
    if (!conditions)
        return conditions.error();
    QByteArray sql = command.statement.sql.trimmed() + *conditions;
    // Within the NULLs the sort column says nothing, and the rest of the key goes on alone.
    const QList<QByteArray> order = nulls ? paging.columns.mid(1) : paging.columns;
    const bool reversed = paging.descending != request.backwards;
    if (paging.nullable)
        sql += " AND " + paging.columns.first() + (nulls ? " IS NULL" : " IS NOT NULL");
    if (!paging.cursor.isEmpty() && paging.afterNull() == nulls) {
        QByteArrayList values;
        for (qsizetype i = nulls ? 1 : 0; i < paging.cursor.size(); ++i)
            values += bind(paging.cursor[i].toString());
        sql += " AND (" + order.join(", ") + (reversed ? ") < (" : ") > (") + values.join(", ") + ')';
    }
    sql +=
        orderBy(order, reversed) + " LIMIT " + bind(std::clamp(request.limit, 1, maximumPage) + 1) + "::int";
    if (request.backwards)
        sql = "SELECT * FROM (" + sql + ") AS page" + orderBy(order, paging.descending);
    command.statement.sql = sql;
    return command;
}

} // namespace

QFuture<Result<RecordPage>> BrowseService::page(const QString &storeId, const BrowseRequest &request,
                                                const CancelToken &token)
{
    const TableDef *definition = table(request.table);
    if (!definition)
        return QtFuture::makeReadyFuture(Result<RecordPage>(noTable(request.table)));
    const auto read = [definition, storeId, request](Session &session) -> Result<RecordPage> {
        QElapsedTimer clock;
        clock.start();
        const Result<Paging> paging = pagingOf(*definition, request);
        if (!paging)
            return paging.error();
        // One row more than asked for tells whether there is a further page on that side.
        const int limit = std::clamp(request.limit, 1, maximumPage);
        QList<Command> sections;
        for (const bool nulls : paging->sections(request.backwards)) {
            const Result<Command> section = sectionOf(*definition, storeId, request, *paging, nulls);
            if (!section)
                return section.error();
            sections.append(*section);
        }
        // The way back from the end begins with the NULLs, of which there mostly are none: both are asked for
        // at once. The way forth comes to them at the end alone.
        const qsizetype together = request.backwards ? sections.size() : 1;
        Rows rows;
        for (qsizetype i = 0; i < sections.size() && rows.count() <= limit; i += together) {
            const Result<QList<Rows>> parts = session.readAll(storeId, sections.mid(i, together));
            if (!parts)
                return readError(parts.error(), request);
            for (const Rows &part : *parts)
                rows = request.backwards ? part.followedBy(rows) : rows.followedBy(part);
        }
        const bool more = rows.count() > limit;
        RecordPage result;
        result.rows =
            rows.slice(more && request.backwards ? rows.count() - limit : 0, std::min(limit, rows.count()));
        result.elapsedMs = clock.elapsed();
        const int count = result.rows.count();
        if (count > 0 && (request.backwards || more))
            result.next = encodeCursor(result.rows, count - 1, paging->cursorColumns);
        if (count > 0 && (request.backwards ? more : !request.after.isEmpty()))
            result.previous = encodeCursor(result.rows, 0, paging->cursorColumns);
        return result;
    };
    return m_pool.run<RecordPage>(definition->title, token, read);
}

QFuture<Result<RowCount>> BrowseService::count(const QString &storeId, const BrowseRequest &request,
                                               bool exact, const CancelToken &token)
{
    const TableDef *definition = table(request.table);
    if (!definition)
        return QtFuture::makeReadyFuture(Result<RowCount>(noTable(request.table)));
    const auto count = [storeId, request, exact](Session &session) -> Result<RowCount> {
        Params params{storeId};
        const Result<QByteArray> rows = select(request, u"$1"_s, [&params](const QString &value) {
            params.append(value);
            return '$' + QByteArray::number(params.size());
        });
        if (!rows)
            return rows.error();
        const QByteArray from = " FROM (" + *rows + ") AS counted";
        if (exact) {
            const Result<Rows> counted =
                session.read(storeId, {"browse/count", "SELECT count(*)" + from}, params);
            if (!counted)
                return readError(counted.error(), request);
            return RowCount{counted->integer(0, 0), true};
        }
        params.append(countLimit + 1);
        const QByteArray limited =
            "SELECT 1" + from + " LIMIT $" + QByteArray::number(params.size()) + "::int";
        const Result<Rows> plan =
            session.read(storeId, {"browse/estimate", "EXPLAIN (FORMAT JSON) " + limited}, params);
        if (!plan)
            return readError(plan.error(), request);
        const QJsonArray json = QJsonDocument::fromJson(plan->text(0, 0).toUtf8()).array();
        const QJsonValue top = json[0][u"Plan"];
        const qint64 estimate = top[u"Plans"][0][u"Plan Rows"].toInteger();
        if (top[u"Total Cost"].toDouble() > cheapCount)
            return RowCount{std::max<qint64>(estimate, 1), false};
        const Result<Rows> counted = session.read(
            storeId, {"browse/count", "SELECT count(*) FROM (" + limited + ") AS limited"}, params);
        if (!counted)
            return counted.error();
        if (counted->integer(0, 0) <= countLimit)
            return RowCount{counted->integer(0, 0), true};
        return RowCount{std::max<qint64>(estimate, countLimit + 1), false};
    };
    return m_pool.run<RowCount>(definition->title, token, count);
}

Result<QByteArray> BrowseService::select(const BrowseRequest &request, const QString &storeId,
                                         const browsefilter::Bind &bind)
{
    const TableDef *definition = table(request.table);
    if (!definition)
        return noTable(request.table);
    QByteArray sql = sqlcatalog::query(("browse/" + request.table).constData()).sql.trimmed();
    if (storeId != u"$1") // for COPY, which takes no parameters
        sql.replace("$1", quoteLiteral(storeId));
    const Result<QByteArray> conditions = conditionsOf(*definition, request, bind);
    if (!conditions)
        return conditions.error();
    return sql + *conditions;
}

Result<QByteArray> BrowseService::order(const BrowseRequest &request)
{
    const TableDef *definition = table(request.table);
    if (!definition)
        return noTable(request.table);
    const Result<QByteArray> sort = sortOf(*definition, request);
    if (!sort)
        return sort.error();
    const bool descending = request.sort.isEmpty() ? definition->descending : request.descending;
    QByteArray text = orderBy(sortColumns(*definition, *sort), descending);
    // Where there are no NULLs the order is that of the index, and without the words an index can serve it.
    if (definition->columns[definition->column(*sort)].nullable && descending)
        text.replace(*sort + " DESC", *sort + " DESC NULLS LAST");
    return text;
}
