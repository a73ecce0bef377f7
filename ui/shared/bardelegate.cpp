// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/bardelegate.h"

#include "ui/shared/statedelegate.h"
#include "ui/shared/theme.h"

#include <QPainter>

#include <algorithm>

BarDelegate::BarDelegate(const Theme &theme, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_theme(theme)
    , m_text(new StateDelegate(theme, this))
{
}

void BarDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    m_text->paint(painter, option, index);
    bool numeric = false;
    const double share = index.data(cell::Raw).toDouble(&numeric);
    if (!numeric || share < 0)
        return;
    QRect track = option.rect.adjusted(m_theme.px(8), 0, -m_theme.px(8), -1);
    track.setTop(track.bottom() - m_theme.px(3));
    QRect done = track;
    done.setWidth(int(track.width() * std::min(share, 1.0)));
    if (option.direction == Qt::RightToLeft)
        done.moveRight(track.right());
    painter->fillRect(track, m_theme.tokens().grid);
    painter->fillRect(done, m_theme.tokens().accent);
}

QSize BarDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    // Wide enough for the bar to be read.
    return m_text->sizeHint(option, index).expandedTo({m_theme.px(90), 0});
}
