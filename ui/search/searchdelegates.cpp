// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/search/searchdelegates.h"

#include "ui/search/searchmodel.h"
#include "ui/search/searchtext.h"
#include "ui/shared/theme.h"

#include <QPainter>
#include <QTextLayout>

#include <cmath>

namespace {

QColor ink(const Theme &theme, const QModelIndex &index)
{
    return theme.colour(static_cast<cell::Tone>(index.data(cell::ToneRole).toInt()));
}

/// As StateDelegate draws it, so that a row looks like one.
void paintGround(QPainter *painter, const QStyleOptionViewItem &option, const Theme &theme)
{
    const Tokens &t = theme.tokens();
    if (option.state.testFlag(QStyle::State_Selected))
        painter->fillRect(option.rect, t.selection);
    else if (option.state.testFlag(QStyle::State_MouseOver))
        painter->fillRect(option.rect, t.hover);
    painter->setPen(t.grid);
    painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    if (option.state.testFlag(QStyle::State_HasFocus) &&
        option.state.testFlag(QStyle::State_KeyboardFocusChange)) {
        painter->setPen(t.accent);
        painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
    }
}

} // namespace

HighlightDelegate::HighlightDelegate(const Theme &theme, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_theme(theme)
{
}

void HighlightDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                              const QModelIndex &index) const
{
    painter->save();
    paintGround(painter, option, m_theme);
    const QRect rect = option.rect.adjusted(m_theme.px(8), 0, -m_theme.px(8), 0);
    QFont bold = option.font;
    bold.setWeight(QFont::Bold);
    // Cut by the wider letters: what is marked must not run out of its cell.
    const QString whole = index.data(Qt::DisplayRole).toString();
    const QList<searchtext::Span> spans =
        searchtext::matches(whole, index.data(SearchModel::StemsRole).toStringList());
    const QString text =
        QFontMetrics(spans.isEmpty() ? option.font : bold).elidedText(whole, Qt::ElideRight, rect.width());
    QList<QTextLayout::FormatRange> formats;
    for (const searchtext::Span &span : spans) {
        if (span.start + span.length > text.size())
            break;
        QTextCharFormat format;
        format.setFontWeight(QFont::Bold);
        format.setForeground(m_theme.tokens().accent);
        formats.append({span.start, span.length, format});
    }
    QTextLayout layout(text, option.font);
    QTextOption wrap(QStyle::visualAlignment(option.direction, Qt::AlignLeft));
    wrap.setWrapMode(QTextOption::NoWrap);
    wrap.setTextDirection(option.direction);
    layout.setTextOption(wrap);
    layout.setFormats(formats);
    layout.beginLayout();
    QTextLine line = layout.createLine();
    line.setLineWidth(rect.width());
    layout.endLayout();
    painter->setPen(ink(m_theme, index));
    painter->setClipRect(rect);
    // On the row's baseline: the line of another script has another height.
    const QFontMetricsF metrics(option.font);
    const double baseline = rect.top() + (rect.height() - metrics.height()) / 2.0 + metrics.ascent();
    layout.draw(painter, QPointF(rect.left(), baseline - line.ascent()));
    painter->restore();
}

SimilarityDelegate::SimilarityDelegate(const Theme &theme, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_theme(theme)
{
}

void SimilarityDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                               const QModelIndex &index) const
{
    painter->save();
    paintGround(painter, option, m_theme);
    const QRect rect = option.rect.adjusted(m_theme.px(8), 0, -m_theme.px(8), 0);
    painter->setPen(ink(m_theme, index));
    painter->setFont(option.font);
    painter->drawText(rect,
                      static_cast<int>(QStyle::visualAlignment(option.direction, Qt::AlignRight)) |
                          Qt::AlignVCenter | Qt::TextSingleLine,
                      index.data(Qt::DisplayRole).toString());
    const double value = index.data(cell::Raw).toDouble();
    QRectF bar = rect;
    bar.setWidth(rect.width() - option.fontMetrics.horizontalAdvance(QStringLiteral("0.00")) - m_theme.px(8));
    if (std::isfinite(value) && bar.width() > 4) {
        bar.setHeight(m_theme.px(6));
        bar.moveTop(rect.center().y() - m_theme.px(3));
        const auto placed = [&](const QRectF &wanted) {
            return option.direction == Qt::RightToLeft
                       ? wanted.translated(rect.right() - wanted.right() - (wanted.left() - rect.left()), 0)
                       : wanted;
        };
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(m_theme.tokens().border);
        painter->drawRoundedRect(placed(bar), 3, 3);
        bar.setWidth(bar.width() * std::clamp(value, 0.0, 1.0));
        painter->setBrush(m_theme.tokens().accent);
        painter->drawRoundedRect(placed(bar), 3, 3);
    }
    painter->restore();
}
