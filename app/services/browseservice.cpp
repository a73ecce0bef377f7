// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/browseservice.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace {

constexpr int countLimit = 10'000;
constexpr int maximumPage = 10'000;

QString title(const char *text)
{
    return QString::fromUtf8(text);
}

QList<TableDef> makeTables()
{
    using enum ColumnType;
    constexpr bool sortable = true;
    constexpr bool nullable = true;
    constexpr bool hidden = false;
    TableDef customers{"customers", title("Customers"), title("customer"), "customer_id", "last_name", false,
                       {}};
    customers.columns = {
        {"customer_id", title("Id"), Uuid, 0, false, false, hidden},
        {"first_name", title("First name")},
        {"last_name", title("Last name"), Text, 0, sortable, false, true, {"first_name"}},
        {"email", title("E-mail"), Text},
        {"phone", title("Phone"), Text, 0, false, nullable},
        {"loyalty_tier", title("Loyalty tier"), Text, 0, sortable, nullable},
        {"total_lifetime_value", title("Lifetime value"), Money, 2, sortable, nullable},
        {"customer_since", title("Customer since"), Date, 0, sortable, nullable},
        {"date_of_birth", title("Born"), Date, 0, false, nullable, hidden},
        {"gender", title("Gender"), Text, 0, false, nullable, hidden},
        {"created_at", title("Created"), Timestamp, 0, sortable, nullable, hidden},
        {"updated_at", title("Changed"), Timestamp, 0, false, nullable, hidden},
    };
    TableDef products{"products", title("Products"), title("product"), "product_id", "product_name", false,
                      {}};
    products.columns = {
        {"product_id", title("Id"), Uuid, 0, false, false, hidden},
        {"sku", title("SKU"), Text, 0, sortable},
        {"product_name", title("Name"), Text, 0, sortable},
        {"brand", title("Brand"), Text, 0, sortable, nullable},
        {"price", title("Price"), Money, 2, sortable},
        {"current_stock", title("Stock"), Integer, 0, sortable, nullable},
        {"rating_average", title("Rating"), Decimal, 2, sortable, nullable},
        {"rating_count", title("Ratings"), Integer, 0, false, nullable},
        {"is_active", title("Active"), Boolean, 0, false, nullable},
        {"is_featured", title("Featured"), Boolean, 0, false, nullable, hidden},
        {"model", title("Model"), Text, 0, false, nullable, hidden},
        {"color", title("Colour"), Text, 0, false, nullable, hidden},
        {"size", title("Size"), Text, 0, false, nullable, hidden},
        {"cost", title("Cost"), Money, 2, false, nullable, hidden},
        {"minimum_stock", title("Minimum stock"), Integer, 0, false, nullable, hidden},
        {"reorder_point", title("Reorder at"), Integer, 0, false, nullable, hidden},
        {"maximum_stock", title("Maximum stock"), Integer, 0, false, nullable, hidden},
        {"weight_kg", title("Weight (kg)"), Decimal, 3, false, nullable, hidden},
        {"dimensions_cm", title("Dimensions (cm)"), Text, 0, false, nullable, hidden},
        {"supplier_name", title("Supplier"), Text, 0, false, nullable, hidden},
        {"supplier_sku", title("Supplier's SKU"), Text, 0, false, nullable, hidden},
        {"tags", title("Tags"), Tags, 0, false, nullable, hidden},
        {"metadata", title("More facts"), Json, 0, false, nullable, hidden},
        {"product_description", title("Description"), Text, 0, false, nullable, hidden},
        {"category_id", title("Category"), Integer, 0, false, nullable, hidden},
        {"created_at", title("Created"), Timestamp, 0, sortable, nullable, hidden},
        {"updated_at", title("Changed"), Timestamp, 0, false, nullable, hidden},
    };
    TableDef sales{
        "sales_transactions", title("Sales"), title("sale"), "transaction_id", "transaction_date", true, {}};
    sales.columns = {
        {"transaction_id", title("Id"), Uuid, 0, false, false, hidden},
        {"transaction_date", title("Date"), Timestamp, 0, sortable, nullable},
        {"receipt_number", title("Receipt"), Text, 0, sortable, nullable},
        {"transaction_type", title("Type"), Text, 0, false, nullable},
        {"payment_method", title("Payment"), Text, 0, false, nullable},
        {"subtotal", title("Subtotal"), Money, 2},
        {"discount_amount", title("Discount"), Money, 2, false, nullable},
        {"tax_amount", title("Tax"), Money, 2, false, nullable},
        {"total_amount", title("Total"), Money, 2, sortable},
        {"customer_id", title("Customer"), Uuid, 0, false, nullable, hidden},
        {"cashier_id", title("Cashier"), Text, 0, false, nullable},
        {"register_id", title("Register"), Text, 0, false, nullable},
        {"notes", title("Notes"), Text, 0, false, nullable, hidden},
        {"metadata", title("More facts"), Json, 0, false, nullable, hidden},
        {"created_at", title("Created"), Timestamp, 0, false, nullable, hidden},
    };
    TableDef items{"sales_transaction_items", title("Items"), title("item"), "item_id", "item_id", false, {}};
    items.columns = {
        {"item_id", title("Id"), Uuid, 0, sortable, false, hidden},
        {"product_id", title("Product id"), Uuid, 0, false, false, hidden},
        {"sku", title("SKU"), Text},
        {"product_name", title("Product"), Text},
        {"quantity", title("Quantity"), Integer},
        {"unit_price", title("Unit price"), Money, 2},
        {"discount_amount", title("Discount"), Money, 2, false, nullable},
        {"tax_amount", title("Tax"), Money, 2, false, nullable, hidden},
        {"total_price", title("Total"), Money, 2},
        {"transaction_id", title("Sale"), Uuid, 0, false, false, hidden},
        {"created_at", title("Created"), Timestamp, 0, false, nullable, hidden},
    };
    return {customers, products, sales, items};
}

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

/// The statement of one page, with the columns whose values make its cursors.
struct PageStatement
{
    Statement statement;
    Params params;
    QList<int> cursorColumns;
};

/// Keyset paging: a row comparison with the last row seen, on the columns of an index. A sort column that may
/// be NULL splits the table in two sections, values and then NULLs, since a row comparison is never true for
/// NULL; each section is a range of the index.
Result<PageStatement> pageStatement(const TableDef &table, const QString &storeId,
                                    const BrowseRequest &request)
{
    const QByteArray sort = request.sort.isEmpty() ? table.sort : request.sort;
    const int sortColumn = table.column(sort);
    if (sortColumn < 0 || !table.columns[sortColumn].sortable) {
        QStringList sortable;
        for (const ColumnDef &column : table.columns)
            if (column.sortable)
                sortable += QString::fromUtf8(column.name);
        return Error{ErrorKind::Usage,
                     u"“%1” cannot be sorted by “%2”."_s.arg(table.title, QString::fromUtf8(sort)),
                     u"It can be sorted by %1."_s.arg(sortable.join(u", "_s))};
    }
    const bool descending = request.sort.isEmpty() ? table.descending : request.descending;
    const bool reversed = descending != request.backwards;
    const bool nullable = table.columns[sortColumn].nullable;

    PageStatement page;
    QList<QByteArray> columns{sort};
    columns += table.columns[sortColumn].thenBy;
    if (sort != table.key)
        columns += table.key;
    for (const QByteArray &column : columns)
        page.cursorColumns.append(table.column(column));

    page.statement = sqlcatalog::query(("browse/" + table.name).constData());
    QByteArray base = page.statement.sql.trimmed();
    page.params = {storeId};
    const auto bind = [&page](const Param &value) {
        page.params.append(value);
        return '$' + QByteArray::number(page.params.size());
    };
    if (!request.parent.isEmpty())
        base += " AND transaction_id = " + bind(request.parent);
    const QByteArray limit = " LIMIT " + bind(std::clamp(request.limit, 1, maximumPage) + 1) + "::int";

    QJsonArray cursor;
    if (!request.after.isEmpty()) {
        const Result<QJsonArray> decoded = decodeCursor(request.after, columns.size());
        if (!decoded)
            return decoded.error();
        cursor = *decoded;
    }

    QList<QByteArray> parts;
    const auto section = [&](bool nulls) {
        // Within the NULLs the sort column says nothing, and the rest of the key goes on alone.
        const QList<QByteArray> order = nulls ? columns.mid(1) : columns;
        QByteArray sql = base;
        if (nullable)
            sql += " AND " + sort + (nulls ? " IS NULL" : " IS NOT NULL");
        if (!cursor.isEmpty() && cursor.first().isNull() == nulls) {
            QByteArrayList values;
            for (qsizetype i = nulls ? 1 : 0; i < cursor.size(); ++i)
                values += bind(cursor[i].toString());
            sql += " AND (" + order.join(", ") + (reversed ? ") < (" : ") > (") + values.join(", ") + ')';
        }
        parts.append('(' + sql + orderBy(order, reversed) + limit + ')');
    };
    // NULLs come last, whatever the direction of the sort.
    const bool inNulls = nullable && !cursor.isEmpty() && cursor.first().isNull();
    if (nullable && request.backwards && (cursor.isEmpty() || inNulls))
        section(true);
    if (!inNulls || request.backwards)
        section(false);
    if (nullable && !request.backwards)
        section(true);

    // One order over both sections, and the display order for a page that was read backwards.
    QByteArray sql = parts.join(" UNION ALL ");
    if (parts.size() > 1)
        sql = "SELECT * FROM (" + sql + ") AS sections ORDER BY " + sort + " IS NULL" +
              (request.backwards ? " DESC, " : ", ") + orderBy(columns, reversed).mid(10) + limit;
    if (request.backwards)
        sql = "SELECT * FROM (" + sql + ") AS page ORDER BY " + sort + " IS NULL, " +
              orderBy(columns, descending).mid(10);
    page.statement.sql = sql;
    return page;
}

} // namespace

int TableDef::column(QByteArrayView columnName) const
{
    for (int i = 0; i < columns.size(); ++i)
        if (columns[i].name == columnName)
            return i;
    return -1;
}

const QList<TableDef> &BrowseService::tables()
{
    static const QList<TableDef> all = makeTables();
    return all;
}

const TableDef *BrowseService::table(QByteArrayView name)
{
    for (const TableDef &table : tables())
        if (table.name == name)
            return &table;
    return nullptr;
}

QFuture<Result<RecordPage>> BrowseService::page(const QString &storeId, const BrowseRequest &request,
                                                const CancelToken &token)
{
    const TableDef *definition = table(request.table);
    if (!definition)
        return QtFuture::makeReadyFuture(Result<RecordPage>(Error{
            ErrorKind::Usage, u"There is no table “%1” to browse."_s.arg(QString::fromUtf8(request.table))}));
    const auto read = [definition, storeId, request](Session &session) -> Result<RecordPage> {
        QElapsedTimer clock;
        clock.start();
        const Result<PageStatement> page = pageStatement(*definition, storeId, request);
        if (!page)
            return page.error();
        const Result<Rows> rows = session.read(storeId, page->statement, page->params);
        if (!rows)
            return rows.error();
        // One row more than asked for tells whether there is a further page on that side.
        const int limit = std::clamp(request.limit, 1, maximumPage);
        const bool more = rows->count() > limit;
        RecordPage result;
        result.rows = rows->slice(more && request.backwards ? rows->count() - limit : 0,
                                  std::min(limit, rows->count()));
        result.elapsedMs = clock.elapsed();
        const int count = result.rows.count();
        if (count > 0 && (request.backwards || more))
            result.next = encodeCursor(result.rows, count - 1, page->cursorColumns);
        if (count > 0 && (request.backwards ? more : !request.after.isEmpty()))
            result.previous = encodeCursor(result.rows, 0, page->cursorColumns);
        return result;
    };
    return m_pool.run<RecordPage>(definition->title, token, read);
}

QFuture<Result<RowCount>> BrowseService::count(const QString &storeId, const QByteArray &tableName,
                                               const CancelToken &token)
{
    const TableDef *definition = table(tableName);
    if (!definition)
        return QtFuture::makeReadyFuture(Result<RowCount>(
            Error{ErrorKind::Usage, u"There is no table “%1”."_s.arg(QString::fromUtf8(tableName))}));
    const auto count = [definition, storeId](Session &session) -> Result<RowCount> {
        const QByteArray from = " FROM retail." + definition->name + " WHERE store_id = $1";
        const Result<Rows> counted = session.read(
            storeId, {"browse/count", "SELECT count(*) FROM (SELECT 1" + from + " LIMIT $2::int) AS counted"},
            {storeId, countLimit + 1});
        if (!counted)
            return counted.error();
        if (counted->integer(0, 0) <= countLimit)
            return RowCount{counted->integer(0, 0), true};
        const Result<Rows> plan =
            session.read(storeId, {"browse/estimate", "EXPLAIN (FORMAT JSON) SELECT 1" + from}, {storeId});
        if (!plan)
            return plan.error();
        const QJsonArray json = QJsonDocument::fromJson(plan->text(0, 0).toUtf8()).array();
        const qint64 estimate = json[0][u"Plan"][u"Plan Rows"].toInteger();
        return RowCount{std::max<qint64>(estimate, countLimit + 1), false};
    };
    return m_pool.run<RowCount>(definition->title, token, count);
}
