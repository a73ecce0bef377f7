// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/services/browsefilter.h"

#include <QLocale>

#include <optional>

/// What to show of a table. `parent` restricts items to one transaction.
struct BrowseRequest
{
    QByteArray table;
    QByteArray sort;         ///< empty: the table's own
    bool descending = false; ///< meant only with `sort`
    QString after;           ///< cursor of a former page, or empty for the start
    bool backwards = false;  ///< the page before `after`, or the last one
    int limit = 200;
    QString parent; ///< transaction_id, for sales_transaction_items
    QList<ColumnFilter> filters = {};
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

/// A value to be changed, as the database writes it; nullopt is NULL. `old` is what the user saw.
struct CellEdit
{
    QByteArray column;
    std::optional<QString> old;
    std::optional<QString> value;
};

struct RowEdit
{
    QString key;
    QList<CellEdit> cells;
};

/// Somebody else changed the value meanwhile; `gone` when the whole row is no longer there.
struct EditConflict
{
    QString key;
    CellEdit mine;
    std::optional<QString> theirs;
    bool gone = false;
};

/// All was saved when there is no conflict, and nothing when there is one.
struct SaveResult
{
    QList<EditConflict> conflicts;
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

    static const QList<TableDef> &tables() { return browseTables(); }
    static const TableDef *table(QByteArrayView name) { return browseTable(name); }

    QFuture<Result<RecordPage>> page(const QString &storeId, const BrowseRequest &request,
                                     const CancelToken &token = {});

    /// How many rows the request's filters leave: the planner's estimate, or the figure itself where
    /// counting costs next to nothing or `exact` asks for it.
    QFuture<Result<RowCount>> count(const QString &storeId, const BrowseRequest &request, bool exact,
                                    const CancelToken &token = {});

    /// The columns of the table that this login may change; none on a standby and in a read-only profile.
    QFuture<Result<QList<QByteArray>>> editable(const QString &storeId, const QByteArray &table,
                                                const CancelToken &token = {});

    /// Changes values in one transaction, each only where it still is what the user saw.
    QFuture<Result<SaveResult>> save(const QString &storeId, const QByteArray &table,
                                     const QList<RowEdit> &edits, const CancelToken &token = {});

    /// The value of a column from what was typed in the locale, as the database takes it; a Usage error says
    /// what is wrong with it. nullopt: no value.
    static Result<std::optional<QString>>
    checked(const ColumnDef &column, const std::optional<QString> &typed, const QLocale &locale = QLocale());

    /// FROM, WHERE and columns of the request's rows, without sort and limit, its values handed to `bind`:
    /// what an export reads is what the pages show.
    static Result<QByteArray> select(const BrowseRequest &request, const QString &storeId,
                                     const browsefilter::Bind &bind);
    /// The sort of the request as SQL, NULLs last.
    static Result<QByteArray> order(const BrowseRequest &request);

private:
    ConnectionPool &m_pool;
};
