// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/auditservice.h"

#include <QAbstractTableModel>
#include <QJsonObject>

/// Entries of the audit log, page after page. When the view wants more it says so with wantsMore().
class AuditModel final : public QAbstractTableModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(AuditModel)

public:
    enum Column { Time, Action, Table, Changed, Person, Record, ColumnCount };

    struct Entry
    {
        QString id; ///< its own, where `record` is the changed row's
        QDateTime time;
        QString table;
        QString action;
        QString user;
        QString record;
        QJsonObject before;
        QJsonObject after;
        QJsonObject metadata;
    };

    explicit AuditModel(QObject *parent = nullptr)
        : QAbstractTableModel(parent)
    {
    }

    void clear();
    void append(const AuditPage &page);
    /// The entries that were wanted do not come: the view may want them again.
    void letAskAgain() { m_asked = false; }
    const Entry &entry(int row) const { return m_entries[row]; }
    int rowOf(const QString &id) const; ///< -1 when it is not among them
    const QString &next() const { return m_next; }
    /// "Price, Stock" of an update; empty for others.
    static QString changes(const Entry &entry);
    /// In the words of the pages: "Changed" for UPDATE, "Products", "Stock" for current_stock.
    static QString actionTitle(const QString &action);
    static QString tableTitle(const QString &table);
    static QString columnTitle(const QString &table, const QString &column);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    bool canFetchMore(const QModelIndex &parent) const override;
    void fetchMore(const QModelIndex &parent) override;

signals:
    void wantsMore(const QString &after);

private:
    QList<Entry> m_entries;
    QString m_next;
    bool m_asked = false;
    QDateTime m_now;
};
