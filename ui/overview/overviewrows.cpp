// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/overview/overviewrows.h"

#include "ui/overview/overviewpage.h"
#include "ui/overview/reordermodel.h"
#include "ui/shared/chartpanel.h"
#include "ui/shared/figuretile.h"
#include "ui/shared/filtertext.h"
#include "ui/shared/tableview.h"

#include <QScrollArea>

using namespace Qt::StringLiterals;

namespace {

ColumnFilter is(const QByteArray &column, const QString &value)
{
    return value.isEmpty() ? ColumnFilter{column, FilterOp::IsNull}
                           : ColumnFilter{column, FilterOp::Equals, {value}};
}

} // namespace

Place overviewrows::sales(const OverviewPeriod &period, const QList<ColumnFilter> &further)
{
    QList<ColumnFilter> filters{{"transaction_date",
                                 FilterOp::Between,
                                 {dayBegins(period.from, period.zone), dayEnds(period.to, period.zone)}}};
    filters += further;
    return {u"sales"_s, browsefilter::expressions(filters)};
}

Place overviewrows::salesPaidBy(const OverviewPeriod &period, const NamedFigure &payment)
{
    return sales(period, {is("payment_method", payment.key)});
}

Place overviewrows::itemsOf(const NamedFigure &product)
{
    return {u"items"_s, browsefilter::expressions({is("product_id", product.key)})};
}

Place overviewrows::productsOf(const NamedFigure &category)
{
    return {u"products"_s, browsefilter::expressions({is("category_name", category.name)})};
}

Place overviewrows::customersOf(const NamedFigure &tier)
{
    return {u"customers"_s, browsefilter::expressions({is("loyalty_tier", tier.key)})};
}

Place overviewrows::product(const ReorderLine &line)
{
    return {u"products"_s, browsefilter::expressions({is("product_id", line.productId)})};
}

/// From each figure to the rows that it counts.
void OverviewPage::connectRows()
{
    const auto tile = [this](FigureTile *figure, const QString &text, const QList<ColumnFilter> &filters) {
        figure->setAction(text);
        connect(figure, &FigureTile::actionRequested, this,
                [this, filters] { showRows(overviewrows::sales(m_overview.period, filters)); });
    };
    tile(m_net, tr("Show sales and returns"), {});
    tile(m_count, tr("Show sales"), {overviewrows::noReturns});
    tile(m_basket, tr("Show sales"), {overviewrows::noReturns});
    tile(m_returns, tr("Show returns"), {overviewrows::returns});
    tile(m_customers, tr("Show their sales"), {overviewrows::noReturns, overviewrows::withCustomer});
    m_lowStock->setAction(tr("Go to the reorder list"));
    connect(m_lowStock, &FigureTile::actionRequested, this, [this] {
        m_reorderView->setFocus();
        m_scroll->ensureWidgetVisible(m_reorderView);
    });
    const auto chart = [this](ChartPanel *panel, const QString &hint, auto place) {
        panel->setActionHint(hint);
        connect(panel, &ChartPanel::activated, this, [this, place](int index) { showRows(place(index)); });
    };
    chart(m_byDay, tr("Double-click or Enter: the sales of this day"), [this](int day) {
        OverviewPeriod one = m_overview.period;
        one.from = one.to = one.from.addDays(day);
        return overviewrows::sales(one);
    });
    chart(m_byHour, tr("Double-click or Enter: the sales of this hour of the day"), [this](int hour) {
        const OverviewPeriod &period = m_overview.period;
        return overviewrows::sales(period,
                                   {{"transaction_date",
                                     FilterOp::AtHour,
                                     {QString::number(hour), QString::fromLatin1(period.zone.id())}}});
    });
    chart(m_payments, tr("Double-click or Enter: the sales paid so"), [this](int index) {
        return overviewrows::salesPaidBy(m_overview.period, m_overview.payments.value(index));
    });
    chart(m_products, tr("Double-click or Enter: all items sold of this product"),
          [this](int index) { return overviewrows::itemsOf(m_overview.products.value(index)); });
    chart(m_categories, tr("Double-click or Enter: the products of this category"),
          [this](int index) { return overviewrows::productsOf(m_overview.categories.value(index)); });
    chart(m_tiers, tr("Double-click or Enter: these customers"),
          [this](int index) { return overviewrows::customersOf(m_overview.tiers.value(index)); });
    connect(m_reorderView, &QAbstractItemView::activated, this, [this](const QModelIndex &index) {
        showRows(overviewrows::product(m_reorder->lines().value(index.row())));
    });
}

void OverviewPage::showRows(const Place &place)
{
    if (m_hasData)
        emit placeRequested(place);
}
