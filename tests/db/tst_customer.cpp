// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/customerservice.h"
#include "app/services/erasure.h"
#include "tests/support/proxied.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

using namespace Qt::StringLiterals;

namespace {

const QString reason = QStringLiteral("asked for it");

/// Everything a database holds, row by row, as text.
QByteArray everything(const TestDatabase &database)
{
    Session session = database.superuser();
    const Result<Rows> tables = session.execute(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND "
        "n.nspname !~ '^pg_toast'"
        " UNION ALL SELECT 'pg_catalog.pg_statistic'");
    if (!tables)
        qFatal("%s", qPrintable(tables.error().text()));
    QByteArray all;
    for (int row = 0; row < tables->count(); ++row) {
        const Result<qint64> copied = session.copyOut("COPY " + tables->text(row, 0).toUtf8() + " TO STDOUT",
                                                      [&](QByteArrayView line) -> Result<void> {
                                                          all += line;
                                                          return {};
                                                      });
        if (!copied)
            qFatal("%s", qPrintable(copied.error().text()));
    }
    return all;
}

} // namespace

/// All that is known about one customer, as a file; and its erasure, that no backup undoes.
class TestCustomer final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestDatabase> m_database;
    QTemporaryDir m_folder;
    CustomerFacts m_customer;

    /// A customer of Seattle with sales, whose address, phone and a note are found nowhere else.
    void makeCustomer()
    {
        Session session = m_database->superuser();
        VERIFY_OK(session.executeScript(
            "BEGIN; UPDATE retail.customers SET email = 'vera.unique@example.net', phone = '555-0199-77', "
            "first_name = 'Vera'"
            " WHERE customer_id = (SELECT customer_id FROM retail.sales_transactions WHERE store_id = "
            "'seattle'"
            " AND customer_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1);"
            "UPDATE retail.sales_transactions SET notes = 'call vera.unique@example.net', metadata = "
            "'{\"mail\": \"vera.unique@example.net\"}'"
            " WHERE customer_id = (SELECT customer_id FROM retail.customers WHERE email = "
            "'vera.unique@example.net'); COMMIT"));
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_owner"_s);
        const auto found = CustomerService(pool).find(u"seattle"_s, u"Vera.Unique@example.net"_s).result();
        VERIFY_OK(found);
        m_customer = *found;
        QVERIFY(m_customer.sales > 0);
    }

private slots:
    void init()
    {
        m_database = std::make_unique<TestDatabase>();
        makeCustomer();
    }
    void cleanup() { m_database.reset(); }

    void theExportHoldsAllTables()
    {
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_manager"_s);
        const QString path = m_folder.filePath(u"vera.json"_s);
        VERIFY_OK(CustomerService(pool).exportTo(u"seattle"_s, m_customer.customerId, path).result());
        QFile file(path);
        QVERIFY(!(file.permissions() & (QFile::ReadGroup | QFile::ReadOther)));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonObject all = QJsonDocument::fromJson(file.readAll()).object();
        QCOMPARE(all[u"customer"_s][u"email"_s].toString(), u"vera.unique@example.net"_s);
        QCOMPARE(all[u"sales"_s].toArray().size(), m_customer.sales);
        QVERIFY(!all[u"sales"_s][0][u"items"_s].toArray().isEmpty());
        QVERIFY(!all[u"audit"_s].toArray().isEmpty());
    }

    void anotherStoresCustomerIsNotToBeHad()
    {
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_manager"_s);
        CustomerService service(pool);
        QVERIFY(!service.find(u"redmond"_s, m_customer.customerId).result());
        const QString path = m_folder.filePath(u"stolen.json"_s);
        QVERIFY(!service.exportTo(u"redmond"_s, m_customer.customerId, path).result());
        QVERIFY(!QFile::exists(path));
    }

    void anErasedCustomerIsFoundNowhere()
    {
        QVERIFY(everything(*m_database).contains("vera.unique@example.net"));
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_ops"_s);
        CustomerService service(pool);
        const auto done =
            service.erase(u"seattle"_s, m_customer.customerId, reason, {m_folder.path(), u"/nonexistent"_s})
                .result();
        VERIFY_OK(done);
        QCOMPARE(done->sales, m_customer.sales);
        QVERIFY(done->auditEntries > 0);
        QCOMPARE(done->warnings.size(), 1); // of the folder that is not there
        const QByteArray all = everything(*m_database);
        QVERIFY(!all.contains("vera.unique@example.net") && !all.contains("555-0199-77"));
        // The sales are there, and the log tells that something was.
        const Result<Rows> kept = m_database->superuser().execute(
            "SELECT (SELECT count(*) FROM retail.audit_log WHERE action = 'erasure' AND record_id = $1::uuid "
            "AND user_name = 'sandbox_ops'),"
            " (SELECT count(*) FROM retail.audit_log WHERE record_id = $1::uuid AND old_values ->> 'email' = "
            "'[redacted]')",
            {m_customer.customerId});
        VERIFY_OK(kept);
        QCOMPARE(kept->integer(0, 0), 1);
        QVERIFY(kept->integer(0, 1) > 0);
        const QString path = m_folder.filePath(u"after.json"_s);
        const auto exported = service.exportTo(u"seattle"_s, m_customer.customerId, path).result();
        QVERIFY(!exported);
        QCOMPARE(exported.error().kind, ErrorKind::NotFound);
        const Result<QStringList> listed = erasure::readErasedFile(m_folder.path());
        VERIFY_OK(listed);
        QCOMPARE(*listed, QStringList{m_customer.customerId});
        QFile file(erasure::filePath(m_folder.path()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains("vera"));
    }

    void aCopyOfYesterdayIsErasedAgain()
    {
        // Yesterday's copy: the same rows, the list of today's erasures not in it.
        const TestDatabase yesterday;
        Session superuser = yesterday.superuser();
        VERIFY_OK(superuser.execute(
            "INSERT INTO retail.customers (customer_id, store_id, first_name, last_name, email)"
            " VALUES ('11111111-2222-4333-8444-555555555555', 'seattle', 'Vera', 'V', "
            "'vera.unique@example.net')"));
        QVERIFY(everything(yesterday).contains("vera.unique"));
        const QString folder = m_folder.filePath(u"yesterday"_s);
        QVERIFY(QDir().mkpath(folder));
        VERIFY_OK(erasure::addToErasedFile(folder, {u"11111111-2222-4333-8444-555555555555"_s}));
        ConnectionPool pool(1);
        OPEN_POOL(pool, yesterday, u"sandbox_ops"_s);
        const auto again = CustomerService(pool).reapply({folder}).result();
        VERIFY_OK(again);
        QVERIFY2(again->startsWith(u"1 "), qPrintable(*again));
        QVERIFY(!everything(yesterday).contains("vera.unique"));
        // Its own list knows now, and a second time there is nobody.
        const auto second = CustomerService(pool).reapply({}).result();
        VERIFY_OK(second);
        QVERIFY(second->startsWith(u"No erased"));
    }

    void aFolderWithoutAListIsPassedOverAndTold()
    {
        const QString id = u"11111111-2222-4333-8444-555555555555"_s;
        VERIFY_OK(m_database->superuser().execute(
            "INSERT INTO retail.customers (customer_id, store_id, first_name, last_name, email)"
            " VALUES ($1::uuid, 'seattle', 'Ida', 'I', 'ida.i@example.net')",
            {id}));
        const QString with = m_folder.filePath(u"with"_s);
        const QString without = m_folder.filePath(u"without"_s);
        QVERIFY(QDir().mkpath(with) && QDir().mkpath(without));
        VERIFY_OK(erasure::addToErasedFile(with, {id}));
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_ops"_s);
        CustomerService service(pool);
        // No list at all, and nobody whom the database names.
        const auto nothing = service.reapply({without}).result();
        QVERIFY(!nothing);
        QCOMPARE(nothing.error().kind, ErrorKind::NotFound);
        const auto done = service.reapply({without, with}).result();
        VERIFY_OK(done);
        QVERIFY2(done->startsWith(u"1 erased customer was there") && done->contains(without),
                 qPrintable(*done));
        // The database knows now.
        const auto again = service.reapply({without}).result();
        VERIFY_OK(again);
        QVERIFY2(again->startsWith(u"No erased") && again->contains(without), qPrintable(*again));
        QFile damaged(erasure::filePath(without));
        QVERIFY(damaged.open(QIODevice::WriteOnly));
        damaged.write("{");
        damaged.close();
        const auto unreadable = service.reapply({with, without}).result();
        QVERIFY(!unreadable);
        QCOMPARE(unreadable.error().kind, ErrorKind::Io);
    }

    void theUnionOfBothListsIsTold()
    {
        const QString empty = m_folder.filePath(u"empty"_s);
        QVERIFY(QDir().mkpath(empty));
        const Result<erasure::Union> neither = erasure::collect(empty, nullptr);
        VERIFY_OK(neither);
        QVERIFY(neither->ids.isEmpty() && neither->sentence.contains(u"may be back"));

        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_ops"_s);
        const QString other = u"99999999-2222-4333-8444-555555555555"_s;
        VERIFY_OK(CustomerService(pool).erase(u"seattle"_s, m_customer.customerId, reason, {}).result());
        VERIFY_OK(erasure::addToErasedFile(empty, {other}));
        const Result<erasure::Union> one = erasure::collect(empty, nullptr);
        VERIFY_OK(one);
        QVERIFY2(one->sentence.startsWith(u"1 erased customer is listed"), qPrintable(one->sentence));
        Session live = m_database->superuser();
        const Result<erasure::Union> both = erasure::collect(empty, &live);
        VERIFY_OK(both);
        QCOMPARE(both->ids, (QStringList{other, m_customer.customerId}));
        QVERIFY2(both->sentence.startsWith(u"2 erased customers are listed"), qPrintable(both->sentence));
        QVERIFY(both->fromFile && both->fromDatabase);
    }

    void theListOnlyGrowsAndADamagedOneIsTold()
    {
        const QString folder = m_folder.filePath(u"grows"_s);
        QVERIFY(QDir().mkpath(folder));
        const QString one = u"11111111-2222-4333-8444-555555555555"_s;
        const QString two = u"21111111-2222-4333-8444-555555555555"_s;
        VERIFY_OK(erasure::addToErasedFile(folder, {one}));
        VERIFY_OK(erasure::addToErasedFile(folder, {two, one.toUpper()}));
        VERIFY_OK(erasure::addToErasedFile(folder, {}));
        QCOMPARE(*erasure::readErasedFile(folder), (QStringList{one, two}));
        for (const QByteArray &damaged :
             {QByteArray("{"), QByteArray("[]"), QByteArray("{\"erased\": [\"vera\"]}")}) {
            QFile file(erasure::filePath(folder));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(damaged);
            file.close();
            QVERIFY(!erasure::readErasedFile(folder));
            QVERIFY(!erasure::addToErasedFile(folder, {one}));
            QVERIFY(!erasure::collect(folder, nullptr));
            QVERIFY(file.open(QIODevice::ReadOnly));
            QCOMPARE(file.readAll(), damaged); // left as it is
        }
    }

    void onlyTheOwnerErases_data()
    {
        QTest::addColumn<QString>("login");
        QTest::newRow("a manager") << u"sandbox_manager"_s;
        QTest::newRow("a DBA") << u"sandbox_dba"_s;
    }
    void onlyTheOwnerErases()
    {
        QFETCH(QString, login);
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, login);
        const auto done =
            CustomerService(pool).erase(u"seattle"_s, m_customer.customerId, reason, {}).result();
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Permission);
        QVERIFY(done.error().hint.contains(u"retail_owner"));
        QVERIFY(everything(*m_database).contains("vera.unique@example.net"));
    }

    void aCustomerOfAnotherStoreOrNobodyIsRefused()
    {
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_owner"_s);
        CustomerService service(pool);
        for (const auto &[store, id] : {std::pair(u"redmond"_s, m_customer.customerId),
                                        std::pair(u"seattle"_s, u"11111111-2222-4333-8444-555555555555"_s)}) {
            const auto done = service.erase(store, id, reason, {}).result();
            QVERIFY(!done);
            QCOMPARE(done.error().kind, ErrorKind::NotFound);
        }
        QVERIFY(!service.erase(u"seattle"_s, m_customer.customerId, u" "_s, {}).result());
    }

    void whatTakesLongIsNotEndedByTheProfile_data()
    {
        QTest::addColumn<int>("work");
        QTest::newRow("an export") << 0;
        QTest::newRow("an erasure") << 1;
        QTest::newRow("erasing again") << 2;
    }
    void whatTakesLongIsNotEndedByTheProfile()
    {
        QFETCH(const int, work);
        // Whom the last row erases again.
        const QString id = u"11111111-2222-4333-8444-555555555555"_s;
        VERIFY_OK(m_database->superuser().execute(
            "INSERT INTO retail.customers (customer_id, store_id, first_name, last_name, email)"
            " VALUES ($1::uuid, 'seattle', 'Ida', 'I', 'ida.i@example.net')",
            {id}));
        const QString folder = m_folder.filePath(u"long"_s);
        QVERIFY(QDir().mkpath(folder));
        VERIFY_OK(erasure::addToErasedFile(folder, {id}));
        Login login = m_database->login(u"sandbox_ops"_s);
        login.profile.statementTimeoutMs = 500;
        login.profile.lockTimeoutMs = 20'000;
        ConnectionPool pool(1);
        const auto opened = pool.open(login.profile, login.password, {}).result();
        VERIFY_OK(opened);
        Session holder = m_database->superuser();
        VERIFY_OK(holder.executeScript("BEGIN; LOCK TABLE retail.sales_transactions"));
        CustomerService service(pool);
        Result<void> done = Error{};
        std::thread worker([&] {
            const auto outcome = [](const auto &result) {
                return result ? Result<void>() : Result<void>(result.error());
            };
            const QString file = m_folder.filePath(u"long.json"_s);
            if (work == 0)
                done = outcome(service.exportTo(u"seattle"_s, m_customer.customerId, file).result());
            else if (work == 1)
                done = outcome(service.erase(u"seattle"_s, m_customer.customerId, reason, {}).result());
            else
                done = outcome(service.reapply({folder}).result());
        });
        // From when it waits, longer than the profile allows.
        const auto waited =
            holder.executeScript("DO $$ BEGIN FOR i IN 1..200 LOOP EXIT WHEN EXISTS (SELECT FROM pg_locks "
                                 "WHERE NOT granted AND relation = 'retail.sales_transactions'::regclass); "
                                 "PERFORM pg_sleep(0.05); END LOOP; PERFORM pg_sleep(1); END $$; COMMIT");
        worker.join();
        VERIFY_OK(waited);
        VERIFY_OK(done);
    }

    void anErasureWhoseAnswerIsLostIsOnTheListAllTheSame()
    {
        const QString folder = m_folder.filePath(u"lost"_s);
        QVERIFY(QDir().mkpath(folder));
        TcpProxy proxy(clusterSocket());
        const Login login =
            proxied(m_database->login(u"sandbox_ops"_s), proxy, u"sandbox_ops"_s, m_database->name());
        ConnectionPool pool(1);
        const auto opened = pool.open(login.profile, login.password, {}).result();
        VERIFY_OK(opened);
        proxy.cutOnAnswerTo("/* retail-admin */ COMMIT");
        const auto done =
            CustomerService(pool).erase(u"seattle"_s, m_customer.customerId, reason, {folder}).result();
        QVERIFY(!done);
        QVERIFY2(done.error().kind == ErrorKind::OutcomeUnknown, qPrintable(done.error().text()));
        const Result<QStringList> listed = erasure::readErasedFile(folder);
        VERIFY_OK(listed);
        QCOMPARE(*listed, QStringList{m_customer.customerId});
    }
};

QTEST_GUILESS_MAIN(TestCustomer)
#include "tst_customer.moc"
