// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/browseservice.h"
#include "ui/shared/request.h"

#include <QAbstractTableModel>
#include <QDateTime>

#include <vector>

/// The rows of one table of one store, read a keyset page at a time as the view scrolls. It keeps the pages
/// as they came and converts a cell when it is asked for. Where a page comes from is given to it, so that it
/// can be tested without a server.
class RecordModel final : public QAbstractTableModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RecordModel)

public:
    using PageSource = std::function<QFuture<Result<RecordPage>>(const BrowseRequest &, const CancelToken &)>;

    explicit RecordModel(const TableDef &table, QObject *parent = nullptr);

    /// From the first page on. What is shown stays until the answer is there; call clear() first where it
    /// must not.
    void load(PageSource source, const QString &parentKey = {});
    /// Nothing is shown and nothing is under way any more.
    void clear();
    /// Reads again from the start in this order.
    void sortBy(int column, Qt::SortOrder order);

    const TableDef &table() const { return m_table; }
    bool loading() const { return m_request.running(); }
    bool complete() const { return m_loaded && m_next.isEmpty(); }
    int sortColumn() const { return m_sortColumn; }
    Qt::SortOrder sortOrder() const { return m_sortOrder; }
    QString key(int row) const;
    /// The whole value, for the details: never cut and with its line breaks.
    QString fullText(int row, int column) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    bool canFetchMore(const QModelIndex &parent) const override;
    void fetchMore(const QModelIndex &parent) override;

signals:
    void loadingChanged(bool loading);
    void firstPageShown();
    void failed(const Error &error);

private:
    struct Part
    {
        Rows rows;
        int first; // row of the model
    };
    struct Cell
    {
        const Rows &rows;
        int row;
    };

    void request(const QString &after);
    void accept(Result<RecordPage> result, bool first);
    Cell at(int row) const;
    QString display(int row, int column) const;
    QVariant raw(int row, int column) const;

    const TableDef m_table;
    PageSource m_source;
    QString m_parentKey;
    int m_sortColumn = -1;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
    std::vector<Part> m_parts;
    int m_count = 0;
    QString m_next;
    bool m_loaded = false;
    bool m_failed = false; // no further pages until asked for again
    QDateTime m_now;       // of the newest answer: relative times of one page agree
    Request<RecordPage> m_request;
};

/// How a column heads its table: title, with currency or time zone once where the values leave it out.
QString columnHeading(const ColumnDef &column);
