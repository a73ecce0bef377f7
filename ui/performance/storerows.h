// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/performance/tablecolumns.h"
#include "ui/shared/chartdata.h"
#include "ui/shared/listmodel.h"
#include "ui/shared/uicontext.h"

#include <QWidget>

class ChartPanel;
class QComboBox;
class TableView;

/// Which store has which share of the rows: bars above the counts.
class StoreRows final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StoreRows)

public:
    explicit StoreRows(const UiContext &ui, QWidget *parent = nullptr);

    enum Figure { Customers, Products, Sales, Vectors };
    static ChartData shares(const QList<StoreShare> &stores, Figure figure);

    void setStores(const QList<StoreSummary> &stores);

private:
    void draw();

    QComboBox *m_figure;
    ChartPanel *m_chart;
    ListModel<StoreShare> *m_stores;
    TableView *m_view;
};
