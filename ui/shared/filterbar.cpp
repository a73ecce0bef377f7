// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/filterbar.h"

#include "ui/shared/filtereditor.h"
#include "ui/shared/filtertext.h"
#include "ui/shared/flowlayout.h"
#include "ui/shared/theme.h"

#include <QHBoxLayout>
#include <QMouseEvent>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace {

/// The text of a chip: a click switches it, a double click or F2 changes it.
class ChipButton final : public QToolButton
{
public:
    ChipButton(QWidget *parent, std::function<void(bool doubleClicked)> edit)
        : QToolButton(parent)
        , m_edit(std::move(edit))
    {
    }

protected:
    void mouseDoubleClickEvent(QMouseEvent *event) override
    {
        event->accept();
        m_edit(true);
    }
    void keyPressEvent(QKeyEvent *event) override
    {
        if (event->key() == Qt::Key_F2)
            m_edit(false);
        else
            QToolButton::keyPressEvent(event);
    }

private:
    const std::function<void(bool)> m_edit;
};

} // namespace

FilterBar::FilterBar(Theme &theme, const TableDef &table, QWidget *parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_table(table)
    , m_add(new QToolButton(this))
    , m_lastTool(m_add)
    , m_layout(new FlowLayout(this))
{
    setObjectName(u"filterBar"_s);
    setAccessibleName(tr("Filters"));
    m_layout->setContentsMargins(16, 0, 16, 8);
    m_add->setObjectName(u"filterAdd"_s);
    m_add->setText(tr("F&ilter…"));
    m_add->setAccessibleName(tr("Add a filter"));
    m_add->setToolTip(tr("Show only rows that fit a condition (Ctrl+F)"));
    m_add->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_layout->addWidget(m_add);
    connect(m_add, &QToolButton::clicked, this, [this] { edit(); });
    connect(&theme, &Theme::changed, this, &FilterBar::applyTheme);
    applyTheme();
}

void FilterBar::applyTheme()
{
    m_add->setIcon(m_theme.icon(u"view-filter"_s));
    build();
}

void FilterBar::addTool(QWidget *tool)
{
    tool->setParent(this);
    m_layout->addWidget(tool);
    setTabOrder(m_lastTool, tool);
    m_lastTool = tool;
    build(); // chips stay behind the tools
}

QList<ColumnFilter> FilterBar::filters() const
{
    QList<ColumnFilter> all;
    for (const Chip &chip : m_chips)
        if (chip.on)
            all.append(chip.filter);
    return all;
}

void FilterBar::tellIfChanged(const QList<ColumnFilter> &before)
{
    build();
    if (filters() != before)
        emit changed();
}

void FilterBar::setChips(const QList<Chip> &chips)
{
    const QList<ColumnFilter> before = filters();
    m_chips = chips;
    m_clicked = -1;
    tellIfChanged(before);
}

void FilterBar::setFilters(const QList<ColumnFilter> &filters)
{
    QList<Chip> chips;
    for (const ColumnFilter &filter : filters)
        chips.append({filter, true});
    setChips(chips);
}

void FilterBar::add(const ColumnFilter &filter)
{
    QList<Chip> chips = m_chips;
    for (Chip &chip : chips)
        if (chip.filter == filter) {
            chip.on = true;
            setChips(chips);
            return;
        }
    chips.append({filter, true});
    setChips(chips);
}

void FilterBar::switchAllOff()
{
    QList<Chip> chips = m_chips;
    for (Chip &chip : chips)
        chip.on = false;
    setChips(chips);
}

void FilterBar::edit(const QByteArray &column)
{
    auto *editor = new FilterEditor(m_table, m_zone, this);
    editor->setAttribute(Qt::WA_DeleteOnClose);
    connect(editor, &FilterEditor::chosen, this, &FilterBar::add);
    editor->begin(column);
}

void FilterBar::change(qsizetype index, bool on)
{
    auto *editor = new FilterEditor(m_table, m_zone, this);
    editor->setAttribute(Qt::WA_DeleteOnClose);
    connect(editor, &FilterEditor::chosen, this, [this, index](const ColumnFilter &filter) {
        QList<Chip> chips = m_chips;
        if (index < chips.size())
            chips[index] = {filter, true};
        setChips(chips);
    });
    connect(editor, &FilterEditor::rejected, this, [this, index, former = Chip{m_chips[index].filter, on}] {
        QList<Chip> chips = m_chips;
        if (index < chips.size() && chips[index].filter == former.filter) {
            chips[index] = former;
            setChips(chips);
        }
    });
    editor->begin(m_chips[index].filter);
}

void FilterBar::setZone(const QTimeZone &zone)
{
    m_zone = zone;
    build();
}

void FilterBar::build()
{
    const QList<QWidget *> former = std::exchange(m_widgets, {});
    const QWidget *focus = window()->focusWidget();
    QWidget *before = m_lastTool;
    for (qsizetype i = 0; i < m_chips.size(); ++i) {
        const Chip &chip = m_chips[i];
        const QString text = filterText(m_table, chip.filter, m_zone);
        auto *frame = new QFrame(this);
        frame->setObjectName(u"filterChip%1"_s.arg(i));
        frame->setProperty("chip", chip.on ? u"on"_s : u"off"_s);
        auto *button = new ChipButton(frame, [this, i](bool doubleClicked) {
            // The first click of the two has switched it already.
            const bool switched = doubleClicked && m_clicked == i;
            change(i, m_chips[i].on != switched);
        });
        button->setObjectName(u"filterChipText%1"_s.arg(i));
        button->setText(QString(text).replace(u'&', u"&&"_s));
        button->setCheckable(true);
        button->setChecked(chip.on);
        button->setAccessibleName(chip.on ? tr("Filter: %1").arg(text)
                                          : tr("Filter, switched off: %1").arg(text));
        button->setToolTip(chip.on ? tr("Click to switch this filter off, double-click to change it")
                                   : tr("Click to switch this filter on, double-click to change it"));
        button->setIcon(m_theme.icon(chip.on ? u"checkbox"_s : u"list-remove"_s));
        button->setToolButtonStyle(chip.on ? Qt::ToolButtonTextOnly : Qt::ToolButtonTextBesideIcon);
        auto *remove = new QToolButton(frame);
        remove->setObjectName(u"filterChipRemove%1"_s.arg(i));
        remove->setIcon(m_theme.icon(u"window-close"_s));
        remove->setAccessibleName(tr("Remove the filter: %1").arg(text));
        remove->setToolTip(tr("Remove this filter"));
        remove->setAutoRaise(true);
        auto *layout = new QHBoxLayout(frame);
        layout->setContentsMargins(2, 0, 2, 0);
        layout->setSpacing(0);
        layout->addWidget(button);
        layout->addWidget(remove);
        connect(button, &QToolButton::clicked, this, [this, i] {
            QList<Chip> chips = m_chips;
            chips[i].on = !chips[i].on;
            setChips(chips);
            m_clicked = i;
        });
        connect(remove, &QToolButton::clicked, this, [this, i] {
            QList<Chip> chips = m_chips;
            chips.removeAt(i);
            setChips(chips);
        });
        m_layout->addWidget(frame);
        m_widgets.append(frame);
        frame->show();
        for (QWidget *next : {static_cast<QWidget *>(button), static_cast<QWidget *>(remove)}) {
            setTabOrder(before, next);
            before = next;
        }
        if (i < former.size() && former[i]->isAncestorOf(focus))
            button->setFocus();
    }
    for (QWidget *widget : former) {
        if (widget->isAncestorOf(window()->focusWidget())) // the last chip is gone
            m_add->setFocus();
        m_layout->removeWidget(widget);
        widget->hide();
        widget->deleteLater(); // perhaps the one that was clicked
    }
    updateGeometry();
}
