// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/overview/overviewpage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/overview/overviewfigures.h"
#include "ui/overview/reordermodel.h"
#include "ui/shared/chartpanel.h"
#include "ui/shared/currency.h"
#include "ui/shared/figuretile.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {

enum Span { Today = -1, Yesterday = -2, ThisMonth = -3, LastMonth = -4, ThisYear = -5 }; // others are days

QString money(double amount)
{
    return format::decimal(amount, 2);
}

} // namespace

OverviewPage::OverviewPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Overview"), Scope::Store, parent)
    , m_period(new QComboBox(this))
    , m_scroll(new QScrollArea(this))
    , m_problem(new QLabel(this))
    , m_net(new FigureTile(ui.theme, u"netSales"_s, tr("Net sales, %1").arg(currency()), this))
    , m_count(new FigureTile(ui.theme, u"saleCount"_s, tr("Sales"), this))
    , m_basket(new FigureTile(ui.theme, u"basket"_s, tr("Average basket, %1").arg(currency()), this))
    , m_returns(new FigureTile(ui.theme, u"returns"_s, tr("Returns, %1").arg(currency()), this))
    , m_customers(new FigureTile(ui.theme, u"buyers"_s, tr("Customers who bought"), this))
    , m_lowStock(new FigureTile(ui.theme, u"lowStock"_s, tr("Products to reorder"), this))
    , m_byDay(new ChartPanel(ui, u"salesByDay"_s, this))
    , m_byHour(new ChartPanel(ui, u"salesByHour"_s, this))
    , m_payments(new ChartPanel(ui, u"paymentMethods"_s, this))
    , m_products(new ChartPanel(ui, u"topProducts"_s, this))
    , m_categories(new ChartPanel(ui, u"topCategories"_s, this))
    , m_tiers(new ChartPanel(ui, u"loyaltyTiers"_s, this))
    , m_reorder(new ReorderModel(this))
    , m_reorderTitle(new QLabel(this))
    , m_reorderView(new TableView(ui.theme, ui.app.settings, u"reorderList"_s, this))
    , m_request(this)
{
    setObjectName(u"overviewPage"_s);
    build();
}

void OverviewPage::build()
{
    m_period->setObjectName(u"overviewPeriod"_s);
    m_period->setAccessibleName(tr("Period"));
    const QList<std::pair<QString, int>> spans{
        {tr("Today"), Today},     {tr("Yesterday"), Yesterday},  {tr("Last 7 days"), 7},
        {tr("Last 30 days"), 30}, {tr("This month"), ThisMonth}, {tr("Last month"), LastMonth},
        {tr("Last 90 days"), 90}, {tr("This year"), ThisYear},   {tr("Last 365 days"), 365}};
    for (const auto &[text, days] : spans)
        m_period->addItem(text, days);
    m_period->setCurrentIndex(m_period->findData(30));
    addHeaderWidget(m_period);
    auto *save = new QToolButton(this);
    save->setObjectName(u"overviewExport"_s);
    save->setText(tr("Print or save"));
    save->setPopupMode(QToolButton::InstantPopup);
    auto *menu = new QMenu(save);
    const auto add = [menu, this](const QString &text, auto function, OverviewReport::Part part) {
        connect(menu->addAction(text), &QAction::triggered, this,
                [this, function, part] { (this->*function)(part); });
    };
    add(tr("&Print the overview…"), &OverviewPage::print, OverviewReport::All);
    add(tr("Print the &reorder list…"), &OverviewPage::print, OverviewReport::ReorderListOnly);
    menu->addSeparator();
    add(tr("Save the &overview as PDF…"), &OverviewPage::savePdf, OverviewReport::All);
    add(tr("Save the reorder &list as PDF…"), &OverviewPage::savePdf, OverviewReport::ReorderListOnly);
    save->setMenu(menu);
    addHeaderWidget(save);

    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->setContentsMargins(16, 0, 16, 8);
    m_problem->hide();
    m_reorderTitle->setTextFormat(Qt::PlainText);
    m_reorderView->setModel(m_reorder);
    m_reorderView->setAccessibleName(tr("Reorder list"));
    m_reorderView->setMinimumHeight(280);
    for (ChartPanel *chart : charts()) {
        chart->setMinimumHeight(260);
        chart->setEmptyReason(tr("No sale in this period. Choose a longer one."));
    }
    m_tiers->setEmptyReason(tr("The store has no customers yet."));

    auto *grid = new QGridLayout;
    grid->setContentsMargins(16, 0, 16, 16);
    grid->setHorizontalSpacing(24);
    grid->setVerticalSpacing(16);
    auto *figures = new QGridLayout;
    figures->setSpacing(8);
    int place = 0;
    for (FigureTile *tile : tiles()) {
        figures->addWidget(tile, place / 3, place % 3);
        ++place;
    }
    grid->addLayout(figures, 1, 0, 1, 2);
    grid->addWidget(m_byDay, 2, 0, 1, 2);
    grid->addWidget(m_byHour, 3, 0, 1, 2);
    grid->addWidget(m_products, 4, 0);
    grid->addWidget(m_categories, 4, 1);
    grid->addWidget(m_payments, 5, 0);
    grid->addWidget(m_tiers, 5, 1);
    grid->addWidget(m_reorderTitle, 6, 0, 1, 2);
    grid->addWidget(m_reorderView, 7, 0, 1, 2);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);
    auto *inside = new QWidget(this);
    inside->setLayout(grid);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidget(inside);
    auto *content = new QWidget(this);
    auto *column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_problem); // above what scrolls, to be seen from everywhere
    column->addWidget(m_scroll, 1);
    setContent(content);

    connect(m_period, &QComboBox::currentIndexChanged, this, &Page::refresh);
    connectRows();
}

QList<FigureTile *> OverviewPage::tiles() const
{
    return {m_net, m_count, m_basket, m_returns, m_customers, m_lowStock};
}

QList<ChartPanel *> OverviewPage::charts() const
{
    return {m_byDay, m_byHour, m_products, m_categories, m_payments, m_tiers};
}

OverviewPeriod OverviewPage::period() const
{
    const QDate today = QDate::currentDate();
    const int span = m_period->currentData().toInt();
    OverviewPeriod period;
    period.to = today;
    if (span == Yesterday)
        period.to = today.addDays(-1);
    else if (span == LastMonth)
        period.to = today.addDays(-today.day());
    period.from = span == Today || span == Yesterday       ? period.to
                  : span == ThisMonth || span == LastMonth ? period.to.addDays(1 - period.to.day())
                  : span == ThisYear                       ? QDate(today.year(), 1, 1)
                                                           : today.addDays(1 - span);
    return period;
}

void OverviewPage::load()
{
    setLoading(true);
    m_problem->hide();
    if (!m_hasData)
        setStatus(tr("Loading…"));
    const StoreSummary store = m_ui.app.stores.current();
    m_request.run(
        [this, store](const CancelToken &token) {
            return m_ui.app.overview.overview(store.storeId, period(), token);
        },
        [this, store](const Result<Overview> &overview) {
            setLoading(false);
            if (!overview) {
                showError(overview.error(), !m_hasData);
                return;
            }
            m_storeName = store.name;
            showContent();
            showFigures(*overview);
        });
}

void OverviewPage::clear()
{
    m_request.cancel();
    m_hasData = false;
    m_overview = {};
    m_storeName.clear();
    m_reorder->setLines({});
    m_reorderTitle->clear();
    m_problem->hide();
    for (ChartPanel *chart : charts()) {
        chart->setContext({});
        chart->setData({});
    }
    for (FigureTile *tile : tiles())
        tile->setFigure(u"–"_s, {});
}

void OverviewPage::showFigures(const Overview &overview)
{
    m_overview = overview;
    m_hasData = true;
    const SalesFigure all = overview.total();
    m_net->setFigure(money(all.net),
                     tr("Sales less returns on the calendar days of the period, tax included; %1")
                         .arg(overviewcharts::againstYearEarlier(overview)));
    m_count->setFigure(format::count(all.sales), tr("Receipts of sales and exchanges, without returns"));
    // What was sold over how often: returns are no baskets.
    m_basket->setFigure(all.sales > 0 ? money((all.net + all.returned) / double(all.sales)) : u"–"_s,
                        tr("Amount of sales and exchanges, tax included, over their number"));
    m_returns->setFigure(
        money(all.returned),
        all.returns == 1
            ? tr("1 return, already subtracted from net sales")
            : tr("%1 returns, already subtracted from net sales").arg(format::count(all.returns)));
    QString buyers =
        tr("%1 bought for the first time, %2 had bought before")
            .arg(format::count(overview.newCustomers), format::count(overview.returningCustomers));
    if (overview.unknownCustomerSales > 0)
        buyers += tr("; sales that name no customer: %1").arg(format::count(overview.unknownCustomerSales));
    m_customers->setFigure(format::count(overview.newCustomers + overview.returningCustomers), buyers);
    m_lowStock->setFigure(format::count(overview.reorderCount),
                          tr("Active products at or below their reorder point, today"),
                          overview.reorderCount > 0 ? cell::Tone::Warning : cell::Tone::Normal);
    const QString context =
        tr("%1, %2 – %3")
            .arg(m_storeName, QLocale().toString(overview.period.from, QLocale::ShortFormat),
                 QLocale().toString(overview.period.to, QLocale::ShortFormat));
    for (ChartPanel *chart : charts())
        chart->setContext(context);
    m_byDay->setData(overviewcharts::byDay(overview));
    m_byHour->setData(all.sales + all.returns > 0 ? overviewcharts::byHour(overview) : ChartData{});
    m_products->setData(overviewcharts::products(overview));
    m_categories->setData(overviewcharts::categories(overview));
    m_payments->setData(overviewcharts::payments(overview));
    m_tiers->setData(overviewcharts::tiers(overview));
    m_reorder->setLines(overview.reorder);
    m_reorderTitle->setFont(m_ui.theme.font(1.05, QFont::DemiBold));
    m_reorderTitle->setText(
        overview.reorderCount > overview.reorder.size()
            ? tr("Reorder list: the %1 most urgent of %2")
                  .arg(format::count(overview.reorder.size()), format::count(overview.reorderCount))
            : tr("Reorder list"));
    setStatus(tr("%1 – %2, %3")
                  .arg(QLocale().toString(overview.period.from, QLocale::ShortFormat),
                       QLocale().toString(overview.period.to, QLocale::ShortFormat),
                       QString::fromLatin1(overview.period.zone.id())));
}

QString OverviewPage::help() const
{
    return tr("One store's period at a glance. Returns are subtracted from every amount; each figure says "
              "what it counts. "
              "Days and hours are those of this computer's time zone, named at the right of the title. Every "
              "chart can be "
              "read as a table and saved; a double click, or Enter on the point that the arrow keys have "
              "reached, shows the rows behind it. “Print or save” puts the whole page or the reorder list "
              "on paper or into a PDF. F5 asks again.");
}

bool OverviewPage::focusFilter()
{
    m_period->setFocus();
    return true;
}
