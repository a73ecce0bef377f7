// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/plantree.h"

#include "app/core/format.h"
#include "ui/shared/statedelegate.h"
#include "ui/shared/theme.h"

#include <QAccessible>
#include <QHeaderView>
#include <QPainter>
#include <QStyledItemDelegate>

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

QString number(double value)
{
    return format::count(qint64(std::llround(value)));
}

/// A bar from the left as long as the node's share, and the number beside it: heat is told twice.
class HeatDelegate final : public QStyledItemDelegate
{
public:
    HeatDelegate(Theme &theme, QObject *parent)
        : QStyledItemDelegate(parent)
        , m_theme(theme)
        , m_cell(theme)
    {
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        m_cell.paint(painter, option, index);
        const double share = index.data(PlanModel::ShareRole).toDouble();
        if (share < 0.005)
            return;
        const Tokens &t = m_theme.tokens();
        const double height = m_theme.px(8);
        const double left = option.rect.left() + m_theme.px(8);
        const double room = option.rect.width() - m_theme.px(72);
        const QRectF bar(left, option.rect.center().y() - height / 2, std::max(2.0, room * share), height);
        // What takes no time worth mentioning is no cause for alarm, however large its share.
        const bool heavy = static_cast<const PlanModel *>(index.model())->plan().heavy();
        painter->fillRect(bar, !heavy ? t.accent : share > 0.5 ? t.bad : share > 0.2 ? t.warning : t.accent);
    }
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const QSize text = m_cell.sizeHint(option, index);
        return {text.width() + m_theme.px(64), text.height()};
    }

private:
    Theme &m_theme;
    StateDelegate m_cell;
};

} // namespace

void PlanModel::setPlan(const QueryPlan &plan)
{
    beginResetModel();
    m_plan = plan;
    m_places.clear();
    m_places.insert(&m_plan.root, {});
    place(m_plan.root);
    m_filled = true;
    endResetModel();
}

void PlanModel::clear()
{
    beginResetModel();
    m_filled = false;
    m_places.clear();
    m_plan = {};
    endResetModel();
}

void PlanModel::place(const PlanNode &node)
{
    for (size_t i = 0; i < node.children.size(); ++i) {
        m_places.insert(&node.children[i], {&node, int(i)});
        place(node.children[i]);
    }
}

QModelIndex PlanModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    if (!parent.isValid())
        return createIndex(0, column, &m_plan.root);
    const auto *node = static_cast<const PlanNode *>(parent.constInternalPointer());
    return createIndex(row, column, &node->children[size_t(row)]);
}

QModelIndex PlanModel::parent(const QModelIndex &index) const
{
    if (!index.isValid())
        return {};
    const Place place = m_places.value(static_cast<const PlanNode *>(index.constInternalPointer()));
    return place.parent ? createIndex(m_places.value(place.parent).row, 0, place.parent) : QModelIndex();
}

int PlanModel::rowCount(const QModelIndex &parent) const
{
    if (!m_filled || parent.column() > 0)
        return 0;
    return parent.isValid()
               ? int(static_cast<const PlanNode *>(parent.constInternalPointer())->children.size())
               : 1;
}

int PlanModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

QModelIndex PlanModel::indexOf(const QList<int> &path) const
{
    QModelIndex at = index(0, 0);
    for (const int child : path)
        at = index(child, 0, at);
    return at;
}

QString PlanModel::text(const PlanNode &node, int column) const
{
    const bool measured = m_plan.analyzed && node.loops > 0;
    switch (column) {
    case Node: {
        QString name = node.target.isEmpty() ? node.type : tr("%1 on %2").arg(node.type, node.target);
        if (!node.relation.isEmpty())
            name = u"%1: %2"_s.arg(node.relation, name);
        return m_plan.analyzed && node.loops == 0 ? tr("%1 (never executed)").arg(name) : name;
    }
    case Share:
        return format::decimal(node.share * 100, 1) + u" %"_s;
    case Own:
        return m_plan.analyzed ? format::decimal(node.exclusiveMs, 2)
                               : format::decimal(node.exclusiveCost, 1);
    case Rows:
        return measured ? number(node.rows()) : QString();
    case Estimated:
        return number(measured ? node.planRows * node.loops : node.planRows);
    case Off: {
        const double factor = node.misestimate();
        if (!measured || (factor < 2 && factor > 0.5))
            return {};
        return factor > 1 ? tr("▲ %1×").arg(format::decimal(factor, factor < 10 ? 1 : 0))
                          : tr("▼ %1×").arg(format::decimal(1 / factor, 1 / factor < 10 ? 1 : 0));
    }
    case Loops:
        return measured ? number(node.loops) : QString();
    case Blocks: {
        if (!m_plan.buffered)
            return {};
        const QString shared = number(double(node.own.hit + node.own.read));
        const qint64 temp = node.own.tempRead + node.own.tempWritten;
        return temp > 0 ? tr("%1 + %2 temp").arg(shared, number(double(temp))) : shared;
    }
    case Conditions:
        return node.conditions.join(u" · "_s);
    default:
        return {};
    }
}

QVariant PlanModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto &node = *static_cast<const PlanNode *>(index.constInternalPointer());
    switch (role) {
    case Qt::DisplayRole:
        return text(node, index.column());
    case Qt::ToolTipRole:
        if (index.column() == Node || index.column() == Conditions)
            return node.conditions.isEmpty() ? QVariant() : node.conditions.join(u'\n');
        if (index.column() == Own && m_plan.analyzed)
            return tr("%1 ms with the nodes below").arg(format::decimal(node.inclusiveMs, 2));
        if (index.column() == Blocks && m_plan.buffered)
            return tr("%1 from the cache, %2 read, %3 dirtied, %4 written; temporary: %5 read, %6 written")
                .arg(number(double(node.own.hit)), number(double(node.own.read)),
                     number(double(node.own.dirtied)), number(double(node.own.written)),
                     number(double(node.own.tempRead)), number(double(node.own.tempWritten)));
        return {};
    case ShareRole:
        return index.column() == Share ? node.share : 0;
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            (index.column() == Node || index.column() == Conditions ? Qt::AlignLeft : Qt::AlignRight) |
            Qt::AlignVCenter);
    case cell::ToneRole: {
        cell::Tone tone = cell::Tone::Normal;
        if (m_plan.analyzed && node.loops == 0)
            tone = cell::Tone::Muted;
        else if (index.column() == Off)
            tone =
                node.misestimate() >= 10 || node.misestimate() <= 0.1 ? cell::Tone::Bad : cell::Tone::Warning;
        return static_cast<int>(tone);
    }
    default:
        return {};
    }
}

QVariant PlanModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical)
        return {};
    const bool tip = role == Qt::ToolTipRole;
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(
            (section == Node || section == Conditions ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && !tip)
        return {};
    switch (section) {
    case Node:
        return tr("Node");
    case Share:
        return tip ? (m_plan.analyzed ? tr("Share of the time, without the nodes below")
                                      : tr("Share of the estimated cost, without the nodes below"))
                   : tr("Share");
    case Own:
        return m_plan.analyzed ? (tip ? tr("Time in this node alone, of all loops") : tr("Own ms"))
                               : (tip ? tr("Estimated cost of this node alone") : tr("Own cost"));
    case Rows:
        return tip ? tr("Rows it gave, of all loops") : tr("Rows");
    case Estimated:
        return tip ? tr("Rows the planner expected") : tr("Estimated");
    case Off:
        return tip ? tr("How many times more (▲) or fewer (▼) rows than expected; nothing below 2")
                   : tr("Off by");
    case Loops:
        return tr("Loops");
    case Blocks:
        return tip ? tr("Blocks of 8 kB that this node touched") : tr("Blocks");
    case Conditions:
        return tr("Conditions");
    default:
        return {};
    }
}

PlanTree::PlanTree(Theme &theme, QWidget *parent)
    : QTreeView(parent)
    , m_model(new PlanModel(this))
{
    setObjectName(u"planTree"_s);
    setAccessibleName(tr("Plan"));
    setModel(m_model);
    setUniformRowHeights(true);
    setAlternatingRowColors(false);
    setExpandsOnDoubleClick(false);
    setAllColumnsShowFocus(true);
    setItemDelegate(new StateDelegate(theme, this));
    setItemDelegateForColumn(PlanModel::Share, new HeatDelegate(theme, this));
    header()->setStretchLastSection(true);
    const auto apply = [this, &theme] { setIndentation(theme.px(16)); };
    connect(&theme, &Theme::changed, this, apply);
    apply();
}

PlanTree::~PlanTree()
{
    // As in TableView: accessible cells outlive the model otherwise.
    if (QAccessible::isActive())
        if (QAccessibleInterface *accessible = QAccessible::queryAccessibleInterface(this))
            QAccessible::deleteAccessibleInterface(QAccessible::uniqueId(accessible));
}

void PlanTree::setPlan(const QueryPlan &plan)
{
    m_model->setPlan(plan);
    expandAll();
    for (const int column : {PlanModel::Rows, PlanModel::Off, PlanModel::Loops})
        setColumnHidden(column, !plan.analyzed);
    setColumnHidden(PlanModel::Blocks, !plan.buffered);
    for (int column = 0; column < PlanModel::ColumnCount - 1; ++column)
        resizeColumnToContents(column);
    setColumnWidth(PlanModel::Node, std::min(columnWidth(PlanModel::Node), 480));
    setCurrentIndex(m_model->index(0, 0));
}

void PlanTree::clear()
{
    m_model->clear();
}

void PlanTree::select(const QList<int> &path)
{
    const QModelIndex index = m_model->indexOf(path);
    setCurrentIndex(index);
    scrollTo(index);
}
