// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/commandpalette.h"

#include "ui/shared/fuzzy.h"
#include "ui/shared/theme.h"

#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QPointer>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

enum Role { NoteRole = Qt::UserRole + 1, IconNameRole, MarkRole, EntryRole };

class EntryDelegate final : public QStyledItemDelegate
{
public:
    EntryDelegate(const Theme &theme, QObject *parent)
        : QStyledItemDelegate(parent)
        , m_theme(theme)
    {
    }

    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override
    {
        return {m_theme.px(200), m_theme.rowHeight() + m_theme.px(6)};
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const Tokens &t = m_theme.tokens();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const QRect row = option.rect.adjusted(m_theme.px(4), 1, -m_theme.px(4), -1);
        painter->setPen(Qt::NoPen);
        if (option.state.testFlag(QStyle::State_Selected)) {
            painter->setBrush(t.selection);
            painter->drawRoundedRect(row, m_theme.px(4), m_theme.px(4));
        } else if (option.state.testFlag(QStyle::State_MouseOver)) {
            painter->setBrush(t.hover);
            painter->drawRoundedRect(row, m_theme.px(4), m_theme.px(4));
        }
        const auto place = [&](const QRect &rect) {
            return QStyle::visualRect(option.direction, option.rect, rect);
        };
        const int size = m_theme.px(16);
        const QRect icon(row.left() + m_theme.px(8), row.center().y() - size / 2, size, size);
        if (const auto mark = index.data(MarkRole).value<QColor>(); mark.isValid()) {
            painter->setBrush(mark);
            painter->drawRoundedRect(place(icon.adjusted(2, 2, -2, -2)), m_theme.px(3), m_theme.px(3));
        } else {
            painter->drawPixmap(place(icon),
                                m_theme.pixmap(index.data(IconNameRole).toString(), size, t.secondary,
                                               painter->device()->devicePixelRatioF()));
        }
        const QString note = index.data(NoteRole).toString();
        const QFontMetrics metrics(option.font);
        const int noteWidth = std::min(metrics.horizontalAdvance(note), row.width() / 2);
        const QRect noteRect(row.right() - m_theme.px(8) - noteWidth, row.top(), noteWidth + 1, row.height());
        const QRect text(icon.right() + m_theme.px(10), row.top(),
                         noteRect.left() - icon.right() - m_theme.px(22), row.height());
        painter->setPen(t.text);
        painter->drawText(place(text),
                          Qt::AlignVCenter | QStyle::visualAlignment(option.direction, Qt::AlignLeft),
                          metrics.elidedText(index.data().toString(), Qt::ElideRight, text.width()));
        painter->setPen(t.secondary);
        painter->drawText(place(noteRect),
                          Qt::AlignVCenter | QStyle::visualAlignment(option.direction, Qt::AlignRight),
                          metrics.elidedText(note, Qt::ElideRight, noteRect.width()));
        painter->restore();
    }

private:
    const Theme &m_theme;
};

} // namespace

CommandPalette::CommandPalette(Theme &theme, QWidget *window)
    : QFrame(window)
    , m_theme(theme)
    , m_edit(new QLineEdit(this))
    , m_list(new QListView(this))
    , m_none(new QLabel(tr("Nothing fits. Stores are found by name, place or id, commands by their words."),
                        this))
    , m_model(new QStandardItemModel(this))
{
    setObjectName(u"commandPalette"_s);
    m_edit->setObjectName(u"paletteEdit"_s);
    m_edit->setAccessibleName(tr("Find a store or a command"));
    m_list->setObjectName(u"paletteList"_s);
    m_list->setAccessibleName(tr("Stores and commands"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new EntryDelegate(theme, this));
    m_list->setFrameShape(NoFrame);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setMouseTracking(true);
    m_list->setUniformItemSizes(true);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_none->setProperty("secondary", true);
    m_none->setContentsMargins(16, 12, 16, 12);
    m_none->setWordWrap(true);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 4, 4, 4);
    layout->setSpacing(0);
    layout->addWidget(m_edit);
    auto *line = new QFrame(this);
    line->setProperty("hairline", true);
    layout->addWidget(line);
    layout->addSpacing(4);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_none);

    m_edit->installEventFilter(this);
    window->installEventFilter(this);
    connect(m_edit, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_list, &QListView::clicked, this, &CommandPalette::runCurrent);
    hide();
}

int CommandPalette::open(const QString &placeholder, QList<Entry> entries)
{
    m_edit->setPlaceholderText(placeholder);
    m_edit->setAccessibleName(placeholder);
    m_edit->clear();
    m_entries = std::move(entries);
    filter();
    place();
    show();
    raise();
    m_edit->setFocus(Qt::PopupFocusReason);
    return ++m_opening;
}

void CommandPalette::setEntries(int opening, QList<Entry> entries)
{
    if (opening != m_opening || isHidden())
        return;
    m_entries = std::move(entries);
    filter();
}

void CommandPalette::leave()
{
    hide();
    m_entries.clear();
    m_model->clear();
}

void CommandPalette::filter()
{
    struct Hit
    {
        int entry;
        int score;
    };
    std::vector<Hit> hits;
    const QString typed = m_edit->text().trimmed();
    for (int i = 0; i < m_entries.size(); ++i) {
        const Entry &entry = m_entries[i];
        const int byTitle = fuzzyScore(typed, entry.title);
        const int byAll = fuzzyScore(typed, entry.title + u' ' + entry.note + u' ' + entry.words);
        const int score = std::max(byTitle >= 0 ? byTitle + 20 : -1, byAll);
        if (score >= 0)
            hits.push_back({i, score});
    }
    if (!typed.isEmpty())
        std::stable_sort(hits.begin(), hits.end(),
                         [](const Hit &a, const Hit &b) { return a.score > b.score; });
    m_model->clear();
    for (const Hit &hit : hits) {
        const Entry &entry = m_entries[hit.entry];
        auto *item = new QStandardItem(entry.title);
        item->setData(entry.note, NoteRole);
        item->setData(entry.icon, IconNameRole);
        item->setData(entry.mark, MarkRole);
        item->setData(hit.entry, EntryRole);
        item->setData(u"%1, %2"_s.arg(entry.title, entry.note), Qt::AccessibleTextRole);
        m_model->appendRow(item);
    }
    m_list->setVisible(!hits.empty());
    m_none->setVisible(hits.empty());
    if (!hits.empty())
        m_list->setCurrentIndex(m_model->index(0, 0));
    place();
}

void CommandPalette::place()
{
    const QWidget *window = parentWidget();
    const int width = std::min(m_theme.px(560), window->width() - m_theme.px(48));
    const int rowHeight = m_theme.rowHeight() + m_theme.px(6);
    const int room = (window->height() - m_theme.px(160)) / rowHeight;
    m_list->setFixedHeight(std::clamp(m_model->rowCount(), 1, std::clamp(room, 1, 12)) * rowHeight);
    setGeometry((window->width() - width) / 2, m_theme.px(72), width, layout()->totalSizeHint().height());
}

void CommandPalette::runCurrent()
{
    const QModelIndex current = m_list->currentIndex();
    if (!current.isValid())
        return;
    const auto run = m_entries[current.data(EntryRole).toInt()].run;
    leave();
    if (run)
        run();
}

bool CommandPalette::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == parentWidget()) {
        if (event->type() == QEvent::Resize && isVisible())
            place();
        return false;
    }
    if (event->type() == QEvent::FocusOut && isVisible()) {
        leave();
        return false;
    }
    if (event->type() == QEvent::ShortcutOverride) {
        // Esc and the arrows are the palette's while it is open.
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Escape || key == Qt::Key_Up || key == Qt::Key_Down) {
            event->accept();
            return true;
        }
        return false;
    }
    if (event->type() != QEvent::KeyPress)
        return false;
    const int row = m_list->currentIndex().row();
    const int rows = m_model->rowCount();
    switch (static_cast<QKeyEvent *>(event)->key()) {
    case Qt::Key_Escape:
        leave();
        parentWidget()->setFocus();
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        runCurrent();
        return true;
    case Qt::Key_Down:
    case Qt::Key_Up: {
        const int step = static_cast<QKeyEvent *>(event)->key() == Qt::Key_Down ? 1 : -1;
        if (rows > 0)
            m_list->setCurrentIndex(m_model->index((row + step + rows) % rows, 0));
        return true;
    }
    default:
        return false;
    }
}
