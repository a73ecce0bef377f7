// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/browseservice.h"
#include "tests/support/testcluster.h"

#include <QSet>
#include <QTest>

using namespace Qt::StringLiterals;

class TestBrowseService final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<ConnectionPool> m_pool;

    Result<RecordPage> page(BrowseRequest request) const
    {
        return BrowseService(*m_pool).page(u"seattle"_s, request).result();
    }

    /// All keys of a table in the order of the pages.
    Result<QStringList> walk(BrowseRequest request) const
    {
        const TableDef *table = BrowseService::table(request.table);
        const int key = table->column(table->key);
        QStringList keys;
        for (;;) {
            const Result<RecordPage> next = page(request);
            if (!next)
                return next.error();
            QStringList ofPage;
            for (int row = 0; row < next->rows.count(); ++row)
                ofPage += next->rows.text(row, key);
            keys = request.backwards ? ofPage + keys : keys + ofPage;
            request.after = request.backwards ? next->previous : next->next;
            if (request.after.isEmpty())
                return keys;
        }
    }

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        // NULLs in every nullable sort column, so that both sections of a page are crossed.
        VERIFY_OK(m_database->superuser().executeScript(
            "UPDATE retail.customers SET loyalty_tier = NULL, customer_since = NULL WHERE customer_id::text "
            "< '4';"
            "UPDATE retail.products SET brand = NULL WHERE product_id::text < '6'"));
        m_pool = std::make_unique<ConnectionPool>(2);
        OPEN_POOL(*m_pool, *m_database, u"sandbox_manager"_s);
    }

    void cleanupTestCase()
    {
        m_pool.reset();
        m_database.reset();
    }

    void badRequestsAreUsageErrors_data()
    {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<QByteArray>("sort");
        QTest::addColumn<QString>("after");
        QTest::newRow("an unknown table") << QByteArray("pg_authid") << QByteArray() << QString();
        QTest::newRow("an unknown column")
            << QByteArray("customers") << QByteArray("x; DROP TABLE") << QString();
        QTest::newRow("a column without index")
            << QByteArray("customers") << QByteArray("phone") << QString();
        QTest::newRow("a cursor of another table") << QByteArray("customers") << QByteArray() << u"WyJhIl0"_s;
        QTest::newRow("no cursor at all") << QByteArray("customers") << QByteArray() << u"%%%"_s;
    }
    void badRequestsAreUsageErrors()
    {
        QFETCH(QByteArray, table);
        QFETCH(QByteArray, sort);
        QFETCH(QString, after);
        BrowseRequest request;
        request.table = table;
        request.sort = sort;
        request.after = after;
        const Result<RecordPage> answer = page(request);
        QVERIFY(!answer);
        QCOMPARE(answer.error().kind, ErrorKind::Usage);
    }

    void aForeignStoreShowsNothing()
    {
        BrowseRequest request;
        request.table = "customers";
        const Result<RecordPage> foreign = BrowseService(*m_pool).page(u"redmond"_s, request).result();
        QVERIFY(!foreign);
        QCOMPARE(foreign.error().sqlstate, u"42501"_s);
    }

    void everySortShowsEachRowOnceBothWays_data()
    {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<QByteArray>("sort");
        QTest::addColumn<bool>("descending");
        for (const TableDef &table : BrowseService::tables())
            for (const ColumnDef &column : table.columns)
                if (column.sortable)
                    for (const bool descending : {false, true})
                        QTest::addRow("%s by %s, %s", table.name.constData(), column.name.constData(),
                                      descending ? "descending" : "ascending")
                            << table.name << column.name << descending;
    }
    void everySortShowsEachRowOnceBothWays()
    {
        QFETCH(QByteArray, table);
        QFETCH(QByteArray, sort);
        QFETCH(bool, descending);
        BrowseRequest request;
        request.table = table;
        request.sort = sort;
        request.descending = descending;
        request.limit = 171; // no divisor of the counts
        const Result<QStringList> forwards = walk(request);
        VERIFY_OK(forwards);
        const TableDef *definition = BrowseService::table(table);
        const Result<Rows> expected = m_database->superuser().execute(
            "SELECT " + definition->key + " FROM retail." + table + " WHERE store_id = 'seattle' ORDER BY " +
            sort + (descending ? " DESC" : "") + " NULLS LAST" + [&] {
                QByteArray rest;
                for (const QByteArray &column :
                     definition->columns[definition->column(sort)].thenBy + QList{definition->key})
                    rest += ", " + column + (descending ? " DESC" : "");
                return rest;
            }());
        VERIFY_OK(expected);
        QStringList wanted;
        for (int row = 0; row < expected->count(); ++row)
            wanted += expected->text(row, 0);
        QVERIFY(wanted.size() > 100);
        // The superuser's database collates as the manager's: it is the same one.
        if (sort == definition->key || !definition->columns[definition->column(sort)].nullable)
            QCOMPARE(*forwards, wanted);
        else
            QCOMPARE(QSet<QString>(forwards->cbegin(), forwards->cend()),
                     QSet<QString>(wanted.cbegin(), wanted.cend()));
        QCOMPARE(forwards->size(), wanted.size());
        request.backwards = true;
        const Result<QStringList> backwards = walk(request);
        VERIFY_OK(backwards);
        QCOMPARE(*backwards, *forwards);
    }

    void rowsThatComeAndGoMeanwhileAreNeitherDoubledNorLost()
    {
        BrowseRequest request;
        request.table = "products";
        request.limit = 50;
        const Result<RecordPage> first = page(request);
        VERIFY_OK(first);
        const int key = BrowseService::table("products")->column("product_id");
        // Before the cursor: one inserted, one renamed away to the start.
        VERIFY_OK(
            m_database->superuser().executeScript("INSERT INTO retail.products (store_id, sku, product_name, "
                                                  "price) VALUES ('seattle', 'NEW-1', 'AAA first', 1)"));
        request.after = first->next;
        const Result<RecordPage> second = page(request);
        VERIFY_OK(second);
        QSet<QString> seen;
        for (const Result<RecordPage> *read : {&first, &second})
            for (int row = 0; row < (*read)->rows.count(); ++row)
                seen += (*read)->rows.text(row, key);
        QCOMPARE(seen.size(), 100);
    }

    void theItemsOfASaleAreItsOwn()
    {
        BrowseRequest sales;
        sales.table = "sales_transactions";
        sales.limit = 1;
        const Result<RecordPage> sale = page(sales);
        VERIFY_OK(sale);
        BrowseRequest items;
        items.table = "sales_transaction_items";
        items.parent = sale->rows.text(0, 0);
        const Result<RecordPage> found = page(items);
        VERIFY_OK(found);
        QVERIFY(found->rows.count() > 0);
        const int parent = BrowseService::table("sales_transaction_items")->column("transaction_id");
        for (int row = 0; row < found->rows.count(); ++row)
            QCOMPARE(found->rows.text(row, parent), items.parent);
    }

    void theDefinitionsFitTheStatements()
    {
        for (const TableDef &table : BrowseService::tables()) {
            BrowseRequest request;
            request.table = table.name;
            request.limit = 1;
            const Result<RecordPage> answer = page(request);
            VERIFY_OK(answer);
            QCOMPARE(answer->rows.columns(), table.columns.size());
            for (int column = 0; column < table.columns.size(); ++column)
                QCOMPARE(answer->rows.columnName(column), QString::fromUtf8(table.columns[column].name));
        }
    }

    void smallTablesAreCountedExactly()
    {
        const Result<RowCount> count = BrowseService(*m_pool).count(u"seattle"_s, "customers").result();
        VERIFY_OK(count);
        QVERIFY(count->exact);
        const Result<Rows> expected = m_database->superuser().execute(
            "SELECT count(*) FROM retail.customers WHERE store_id = 'seattle'");
        VERIFY_OK(expected);
        QCOMPARE(count->rows, expected->integer(0, 0));
    }
};

QTEST_GUILESS_MAIN(TestBrowseService)
#include "tst_browseservice.moc"
