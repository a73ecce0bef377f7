// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/sidebar.h"

#include "ui/shared/theme.h"
#include "ui/shell/pageregistry.h"

#include <QPainter>
#include <QPainterPath>
#include <QStyledItemDelegate>

using namespace Qt::StringLiterals;

namespace {

class SideBarDelegate final : public QStyledItemDelegate
{
public:
    SideBarDelegate(const Theme &theme, QObject *parent)
        : QStyledItemDelegate(parent)
        , m_theme(theme)
    {
    }

    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &index) const override
    {
        const bool heading = index.data(PageRegistry::HeadingRole).toBool();
        return {m_theme.px(120), heading ? m_theme.px(index.row() == 0 ? 28 : 40) : m_theme.px(32)};
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const Tokens &t = m_theme.tokens();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const QString text = index.data().toString();
        if (index.data(PageRegistry::HeadingRole).toBool()) {
            painter->setFont(m_theme.font(0.85, QFont::DemiBold));
            painter->setPen(t.secondary);
            const QRect rect = option.rect.adjusted(m_theme.px(16), 0, -m_theme.px(8), -m_theme.px(6));
            painter->drawText(
                rect, Qt::AlignBottom | QStyle::visualAlignment(option.direction, Qt::AlignLeft), text);
            painter->restore();
            return;
        }
        const bool enabled = index.flags().testFlag(Qt::ItemIsEnabled);
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        const QRectF pill = QRectF(option.rect).adjusted(m_theme.px(8), 1, -m_theme.px(8), -1);
        QPainterPath path;
        path.addRoundedRect(pill, m_theme.px(6), m_theme.px(6));
        if (selected)
            painter->fillPath(path, t.selection);
        else if (enabled && option.state.testFlag(QStyle::State_MouseOver))
            painter->fillPath(path, t.hover);
        if (option.state.testFlag(QStyle::State_HasFocus) &&
            option.state.testFlag(QStyle::State_KeyboardFocusChange)) {
            painter->setPen(QPen(t.accent, 2));
            painter->drawPath(path);
        }
        const QColor colour = !enabled ? t.disabled : selected ? t.accent : t.secondary;
        const int size = m_theme.px(16);
        QRect place(0, 0, size, size);
        place.moveCenter(pill.center().toPoint());
        QRect textRect = pill.toRect().adjusted(m_theme.px(34), 0, -m_theme.px(8), 0);
        if (option.direction == Qt::RightToLeft) {
            place.moveRight(pill.toRect().right() - m_theme.px(10));
            textRect = pill.toRect().adjusted(m_theme.px(8), 0, -m_theme.px(34), 0);
        } else {
            place.moveLeft(pill.toRect().left() + m_theme.px(10));
        }
        painter->drawPixmap(place, m_theme.pixmap(index.data(PageRegistry::IconRole).toString(), size, colour,
                                                  painter->device()->devicePixelRatioF()));
        painter->setFont(m_theme.font(1.0, selected ? QFont::DemiBold : QFont::Normal));
        painter->setPen(enabled ? t.text : t.disabled);
        painter->drawText(textRect,
                          Qt::AlignVCenter | QStyle::visualAlignment(option.direction, Qt::AlignLeft),
                          painter->fontMetrics().elidedText(text, Qt::ElideRight, textRect.width()));
        painter->restore();
    }

private:
    const Theme &m_theme;
};

} // namespace

SideBar::SideBar(Theme &theme, PageRegistry &registry, QWidget *parent)
    : QListView(parent)
    , m_theme(theme)
    , m_registry(registry)
{
    setObjectName(u"sideBar"_s);
    setAccessibleName(tr("Pages"));
    setModel(&registry);
    setItemDelegate(new SideBarDelegate(theme, this));
    setFrameShape(NoFrame);
    setMouseTracking(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    connect(&theme, &Theme::changed, this, &SideBar::applyTheme);
    applyTheme();
}

void SideBar::applyTheme()
{
    setFixedWidth(m_theme.px(176));
    scheduleDelayedItemsLayout();
}

void SideBar::setCurrentPage(const QString &id)
{
    const QModelIndex index = m_registry.indexOf(id);
    if (index.isValid() && index != currentIndex())
        setCurrentIndex(index);
}

void SideBar::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QListView::currentChanged(current, previous);
    if (const QString id = current.data(PageRegistry::IdRole).toString(); !id.isEmpty())
        emit pageChosen(id);
}
