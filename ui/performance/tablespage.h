// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/serverhistory.h"
#include "ui/performance/tablecolumns.h"
#include "ui/shared/listmodel.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

class QLineEdit;
class QSortFilterProxyModel;
class QTabWidget;
class ServerNote;
class StoreRows;
class TableCharts;
class TableView;

/// Tables of the database: sizes, rows, activity and care, the largest and their growth as charts; and which
/// store has which share of the rows, which is asked only when it is looked at, because it counts them.
class TablesPage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TablesPage)

public:
    TablesPage(const UiContext &ui, QWidget *parent);

    QString help() const override;
    bool focusFilter() override;

protected:
    void load() override;
    void clear() override;

private:
    void show(const TableReport &report);
    void readGrowth();
    void loadStores();
    void updateStatus();

    TableStatService m_service;
    ServerHistory m_history;
    TableReport m_report;
    ServerNote *m_note;
    QTabWidget *m_tabs;
    ListModel<TableStats> *m_tables;
    TableView *m_view;
    QSortFilterProxyModel *m_proxy;
    TableCharts *m_charts;
    StoreRows *m_stores;
    QLineEdit *m_filter;
    bool m_storesShown = false;
    Request<TableReport> m_request;
    Request<QHash<qint64, qint64>> m_growthRequest;
    Request<QList<StoreSummary>> m_storeRequest;
};
