// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/chartmodel.h"

#include "ui/shared/cellrole.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

void ChartModel::setData(ChartData data)
{
    const int dropped = passed(data);
    if (dropped < 0) {
        beginResetModel();
        m_data = std::move(data);
        endResetModel();
        return;
    }
    const int before = m_data.count();
    const int after = data.count();
    if (dropped > 0) {
        beginRemoveRows({}, 0, dropped - 1);
        m_data.times.remove(0, dropped);
        for (ChartSeries &one : m_data.series)
            one.values.remove(0, dropped);
        endRemoveRows();
    }
    const int kept = before - dropped;
    if (after > kept)
        beginInsertRows({}, kept, after - 1);
    m_data = std::move(data);
    if (after > kept)
        endInsertRows();
    if (kept > 0)
        emit dataChanged(index(0, 0), index(kept - 1, columnCount() - 1));
}

/// How many points at the start are gone where the new data is the present one gone on; -1 where it is other
/// data. So the place in a table that goes on is kept.
int ChartModel::passed(const ChartData &next) const
{
    const auto sameNames = [](const ChartSeries &a, const ChartSeries &b) { return a.name == b.name; };
    if (m_data.times.isEmpty() || next.times.isEmpty() || m_data.title != next.title ||
        m_data.unit != next.unit ||
        !std::equal(m_data.series.begin(), m_data.series.end(), next.series.begin(), next.series.end(),
                    sameNames))
        return -1;
    const qsizetype dropped = m_data.times.indexOf(next.times.first());
    const qsizetype kept = m_data.times.size() - dropped;
    return dropped >= 0 && kept <= next.times.size() &&
                   std::equal(m_data.times.begin() + dropped, m_data.times.end(), next.times.begin())
               ? static_cast<int>(dropped)
               : -1;
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
