// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/storerows.h"

#include "app/appcontext.h"
#include "ui/shared/chartpanel.h"
#include "ui/shared/tableview.h"

#include <QComboBox>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

qint64 StoreSummary::*memberOf(StoreRows::Figure figure)
{
    switch (figure) {
    case StoreRows::Customers:
        return &StoreSummary::customers;
    case StoreRows::Products:
        return &StoreSummary::products;
    case StoreRows::Sales:
        return &StoreSummary::transactions;
    case StoreRows::Vectors:
        break;
    }
    return &StoreSummary::embeddedProducts;
}

} // namespace

StoreRows::StoreRows(const UiContext &ui, QWidget *parent)
    : QWidget(parent)
    , m_figure(new QComboBox(this))
    , m_chart(new ChartPanel(ui, u"storeRowsChart"_s, this))
    , m_stores(new ListModel<StoreShare>(
          storeColumns(), [](const StoreShare &row) { return row.store.storeId; }, this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"storeRowsTable"_s, this))
{
    setObjectName(u"storeRows"_s);
    m_figure->setObjectName(u"storeRowsFigure"_s);
    m_figure->setAccessibleName(tr("Figure of the chart"));
    m_figure->addItems({tr("Customers"), tr("Products"), tr("Sales"), tr("Active products with a vector")});
    m_figure->setCurrentIndex(Sales);
    m_view->setAccessibleName(tr("Rows by store"));
    showSorted(*m_view, m_stores, 0);
    m_chart->setEmptyReason(tr("This login is not told how many of these rows each store has."));

    auto *above = new QWidget(this);
    above->setProperty("surface", true);
    above->setAttribute(Qt::WA_StyledBackground);
    auto *controls = new QHBoxLayout;
    controls->addWidget(m_figure);
    controls->addStretch();
    auto *inside = new QVBoxLayout(above);
    inside->setContentsMargins(16, 8, 16, 8);
    inside->setSpacing(8);
    inside->addLayout(controls);
    inside->addWidget(m_chart, 1);
    auto *halves = new QSplitter(Qt::Vertical, this);
    halves->addWidget(above);
    halves->addWidget(m_view);
    halves->setChildrenCollapsible(false);
    halves->setHandleWidth(1);
    halves->setSizes({360, 300});
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(halves);
    connect(m_figure, &QComboBox::currentIndexChanged, this, &StoreRows::draw);
    draw();
}

ChartData StoreRows::shares(const QList<StoreShare> &stores, Figure figure)
{
    qint64 StoreSummary::*const member = memberOf(figure);
    QList<StoreShare> sorted;
    for (const StoreShare &share : stores)
        if (share.store.*member >= 0 && share.all.*member > 0)
            sorted += share;
    std::stable_sort(sorted.begin(), sorted.end(), [member](const StoreShare &a, const StoreShare &b) {
        return a.store.*member > b.store.*member;
    });
    ChartData data;
    data.form = ChartData::Form::HorizontalBars;
    data.xTitle = tr("Store");
    data.unit = u"%"_s;
    data.decimals = 1;
    ChartSeries series{.name = tr("Share")};
    for (const StoreShare &share : std::as_const(sorted)) {
        data.categories.append(share.store.name);
        series.values.append(100 * double(share.store.*member) / double(share.all.*member));
    }
    data.series = {series};
    return data;
}

void StoreRows::setStores(const QList<StoreSummary> &stores)
{
    m_stores->setRows(storeShares(stores));
    draw();
}

void StoreRows::draw()
{
    ChartData drawn = shares(m_stores->rows(), Figure(m_figure->currentIndex()));
    drawn.title = tr("Share of %1").arg(m_figure->currentText().toLower());
    drawn.note = tr("Rows counted now, of those of all stores listed");
    m_chart->setData(drawn);
}
