// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/tenants/tenantsmodel.h"

#include "app/core/format.h"
#include "ui/shared/cellrole.h"
#include "ui/shared/currency.h"

#include <QFont>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

namespace {

/// Change of the last 30 days against the 30 before, as a share; NaN where there is nothing to compare with.
double trend(const StoreSummary &store)
{
    if (std::isnan(store.sales30Days) || !(store.salesPrevious30Days > 0))
        return std::numeric_limits<double>::quiet_NaN();
    return store.sales30Days / store.salesPrevious30Days - 1.0;
}

/// The share of active products with an embedding of the active model; -1 where there is none to tell.
double coverage(const StoreSummary &store)
{
    return store.activeProducts > 0 && store.embeddedProducts >= 0
               ? double(store.embeddedProducts) / double(store.activeProducts)
               : -1.0;
}

bool isNumber(int column)
{
    return column >= TenantsModel::Customers && column <= TenantsModel::Trend;
}

} // namespace

void TenantsModel::setStores(QList<StoreSummary> stores)
{
    m_now = QDateTime::currentDateTime();
    const auto sameStore = [](const StoreSummary &a, const StoreSummary &b) {
        return a.storeId == b.storeId;
    };
    if (!stores.isEmpty() &&
        std::equal(stores.cbegin(), stores.cend(), m_stores.cbegin(), m_stores.cend(), sameStore)) {
        m_stores = std::move(stores); // a refresh, mostly: rows stay where they are
        emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        return;
    }
    beginResetModel();
    m_stores = std::move(stores);
    endResetModel();
}

void TenantsModel::setCurrentStore(const QString &storeId)
{
    m_current = storeId;
    if (!m_stores.isEmpty())
        emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

int TenantsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_stores.size());
}

int TenantsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant TenantsModel::raw(const StoreSummary &store, int column) const
{
    // -1 and NaN mean "not told" and sort below everything.
    switch (column) {
    case Name:
        return store.name;
    case Location:
        return store.location;
    case Type:
        return store.type;
    case Region:
        return store.region;
    case Active:
        return store.active;
    case Customers:
        return store.customers;
    case Products:
        return store.products;
    case LowStock:
        return store.lowStock;
    case Coverage:
        return coverage(store);
    case Sales:
        return std::isnan(store.sales30Days) ? -1e300 : store.sales30Days;
    case Trend:
        return std::isnan(trend(store)) ? -1e300 : trend(store);
    case LastActivity:
        return store.lastActivity;
    default:
        return {};
    }
}

QString TenantsModel::display(const StoreSummary &store, int column) const
{
    const auto count = [](qint64 n) { return n < 0 ? tr("not shown") : format::count(n); };
    switch (column) {
    case Name:
        return store.name;
    case Location:
        return store.location;
    case Type:
        return store.type;
    case Region:
        return store.region;
    case Active:
        return store.active ? tr("Yes") : tr("No");
    case Customers:
        return count(store.customers);
    case Products:
        return count(store.products);
    case LowStock:
        return count(store.lowStock);
    case Coverage:
        if (coverage(store) < 0)
            return store.activeProducts == 0 ? u"–"_s : tr("not shown");
        // Down: 100 % is said of all and of nothing less.
        return format::decimal(std::floor(coverage(store) * 1000) / 10, 1) + u" %"_s;
    case Sales:
        return std::isnan(store.sales30Days) ? tr("not shown") : format::decimal(store.sales30Days, 2);
    case Trend: {
        const double change = trend(store);
        if (std::isnan(change))
            return u"–"_s;
        const double percent = std::round(change * 1000) / 10;
        const QString arrow = percent > 0 ? u"▲ "_s : percent < 0 ? u"▼ "_s : u"= "_s;
        return arrow + format::decimal(std::abs(percent), 1) + u" %"_s;
    }
    case LastActivity:
        return store.lastActivity.isValid() ? format::relative(store.lastActivity, m_now) : u"–"_s;
    default:
        return {};
    }
}

QVariant TenantsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const StoreSummary &store = m_stores[index.row()];
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        // The mark after the name: the chosen store is told by more than its weight.
        return column == Name && store.storeId == m_current ? store.name + u"  ✓"_s : display(store, column);
    case cell::Raw:
        return raw(store, column);
    case cell::Key:
        return store.storeId;
    case cell::StoreMark:
        return column == Name ? QVariant(store.storeId) : QVariant();
    case Qt::FontRole: {
        if (column != Name || store.storeId != m_current)
            return {};
        QFont font;
        font.setWeight(QFont::DemiBold);
        return font;
    }
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isNumber(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case Qt::AccessibleTextRole:
        if (column == Name && store.storeId == m_current)
            return tr("%1, the chosen store").arg(store.name);
        if (column == Trend && !std::isnan(trend(store)))
            return trend(store) >= 0 ? tr("up %1 percent").arg(format::decimal(trend(store) * 100, 1))
                                     : tr("down %1 percent").arg(format::decimal(-trend(store) * 100, 1));
        return display(store, column);
    case Qt::ToolTipRole:
        if (column == LastActivity && store.lastActivity.isValid())
            return format::exact(store.lastActivity.toLocalTime());
        if (column == Trend)
            return std::isnan(store.salesPrevious30Days)
                       ? tr("This login is not told about sales.")
                       : tr("%1 in the 30 × 24 hours before")
                             .arg(format::decimal(store.salesPrevious30Days, 2));
        return {};
    case cell::ToneRole: {
        cell::Tone tone = cell::Tone::Normal;
        if (column == Trend)
            tone = std::isnan(trend(store)) ? cell::Tone::Muted
                   : trend(store) >= 0      ? cell::Tone::Good
                                            : cell::Tone::Bad;
        else if (column == LowStock && store.lowStock > 0)
            tone = cell::Tone::Warning;
        else if (!store.active || (isNumber(column) && raw(store, column).toDouble() < 0))
            tone = cell::Tone::Muted;
        return static_cast<int>(tone);
    }
    default:
        return {};
    }
}

QVariant TenantsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical)
        return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
    if (role == cell::Sortable)
        return true;
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((isNumber(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    const bool tip = role == Qt::ToolTipRole;
    if (role != Qt::DisplayRole && !tip)
        return {};
    switch (section) {
    case Name:
        return tr("Store");
    case Location:
        return tr("Place");
    case Type:
        return tr("Type");
    case Region:
        return tr("Region");
    case Active:
        return tr("Active");
    case Customers:
        return tr("Customers");
    case Products:
        return tr("Products");
    case LowStock:
        return tip ? tr("Active products at or below their reorder point") : tr("Low stock");
    case Coverage:
        return tip ? tr("Share of the active products that have a vector of the active model")
                   : tr("Embedded");
    case Sales:
        return tip ? tr("Sales of the last 30 × 24 hours up to now, returns subtracted, tax included; the "
                        "Overview counts calendar days")
                   : tr("Sales 30 × 24 h, %1").arg(currency());
    case Trend:
        return tip ? tr("Sales of the last 30 × 24 hours against the 30 × 24 hours before") : tr("Trend");
    case LastActivity:
        return tip ? tr("The newest sale") : tr("Last activity");
    default:
        return {};
    }
}
