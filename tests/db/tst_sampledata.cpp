// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/migrator.h"
#include "app/services/sampledataservice.h"
#include "tests/support/testcluster.h"

#include <QTest>

using namespace Qt::StringLiterals;

namespace {

class TestJob final : public JobContext
{
public:
    const CancelToken &token() const override { return m_token; }
    void progress(const JobProgress &progress) override
    {
        if (!cancelIn.isEmpty() && progress.phase == cancelIn && progress.done > 0)
            m_token.cancel();
        phases += progress.phase;
    }
    void log(const QString &) override {}

    QString cancelIn;
    QStringList phases;

private:
    CancelToken m_token;
};

SampleDataOptions some()
{
    SampleDataOptions options;
    options.customers = 600;
    options.products = 400;
    options.transactions = 3000;
    options.until = QDate(2026, 3, 1);
    return options;
}

Result<void> migrate(const TestDatabase &database)
{
    const Login login = database.login(u"postgres"_s);
    Result<Session> session = openSession(login, u"Test"_s, {});
    if (!session)
        return session.error();
    Migrator migrator(
        *session, [&](const QString &name) { return openSession(login, u"Test"_s, {}, name); },
        [](const QString &) {});
    const Result<MigrationReport> report = migrator.run({});
    return report ? Result<void>() : report.error();
}

Result<QString> load(const TestDatabase &database, const SampleDataOptions &options)
{
    Session session = database.superuser();
    TestJob job;
    return SampleDataService::loadInto(session, options, job);
}

/// One hash over all rows of each table the load writes.
Result<QString> checksum(const TestDatabase &database)
{
    QByteArray sql;
    for (const auto &[table, key] :
         {std::pair("stores", "store_id"), std::pair("customers", "customer_id"),
          std::pair("products", "product_id"), std::pair("sales_transactions", "transaction_id"),
          std::pair("sales_transaction_items", "item_id"), std::pair("product_documents", "product_id")})
        sql += (sql.isEmpty() ? "SELECT " : " || ' ' || ") +
               QByteArray("(SELECT md5(string_agg(t::text, ' ' ORDER BY ") + key + ")) FROM retail." + table +
               " t)";
    const Result<Rows> rows = database.superuser().execute(sql);
    return rows ? Result<QString>(rows->text(0, 0)) : rows.error();
}

} // namespace

class TestSampleData final : public QObject
{
    Q_OBJECT

private slots:
    void aFilledDatabaseIsLeftAlone_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::newRow("nothing was typed") << QString();
        QTest::newRow("another name was typed") << u"retail_db"_s;
    }
    void aFilledDatabaseIsLeftAlone()
    {
        QFETCH(QString, typed);
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        TestJob job;
        SampleDataOptions options;
        options.confirmDatabase = typed;
        const Result<QString> loaded = SampleDataService(pool).load(options)(job);
        QVERIFY(!loaded);
        QCOMPARE(loaded.error().kind, ErrorKind::Conflict);
        QVERIFY(loaded.error().hint.contains(database.name()));
    }

    void aLoginWithoutTheRightIsRefused()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_manager"_s);
        TestJob job;
        const Result<QString> loaded = SampleDataService(pool).load({})(job);
        QVERIFY(!loaded);
        QCOMPARE(loaded.error().kind, ErrorKind::Permission);
    }

    void impossibleOptionsAreRefused_data()
    {
        QTest::addColumn<SampleDataOptions>("options");
        SampleDataOptions options;
        options.stores = {};
        QTest::newRow("no store") << options;
        options = {};
        options.products = 3;
        QTest::newRow("fewer products than stores") << options;
        options = {};
        options.customers = 1;
        options.transactions = 100'000;
        QTest::newRow("more than a customer can spend") << options;
        options = {};
        options.until = QDate::currentDate().addYears(1);
        QTest::newRow("sales in the future") << options;
        options = {};
        options.months = 0;
        QTest::newRow("no months") << options;
    }
    void impossibleOptionsAreRefused()
    {
        QFETCH(SampleDataOptions, options);
        const Result<SampleDataOptions> checked = options.checked();
        QVERIFY(!checked);
        QCOMPARE(checked.error().kind, ErrorKind::Usage);
    }

    void nothingRemainsOfACancelledLoad_data()
    {
        QTest::addColumn<QString>("phase");
        QTest::newRow("after products") << u"products"_s;
        QTest::newRow("after customers") << u"customers"_s;
        QTest::newRow("amid the sales") << u"sales"_s;
    }
    void nothingRemainsOfACancelledLoad()
    {
        QFETCH(QString, phase);
        const TestDatabase database;
        const Result<QString> before = checksum(database);
        VERIFY_OK(before);
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        TestJob job;
        job.cancelIn = phase;
        SampleDataOptions options;
        options.confirmDatabase = database.name();
        options.transactions = 50'000;
        const Result<QString> loaded = SampleDataService(pool).load(options)(job);
        QVERIFY(!loaded);
        QCOMPARE(loaded.error().kind, ErrorKind::Cancelled);
        const Result<QString> after = checksum(database);
        VERIFY_OK(after);
        QCOMPARE(*after, *before);
    }

    void nothingRemainsOfAFailedLoad()
    {
        const TestDatabase database;
        VERIFY_OK(database.superuser().execute("ALTER TABLE retail.sales_transaction_items ADD CONSTRAINT "
                                               "broken CHECK (quantity < 3) NOT VALID"));
        const Result<QString> before = checksum(database);
        VERIFY_OK(before);
        SampleDataOptions options;
        options.confirmDatabase = database.name();
        const Result<QString> loaded = load(database, options);
        QVERIFY(!loaded);
        QCOMPARE(loaded.error().sqlstate, u"23514"_s);
        const Result<QString> after = checksum(database);
        VERIFY_OK(after);
        QCOMPARE(*after, *before);
    }

    void theSameSeedGivesTheSameRows()
    {
        QStringList sums;
        for (const quint32 seed : {42U, 42U, 43U}) {
            const TestDatabase database(TestDatabase::Empty);
            const Result<void> migrated = migrate(database);
            VERIFY_OK(migrated);
            SampleDataOptions options = some();
            options.seed = seed;
            const Result<QString> loaded = load(database, options);
            VERIFY_OK(loaded);
            const Result<QString> sum = checksum(database);
            VERIFY_OK(sum);
            sums += *sum;
        }
        QCOMPARE(sums[1], sums[0]);
        const QStringList first = sums[0].split(u' ');
        const QStringList other = sums[2].split(u' ');
        QCOMPARE(other.size(), first.size());
        for (qsizetype i = 1; i < first.size(); ++i)
            QVERIFY2(other[i] != first[i], "another seed gave the same rows");
    }

    void aSecondLoadAddsAndTouchesNothing()
    {
        const TestDatabase database;
        VERIFY_OK(
            database.superuser().execute("CREATE TABLE old_products AS SELECT * FROM retail.products;"));
        VERIFY_OK(
            database.superuser().execute("CREATE TABLE old_customers AS SELECT * FROM retail.customers;"));
        SampleDataOptions options = some();
        options.stores = {u"seattle"_s, u"portland-west"_s};
        options.confirmDatabase = database.name();
        for (int i = 0; i < 2; ++i) {
            const Result<QString> loaded = load(database, options);
            VERIFY_OK(loaded);
        }
        const Result<Rows> rows = database.superuser().execute(
            "SELECT (SELECT count(*) FROM (TABLE old_products EXCEPT TABLE retail.products) x),"
            "       (SELECT count(*) FROM (TABLE old_customers EXCEPT TABLE retail.customers) x),"
            "       (SELECT count(*) FROM retail.customers) - (SELECT count(*) FROM old_customers),"
            "       (SELECT store_name FROM retail.stores WHERE store_id = 'portland-west')");
        VERIFY_OK(rows);
        QCOMPARE(rows->integer(0, 0), 0);
        QCOMPARE(rows->integer(0, 1), 0);
        QCOMPARE(rows->integer(0, 2), 2 * options.customers);
        QCOMPARE(rows->text(0, 3), u"Zava Retail Portland west"_s);
    }

    void theNumbersAskedForAreLoaded_data()
    {
        QTest::addColumn<SampleDataOptions>("options");
        SampleDataOptions options = some();
        QTest::newRow("some") << options;
        options.customers = 1;
        options.products = 1;
        options.transactions = 40;
        options.stores = {u"tiny"_s};
        QTest::newRow("one customer, one product") << options;
        options.months = 1;
        options.transactions = 0;
        QTest::newRow("no sale") << options;
    }
    void theNumbersAskedForAreLoaded()
    {
        QFETCH(SampleDataOptions, options);
        const TestDatabase database(TestDatabase::Empty);
        const Result<void> migrated = migrate(database);
        VERIFY_OK(migrated);
        const Result<QString> loaded = load(database, options);
        VERIFY_OK(loaded);
        const Result<Rows> rows = database.superuser().execute(
            "SELECT (SELECT count(*) FROM retail.customers), (SELECT count(*) FROM retail.products),"
            "       (SELECT count(*) FROM retail.sales_transactions),"
            "       (SELECT count(*) FROM retail.audit_log WHERE table_name = 'sales_transaction_items')"
            "     - (SELECT count(*) FROM retail.sales_transaction_items)");
        VERIFY_OK(rows);
        QCOMPARE(rows->integer(0, 0), options.customers);
        QCOMPARE(rows->integer(0, 1), options.products);
        QCOMPARE(rows->integer(0, 2), options.transactions);
        QCOMPARE(rows->integer(0, 3), 0); // every row was audited
    }

    /// Each row counts what breaks an agreement: 0.
    void theFactsAgree_data()
    {
        QTest::addColumn<QByteArray>("broken");
        const auto row = [](const char *name, const char *sql) { QTest::newRow(name) << QByteArray(sql); };
        row("a header is the sum of its items",
            "SELECT count(*) FROM retail.sales_transactions t WHERE (t.subtotal, t.discount_amount) IS "
            "DISTINCT FROM"
            " (SELECT ROW (sum(i.total_price), sum(i.discount_amount))::text FROM "
            "retail.sales_transaction_items i"
            "   WHERE i.transaction_id = t.transaction_id)");
        row("tax is 8 %, rounded once", "SELECT count(*) FROM retail.sales_transactions"
                                        " WHERE tax_amount <> round(subtotal * 0.08, 2)");
        row("the total is subtotal plus tax", "SELECT count(*) FROM retail.sales_transactions"
                                              " WHERE total_amount <> subtotal + tax_amount");
        row("an item costs quantity times price less discount",
            "SELECT count(*) FROM retail.sales_transaction_items"
            " WHERE total_price <> quantity * unit_price - discount_amount");
        row("no sale before the customer was one",
            "SELECT count(*) FROM retail.sales_transactions t JOIN retail.customers c USING (customer_id)"
            " WHERE (t.transaction_date AT TIME ZONE 'UTC')::date < c.customer_since");
        row("no sale in the future",
            "SELECT count(*) FROM retail.sales_transactions WHERE transaction_date >= current_date");
        row("no product is younger than its first sale",
            "SELECT count(*) FROM retail.sales_transaction_items i JOIN retail.products p USING (product_id)"
            " WHERE i.created_at < p.created_at");
        row("a return names an earlier purchase of the same customer in the same store",
            "SELECT count(*) FROM retail.sales_transactions r LEFT JOIN retail.sales_transactions o"
            "    ON o.transaction_id = (r.metadata ->> 'original_transaction')::uuid AND o.store_id = "
            "r.store_id"
            "   AND o.customer_id = r.customer_id AND o.transaction_date <= r.transaction_date"
            "   AND o.transaction_type <> 'return' AND r.notes = 'Return of ' || o.receipt_number"
            " WHERE r.transaction_type = 'return' AND o.transaction_id IS NULL");
        row("no more is returned than was bought, nor for more money",
            "SELECT count(*) FROM retail.sales_transactions r"
            "  JOIN retail.sales_transaction_items i USING (transaction_id)"
            "  LEFT JOIN retail.sales_transaction_items o"
            "    ON o.transaction_id = (r.metadata ->> 'original_transaction')::uuid AND o.product_id = "
            "i.product_id"
            " WHERE r.transaction_type = 'return' AND (o.item_id IS NULL OR o.quantity < i.quantity"
            "       OR o.total_price * i.quantity < i.total_price * o.quantity)");
        row("a purchase is returned once",
            "SELECT count(*) FROM (SELECT FROM retail.sales_transactions WHERE transaction_type = 'return'"
            " GROUP BY metadata ->> 'original_transaction' HAVING count(*) > 1) x");
        row("returns reduce the lifetime value",
            "SELECT count(*) FROM retail.customers c WHERE c.total_lifetime_value IS DISTINCT FROM "
            "coalesce((SELECT"
            " sum(CASE transaction_type WHEN 'return' THEN -total_amount ELSE total_amount END)"
            "   FROM retail.sales_transactions t WHERE t.customer_id = c.customer_id), 0)");
        row("no lifetime value is negative",
            "SELECT count(*) FROM retail.customers WHERE total_lifetime_value < 0");
        row("stock is what was there and delivered less what was sold",
            "SELECT count(*) FROM retail.products p WHERE p.current_stock <> (p.metadata ->> "
            "'opening_stock')::int"
            " + (p.metadata ->> 'received_stock')::int - coalesce((SELECT"
            " sum(CASE t.transaction_type WHEN 'return' THEN -i.quantity ELSE i.quantity END)"
            " FROM retail.sales_transaction_items i JOIN retail.sales_transactions t USING (transaction_id)"
            " WHERE i.product_id = p.product_id), 0) OR (p.metadata ->> 'received_stock')::int < 0");
        row("minimum, reorder point and maximum are in order",
            "SELECT count(*) FROM retail.products WHERE NOT (minimum_stock <= reorder_point"
            " AND reorder_point <= maximum_stock AND current_stock <= maximum_stock)");
        row("a rating only where there are ratings",
            "SELECT count(*) FROM retail.products WHERE (rating_count = 0) <> (rating_average = 0)");
        row("cost is 40 to 70 % of the price",
            "SELECT count(*) FROM retail.products WHERE cost NOT BETWEEN 0.39 * price AND 0.71 * price");
        row("all seven categories are used in every store",
            "SELECT count(*) FROM (SELECT FROM retail.products GROUP BY store_id"
            " HAVING count(DISTINCT category_id) <> 7) x");
        row("names differ within a store", "SELECT count(*) FROM (SELECT FROM retail.products GROUP BY "
                                           "store_id, product_name HAVING count(*) > 1) x");
        row("descriptions are filled in",
            "SELECT count(*) FROM retail.products WHERE product_description ~ '[{}]'"
            " OR length(product_description) < 20 OR product_description !~ '^[A-Z0-9]'");
        row("receipts differ",
            "SELECT count(*) - count(DISTINCT receipt_number) FROM retail.sales_transactions");
        row("customers are adults", "SELECT count(*) FROM retail.customers"
                                    " WHERE date_of_birth > customer_since - interval '18 years'");
        row("a sale has one to five items, each of another product",
            "SELECT count(*) FROM (SELECT count(*) AS n, count(DISTINCT product_id) AS d"
            "  FROM retail.sales_transaction_items GROUP BY transaction_id) x WHERE n > 5 OR n <> d");
    }
    void theFactsAgree()
    {
        QFETCH(QByteArray, broken);
        static const TestDatabase database;
        static Session session = database.superuser();
        const Result<Rows> rows = session.execute(broken);
        VERIFY_OK(rows);
        QCOMPARE(rows->integer(0, 0), 0);
    }

    /// Each row measures a share in percent.
    void theSharesAreTheDesigns_data()
    {
        QTest::addColumn<QByteArray>("measured");
        QTest::addColumn<double>("least");
        QTest::addColumn<double>("most");
        const auto row = [](const char *name, const QByteArray &what, const QByteArray &from, double expected,
                            double tolerance) {
            QTest::newRow(name) << QByteArray("SELECT 100.0 * avg((" + what + ")::int) FROM " + from)
                                << expected - tolerance << expected + tolerance;
        };
        const QByteArray sales = "retail.sales_transactions";
        row("90 % are sales", "transaction_type = 'sale'", sales, 90, 1.5);
        row("7 % are returns", "transaction_type = 'return'", sales, 7, 1.5);
        row("3 % are exchanges", "transaction_type = 'exchange'", sales, 3, 1);
        row("45 % by credit card", "payment_method = 'credit_card'", sales, 45, 3);
        row("10 % by wallet", "payment_method = 'digital_wallet'", sales, 10, 2);
        row("half of the customers are bronze", "loyalty_tier = 'bronze'", "retail.customers", 50, 4);
        row("5 % are platinum", "loyalty_tier = 'platinum'", "retail.customers", 5, 2);
        const QByteArray purchased =
            "retail.sales_transaction_items i JOIN retail.sales_transactions t USING (transaction_id)"
            " WHERE transaction_type <> 'return'";
        row("a fifth of the items is discounted", "i.discount_amount > 0", purchased, 20, 2);
        row("40 % of the sales have one item", "n = 1",
            "(SELECT count(*) AS n FROM " + purchased + " GROUP BY i.transaction_id) x", 40, 3);
        row("3 % of the sales have five items", "n = 5",
            "(SELECT count(*) AS n FROM " + purchased + " GROUP BY i.transaction_id) x", 3, 1.5);
        row("Saturday and Sunday sell more than two days of seven",
            "extract(isodow FROM transaction_date) > 5", sales, 37, 4);
        row("December sells more than a twelfth", "extract(month FROM transaction_date) = 12", sales, 13.5,
            4);
        row("Seattle is the largest store", "store_id = 'seattle'", sales, 40, 6);
    }
    void theSharesAreTheDesigns()
    {
        QFETCH(QByteArray, measured);
        QFETCH(double, least);
        QFETCH(double, most);
        static const TestDatabase database;
        static Session session = database.superuser();
        const Result<Rows> rows = session.execute(measured);
        VERIFY_OK(rows);
        const double share = rows->number(0, 0);
        QVERIFY2(share >= least && share <= most, qPrintable(QString::number(share)));
    }
};

QTEST_GUILESS_MAIN(TestSampleData)
#include "tst_sampledata.moc"
