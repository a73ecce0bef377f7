// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/testcluster.h"

#include <QSignalSpy>
#include <QTcpServer>
#include <QTest>

#include <thread>

using namespace Qt::StringLiterals;

namespace {

const QString manager = QStringLiteral("sandbox_manager");

Statement sql(const char *text)
{
    return {"test", text};
}

Result<Capabilities> open(ConnectionPool &pool, const Login &login)
{
    return pool.open(login.profile, login.password, {}).result();
}

} // namespace

class TestConnectionPool final : public QObject
{
    Q_OBJECT

private slots:
    void aFailedConnectSaysWhereItStopped_data()
    {
        QTest::addColumn<QString>("conninfo");
        QTest::addColumn<QString>("step");
        QTest::addColumn<QString>("words");
        const SandboxStatus &status = TestCluster::shared().status();
        const QString here = u"host='%1' port=%2 "_s.arg(status.host).arg(status.port);
        QTest::newRow("an unknown name")
            << u"host=no.such.host.invalid dbname=x user=x"_s << u"name"_s << u"no.such.host.invalid"_s;
        QTest::newRow("nobody listens")
            << u"host=127.0.0.1 port=1 dbname=x user=x"_s << u"TCP"_s << u"127.0.0.1:1"_s;
        QTest::newRow("no socket") << u"host=/nowhere dbname=x user=x"_s << u"TCP"_s << u"/nowhere"_s;
        QTest::newRow("a wrong password")
            << here + u"dbname=retail_pristine user=sandbox_manager password=wrong"_s << u"authentication"_s
            << u"sandbox_manager"_s;
        QTest::newRow("no password")
            << here + u"dbname=retail_pristine user=sandbox_manager passfile=/dev/null"_s
            << u"authentication"_s << u"sandbox_manager"_s;
    }
    void aFailedConnectSaysWhereItStopped()
    {
        QFETCH(QString, conninfo);
        QFETCH(QString, words);
        ConnectionPool pool(2);
        const Result<Login> login = parseConninfo(conninfo);
        VERIFY_OK(login);
        const Result<Capabilities> opened = open(pool, *login);
        QVERIFY(!opened);
        QCOMPARE(opened.error().kind, ErrorKind::Connect);
        QTEST(opened.error().where, "step");
        QVERIFY2(opened.error().message.contains(words), qPrintable(opened.error().text()));
        QVERIFY(!opened.error().text().contains(u"wrong"));
        QCOMPARE(pool.state(), ConnectionPool::State::Closed);
    }

    void anUnknownDatabaseAndAForeignOneAreTold()
    {
        ConnectionPool pool(2);
        const Result<Capabilities> unknown = open(pool, TestCluster::shared().login(manager, u"nowhere"_s));
        QVERIFY(!unknown);
        QCOMPARE(unknown.error().where, u"database"_s);
        const TestDatabase empty(TestDatabase::Empty);
        const Result<Capabilities> foreign = open(pool, empty.login(manager));
        QVERIFY(!foreign);
        QCOMPARE(foreign.error().kind, ErrorKind::Schema);
        QVERIFY(foreign.error().hint.contains(u"migrate"));
    }

    void aNewerSchemaIsRefused()
    {
        const TestDatabase database;
        VERIFY_OK(database.superuser().execute("INSERT INTO retail_sec.schema_migrations (version, name, "
                                               "checksum) VALUES (9999, '9999_future.sql', '')"));
        ConnectionPool pool(2);
        const Result<Capabilities> opened = open(pool, database.login(manager));
        QVERIFY(!opened);
        QCOMPARE(opened.error().kind, ErrorKind::Schema);
        QVERIFY(opened.error().message.contains(u"9999"));
    }

    void aServerThatNeverAnswersCanBeGivenUp()
    {
        QTcpServer silent; // takes the connection, and says nothing
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        ConnectionPool pool(2);
        Profile profile;
        profile.conninfo = u"host=127.0.0.1 port=%1 dbname=x user=x"_s.arg(silent.serverPort());
        const CancelToken token;
        QList<ConnectStep> steps;
        const auto opening = pool.open(profile, {}, token, [&](ConnectStep step) { steps += step; });
        std::thread canceller([token] {
            QTest::qWait(200);
            token.cancel();
        });
        const Result<Capabilities> opened = opening.result();
        canceller.join();
        QVERIFY(!opened);
        QCOMPARE(opened.error().kind, ErrorKind::Cancelled);
        QVERIFY(steps.contains(ConnectStep::Tcp));
    }

    void stepsAndCapabilitiesAreTold()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        QList<ConnectStep> steps;
        const Login login = database.login(manager);
        const Result<Capabilities> opened =
            pool.open(login.profile, {}, {}, [&](ConnectStep step) { steps += step; }).result();
        VERIFY_OK(opened);
        QCOMPARE(steps.first(), ConnectStep::Name);
        QCOMPARE(steps.last(), ConnectStep::Schema);
        QCOMPARE(opened->login, manager);
        QCOMPARE(opened->database, database.name());
        QVERIFY(opened->manager && !opened->owner && !opened->dba && !opened->superuser &&
                !opened->bypassRls);
        QVERIFY(opened->schemaVersion > 0);
        QVERIFY(opened->systemIdentifier != 0);
        QVERIFY(opened->extensions.contains(u"vector"));
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        QVERIFY(pool.capabilities().owner && pool.capabilities().bypassRls);
        OPEN_POOL(pool, database, u"sandbox_dba"_s);
        QVERIFY(pool.capabilities().dba && pool.capabilities().monitor && !pool.capabilities().bypassRls);
        OPEN_POOL(pool, database, u"sandbox_ops"_s);
        QVERIFY(pool.capabilities().ops);
    }

    void noMoreConnectionsThanAllowed()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, manager);
        QList<QFuture<Result<Rows>>> futures;
        for (int i = 0; i < 8; ++i)
            futures += pool.run<Rows>(u"Test"_s, {}, [](Session &session) {
                return session.read({}, sql("SELECT count(*) FROM pg_stat_activity, pg_sleep(0.1) WHERE "
                                            "datname = current_database()"));
            });
        for (QFuture<Result<Rows>> &future : futures) {
            VERIFY_OK(future.result());
            QVERIFY(future.result()->integer(0, 0) <= 2);
        }
        QCOMPARE(pool.openConnections(), 2);
    }

    void aReadSurvivesTheEndOfItsBackend()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, manager);
        const auto pid = [&] {
            return pool
                .run<Rows>(u"Test"_s, {},
                           [](Session &s) { return s.read({}, sql("SELECT pg_backend_pid()")); })
                .result();
        };
        const Result<Rows> before = pid();
        VERIFY_OK(before);
        VERIFY_OK(database.superuser().execute("SELECT pg_terminate_backend($1)", {before->integer(0, 0)}));
        const Result<Rows> after = pid();
        VERIFY_OK(after);
        QVERIFY(after->integer(0, 0) != before->integer(0, 0));
    }

    void aWriteIsNotRepeated()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        std::atomic<int> attempts = 0;
        const auto result = pool.run<QList<
            Rows>>(u"Test"_s, {},
                   [&](Session &session) {
                       ++attempts;
                       return session.write({}, {{sql("SELECT pg_terminate_backend(pg_backend_pid())"), {}}});
                   }).result();
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::LinkLost);
        QCOMPARE(attempts.load(), 1);
    }

    void anotherDatabaseBehindTheSameAddressIsNotRead()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, manager);
        // The same name, another database: as after a restore by somebody else.
        VERIFY_OK(TestCluster::shared()
                      .superuser(u"postgres"_s)
                      .execute("DROP DATABASE " + quoteIdentifier(database.name()) + " WITH (FORCE)"));
        VERIFY_OK(TestCluster::shared()
                      .superuser(u"postgres"_s)
                      .execute("CREATE DATABASE " + quoteIdentifier(database.name()) +
                               " TEMPLATE retail_pristine"));
        const Result<Rows> read =
            pool.run<Rows>(u"Test"_s, {}, [](Session &s) { return s.read({}, sql("SELECT 1")); }).result();
        QVERIFY(!read);
        QCOMPARE(read.error().kind, ErrorKind::Connect);
        QVERIFY2(read.error().message.contains(u"Another server"), qPrintable(read.error().text()));
    }

    void closingCancelsWhatRuns()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, manager);
        const auto running =
            pool.run<Rows>(u"Test"_s, {}, [](Session &s) { return s.read({}, sql("SELECT pg_sleep(30)")); });
        QTRY_COMPARE(pool.openConnections(), 1);
        QTest::qWait(100);
        pool.close();
        const Result<Rows> result = running.result();
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Cancelled);
        const Result<Rows> after =
            pool.run<Rows>(u"Test"_s, {}, [](Session &s) { return s.read({}, sql("SELECT 1")); }).result();
        QVERIFY(!after);
        QCOMPARE(after.error().kind, ErrorKind::Connect);
    }
};

QTEST_GUILESS_MAIN(TestConnectionPool)
#include "tst_connectionpool.moc"
