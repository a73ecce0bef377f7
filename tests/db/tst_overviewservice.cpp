// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/overviewservice.h"
#include "tests/support/testcluster.h"

#include <QTest>

using namespace Qt::StringLiterals;

/// Every figure against SQL of the test's own, over generated sales.
class TestOverviewService final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<ConnectionPool> m_pool;

    Rows ask(const QString &sql)
    {
        const Result<Rows> rows = m_database->superuser().execute(sql.toUtf8());
        if (!rows)
            qFatal("%s", qPrintable(rows.error().text()));
        return *rows;
    }

    static OverviewPeriod lastDays(int days, const QByteArray &zone = "America/Los_Angeles")
    {
        OverviewPeriod period;
        period.zone = QTimeZone(zone);
        period.to = QDateTime::currentDateTimeUtc().toTimeZone(period.zone).date();
        period.from = period.to.addDays(1 - days);
        return period;
    }

    /// For AT TIME ZONE, where a text of only an offset would be read with its sign turned.
    static QString zoneOf(const OverviewPeriod &p)
    {
        const QString id = QString::fromLatin1(p.zone.id());
        return id.startsWith(u"UTC+"_s) ? u"interval '%1'"_s.arg(id.mid(3)) : u"'%1'"_s.arg(id);
    }

    /// The condition of the test's own: local days, computed by the server.
    static QString within(const OverviewPeriod &p, int yearsBack = 0)
    {
        const QDate from = p.from.addYears(-yearsBack);
        return u"store_id = 'seattle' AND (transaction_date AT TIME ZONE %1)::date BETWEEN '%2' AND '%3'"_s
            .arg(zoneOf(p), from.toString(Qt::ISODate), from.addDays(p.days() - 1).toString(Qt::ISODate));
    }

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        m_pool = std::make_unique<ConnectionPool>(2);
        OPEN_POOL(*m_pool, *m_database, u"sandbox_manager"_s);
        // Around the moment until which a year earlier is compared with today.
        const QDateTime moment =
            QDateTime::currentDateTimeUtc().toTimeZone(QTimeZone("America/Los_Angeles")).addYears(-1);
        for (const int minutes : {-30, 30})
            ask(u"INSERT INTO retail.sales_transactions (store_id, transaction_date, subtotal, total_amount) "
                "VALUES ('seattle', '%1', 100, 100)"_s.arg(
                    moment.addSecs(minutes * 60).toUTC().toString(Qt::ISODate)));
    }
    void cleanupTestCase()
    {
        m_pool.reset();
        m_database.reset();
    }

    void totalsSubtractReturns_data()
    {
        QTest::addColumn<OverviewPeriod>("period");
        QTest::newRow("today") << lastDays(1);
        QTest::newRow("a month") << lastDays(30);
        OverviewPeriod over = lastDays(30);
        over.from = over.from.addDays(-1);
        over.to = over.to.addDays(-1);
        QTest::newRow("a month that is over") << over;
        QTest::newRow("a year, over both changes of the clocks") << lastDays(365);
        QTest::newRow("a zone half an hour off") << lastDays(30, "Asia/Kolkata");
        QTest::newRow("an offset without a place") << lastDays(30, "UTC+09:30");
    }
    void totalsSubtractReturns()
    {
        QFETCH(OverviewPeriod, period);
        const auto overview = OverviewService(*m_pool).overview(u"seattle"_s, period).result();
        VERIFY_OK(overview);
        QCOMPARE(overview->days.size(), period.days());
        const QString sql =
            u"SELECT coalesce(sum(total_amount) FILTER (WHERE transaction_type <> 'return'), 0) - "
            "coalesce(sum(total_amount) FILTER (WHERE transaction_type = 'return'), 0), "
            "coalesce(sum(total_amount) FILTER (WHERE transaction_type = 'return'), 0), "
            "count(*) FILTER (WHERE transaction_type <> 'return'), count(*) FILTER (WHERE transaction_type = "
            "'return') "
            "FROM retail.sales_transactions WHERE "_s;
        SalesFigure wholeDays;
        for (const SalesFigure &day : overview->yearEarlier) {
            wholeDays.net += day.net;
            wholeDays.returned += day.returned;
            wholeDays.sales += day.sales;
            wholeDays.returns += day.returns;
        }
        // A day that is not over is compared with as much of the same day a year earlier.
        const QDateTime now = overview->readAt.toTimeZone(period.zone);
        const QString compared =
            period.to < now.date()
                ? within(period, 1)
                : u"store_id = 'seattle' AND (transaction_date AT TIME ZONE %1)::date >= '%2' AND "
                  "transaction_date < '%3'"_s.arg(zoneOf(period),
                                                  period.from.addYears(-1).toString(Qt::ISODate),
                                                  now.addYears(-1).toUTC().toString(Qt::ISODateWithMs));
        const QList<std::pair<SalesFigure, QString>> figures{{overview->total(), within(period)},
                                                             {wholeDays, within(period, 1)},
                                                             {overview->totalYearEarlier, compared}};
        for (const auto &[all, condition] : figures) {
            const Rows expected = ask(sql + condition);
            QCOMPARE(QString::number(all.net, 'f', 2), QString::number(expected.number(0, 0), 'f', 2));
            QCOMPARE(QString::number(all.returned, 'f', 2), QString::number(expected.number(0, 1), 'f', 2));
            QCOMPARE(all.sales, expected.integer(0, 2));
            QCOMPARE(all.returns, expected.integer(0, 3));
        }
    }

    void theFirstSaleIsTheStoresFirstOfAll()
    {
        const auto overview = OverviewService(*m_pool).overview(u"seattle"_s, lastDays(7)).result();
        VERIFY_OK(overview);
        const Rows expected = ask(u"SELECT (min(transaction_date) AT TIME ZONE 'America/Los_Angeles')::date "
                                  "FROM retail.sales_transactions WHERE store_id = 'seattle'"_s);
        QCOMPARE(overview->firstSale.toString(Qt::ISODate), expected.text(0, 0));
    }

    void hoursAndPaymentsAddUpToTheTotal()
    {
        const auto overview = OverviewService(*m_pool).overview(u"seattle"_s, lastDays(90)).result();
        VERIFY_OK(overview);
        const double net = overview->total().net;
        QVERIFY(net > 0);
        double hours = 0;
        for (const auto &day : overview->hours)
            for (const double amount : day)
                hours += amount;
        double payments = 0;
        for (const NamedFigure &payment : overview->payments)
            payments += payment.amount;
        QCOMPARE(QString::number(hours, 'f', 2), QString::number(net, 'f', 2));
        QCOMPARE(QString::number(payments, 'f', 2), QString::number(net, 'f', 2));
    }

    void customersAreNewOnce()
    {
        const OverviewPeriod period = lastDays(30);
        const auto overview = OverviewService(*m_pool).overview(u"seattle"_s, period).result();
        VERIFY_OK(overview);
        const Rows expected =
            ask(u"WITH first AS (SELECT customer_id, min((transaction_date AT TIME ZONE '%1')::date) AS day "
                "FROM retail.sales_transactions WHERE store_id = 'seattle' AND transaction_type <> 'return' "
                "AND customer_id "
                "IS NOT NULL GROUP BY 1), buyers AS (SELECT DISTINCT customer_id FROM "
                "retail.sales_transactions WHERE %2 "
                "AND transaction_type <> 'return' AND customer_id IS NOT NULL) "
                "SELECT count(*) FILTER (WHERE day >= '%3'), count(*) FILTER (WHERE day < '%3') FROM buyers "
                "JOIN first "
                "USING (customer_id)"_s.arg(QString::fromLatin1(period.zone.id()), within(period),
                                            period.from.toString(Qt::ISODate)));
        QCOMPARE(overview->newCustomers, expected.integer(0, 0));
        QCOMPARE(overview->returningCustomers, expected.integer(0, 1));
        qint64 tiers = 0;
        for (const NamedFigure &tier : overview->tiers)
            tiers += tier.pieces;
        QCOMPARE(tiers,
                 ask(u"SELECT count(*) FROM retail.customers WHERE store_id = 'seattle'"_s).integer(0, 0));
    }

    void topProductsAreTheBest()
    {
        const OverviewPeriod period = lastDays(90);
        const auto overview = OverviewService(*m_pool).overview(u"seattle"_s, period).result();
        VERIFY_OK(overview);
        const Rows expected =
            ask(u"SELECT i.product_id, sum(CASE t.transaction_type WHEN 'return' THEN -i.total_price ELSE "
                u"i.total_price "
                "END) FROM retail.sales_transaction_items i JOIN (SELECT * FROM retail.sales_transactions "
                "WHERE %1) t "
                "USING (transaction_id) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10"_s.arg(within(period)));
        QCOMPARE(overview->products.size(), expected.count());
        for (int i = 0; i < expected.count(); ++i) {
            QCOMPARE(overview->products[i].key, expected.text(i, 0));
            QCOMPARE(QString::number(overview->products[i].amount, 'f', 2),
                     QString::number(expected.number(i, 1), 'f', 2));
        }
        QVERIFY(!overview->categories.isEmpty());
        QVERIFY(overview->categories.size() <= OverviewService::topCount);
    }

    void theReorderListIsWhatTenantsCounts()
    {
        const auto overview = OverviewService(*m_pool).overview(u"seattle"_s, lastDays(1)).result();
        VERIFY_OK(overview);
        QCOMPARE(overview->reorderCount,
                 ask(u"SELECT count(*) FROM retail.products WHERE store_id = 'seattle' AND is_active AND "
                     "current_stock <= reorder_point"_s)
                     .integer(0, 0));
        QCOMPARE(overview->reorder.size(),
                 std::min<qint64>(overview->reorderCount, OverviewService::reorderLimit));
        for (const ReorderLine &line : overview->reorder)
            QVERIFY(line.stock <= line.reorderAt && line.order >= 0);
    }

    void anotherStoreIsRefused()
    {
        const auto overview = OverviewService(*m_pool).overview(u"redmond"_s, lastDays(30)).result();
        QVERIFY(!overview);
        QCOMPARE(overview.error().sqlstate, u"42501"_s);
    }

    void aPeriodThatEndsBeforeItBeginsIsNotAsked()
    {
        OverviewPeriod period = lastDays(30);
        std::swap(period.from, period.to);
        const auto overview = OverviewService(*m_pool).overview(u"seattle"_s, period).result();
        QVERIFY(!overview);
        QCOMPARE(overview.error().kind, ErrorKind::Usage);
    }
};

QTEST_GUILESS_MAIN(TestOverviewService)
#include "tst_overviewservice.moc"
