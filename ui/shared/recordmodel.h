// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/exportservice.h"
#include "ui/shared/recordedits.h"
#include "ui/shared/request.h"

#include <QAbstractTableModel>
#include <QDateTime>
#include <QTimeZone>

#include <deque>

/// The rows of one table of one store, read a keyset page at a time as the view scrolls, in both directions.
/// It holds a window of them: pages far from where is read are let go and read again when they are wanted, so
/// that memory stays bounded however far somebody scrolls. A cell is converted when it is asked for. Where a
/// page comes from is given to it, so that it can be tested without a server.
class RecordModel final : public QAbstractTableModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RecordModel)

public:
    using PageSource = std::function<QFuture<Result<RecordPage>>(const BrowseRequest &, const CancelToken &)>;

    /// The most rows that are held.
    static constexpr int windowRows = 6'000;

    explicit RecordModel(const TableDef &table, QObject *parent = nullptr);

    /// From the first page on. What is shown stays until the answer is there; call clear() first where it
    /// must not.
    void load(PageSource source, const QString &parentKey = {});
    /// Nothing is shown and nothing is under way any more.
    void clear();
    /// Shows nothing until the next answer; what is changed and not saved stays.
    void clearRows();
    /// Reads again from the start in this order.
    void sortBy(int column, Qt::SortOrder order);
    /// Holds from the next load() on.
    void setFilters(const QList<ColumnFilter> &filters) { m_filters = filters; }
    void setSort(int column, Qt::SortOrder order); ///< likewise
    void toStart();
    void toEnd(); ///< the last page, without reading what is before it
    /// The rows that a view shows: further ones are read before they are needed.
    void showing(int first, int last);

    const TableDef &table() const { return m_table; }
    /// What is asked for, without cursor: what a count and an export mean.
    BrowseRequest question() const;
    bool loading() const { return m_request.running(); }
    bool atStart() const { return m_loaded && m_previous.isEmpty(); }
    bool atEnd() const { return m_loaded && m_next.isEmpty(); }
    bool complete() const { return atStart() && atEnd(); }
    /// How many rows precede the first of the window; -1 when that is not known.
    qint64 offset() const { return m_offset; }
    int sortColumn() const { return m_sortColumn; }
    Qt::SortOrder sortOrder() const { return m_sortOrder; }
    QString key(int row) const;
    int rowOf(const QString &key) const; ///< -1 when it is not in the window
    /// What the row is called, for people: a customer's name, a product's, a receipt's number.
    QString heading(int row) const;
    /// The whole value, for the details: never cut and with its line breaks.
    QString fullText(int row, int column) const;
    /// As the database writes it; nullopt is NULL.
    std::optional<QString> value(int row, int column) const;
    /// Rows to copy.
    ExportTable exported(const QList<int> &rows, const QList<int> &columns) const;

    /// Times are shown in this zone.
    void setZone(const QTimeZone &zone);
    QTimeZone zone() const { return m_zone; }

    /// Columns that may be changed; what is changed stays here until it is saved.
    void setEditable(const QList<QByteArray> &columns);
    bool editable(int column) const;
    bool setNull(const QModelIndex &index);
    const RecordEdits &edits() const { return m_edits; }
    /// Changes the edits, and what is shown with them.
    void edit(const std::function<void(RecordEdits &)> &change);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role = Qt::EditRole) override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    bool canFetchMore(const QModelIndex &parent) const override;
    void fetchMore(const QModelIndex &parent) override;
    bool canFetchPrevious() const;
    void fetchPrevious();

signals:
    void loadingChanged(bool loading);
    void firstPageShown();
    void failed(const Error &error);
    void editsChanged();
    void refused(const Error &error); ///< a value that was typed cannot be

private:
    enum class Ask { First, Last, Next, Previous };
    struct Part
    {
        Rows rows;
        int first; // row of the model
        QString previous;
        QString next;
    };
    struct Cell
    {
        const Rows &rows;
        int row;
    };

    void request(Ask ask);
    void accept(Result<RecordPage> result, Ask ask);
    void dropFar(Ask ask);
    void renumber();
    Cell at(int row) const;
    QString display(int row, int column) const;
    QString editText(int row, int column) const;
    QVariant raw(int row, int column) const;
    bool change(const QModelIndex &index, const std::optional<QString> &typed);

    const TableDef m_table;
    PageSource m_source;
    QString m_parentKey;
    QList<ColumnFilter> m_filters;
    int m_sortColumn = -1;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
    std::deque<Part> m_parts;
    int m_count = 0;
    qint64 m_offset = 0;
    QString m_next;
    QString m_previous;
    bool m_loaded = false;
    bool m_failed = false; // no further pages until asked for again
    QDateTime m_now;       // of the newest answer: relative times of one page agree
    QTimeZone m_zone = QTimeZone::systemTimeZone();
    QList<QByteArray> m_editable;
    RecordEdits m_edits;
    Request<RecordPage> m_request;
};

/// How a column heads its table: title, with currency or time zone once where the values leave it out.
QString columnHeading(const ColumnDef &column, const QTimeZone &zone = QTimeZone::systemTimeZone());
