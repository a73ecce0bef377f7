// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/tenants/tenantspage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/shared/chartpanel.h"
#include "ui/shared/currency.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"
#include "ui/tenants/tenantsmodel.h"

#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

TenantsPage::TenantsPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Tenants"), Scope::Database, parent)
    , m_model(new TenantsModel(this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"tenantsTable"_s, this))
    , m_proxy(showSorted(*m_view, m_model, TenantsModel::Name))
    , m_filter(new QLineEdit(this))
    , m_chart(new ChartPanel(ui, u"tenantsChart"_s, this))
    , m_request(this)
{
    setObjectName(u"tenantsPage"_s);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setAccessibleName(tr("Stores"));
    m_view->setInitiallyHidden({TenantsModel::Type, TenantsModel::Region});
    auto *frame = new QWidget(this);
    auto *frameLayout = new QVBoxLayout(frame);
    frameLayout->setContentsMargins(16, 8, 16, 8);
    frameLayout->addWidget(m_chart);
    auto *split = new QSplitter(Qt::Vertical, this);
    split->setChildrenCollapsible(false);
    split->addWidget(m_view);
    split->addWidget(frame);
    split->setStretchFactor(0, 1);
    split->setStretchFactor(1, 1);
    setContent(split);
    m_chart->setActionHint(tr("Enter chooses this store"));

    m_filter->setObjectName(u"tenantsFilter"_s);
    m_filter->setAccessibleName(tr("Filter stores"));
    m_filter->setPlaceholderText(tr("Filter stores"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMaximumWidth(240);
    addHeaderWidget(m_filter);
    setTabOrder(m_filter, m_view);

    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_proxy->setFilterFixedString(text);
        updateStatus();
    });
    connect(m_chart, &ChartPanel::activated, this,
            [this](int index) { emit storeRequested(m_charted.value(index)); });
    connect(m_view, &QAbstractItemView::activated, this, &TenantsPage::chooseCurrent);
    connect(&ui.app.stores, &StoreService::currentChanged, this,
            [this] { m_model->setCurrentStore(m_ui.app.stores.current().storeId); });
}

void TenantsPage::load()
{
    showContent();
    setLoading(true);
    if (m_model->rowCount() == 0)
        setStatus(tr("Loading…"));
    m_request.run([this](const CancelToken &token) { return m_ui.app.stores.stores(token); },
                  [this](Result<QList<StoreSummary>> result) {
                      setLoading(false);
                      if (!result) {
                          showError(result.error(), m_model->rowCount() == 0);
                          return;
                      }
                      showChart(*result);
                      const QPersistentModelIndex current = m_view->currentIndex();
                      const QString key = current.data(cell::Key).toString();
                      const int column = current.column();
                      m_model->setStores(std::move(result).value());
                      if (!current.isValid()) // a store came or went
                          selectAgain(key, column);
                      m_model->setCurrentStore(m_ui.app.stores.current().storeId);
                      if (m_model->rowCount() == 0)
                          showEmpty(
                              u"store"_s, tr("No store to see"),
                              tr("This login has access to no store. The owner of the database grants it, or "
                                 "sample data brings stores along (File ▸ Load sample data)."));
                      else
                          showContent();
                      updateStatus();
                  });
}

void TenantsPage::clear()
{
    m_request.cancel();
    m_model->setStores({});
    m_chart->setData({});
    m_charted.clear();
}

/// The stores beside each other: sales where the login is told of them, else how much each holds.
void TenantsPage::showChart(const QList<StoreSummary> &stores)
{
    QList<StoreSummary> sorted = stores;
    const bool sales = std::any_of(stores.begin(), stores.end(),
                                   [](const StoreSummary &store) { return !std::isnan(store.sales30Days); });
    std::stable_sort(sorted.begin(), sorted.end(), [sales](const StoreSummary &a, const StoreSummary &b) {
        // Stores that are not told come last; a NaN has no place in an order.
        const auto rank = [sales](const StoreSummary &store) {
            return !sales                          ? double(store.customers)
                   : std::isnan(store.sales30Days) ? -1e300
                                                   : store.sales30Days;
        };
        return rank(a) > rank(b);
    });
    ChartData chart{.title = sales ? tr("Sales of the last 30 × 24 hours by store")
                                   : tr("Customers and products by store"),
                    .note = sales ? tr("Sales less returns, tax included, up to now; grey: the 30 × 24 hours "
                                       "before. The Overview counts calendar days")
                                  : tr("Numbers of rows; this login is not told about sales"),
                    .xTitle = tr("Store"),
                    .unit = sales ? currency() : QString(),
                    .decimals = sales ? 2 : 0,
                    .form = ChartData::Form::HorizontalBars};
    ChartSeries first{.name = sales ? tr("Last 30 × 24 hours") : tr("Customers")};
    ChartSeries second{.name = sales ? tr("30 × 24 hours before") : tr("Products"), .comparison = sales};
    m_charted.clear();
    for (const StoreSummary &store : std::as_const(sorted)) {
        m_charted.append(store.storeId);
        chart.categories.append(store.name);
        first.values.append(sales ? store.sales30Days : double(store.customers));
        second.values.append(sales ? store.salesPrevious30Days : double(store.products));
    }
    chart.series = {first, second};
    m_chart->setEmptyReason(tr("No store has figures to compare."));
    m_chart->setData(chart);
}

void TenantsPage::updateStatus()
{
    const int all = m_model->rowCount();
    const int shown = m_proxy->rowCount();
    if (all == 0)
        setStatus({});
    else if (shown == all)
        setStatus(all == 1 ? tr("1 store") : tr("%1 stores").arg(format::count(all)));
    else
        setStatus(tr("%1 of %2 stores").arg(format::count(shown), format::count(all)));
}

void TenantsPage::selectAgain(const QString &store, int column)
{
    for (int row = 0; row < m_proxy->rowCount(); ++row)
        if (const QModelIndex index = m_proxy->index(row, column);
            index.isValid() && index.data(cell::Key).toString() == store)
            m_view->setCurrentIndex(index);
}

void TenantsPage::chooseCurrent()
{
    const QModelIndex current = m_view->currentIndex();
    if (current.isValid())
        emit storeRequested(current.data(cell::Key).toString());
}

QString TenantsPage::help() const
{
    return tr("All stores that this login may see, with their figures. Enter or a double click chooses a "
              "store: the "
              "pages under Store then show its customers, products and sales. Figures that the login is not "
              "told read "
              "“not shown”.");
}

bool TenantsPage::focusFilter()
{
    m_filter->setFocus();
    m_filter->selectAll();
    return true;
}
