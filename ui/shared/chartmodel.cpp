// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/chartmodel.h"

#include "ui/shared/cellrole.h"

#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

void ChartModel::setData(ChartData data)
{
    beginResetModel();
    m_data = std::move(data);
    endResetModel();
}

int ChartModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_data.count();
}

int ChartModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : 1 + static_cast<int>(m_data.series.size());
}

QVariant ChartModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    if (index.column() == 0) {
        if (role == Qt::DisplayRole)
            return m_data.pointText(index.row());
        if (role == cell::Raw)
            return m_data.times.isEmpty() ? QVariant(index.row()) : QVariant(m_data.times[index.row()]);
        return {};
    }
    const double value =
        m_data.series[index.column() - 1].values.value(index.row(), std::numeric_limits<double>::quiet_NaN());
    switch (role) {
    case Qt::DisplayRole:
        return m_data.valueText(value);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
    case cell::Raw:
        return value;
    case cell::ToneRole:
        return static_cast<int>(std::isnan(value) ? cell::Tone::Muted : cell::Tone::Normal);
    default:
        return {};
    }
}

QVariant ChartModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == cell::Sortable)
        return false;
    if (role == Qt::TextAlignmentRole && section > 0)
        return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
    if (role != Qt::DisplayRole)
        return {};
    if (section == 0)
        return !m_data.xTitle.isEmpty() ? m_data.xTitle : m_data.times.isEmpty() ? tr("Name") : tr("Time");
    const QString name = m_data.series.value(section - 1).name;
    return m_data.unit.isEmpty() ? name : u"%1 (%2)"_s.arg(name, m_data.unit);
}
