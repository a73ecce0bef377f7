// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/browsefilter.h"

#include <QTimeZone>
#include <QWidget>

class FlowLayout;
class QToolButton;
class Theme;

/// The filters of a table as chips: each says what it asks, can be switched off and on again, changed with a
/// double click and removed; “Filter” adds one.
class FilterBar final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FilterBar)

public:
    struct Chip
    {
        ColumnFilter filter;
        bool on = true;

        bool operator==(const Chip &) const = default;
    };

    FilterBar(Theme &theme, const TableDef &table, QWidget *parent = nullptr);

    QList<ColumnFilter> filters() const; ///< those that are switched on
    const QList<Chip> &chips() const { return m_chips; }
    void setChips(const QList<Chip> &chips); ///< changed() is sent when it changes what is asked
    void setFilters(const QList<ColumnFilter> &filters);
    void add(const ColumnFilter &filter);
    void switchAllOff();
    /// Opens the editor for a new filter, on this column where one is named.
    void edit(const QByteArray &column = {});
    /// Days of a filter on times are days of this zone.
    void setZone(const QTimeZone &zone);
    /// A control before the chips.
    void addTool(QWidget *tool);

signals:
    void changed();

private:
    void build();
    /// Opens the editor on a chip; `on` is what it goes back to when that is cancelled.
    void change(qsizetype index, bool on);
    void applyTheme();
    void tellIfChanged(const QList<ColumnFilter> &before);

    Theme &m_theme;
    const TableDef m_table;
    QTimeZone m_zone = QTimeZone::systemTimeZone();
    QList<Chip> m_chips;
    qsizetype m_clicked = -1; // the chip whose click was the newest change
    QToolButton *m_add;
    QWidget *m_lastTool; // after which Tab comes to the chips
    FlowLayout *m_layout;
    QList<QWidget *> m_widgets; // of the chips
};
