// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shared/chartdata.h"

#include <QAbstractTableModel>

/// The values of a chart as a table: a row for each point, a column for each series.
class ChartModel final : public QAbstractTableModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ChartModel)

public:
    explicit ChartModel(QObject *parent = nullptr)
        : QAbstractTableModel(parent)
    {
    }

    void setData(ChartData data);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    using QAbstractTableModel::setData;
    int passed(const ChartData &next) const;

    ChartData m_data;
};
