// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"

enum class ColumnType { Text, Integer, Decimal, Money, Boolean, Date, Timestamp, Uuid, Tags, Json };

/// A column of a browsable table, in the order of its statement.
struct ColumnDef
{
    QByteArray name; ///< as the database names it: JSON key, CSV header, --sort
    QString title;   ///< as people read it
    ColumnType type = ColumnType::Text;
    int decimals = 0;      ///< for Decimal and Money
    bool sortable = false; ///< an index (store_id, column, thenBy…, key) serves it
    bool nullable = false;
    bool shown = true;             ///< in the grid at first; the details pane shows all
    QList<QByteArray> thenBy = {}; ///< further columns of that index before the key; never null
};

/// A table of the store that can be paged through.
struct TableDef
{
    QByteArray name;  ///< "customers"
    QString title;    ///< "Customers"
    QString singular; ///< "customer"
    QByteArray key;   ///< the single-column primary key, last column of every sort
    QByteArray sort;  ///< the sort at first
    bool descending = false;
    QList<ColumnDef> columns;

    int column(QByteArrayView columnName) const; ///< -1 when there is none
};

/// What to show of a table. `parent` restricts items to one transaction.
struct BrowseRequest
{
    QByteArray table;
    QByteArray sort;         ///< empty: the table's own
    bool descending = false; ///< meant only with `sort`
    QString after;           ///< cursor of a former page, or empty for the start
    bool backwards = false;  ///< the page before `after`
    int limit = 200;
    QString parent; ///< transaction_id, for sales_transaction_items
};

/// A page in display order. Cursors are opaque texts; empty means that there is nothing further on that side.
struct RecordPage
{
    Rows rows; ///< columns as TableDef::columns
    QString next;
    QString previous;
    qint64 elapsedMs = 0;
};

struct RowCount
{
    qint64 rows = 0;
    bool exact = false;
};

/// Reads the rows of one store, a keyset page at a time: the cost of a page does not grow with its distance
/// from the start, and rows that come or go meanwhile are neither shown twice nor lost. Any thread may call.
class BrowseService final
{
public:
    explicit BrowseService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    static const QList<TableDef> &tables();
    static const TableDef *table(QByteArrayView name); ///< nullptr when there is none

    QFuture<Result<RecordPage>> page(const QString &storeId, const BrowseRequest &request,
                                     const CancelToken &token = {});

    /// How many rows of the table are the store's: counted up to 10,000, beyond that the planner's estimate.
    QFuture<Result<RowCount>> count(const QString &storeId, const QByteArray &table,
                                    const CancelToken &token = {});

private:
    ConnectionPool &m_pool;
};
