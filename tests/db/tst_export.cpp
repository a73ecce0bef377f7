// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/exportservice.h"
#include "tests/support/testcluster.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

using namespace Qt::StringLiterals;

namespace {

/// Cancels itself at the first progress, where a test asks for that.
class TestJob final : public JobContext
{
public:
    bool cancelAtOnce = false;
    QList<JobProgress> told;

    const CancelToken &token() const override { return m_token; }
    void progress(const JobProgress &progress) override
    {
        told.append(progress);
        if (cancelAtOnce)
            m_token.cancel();
    }
    void log(const QString &) override {}

private:
    CancelToken m_token;
};

} // namespace

class TestExport final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<ConnectionPool> m_pool;
    QTemporaryDir m_folder;

    ExportRequest requestFor(const QByteArray &table, const QString &file) const
    {
        ExportRequest request;
        request.storeId = u"seattle"_s;
        request.rows.table = table;
        request.file = m_folder.filePath(file);
        return request;
    }

    Result<QString> run(const ExportRequest &request, TestJob &job) const
    {
        return ExportService(*m_pool).exportRows(request)(job);
    }

    QByteArray content(const QString &file) const
    {
        QFile read(m_folder.filePath(file));
        return read.open(QIODevice::ReadOnly) ? read.readAll() : QByteArray();
    }

    qint64 count(const QByteArray &sql) const
    {
        const Result<Rows> rows = m_database->superuser().execute("SELECT count(*) FROM " + sql);
        return rows ? rows->integer(0, 0) : -1;
    }

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        m_pool = std::make_unique<ConnectionPool>(2);
        OPEN_POOL(*m_pool, *m_database, u"sandbox_manager"_s);
        VERIFY_OK(m_database->superuser().executeScript(
            "UPDATE retail.products SET product_name = '=HYPERLINK(\"http://x\")', product_description = "
            "E'two\\nlines\\t' WHERE product_id = (SELECT min(product_id::text)::uuid FROM retail.products "
            "WHERE store_id = 'seattle')"));
    }
    void cleanupTestCase()
    {
        m_pool.reset();
        m_database.reset();
    }

    void aForeignStoreGivesNothingAndLeavesNoFile()
    {
        TestJob job;
        ExportRequest request = requestFor("customers", u"foreign.csv"_s);
        request.storeId = u"redmond"_s;
        const Result<QString> done = run(request, job);
        QVERIFY(!done);
        QCOMPARE(done.error().sqlstate, u"42501"_s);
        QVERIFY(QDir(m_folder.path()).entryList(QDir::Files).isEmpty());
    }

    void whatCannotBeIsRefusedBeforeAnythingIsWritten_data()
    {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<QByteArray>("sort");
        QTest::addColumn<QByteArray>("column");
        QTest::newRow("an unknown table") << QByteArray("pg_authid") << QByteArray() << QByteArray();
        QTest::newRow("a sort that is none")
            << QByteArray("products") << QByteArray("x; DROP") << QByteArray();
        QTest::newRow("a column that is none")
            << QByteArray("products") << QByteArray() << QByteArray("1; DROP");
    }
    void whatCannotBeIsRefusedBeforeAnythingIsWritten()
    {
        QFETCH(QByteArray, table);
        QFETCH(QByteArray, sort);
        QFETCH(QByteArray, column);
        TestJob job;
        ExportRequest request = requestFor(table, u"refused.csv"_s);
        request.rows.sort = sort;
        if (!column.isEmpty())
            request.columns = {column};
        const Result<QString> done = run(request, job);
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Usage);
        QVERIFY(QDir(m_folder.path()).entryList(QDir::Files).isEmpty());
    }

    void aCancelledExportLeavesNoFile()
    {
        for (const ExportFormat format : {ExportFormat::Csv, ExportFormat::Xlsx}) {
            TestJob job;
            job.cancelAtOnce = true;
            ExportRequest request = requestFor("sales_transactions", u"cancelled"_s);
            request.style.format = format;
            const Result<QString> done = run(request, job);
            QVERIFY(!done);
            QCOMPARE(done.error().kind, ErrorKind::Cancelled);
            QVERIFY(QDir(m_folder.path()).entryList(QDir::Files).isEmpty());
        }
    }

    void aFullDiskIsToldAndLeavesTheOldFile()
    {
        TestJob job;
        ExportRequest request = requestFor("sales_transactions", u"full.csv"_s);
        request.replace = true;
        QFile old(request.file);
        QVERIFY(old.open(QIODevice::WriteOnly) && old.write("old") == 3);
        old.close();
        // A limit on the size of files ends a write as a full disk does.
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        const rlimit small{10'000, before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
        const Result<QString> done = run(request, job);
        ::setrlimit(RLIMIT_FSIZE, &before);
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Io);
        QVERIFY(!done.error().hint.isEmpty());
        QCOMPARE(content(u"full.csv"_s), QByteArray("old"));
        QVERIFY(old.remove());
        QVERIFY(QDir(m_folder.path()).entryList(QDir::Files).isEmpty());
    }

    void aDeviceIsNoFileToReplace()
    {
        TestJob job;
        ExportRequest request = requestFor("customers", u"x"_s);
        request.file = m_folder.filePath(u"."_s);
        request.replace = true;
        const Result<QString> done = run(request, job);
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Usage);
    }

    void everyRowIsExportedOnce_data()
    {
        QTest::addColumn<QByteArray>("table");
        for (const TableDef &table : browseTables())
            QTest::newRow(table.name.constData()) << table.name;
    }
    void everyRowIsExportedOnce()
    {
        QFETCH(QByteArray, table);
        TestJob job;
        ExportRequest request = requestFor(table, u"all.jsonl"_s);
        request.style.format = ExportFormat::JsonLines;
        request.rows.sort = browseTable(table)->sort;
        request.replace = true;
        const Result<QString> done = run(request, job);
        VERIFY_OK(done);
        QSet<QString> keys;
        const QList<QByteArray> lines = content(u"all.jsonl"_s).trimmed().split('\n');
        for (const QByteArray &line : lines) {
            const QJsonDocument row = QJsonDocument::fromJson(line);
            if (line.isEmpty())
                continue;
            QVERIFY2(row.isObject(), line.constData());
            QCOMPARE(row.object().size(), browseTable(table)->columns.size());
            keys.insert(row.object()[QString::fromUtf8(browseTable(table)->key)].toVariant().toString());
        }
        const bool ofStore = table != "product_categories";
        QCOMPARE(keys.size(), count("retail." + table + (ofStore ? " WHERE store_id = 'seattle'" : "")));
    }

    void filtersSortAndColumnsHold()
    {
        TestJob job;
        ExportRequest request = requestFor("products", u"some.csv"_s);
        request.rows.filters = {{"price", FilterOp::Between, {u"10"_s, u"50"_s}},
                                {"product_name", FilterOp::Differs, {u"'; DROP TABLE x; --\\"_s}}};
        request.rows.sort = "price";
        request.rows.descending = true;
        request.columns = {"price", "sku"};
        VERIFY_OK(run(request, job));
        const QList<QByteArray> lines = content(u"some.csv"_s).trimmed().split('\n');
        QCOMPARE(lines.first(), QByteArray("price,sku"));
        QCOMPARE(lines.size() - 1,
                 count("retail.products WHERE store_id = 'seattle' AND price BETWEEN 10 AND 50"));
        double before = 1e9;
        for (qsizetype i = 1; i < lines.size(); ++i) {
            const double price = lines[i].split(',').first().toDouble();
            QVERIFY(price <= before && price >= 10 && price <= 50);
            before = price;
        }
    }

    void formulasOfTheDataAreNeutralised()
    {
        TestJob job;
        ExportRequest request = requestFor("products", u"formula.csv"_s);
        request.columns = {"product_name", "product_description"};
        VERIFY_OK(run(request, job));
        QVERIFY(content(u"formula.csv"_s).contains("\"'=HYPERLINK(\"\"http://x\"\")\",\"two\nlines\t\""));
    }

    void onlyTheStoresRowsAreInTheFile()
    {
        const Result<Rows> others = m_database->superuser().execute(
            "SELECT customer_id FROM retail.customers WHERE store_id <> 'seattle'");
        VERIFY_OK(others);
        QVERIFY(others->count() > 0);
        TestJob job;
        VERIFY_OK(run(requestFor("customers", u"customers.csv"_s), job));
        const QByteArray file = content(u"customers.csv"_s);
        for (int row = 0; row < others->count(); ++row)
            QVERIFY(!file.contains(others->bytes(row, 0).toByteArray()));
    }

    void whatSomebodyPreparedIsNotWrittenInto()
    {
        const QString file = m_folder.filePath(u"prepared.csv"_s);
        QFile part(file + u".part"_s);
        QVERIFY(part.open(QIODevice::WriteOnly));
        QVERIFY(part.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther));
        TestJob job;
        VERIFY_OK(run(requestFor("products", u"prepared.csv"_s), job)); // what a killed export left
        QVERIFY(!(QFile::permissions(file) & QFile::ReadOther));

        const QString other = m_folder.filePath(u"other.csv"_s);
        QVERIFY(QFile(other).open(QIODevice::WriteOnly));
        QCOMPARE(::link(qPrintable(other), qPrintable(m_folder.filePath(u"linked.csv.part"_s))), 0);
        const Result<QString> linked = run(requestFor("products", u"linked.csv"_s), job);
        QVERIFY(!linked);
        QCOMPARE(linked.error().kind, ErrorKind::Io);
        QVERIFY(content(u"other.csv"_s).isEmpty() && content(u"linked.csv"_s).isEmpty());
    }

    void aJobWorksOnTheDatabaseItWasMadeFor()
    {
        const TestDatabase other;
        VERIFY_OK(other.superuser().execute(
            "UPDATE retail.products SET product_name = 'of another database' WHERE store_id = 'seattle'"));
        ConnectionPool pool(2);
        OPEN_POOL(pool, *m_database, u"sandbox_manager"_s);
        ExportRequest request = requestFor("products", u"waiting.csv"_s);
        request.replace = true;
        const JobWork work = ExportService(pool).exportRows(request); // and waits for its turn
        OPEN_POOL(pool, other, u"sandbox_manager"_s);
        TestJob job;
        VERIFY_OK(work(job));
        QVERIFY(!content(u"waiting.csv"_s).isEmpty());
        QVERIFY(!content(u"waiting.csv"_s).contains("of another database"));
        pool.close();
        VERIFY_OK(work(job)); // once more, with nothing open

        const Result<QString> unopened =
            ExportService(pool).exportRows(requestFor("products", u"nothing.csv"_s))(job);
        QVERIFY(!unopened);
        QCOMPARE(unopened.error().kind, ErrorKind::Connect);
        QVERIFY(content(u"nothing.csv"_s).isEmpty());
    }

    void theHistoryNamesNoPerson()
    {
        ExportRequest request = requestFor("customers", u"vera.csv"_s);
        request.rows.filters = {{"email", FilterOp::Equals, {u"vera@example.net"_s}},
                                {"phone", FilterOp::IsNull, {}}};
        const ExportService service(*m_pool);
        const QString command = service.spec(request).command;
        QVERIFY2(!command.contains(u"vera@") && command.contains(u"email==…") && command.contains(u"phone="),
                 qPrintable(command));
        request.rows.table = "products";
        request.rows.filters = {{"brand", FilterOp::Equals, {u"Acme"_s}}};
        QVERIFY(service.spec(request).command.contains(u"brand==Acme"));
    }
};

QTEST_GUILESS_MAIN(TestExport)
#include "tst_export.moc"
