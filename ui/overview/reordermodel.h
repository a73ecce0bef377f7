// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/overviewservice.h"

#include <QAbstractTableModel>

/// What is to be ordered: products at or below their reorder point.
class ReorderModel final : public QAbstractTableModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ReorderModel)

public:
    enum Column { Sku, Name, Supplier, Stock, ReorderAt, Order, ColumnCount };

    explicit ReorderModel(QObject *parent = nullptr)
        : QAbstractTableModel(parent)
    {
    }

    void setLines(QList<ReorderLine> lines);
    const QList<ReorderLine> &lines() const { return m_lines; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QList<ReorderLine> m_lines;
};
