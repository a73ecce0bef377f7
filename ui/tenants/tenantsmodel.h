// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/storeservice.h"

#include <QAbstractTableModel>

/// The stores a login may see, with their figures. What the login is not told reads "not shown".
class TenantsModel final : public QAbstractTableModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TenantsModel)

public:
    enum Column {
        Name,
        Location,
        Type,
        Region,
        Active,
        Customers,
        Products,
        LowStock,
        Coverage,
        Sales,
        Trend,
        LastActivity,
        ColumnCount
    };

    explicit TenantsModel(QObject *parent = nullptr)
        : QAbstractTableModel(parent)
    {
    }

    void setStores(QList<StoreSummary> stores);
    void setCurrentStore(const QString &storeId);
    const StoreSummary &store(int row) const { return m_stores[row]; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QVariant raw(const StoreSummary &store, int column) const;
    QString display(const StoreSummary &store, int column) const;

    QList<StoreSummary> m_stores;
    QString m_current;
    QDateTime m_now;
};
