// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/serverhistory.h"
#include "app/services/tablestatservice.h"
#include "ui/shared/chartdata.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QWidget>

class ChartPanel;
class QComboBox;

/// The largest tables as bars, and one table's size over time from the history of this desktop.
class TableCharts final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TableCharts)

public:
    TableCharts(const UiContext &ui, ServerHistory &history, QWidget *parent = nullptr);

    enum Figure { Size, Parts, RowCounts };
    /// The largest by that figure, the largest first. Tables that could not be measured are left out of
    /// sizes.
    static ChartData bars(const QList<TableStats> &tables, Figure figure);
    static ChartData growth(const QList<MetricPoint> &points);

    void setTables(const QList<TableStats> &tables);
    void choose(qint64 table); ///< whose growth is shown

signals:
    void failed(const Error &error);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void drawBars();
    void readGrowth();

    const UiContext m_ui;
    ServerHistory &m_history;
    QList<TableStats> m_tables;
    QComboBox *m_figure;
    QComboBox *m_table;
    QComboBox *m_span;
    ChartPanel *m_bars;
    ChartPanel *m_growth;
    Request<QList<MetricPoint>> m_request;
};
