// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"
#include "ui/shared/chartdata.h"
#include "ui/shared/uicontext.h"

#include <QWidget>

class ChartModel;
class ChartView;
class QLabel;
class QPainter;
class QStackedWidget;
class QToolButton;
class TableView;

/// A chart with its title, what it counts, the same values as a table, and ways to take it along (PNG, SVG,
/// CSV, clipboard). Without values it says why.
class ChartPanel final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ChartPanel)

public:
    /// `name` is the object name; the table's columns are remembered under it.
    ChartPanel(const UiContext &ui, const QString &name, QWidget *parent = nullptr);

    void setData(ChartData data);
    const ChartData &data() const { return m_data; }
    void setEmptyReason(const QString &reason); ///< shown where the data has no value
    /// What Enter or a double click on a point does ("Enter shows these sales"); activated() follows.
    void setActionHint(const QString &hint);
    /// A line for the exports, such as the store and the time: what is shown may not be known from the chart.
    void setContext(const QString &context) { m_context = context; }
    void showTable(bool table);

    /// Title, note and chart as on paper: light.
    void paint(QPainter &painter, const QRect &target) const;
    /// By the file's suffix: png, svg or csv.
    Result<void> saveTo(const QString &file) const;

signals:
    void activated(int index); ///< of categories or times

private:
    void save(const QString &suffix, const QString &description);
    void applyTheme();

    const UiContext m_ui;
    ChartData m_data;
    QString m_context;
    QLabel *m_title;
    QLabel *m_note;
    QLabel *m_problem;
    QLabel *m_reason;
    QToolButton *m_asTable;
    QToolButton *m_export;
    QStackedWidget *m_stack;
    ChartView *m_view;
    ChartModel *m_model;
    TableView *m_table;
};
