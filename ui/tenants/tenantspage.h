// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/storeservice.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

class ChartPanel;
class QLineEdit;
class QSortFilterProxyModel;
class TableView;
class TenantsModel;

/// All stores the login may see. Needs no chosen store; Enter or a double click chooses one.
class TenantsPage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TenantsPage)

public:
    TenantsPage(const UiContext &ui, QWidget *parent);

    QString help() const override;
    bool focusFilter() override;

protected:
    void load() override;
    void clear() override;

private:
    void chooseCurrent();
    void selectAgain(const QString &store, int column);
    void updateStatus();
    void showChart(const QList<StoreSummary> &stores);

    TenantsModel *m_model;
    TableView *m_view;
    QSortFilterProxyModel *m_proxy;
    QLineEdit *m_filter;
    ChartPanel *m_chart;
    QStringList m_charted; // store ids in the chart's order
    Request<QList<StoreSummary>> m_request;
};
