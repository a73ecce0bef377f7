// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shared/cellrole.h"

#include <QAbstractTableModel>
#include <QFont>
#include <QHash>

#include <algorithm>
#include <functional>

/// A column of a ListModel: what it is called and how a row fills it. Only `title` and `value` are needed.
/// (Braces, not "= {}": GCC 12 crashes on the latter in a template.)
template <typename Row>
struct ListColumn
{
    QString title;
    std::function<QVariant(const Row &)> value; ///< what is sorted by and copied into a filter
    std::function<QString(const Row &)> text{}; ///< as people read it; without it the value's own text
    bool number = false;                        ///< to the right
    std::function<cell::Tone(const Row &)> tone{};
    std::function<QString(const Row &)> icon{};
    std::function<QString(const Row &)> toolTip{};
    std::function<QString(const Row &)> accessible{}; ///< where a screen reader needs other words
    QString explanation = {};                         ///< tooltip of the heading
    bool bold = false;
};

/// A short list of plain values as a table: dashboards, backups, sessions, tasks. It holds the whole list and
/// takes a new one at each refresh: rows are known by their key, so that selection and scroll position stay.
/// Sorting and filtering are the proxy's (showSorted() in tableview.h).
template <typename Row>
class ListModel final : public QAbstractTableModel
{
    Q_DISABLE_COPY_MOVE(ListModel)

public:
    using KeyOf = std::function<QString(const Row &)>;

    ListModel(QList<ListColumn<Row>> columns, KeyOf keyOf, QObject *parent = nullptr)
        : QAbstractTableModel(parent)
        , m_columns(std::move(columns))
        , m_keyOf(std::move(keyOf))
    {
    }

    const QList<Row> &rows() const { return m_rows; }
    const Row &row(int row) const { return m_rows[row]; }
    int rowOf(const QString &key) const { return m_places.value(key, -1); } ///< -1 when there is none

    /// Rows with a known key are updated where they are, others come and go.
    void setRows(QList<Row> rows)
    {
        QStringList keys;
        keys.reserve(rows.size());
        for (const Row &row : std::as_const(rows))
            keys.append(m_keyOf(row));
        if (keys == m_keys && !rows.isEmpty()) { // a refresh, mostly: ten thousand rows are not looked up
            m_rows = std::move(rows);
            emit dataChanged(createIndex(0, 0), createIndex(int(m_rows.size()) - 1, columnCount() - 1));
            return;
        }
        QHash<QString, int> wanted;
        for (int i = 0; i < rows.size(); ++i)
            wanted.insert(keys[i], i);
        int gone = 0;
        for (const QString &key : std::as_const(m_keys))
            gone += wanted.contains(key) ? 0 : 1;
        // Removing row by row costs a signal each: where most is new, all is.
        if (wanted.size() != rows.size() || m_rows.isEmpty() || gone * 2 > m_rows.size()) {
            beginResetModel();
            m_rows = std::move(rows);
            findPlaces();
            endResetModel();
            return;
        }
        for (int last = int(m_rows.size()) - 1; last >= 0; --last) {
            if (wanted.contains(m_keys[last]))
                continue;
            int first = last;
            while (first > 0 && !wanted.contains(m_keys[first - 1]))
                --first;
            beginRemoveRows({}, first, last);
            m_rows.remove(first, last - first + 1);
            m_keys.remove(first, last - first + 1);
            endRemoveRows();
            last = first;
        }
        for (qsizetype i = 0; i < m_rows.size(); ++i)
            m_rows[i] = rows[wanted.take(m_keys[i])];
        if (!m_rows.isEmpty())
            emit dataChanged(createIndex(0, 0), createIndex(int(m_rows.size()) - 1, columnCount() - 1));
        if (!wanted.isEmpty()) {
            QList<int> fresh = wanted.values();
            std::sort(fresh.begin(), fresh.end());
            beginInsertRows({}, int(m_rows.size()), int(m_rows.size() + fresh.size()) - 1);
            for (const int place : std::as_const(fresh)) {
                m_rows.append(rows[place]);
                m_keys.append(keys[place]);
            }
            endInsertRows();
        }
        findPlaces();
    }

    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : int(m_rows.size());
    }
    int columnCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : int(m_columns.size());
    }

    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override
    {
        if (!checkIndex(index, CheckIndexOption::IndexIsValid))
            return {};
        const Row &row = m_rows[index.row()];
        const ListColumn<Row> &column = m_columns[index.column()];
        switch (role) {
        case Qt::DisplayRole:
            return column.text ? column.text(row) : column.value(row).toString();
        case cell::Raw:
            return column.value(row);
        case cell::Key:
            return m_keys[index.row()];
        case cell::ToneRole:
            return static_cast<int>(column.tone ? column.tone(row) : cell::Tone::Normal);
        case cell::Icon:
            return column.icon ? QVariant(column.icon(row)) : QVariant();
        case Qt::ToolTipRole:
            return column.toolTip ? QVariant(column.toolTip(row)) : QVariant();
        case Qt::AccessibleTextRole:
            return column.accessible ? column.accessible(row) : data(index).toString();
        case Qt::TextAlignmentRole:
            return alignment(column);
        case Qt::FontRole: {
            if (!column.bold)
                return {};
            QFont font;
            font.setWeight(QFont::DemiBold);
            return font;
        }
        default:
            return {};
        }
    }

    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override
    {
        if (orientation == Qt::Vertical)
            return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
        if (section < 0 || section >= m_columns.size())
            return {};
        switch (role) {
        case Qt::DisplayRole:
            return m_columns[section].title;
        case Qt::ToolTipRole:
            return m_columns[section].explanation;
        case Qt::TextAlignmentRole:
            return alignment(m_columns[section]);
        case cell::Sortable:
            return true;
        default:
            return {};
        }
    }

private:
    static QVariant alignment(const ListColumn<Row> &column)
    {
        return QVariant::fromValue((column.number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }

    void findPlaces()
    {
        m_places.clear();
        m_keys.clear();
        for (int i = 0; i < m_rows.size(); ++i) {
            m_keys.append(m_keyOf(m_rows[i]));
            m_places.insert(m_keys.last(), i);
        }
    }

    const QList<ListColumn<Row>> m_columns;
    const KeyOf m_keyOf;
    QList<Row> m_rows;
    QStringList m_keys; // of the rows, in their order
    QHash<QString, int> m_places;
};
