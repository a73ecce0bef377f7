// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/overviewservice.h"
#include "ui/overview/overviewreport.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

class ChartPanel;
class FigureTile;
class QComboBox;
class QLabel;
class QScrollArea;
class ReorderModel;
class TableView;

/// A store's period at a glance: figures, charts, what is to be ordered. Printed and saved as PDF.
class OverviewPage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(OverviewPage)

public:
    OverviewPage(const UiContext &ui, QWidget *parent);

    QString help() const override;
    bool focusFilter() override;
    bool exportShown() override;

protected:
    void load() override;
    void clear() override;

private:
    OverviewPeriod period() const;
    void build();
    void showFigures(const Overview &overview);
    void connectRows();
    void showRows(const Place &place);
    OverviewReport report(OverviewReport::Part part) const;
    void savePdf(OverviewReport::Part part);
    void print(OverviewReport::Part part);
    void tell(const QString &text);
    QList<ChartPanel *> charts() const;
    QList<FigureTile *> tiles() const;

    Overview m_overview;
    QString m_storeName; ///< of what is shown
    bool m_hasData = false;
    QComboBox *m_period;
    QScrollArea *m_scroll;
    QLabel *m_problem;
    FigureTile *m_net, *m_count, *m_basket, *m_returns, *m_customers, *m_lowStock;
    ChartPanel *m_byDay, *m_byHour, *m_payments, *m_products, *m_categories, *m_tiers;
    ReorderModel *m_reorder;
    QLabel *m_reorderTitle;
    TableView *m_reorderView;
    Request<Overview> m_request;
};
