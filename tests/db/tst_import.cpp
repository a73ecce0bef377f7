// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/quietjob.h"
#include "app/services/exportservice.h"
#include "app/services/importservice.h"
#include "tests/support/testcluster.h"

#include <QTemporaryDir>
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
    if (options.file.isEmpty())
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
        const auto metadata = [](const QByteArray &json) {
            return "imp-9,Lamp,1,,,,,\"" + QByteArray(json).replace('"', "\"\"") + '"';
        };
        // What QJsonDocument takes and jsonb does not.
        QTest::newRow("metadata with a NUL") << metadata(R"({"a":"\u0000"})") << u"\\u0000"_s;
        QTest::newRow("metadata with the first half of a pair")
            << metadata(R"({"a":"\ud83d"})") << u"half of a surrogate pair"_s;
        QTest::newRow("metadata with the second half of a pair")
            << metadata(R"({"a":"\uDE00"})") << u"half of a surrogate pair"_s;
        QTest::newRow("metadata with a first half twice")
            << metadata(R"({"a":"\ud83d\ud83d\ude00"})") << u"half of a surrogate pair"_s;
        QTest::newRow("metadata with an unknown escape") << metadata(R"({"a":"\q"})") << u"\\q"_s;
        QTest::newRow("metadata with a line break in a text")
            << metadata("{\"a\":\"x\ny\"}") << u"not escaped"_s;
        QTest::newRow("metadata with half a number") << metadata(R"({"a":1.})") << u"its point"_s;
        QTest::newRow("metadata with a number beyond numeric")
            << metadata("{\"a\":0." + QByteArray(20'000, '1') + '}') << u"too many digits"_s;
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

    void metadataThatJsonbRefusesStopsNoOtherRow()
    {
        ImportOptions options;
        options.skipBad = true;
        const Outcome outcome =
            import(m_database,
                   QByteArray("sku,product_name,price,metadata\n") +
                       R"(imp-odd-1,Cup,3,"{""a"":""\ud83d\ude00 \\u0000 \"" "",""n"":-1.5e2}")" + '\n' +
                       R"(imp-odd-2,Cup,3,"{""a"":""\u0000""}")" + '\n',
                   options);
        VERIFY_OK(outcome.result);
        QCOMPARE(outcome.report.inserted, 1);
        QCOMPARE(outcome.report.bad, 1);
        const Result<Rows> rows = m_database.superuser().execute(
            "SELECT metadata ->> 'a', metadata ->> 'n' FROM retail.products WHERE sku = 'imp-odd-1'");
        VERIFY_OK(rows);
        QCOMPARE(rows->text(0, 0), u"😀 \\u0000 \" "_s);
        QCOMPARE(rows->text(0, 1), u"-150"_s);
    }

    void whatWasExportedComesBackAsItWas()
    {
        const TestDatabase database;
        VERIFY_OK(database.superuser().executeScript(R"(
            UPDATE retail.products p
            SET sku = (ARRAY['=1', '-2', '@3'])[n], product_name = (ARRAY['+fresh ', $$'=quoted$$, E'\ttab'])[n],
                brand = $$'plain'$$,
                tags = CASE n WHEN 1 THEN ARRAY['a', 'b;c', 'd, "e" \ |', ' f ', 'NULL', '']
                              WHEN 2 THEN '{}' ELSE ARRAY['oak', NULL] END
            FROM (SELECT product_id, row_number() OVER (ORDER BY product_id) AS n FROM retail.products
                  WHERE store_id = 'seattle' LIMIT 3) three
            WHERE p.product_id = three.product_id)"));
        const auto products = [&] {
            const Result<Rows> rows = database.superuser().execute(
                "SELECT count(*) || string_agg(concat_ws('|', sku, product_name, brand, tags::text), E'\\n' "
                "ORDER BY product_id) FROM retail.products WHERE store_id = 'seattle'");
            return rows ? rows->text(0, 0) : rows.error().text();
        };
        const QString before = products();
        const QTemporaryDir folder;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        ExportRequest request;
        request.storeId = u"seattle"_s;
        request.rows.table = "products";
        request.columns = {"sku", "product_name", "brand", "tags"};
        request.file = folder.filePath(u"products.csv"_s);
        QuietJob job;
        VERIFY_OK(ExportService(pool).exportRows(request)(job));
        ImportOptions options;
        options.file = request.file;
        options.update = true;
        const Outcome outcome = import(database, {}, options);
        VERIFY_OK(outcome.result);
        QVERIFY(outcome.report.updated > 3);
        QCOMPARE(outcome.report.inserted, 0);
        QCOMPARE(products(), before);
    }

    void tagsInBracesAreAnArrayWhereTheyAreOne()
    {
        VERIFY_OK(import(m_database, "sku,product_name,price,tags\n"
                                     "imp-tags-1,Cup,3,\"{a,\"\n"
                                     "imp-tags-2,Cup,3,\"{a,\"\"b c\"\",d e}\"\n")
                      .result);
        const Result<Rows> rows =
            m_database.superuser().execute("SELECT array_to_string(tags, '/') FROM retail.products WHERE sku "
                                           "LIKE 'imp-tags-%' ORDER BY sku");
        VERIFY_OK(rows);
        QCOMPARE(rows->text(0, 0), u"{a"_s);
        QCOMPARE(rows->text(1, 0), u"a/b c/d e"_s);
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

    void aStockListTellsWhichSkusTheStoreDoesNotHave_data()
    {
        QTest::addColumn<QString>("user");
        QTest::addColumn<QString>("reason");
        QTest::newRow("the owner, who could add them with more columns")
            << u"sandbox_owner"_s << u"and a new one needs product_name and price"_s;
        QTest::newRow("a manager, who adds none")
            << u"sandbox_manager"_s << u"and this login may not add one"_s;
    }
    void aStockListTellsWhichSkusTheStoreDoesNotHave()
    {
        QFETCH(QString, user);
        QFETCH(QString, reason);
        const Result<Rows> known = m_database.superuser().execute(
            "SELECT sku, product_id FROM retail.products WHERE store_id = 'seattle' ORDER BY sku LIMIT 1");
        VERIFY_OK(known);
        const auto stock = [&] {
            const Result<Rows> rows = m_database.superuser().execute(
                "SELECT current_stock FROM retail.products WHERE product_id = $1::uuid", {known->text(0, 1)});
            return rows ? rows->integer(0, 0) : -1;
        };
        const qint64 before = stock();
        const QByteArray csv = "sku,current_stock\nimp-typo,8\n" + known->text(0, 0).toUtf8() + ',' +
                               QByteArray::number(before + 1) + '\n';
        ImportOptions options;
        options.update = true;
        const Outcome refused = import(m_database, csv, options, user);
        QVERIFY(!refused.result);
        QCOMPARE(refused.result.error().kind, ErrorKind::Conflict);
        QCOMPARE(refused.result.error().message, u"1 of 2 rows is bad, so nothing was imported."_s);
        QCOMPARE(refused.report.bad, 1);
        QCOMPARE(refused.report.badRows.size(), 1);
        QCOMPARE(refused.report.badRows.first().line, 2);
        const QString told = refused.report.badRows.first().reason;
        QVERIFY2(told.contains(u"the store has no product “imp-typo”"_s) && told.contains(reason),
                 qPrintable(told));
        QCOMPARE(stock(), before);
        // The others are changed all the same where that is wanted.
        options.skipBad = true;
        const Outcome done = import(m_database, csv, options, user);
        VERIFY_OK(done.result);
        QCOMPARE(done.report.updated, 1);
        QCOMPARE(done.report.inserted, 0);
        QVERIFY2(done.result->contains(u"1 bad row was left out."_s), qPrintable(*done.result));
        QCOMPARE(stock(), before + 1);
    }

    void allBadRowsAreCountedAndTheFirstOnesTold()
    {
        QByteArray csv = "sku,current_stock\n";
        for (int i = 0; i < 1500; ++i)
            csv += "imp-none-" + QByteArray::number(i) + (i == 3 ? ",few\n" : ",1\n");
        ImportOptions options;
        options.update = true;
        const Outcome outcome = import(m_database, csv, options);
        QVERIFY(!outcome.result);
        QCOMPARE(outcome.report.rows, 1500);
        QCOMPARE(outcome.report.bad, 1500);
        QCOMPARE(outcome.report.badRows.size(), ImportReport::mostBadRows);
        for (int i = 0; i < ImportReport::mostBadRows; ++i)
            QCOMPARE(outcome.report.badRows[i].line, i + 2);
        QVERIFY(outcome.report.badRows[3].reason.contains(u"no whole number"_s));
    }

    void columnsAreFoundWhateverTheirCaseAndUnusedOnesAreTold()
    {
        ImportOptions options;
        options.map = {{u"artikel"_s, u"SKU"_s}};
        const Outcome outcome =
            import(m_database, "ARTIKEL,Product_Name,PRICE,colour,EAN,\nimp-case,Cup,3,red,1,\n", options);
        VERIFY_OK(outcome.result);
        QCOMPARE(outcome.report.inserted, 1);
        QCOMPARE(outcome.report.unusedColumns, (QStringList{u"colour"_s, u"EAN"_s, u"column 6"_s}));
        QCOMPARE(*outcome.result, u"1 product was added and 0 changed in seattle. "
                                  u"3 columns of the file were not used: colour, EAN, column 6."_s);
    }

    void aFieldThatTwoColumnsFillIsRefused_data()
    {
        QTest::addColumn<QByteArray>("columns");
        QTest::addColumn<QStringList>("toPrice"); // columns that are mapped to it
        QTest::addColumn<QString>("message");
        QTest::newRow("names that differ in case")
            << QByteArray("sku,product_name,price,Price") << QStringList()
            << u"Column 3 (“price”) and column 4 (“Price”) both fill price."_s;
        QTest::newRow("one name twice") << QByteArray("sku,product_name,price,price") << QStringList()
                                        << u"Column 3 (“price”) and column 4 (“price”) both fill price."_s;
        QTest::newRow("two that are mapped to it")
            << QByteArray("sku,product_name,net,gross") << QStringList{u"net"_s, u"gross"_s}
            << u"Column 3 (“net”) and column 4 (“gross”) both fill price."_s;
        QTest::newRow("one to be mapped that is there twice")
            << QByteArray("sku,product_name,net,Net") << QStringList{u"NET"_s}
            << u"The file has two columns “NET”: column 3 and column 4."_s;
    }
    void aFieldThatTwoColumnsFillIsRefused()
    {
        QFETCH(QByteArray, columns);
        QFETCH(QStringList, toPrice);
        QFETCH(QString, message);
        ImportOptions options;
        for (const QString &column : std::as_const(toPrice))
            options.map.append({column, u"price"_s});
        const Outcome outcome = import(m_database, columns + "\nimp-two,Cup,3,4\n", options);
        QVERIFY(!outcome.result);
        QCOMPARE(outcome.result.error().kind, ErrorKind::Usage);
        QCOMPARE(outcome.result.error().message, message);
    }

    void whatIsMappedGoesBeforeWhatAColumnIsCalled()
    {
        ImportOptions options;
        options.map = {{u"net"_s, u"price"_s}};
        const Outcome outcome =
            import(m_database, "sku,product_name,price,net\nimp-net,Cup,99,3.50\n", options);
        VERIFY_OK(outcome.result);
        QCOMPARE(outcome.report.unusedColumns, QStringList{u"price"_s});
        const Result<Rows> rows = m_database.superuser().execute(
            "SELECT price FROM retail.products WHERE store_id = 'seattle' AND sku = 'imp-net'");
        VERIFY_OK(rows);
        QCOMPARE(rows->text(0, 0), u"3.50"_s);
    }

    void aFileThatCannotBeReadIsNoEmptyOne()
    {
        ImportOptions options;
        options.file = u"/proc/self/mem"_s; // opens, and fails as it is read
        const Outcome outcome = import(m_database, {}, options);
        QVERIFY(!outcome.result);
        QCOMPARE(outcome.result.error().kind, ErrorKind::Io);
    }
};

QTEST_GUILESS_MAIN(TestImport)
#include "tst_import.moc"
