// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/overview/reordermodel.h"

#include "app/core/format.h"
#include "ui/shared/cellrole.h"

void ReorderModel::setLines(QList<ReorderLine> lines)
{
    beginResetModel();
    m_lines = std::move(lines);
    endResetModel();
}

int ReorderModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int ReorderModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ReorderModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const ReorderLine &line = m_lines[index.row()];
    const bool number = index.column() >= Stock;
    switch (role) {
    case Qt::TextAlignmentRole:
        return number ? QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter)) : QVariant();
    case cell::Key:
        return line.productId;
    case cell::ToneRole:
        return static_cast<int>(index.column() == Stock && line.stock == 0 ? cell::Tone::Bad
                                                                           : cell::Tone::Normal);
    case Qt::ToolTipRole:
        return number ? QVariant() : data(index, Qt::DisplayRole);
    case Qt::DisplayRole:
        if (number)
            return format::count(data(index, cell::Raw).toLongLong());
        return data(index, cell::Raw);
    case cell::Raw:
        break;
    default:
        return {};
    }
    switch (index.column()) {
    case Sku:
        return line.sku;
    case Name:
        return line.name;
    case Supplier:
        return line.supplier;
    case Stock:
        return line.stock;
    case ReorderAt:
        return line.reorderAt;
    case Order:
        return line.order;
    default:
        return {};
    }
}

QVariant ReorderModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == cell::Sortable)
        return false; // the most urgent come first
    if (role == Qt::TextAlignmentRole && section >= Stock)
        return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Sku:
        return tr("SKU");
    case Name:
        return tr("Product");
    case Supplier:
        return tr("Supplier");
    case Stock:
        return tr("In stock");
    case ReorderAt:
        return tr("Reorder at");
    default:
        return tr("Order to fill up");
    }
}
