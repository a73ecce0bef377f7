// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/quietjob.h"
#include "app/services/importservice.h"
#include "tests/support/testcluster.h"

#include <QTemporaryFile>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

struct Outcome
{
    Result<QString> result = QString();
    ImportReport report;
};

Outcome import(const TestDatabase &database, const QByteArray &csv, ImportOptions options = {},
               const QString &user = u"sandbox_owner"_s)
{
    QTemporaryFile file;
    if (!file.open() || file.write(csv) < 0 || !file.flush())
        qFatal("no temporary file");
    options.file = file.fileName();
    if (options.store.isEmpty())
        options.store = u"seattle"_s;
    Outcome outcome;
    Result<Session> session = openSession(database.login(user), u"Test"_s, {});
    if (!session) {
        outcome.result = session.error();
        return outcome;
    }
    QuietJob job;
    outcome.result = ImportService::productsInto(*session, options, outcome.report, job);
    return outcome;
}

const QByteArray header = "sku,product_name,price,category,current_stock,is_active,tags,metadata\n";

} // namespace

class TestImport final : public QObject
{
    Q_OBJECT

    const TestDatabase m_database;

    qint64 products()
    {
        const Result<Rows> rows =
            m_database.superuser().execute("SELECT count(*) FROM retail.products WHERE sku LIKE 'imp-%'");
        return rows ? rows->integer(0, 0) : -1;
    }

private slots:
    void withoutTheRightToTemporaryTablesTheOwnerIsToldWhatToRun()
    {
        // As right after a restore: the rights on a database are not in its dump.
        const TestDatabase database;
        const QByteArray name = quoteIdentifier(database.name());
        VERIFY_OK(database.superuser().execute("ALTER DATABASE " + name + " OWNER TO retail_owner"));
        VERIFY_OK(database.superuser().execute("REVOKE ALL ON DATABASE " + name + " FROM PUBLIC"));
        VERIFY_OK(database.superuser().execute("GRANT CONNECT ON DATABASE " + name +
                                               " TO sandbox_owner, sandbox_manager"));
        const QByteArray csv = header + "imp-t,Tent,10,Sports & Outdoors,1,t,,\n";
        VERIFY_OK(import(database, csv).result); // the owner needs no grant
        const QString manager = u"sandbox_manager"_s;
        const Outcome refused = import(database, csv, {}, manager);
        QVERIFY(!refused.result);
        QCOMPARE(refused.result.error().kind, ErrorKind::Permission);
        QVERIFY2(refused.result.error().hint.contains(u"GRANT TEMPORARY ON DATABASE"_s) &&
                     refused.result.error().hint.contains(manager),
                 qPrintable(refused.result.error().text()));
    }

    void aBadRowIsToldWithLineAndReason_data()
    {
        QTest::addColumn<QByteArray>("row");
        QTest::addColumn<QString>("reason");
        QTest::newRow("no SKU") << QByteArray(",Lamp,1,,,,,") << u"sku: is empty"_s;
        QTest::newRow("no name") << QByteArray("imp-9,,1,,,,,") << u"product_name: is empty"_s;
        QTest::newRow("a price that is none")
            << QByteArray("imp-9,Lamp,cheap,,,,,") << u"price: “cheap” is no number"_s;
        QTest::newRow("a negative price")
            << QByteArray("imp-9,Lamp,-1,,,,,") << u"price: “-1” is no number"_s;
        QTest::newRow("a price of three decimals")
            << QByteArray("imp-9,Lamp,1.005,,,,,") << u"more than 2 decimals"_s;
        QTest::newRow("a price beyond the column")
            << QByteArray("imp-9,Lamp,123456789,,,,,") << u"too large"_s;
        QTest::newRow("half a piece in stock") << QByteArray("imp-9,Lamp,1,,1.5,,,") << u"no whole number"_s;
        QTest::newRow("neither true nor false")
            << QByteArray("imp-9,Lamp,1,,,maybe,,") << u"neither true nor false"_s;
        QTest::newRow("metadata that is no object")
            << QByteArray("imp-9,Lamp,1,,,,,[1]") << u"no JSON object"_s;
        QTest::newRow("an unknown category")
            << QByteArray("imp-9,Lamp,1,Toys,,,,") << u"there is none named “Toys”"_s;
        QTest::newRow("a field too few")
            << QByteArray("imp-9,Lamp,1,,,,") << u"7 fields where the header has 8"_s;
        QTest::newRow("a SKU twice") << QByteArray("imp-1,Lamp,1,,,,,") << u"is in line 2 already"_s;
        QTest::newRow("an open quote") << QByteArray("imp-9,\"Lamp,1,,,,,") << u"not closed"_s;
    }
    void aBadRowIsToldWithLineAndReason()
    {
        QFETCH(QByteArray, row);
        QFETCH(QString, reason);
        const Outcome outcome = import(m_database, header + "imp-1,Chair,5,,,,,\n" + row + '\n');
        QVERIFY(!outcome.result);
        QCOMPARE(outcome.result.error().kind, ErrorKind::Conflict);
        QCOMPARE(outcome.report.bad, 1);
        QCOMPARE(outcome.report.badRows.first().line, 3);
        QVERIFY2(outcome.report.badRows.first().reason.contains(reason),
                 qPrintable(outcome.report.badRows.first().reason));
        QCOMPARE(products(), 0);
    }

    void aMappingThatDoesNotFitIsRefused_data()
    {
        QTest::addColumn<QString>("column");
        QTest::addColumn<QString>("field");
        QTest::newRow("no such column") << u"colour"_s << u"color"_s;
        QTest::newRow("no such field") << u"sku"_s << u"barcode"_s;
    }
    void aMappingThatDoesNotFitIsRefused()
    {
        QFETCH(QString, column);
        QFETCH(QString, field);
        ImportOptions options;
        options.map = {{column, field}};
        const Outcome outcome = import(m_database, header + "imp-1,Chair,5,,,,,\n", options);
        QVERIFY(!outcome.result);
        QCOMPARE(outcome.result.error().kind, ErrorKind::Usage);
    }

    void aManagerMayNotAddProducts()
    {
        const Outcome outcome = import(m_database, header + "imp-1,Chair,5,,,,,\n", {}, u"sandbox_manager"_s);
        QVERIFY(!outcome.result);
        QCOMPARE(outcome.result.error().kind, ErrorKind::Permission);
        QCOMPARE(products(), 0);
    }

    void aForeignStoreIsRefused()
    {
        ImportOptions options;
        options.store = u"redmond"_s;
        const Outcome outcome =
            import(m_database, header + "imp-1,Chair,5,,,,,\n", options, u"sandbox_manager"_s);
        QVERIFY(!outcome.result);
        QCOMPARE(outcome.result.error().kind, ErrorKind::Permission);
    }

    void goodRowsAreImportedBesideBadOnes()
    {
        ImportOptions options;
        options.skipBad = true;
        const Outcome outcome = import(
            m_database,
            "\xEF\xBB\xBF" + header +
                "imp-1,\"Chair, oak \"\"Ada\"\"\",5.50,home & garden,3,no,\"a;b, c\",\"{\"\"x\"\":1}\"\r\n" +
                "imp-2,,1,,,,,\n" + "imp-3,\"Two\nlines\",7,,,,,\n",
            options);
        VERIFY_OK(outcome.result);
        QCOMPARE(outcome.report.inserted, 2);
        QCOMPARE(outcome.report.bad, 1);
        const Result<Rows> rows = m_database.superuser().execute(
            "SELECT product_name, price, c.category_name, current_stock, p.is_active, tags::text, metadata "
            "->> 'x',"
            " maximum_stock FROM retail.products p LEFT JOIN retail.product_categories c USING (category_id)"
            " WHERE sku LIKE 'imp-%' ORDER BY sku");
        VERIFY_OK(rows);
        QCOMPARE(rows->text(0, 0), u"Chair, oak \"Ada\""_s);
        QCOMPARE(rows->text(0, 1), u"5.50"_s);
        QCOMPARE(rows->text(0, 2), u"Home & Garden"_s);
        QCOMPARE(rows->integer(0, 3), 3);
        QCOMPARE(rows->boolean(0, 4), false);
        QCOMPARE(rows->text(0, 5), u"{a,b,c}"_s);
        QCOMPARE(rows->text(0, 6), u"1"_s);
        QCOMPARE(rows->text(1, 0), u"Two\nlines"_s);
        QCOMPARE(rows->boolean(1, 4), true);
        QCOMPARE(rows->integer(1, 7), 1000);
    }

    void anExistingProductIsOnlyChangedWhenAsked()
    {
        const QByteArray csv = "Artikel,price\nimp-1,9.99\n";
        ImportOptions options;
        options.map = {{u"Artikel"_s, u"sku"_s}};
        QVERIFY(!import(m_database, csv, options).result);
        options.update = true;
        const Outcome outcome = import(m_database, csv, options, u"sandbox_manager"_s);
        VERIFY_OK(outcome.result);
        QCOMPARE(outcome.report.updated, 1);
        QCOMPARE(outcome.report.inserted, 0);
        const Result<Rows> rows = m_database.superuser().execute(
            "SELECT price, product_name, current_stock FROM retail.products WHERE sku = 'imp-1'");
        VERIFY_OK(rows);
        QCOMPARE(rows->text(0, 0), u"9.99"_s);
        QCOMPARE(rows->text(0, 1), u"Chair, oak \"Ada\""_s);
        QCOMPARE(rows->integer(0, 2), 3);
    }
};

QTEST_GUILESS_MAIN(TestImport)
#include "tst_import.moc"
