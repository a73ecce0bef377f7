// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/statedelegate.h"

#include "ui/shared/inwords.h"
#include "ui/shared/plaintip.h"
#include "ui/shared/theme.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QComboBox>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

using namespace Qt::StringLiterals;

namespace {

bool hasMark(const QModelIndex &index)
{
    return !index.data(cell::Icon).toString().isEmpty() || !index.data(cell::StoreMark).toString().isEmpty();
}

bool hasCheck(const QModelIndex &index)
{
    return index.data(Qt::CheckStateRole).isValid();
}

} // namespace

StateDelegate::StateDelegate(const Theme &theme, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_theme(theme)
{
}

QRect StateDelegate::textRect(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QRect rect = option.rect.adjusted(m_theme.px(8), 0, -m_theme.px(8), 0);
    if (hasMark(index)) {
        if (option.direction == Qt::RightToLeft)
            rect.setRight(rect.right() - m_theme.px(22));
        else
            rect.setLeft(rect.left() + m_theme.px(22));
    }
    if (hasCheck(index)) {
        if (option.direction == Qt::RightToLeft)
            rect.setRight(checkRect(option, index).left() - m_theme.px(8));
        else
            rect.setLeft(checkRect(option, index).right() + m_theme.px(8));
    }
    return rect;
}

QRect StateDelegate::checkRect(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const QStyle *style = item.widget ? item.widget->style() : QApplication::style();
    return style->subElementRect(QStyle::SE_ItemViewItemCheckIndicator, &item, item.widget);
}

void StateDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                          const QModelIndex &index) const
{
    const Tokens &t = m_theme.tokens();
    const bool enabled = option.state.testFlag(QStyle::State_Enabled);
    painter->save();
    if (option.state.testFlag(QStyle::State_Selected))
        painter->fillRect(option.rect, t.selection);
    else if (option.state.testFlag(QStyle::State_MouseOver))
        painter->fillRect(option.rect, t.hover);

    painter->setPen(t.grid);
    painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());

    const auto tone = static_cast<cell::Tone>(index.data(cell::ToneRole).toInt());
    const QColor colour = enabled ? m_theme.colour(tone) : t.disabled;
    const QRect rect = textRect(option, index);
    if (hasMark(index)) {
        const int size = m_theme.px(16);
        QRect place(0, 0, size, size);
        place.moveCenter(option.rect.center());
        if (option.direction == Qt::RightToLeft)
            place.moveRight(option.rect.right() - m_theme.px(8));
        else
            place.moveLeft(option.rect.left() + m_theme.px(8));
        if (const QString store = index.data(cell::StoreMark).toString(); !store.isEmpty()) {
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setPen(Qt::NoPen);
            painter->setBrush(m_theme.storeColour(store));
            painter->drawRoundedRect(QRectF(place).adjusted(2, 2, -2, -2), m_theme.px(3), m_theme.px(3));
        } else {
            painter->drawPixmap(place, m_theme.pixmap(index.data(cell::Icon).toString(), size, colour,
                                                      painter->device()->devicePixelRatioF()));
        }
    }
    if (hasCheck(index)) {
        const bool on = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
        const QRectF box = QRectF(checkRect(option, index)).adjusted(0.5, 0.5, -0.5, -0.5);
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(!enabled ? t.disabled : on ? t.accent : t.control);
        painter->setBrush(on ? (enabled ? t.accent : t.disabled) : t.surface);
        painter->drawRoundedRect(box, 2, 2);
        if (on) {
            painter->setPen(QPen(t.onAccent, box.width() / 7, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
            const QPointF at = box.topLeft();
            const double size = box.width();
            painter->drawPolyline(QPolygonF{at + QPointF(size * 0.22, size * 0.52),
                                            at + QPointF(size * 0.42, size * 0.72),
                                            at + QPointF(size * 0.78, size * 0.3)});
        }
        painter->setRenderHint(QPainter::Antialiasing, false);
    }
    QFont font = option.font;
    if (const QVariant own = index.data(Qt::FontRole); own.isValid())
        font.setWeight(own.value<QFont>().weight()); // size and family are the theme's
    painter->setFont(font);
    painter->setPen(colour);
    const QVariant alignment = index.data(Qt::TextAlignmentRole);
    const Qt::Alignment align =
        QStyle::visualAlignment(option.direction, alignment.isValid() ? alignment.value<Qt::Alignment>()
                                                                      : Qt::AlignLeft | Qt::AlignVCenter);
    const QFontMetrics metrics(font);
    const QString text =
        metrics.elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideRight, rect.width());
    // On the row's baseline: a font that stands in for other letters has another height, and would be raised.
    const int rest = rect.width() - metrics.horizontalAdvance(text);
    const int x = rect.left() + (align.testFlag(Qt::AlignRight)     ? rest
                                 : align.testFlag(Qt::AlignHCenter) ? rest / 2
                                                                    : 0);
    painter->drawText(x, rect.top() + (rect.height() - metrics.height()) / 2 + metrics.ascent(), text);

    // The current value, once the keyboard is in use: a mouse shows where it is by itself.
    if (option.state.testFlag(QStyle::State_HasFocus) &&
        option.state.testFlag(QStyle::State_KeyboardFocusChange)) {
        painter->setPen(t.accent);
        painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
    }
    painter->restore();
}

QSize StateDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QFont font = option.font;
    if (const QVariant own = index.data(Qt::FontRole); own.isValid())
        font.setWeight(own.value<QFont>().weight());
    const int icon = (hasMark(index) ? m_theme.px(22) : 0) + (hasCheck(index) ? m_theme.px(26) : 0);
    return {QFontMetrics(font).horizontalAdvance(index.data(Qt::DisplayRole).toString()) + icon +
                m_theme.px(18),
            m_theme.rowHeight()};
}

QWidget *StateDelegate::createEditor(QWidget *parent, const QStyleOptionViewItem &option,
                                     const QModelIndex &index) const
{
    const QStringList choices = index.data(cell::Choices).toStringList();
    if (choices.isEmpty()) {
        QWidget *editor = QStyledItemDelegate::createEditor(parent, option, index);
        editor->setObjectName(u"cellEditor"_s);
        editor->setAccessibleName(index.model()->headerData(index.column(), Qt::Horizontal).toString());
        return editor;
    }
    auto *box = new QComboBox(parent);
    box->setObjectName(u"cellEditor"_s);
    box->setAccessibleName(index.model()->headerData(index.column(), Qt::Horizontal).toString());
    for (const QString &choice : choices)
        box->addItem(inWords(choice), choice);
    // A choice is made when it is clicked, not when the list loses the focus.
    connect(box, &QComboBox::activated, this, [this, box] {
        auto *self = const_cast<StateDelegate *>(this);
        emit self->commitData(box);
        emit self->closeEditor(box);
    });
    return box;
}

void StateDelegate::setEditorData(QWidget *editor, const QModelIndex &index) const
{
    if (auto *box = qobject_cast<QComboBox *>(editor)) {
        box->setCurrentIndex(box->findData(index.data(Qt::EditRole).toString()));
        return;
    }
    QStyledItemDelegate::setEditorData(editor, index);
}

void StateDelegate::setModelData(QWidget *editor, QAbstractItemModel *model, const QModelIndex &index) const
{
    if (const auto *box = qobject_cast<QComboBox *>(editor)) {
        if (box->currentIndex() >= 0)
            model->setData(index, box->currentData(), Qt::EditRole);
        return;
    }
    QStyledItemDelegate::setModelData(editor, model, index);
}

bool StateDelegate::helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                              const QModelIndex &index)
{
    if (event->type() == QEvent::ToolTip) {
        QString text = index.data(Qt::ToolTipRole).toString();
        const QString shown = index.data(Qt::DisplayRole).toString();
        if (text.isEmpty() && view->fontMetrics().horizontalAdvance(shown) > textRect(option, index).width())
            text = shown;
        if (!text.isEmpty()) {
            QToolTip::showText(event->globalPos(), plainTip(text), view);
            return true;
        }
    }
    return QStyledItemDelegate::helpEvent(event, view, option, index);
}
