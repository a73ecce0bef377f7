// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/windowtest.h"
#include "ui/overview/overviewfigures.h"
#include "ui/overview/overviewpage.h"
#include "ui/overview/reordermodel.h"
#include "ui/shared/chartpanel.h"
#include "ui/shared/figuretile.h"

#include <QAbstractItemModelTester>
#include <QPdfWriter>
#include <QPushButton>
#include <QTableView>

using namespace Qt::StringLiterals;

/// From the overview's figures to their rows, from a row to its history, and back, in the real window.
class TestOverviewPage final : public WindowTest
{
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanupTestCase();
    void init();

    void aYearEarlierIsComparedWhereThatSaysSomething_data();
    void aYearEarlierIsComparedWhereThatSaysSomething();
    void aFigureOpensAsManyRowsAsItCounts_data();
    void aFigureOpensAsManyRowsAsItCounts();
    void aDayOfTheChartOpensItsSales();
    void anHourOfTheChartOpensItsSales();
    void aTierOpensItsCustomers();
    void aLineOfTheReorderListOpensItsProduct();
    void ctrlHShowsTheHistoryOfTheRowAndBackReturns();
    void paperHoldsEveryLineOfTheReorderList_data();
    void paperHoldsEveryLineOfTheReorderList();
    void reorderListIsAModel();

private:
    template <typename T>
    T *find(const QString &name) const
    {
        return m_window->currentPage()->findChild<T *>(name);
    }
    void loaded() const { QTRY_VERIFY_WITH_TIMEOUT(!m_window->currentPage()->loading(), 20'000); }
    qint64 rowsOfPage(const QByteArray &table) const;
    Overview lastMonth() const;

    Prompt m_prompt;
};

void TestOverviewPage::initTestCase()
{
    m_database = std::make_unique<TestDatabase>();
    openWindow(m_prompt, {u"sandbox_manager"_s}, {1440, 900});
    connectAs(u"sandbox_manager"_s);
    chooseStore(u"seattle"_s);
}

void TestOverviewPage::cleanupTestCase()
{
    closeWindow();
    m_database.reset();
}

void TestOverviewPage::init()
{
    m_window->showPage(u"overview"_s);
    loaded();
}

/// All rows that the filters of the page that is shown leave.
qint64 TestOverviewPage::rowsOfPage(const QByteArray &table) const
{
    const auto filters = browsefilter::parse(*browseTable(table), m_window->currentPage()->words()).value();
    BrowseRequest request;
    request.table = table;
    request.filters = filters;
    const auto count = m_app->browse.count(u"seattle"_s, request, true).result();
    return count ? count->rows : -1;
}

Overview TestOverviewPage::lastMonth() const
{
    const QDate today = QDate::currentDate();
    return m_app->overview.overview(u"seattle"_s, {.from = today.addDays(-29), .to = today}).result().value();
}

void TestOverviewPage::aYearEarlierIsComparedWhereThatSaysSomething_data()
{
    QTest::addColumn<int>("days"); // until 30 June 2025
    QTest::addColumn<QDate>("readOn");
    QTest::addColumn<QDate>("firstSale");
    QTest::addColumn<double>("before");
    QTest::addColumn<QString>("text");
    const QDate last(2025, 6, 30);
    const QDate later(2025, 8, 1);
    const QDate longAgo(2020, 1, 1);
    const auto began = [](const QDate &day) {
        return u"a year earlier sales began on %1 only"_s.arg(QLocale().toString(day, QLocale::ShortFormat));
    };
    QTest::newRow("a period that is over")
        << 30 << later << longAgo << 100.0 << u"+50.0 % against a year earlier"_s;
    QTest::newRow("less than a year earlier")
        << 30 << later << longAgo << 300.0 << u"-50.0 % against a year earlier"_s;
    QTest::newRow("today is no whole day")
        << 1 << last << longAgo << 100.0 << u"+50.0 % against a year earlier, up to the same time of day"_s;
    QTest::newRow("no sales a year earlier")
        << 30 << later << longAgo << 0.0 << u"no sales a year earlier to compare with"_s;
    QTest::newRow("no sales so early in the day")
        << 1 << last << longAgo << 0.0
        << u"no sales a year earlier, up to the same time of day, to compare with"_s;
    QTest::newRow("a store that was closed on the first days")
        << 7 << later << longAgo << 100.0 << u"+50.0 % against a year earlier"_s;
    QTest::newRow("a store whose first sale was on the second of few days")
        << 7 << later << QDate(2024, 6, 25) << 100.0 << began(QDate(2024, 6, 25));
    QTest::newRow("a store that began with the earlier period")
        << 7 << later << QDate(2024, 6, 24) << 100.0 << u"+50.0 % against a year earlier"_s;
    QTest::newRow("a store that began in the midst of it")
        << 30 << later << QDate(2024, 6, 15) << 100.0 << began(QDate(2024, 6, 15));
    QTest::newRow("a store that began after it")
        << 30 << later << QDate(2025, 6, 2) << 0.0 << u"no sales a year earlier to compare with"_s;
}

void TestOverviewPage::aYearEarlierIsComparedWhereThatSaysSomething()
{
    QFETCH(int, days);
    QFETCH(QDate, readOn);
    QFETCH(QDate, firstSale);
    QFETCH(double, before);
    Overview overview;
    overview.period = {
        .from = QDate(2025, 6, 30).addDays(1 - days), .to = QDate(2025, 6, 30), .zone = QTimeZone("UTC")};
    overview.readAt = QDateTime(readOn, QTime(11, 0), QTimeZone("UTC"));
    overview.firstSale = firstSale;
    overview.days.resize(days);
    overview.days.last() = {.net = 150, .sales = 1};
    overview.yearEarlier.resize(days); // nothing on the first days
    overview.yearEarlier.last() = {.net = 1000, .sales = 1};
    overview.totalYearEarlier = {.net = before, .sales = before > 0 ? 1 : 0};
    QTEST(overviewcharts::againstYearEarlier(overview), "text");
    // Days before a store's first sale are a gap of the line; days on which it was closed are none.
    const QList<double> earlier = overviewcharts::byDay(overview).series.last().values;
    QCOMPARE(qIsNaN(earlier.first()), firstSale > overview.period.from.addYears(-1));
}

void TestOverviewPage::aFigureOpensAsManyRowsAsItCounts_data()
{
    QTest::addColumn<QString>("tile");
    QTest::addColumn<qint64>("rows");
    const SalesFigure all = lastMonth().total();
    QVERIFY(all.sales > 0 && all.returns > 0);
    QTest::newRow("net sales are of sales and returns") << u"netSales"_s << all.sales + all.returns;
    QTest::newRow("the number of sales") << u"saleCount"_s << all.sales;
    QTest::newRow("the average is of the sales") << u"basket"_s << all.sales;
    QTest::newRow("returns") << u"returns"_s << all.returns;
    QTest::newRow("sales of known customers") << u"buyers"_s << all.sales - lastMonth().unknownCustomerSales;
}

void TestOverviewPage::aFigureOpensAsManyRowsAsItCounts()
{
    QFETCH(QString, tile);
    QFETCH(qint64, rows);
    find<FigureTile>(tile)->findChild<QPushButton *>()->click();
    QCOMPARE(m_window->currentPage()->title(), u"Sales"_s);
    loaded();
    QCOMPARE(rowsOfPage("sales_transactions"), rows);
    QVERIFY(find<QTableView>(u"sales_transactionsTable"_s)->model()->rowCount() > 0);
    m_window->goBack();
    QCOMPARE(m_window->currentPage()->title(), u"Overview"_s);
}

void TestOverviewPage::aDayOfTheChartOpensItsSales()
{
    const Overview overview = lastMonth();
    const SalesFigure &day = overview.days[17];
    emit find<ChartPanel>(u"salesByDay"_s)->activated(17);
    QCOMPARE(m_window->currentPage()->title(), u"Sales"_s);
    loaded();
    QCOMPARE(rowsOfPage("sales_transactions"), day.sales + day.returns);
}

void TestOverviewPage::anHourOfTheChartOpensItsSales()
{
    // All hours together are all sales, so none is missing and none counted twice.
    const Overview overview = lastMonth();
    qint64 rows = 0;
    for (int hour = 0; hour < 24; ++hour) {
        emit find<ChartPanel>(u"salesByHour"_s)->activated(hour);
        QCOMPARE(m_window->currentPage()->title(), u"Sales"_s);
        loaded();
        rows += rowsOfPage("sales_transactions");
        m_window->goBack();
        loaded();
    }
    const SalesFigure all = overview.total();
    QCOMPARE(rows, all.sales + all.returns);
}

void TestOverviewPage::aTierOpensItsCustomers()
{
    const NamedFigure gold = lastMonth().tiers.value(2);
    QCOMPARE(gold.key, u"gold"_s);
    emit find<ChartPanel>(u"loyaltyTiers"_s)->activated(2);
    QCOMPARE(m_window->currentPage()->title(), u"Customers"_s);
    loaded();
    QCOMPARE(rowsOfPage("customers"), gold.pieces);
}

void TestOverviewPage::aLineOfTheReorderListOpensItsProduct()
{
    auto *list = find<QTableView>(u"reorderList"_s);
    QVERIFY(list->model()->rowCount() > 0);
    emit list->activated(list->model()->index(0, ReorderModel::Name));
    QCOMPARE(m_window->currentPage()->title(), u"Products"_s);
    loaded();
    QCOMPARE(rowsOfPage("products"), 1);
}

void TestOverviewPage::ctrlHShowsTheHistoryOfTheRowAndBackReturns()
{
    m_window->goTo({u"products"_s, {u"sort=-price"_s}});
    loaded();
    auto *products = find<QTableView>(u"productsTable"_s);
    QTRY_VERIFY(products->model()->rowCount() > 0);
    const QString dearest =
        m_database->superuser()
            .execute("SELECT product_id FROM retail.products WHERE store_id = 'seattle' ORDER BY price DESC, "
                     "product_id DESC LIMIT 1")
            .value()
            .text(0, 0);
    const Result<Rows> changed = m_database->superuser().execute(
        "UPDATE retail.products SET price = price + 1 WHERE product_id = '" + dearest.toUtf8() + '\'');
    VERIFY_OK(changed);
    products->setCurrentIndex(products->model()->index(0, 1));
    products->setFocus();
    QTest::keyClick(products, Qt::Key_H, Qt::ControlModifier);
    QCOMPARE(m_window->currentPage()->title(), u"Audit log"_s);
    loaded();
    QCOMPARE(m_window->currentPage()->words(), (QStringList{u"record"_s, u"products"_s, dearest}));
    auto *entries = find<QTableView>(u"auditEntries"_s);
    QTRY_COMPARE(entries->model()->rowCount(), 2); // when it was added, and now
    QCOMPARE(entries->model()->index(0, 1).data().toString(), u"Changed"_s);
    QCOMPARE(entries->model()->index(0, 2).data().toString(), u"Products"_s);
    entries->setCurrentIndex(entries->model()->index(0, 0));
    const auto *differences = find<QTableView>(u"auditDiff"_s);
    QTRY_VERIFY(differences->model()->rowCount() > 0);
    QCOMPARE(differences->model()->index(0, 0).data().toString(), u"Price"_s);
    m_window->goBack();
    QCOMPARE(m_window->currentPage()->title(), u"Products"_s);
}

void TestOverviewPage::paperHoldsEveryLineOfTheReorderList_data()
{
    QTest::addColumn<OverviewReport::Part>("part");
    QTest::newRow("the overview") << OverviewReport::All;
    QTest::newRow("the reorder list") << OverviewReport::ReorderListOnly;
}

void TestOverviewPage::paperHoldsEveryLineOfTheReorderList()
{
    QFETCH(OverviewReport::Part, part);
    Overview overview = lastMonth();
    while (overview.reorder.size() < 200) // more than two pages
        overview.reorder.append(overview.reorder.first());
    QList<const ChartPanel *> charts;
    for (const ChartPanel *chart : m_window->currentPage()->findChildren<ChartPanel *>())
        charts.append(chart);
    const OverviewReport report(*m_theme, overview, u"Zava Retail Seattle"_s, {{u"Net sales"_s, u"1.00"_s}},
                                part == OverviewReport::All ? charts : QList<const ChartPanel *>());
    const QString file = m_home.filePath(u"paper-%1.pdf"_s.arg(int(part)));
    VERIFY_OK(report.savePdf(file, part));
    QFile pdf(file);
    QVERIFY(pdf.open(QIODevice::ReadOnly));
    const QByteArray bytes = pdf.readAll();
    QVERIFY(bytes.startsWith("%PDF"));
    const qsizetype pages = bytes.count("/Type /Page\n");
    QVERIFY2(pages >= (part == OverviewReport::All ? 5 : 3), QByteArray::number(pages).constData());
    QVERIFY(!report.savePdf(m_home.filePath(u"no/such/folder.pdf"_s), part));
    if (const QString folder = qEnvironmentVariable("CHART_PICTURES"); !folder.isEmpty())
        QFile::copy(file, folder + u"/paper-%1.pdf"_s.arg(int(part)));
}

void TestOverviewPage::reorderListIsAModel()
{
    ReorderModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setLines(lastMonth().reorder);
    QVERIFY(model.rowCount() > 0);
    model.setLines({});
    QCOMPARE(model.rowCount(), 0);
}

QTEST_MAIN(TestOverviewPage)
#include "tst_overviewpage.moc"
