// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tcpproxy.h"
#include "tests/support/testcluster.h"
#include "tests/support/testserver.h"

#include <QSignalSpy>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;

namespace {

const QString manager = QStringLiteral("sandbox_manager");

QFuture<Result<Rows>> read(ConnectionPool &pool, const QByteArray &text)
{
    return pool.run<Rows>(u"Test"_s, {}, [text](Session &session) {
        return session.read({}, {"test", text});
    });
}

} // namespace

/// Each cause why there is no connection, on a server that the test may harm: its own sentence and the right
/// next action.
class TestCauses final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestServer> m_server;

    Result<Capabilities> open(ConnectionPool &pool, const QString &user, const QString &more = {}) const
    {
        const Login login = m_server->login(user, more);
        return pool.open(login.profile, {}, {}).result();
    }

private slots:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }

    void aRefusedConnectHasItsOwnSentence_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QString>("more");
        QTest::addColumn<QString>("sentence");
        QTest::addColumn<QString>("action");
        QTest::addColumn<QByteArray>("after");
        QTest::newRow("the name service does not know the host")
            << QByteArray() << u"host=nowhere.invalid hostaddr=''"_s << u"is not known"_s << u"name service"_s
            << QByteArray();
        QTest::newRow("the password was changed")
            << QByteArray("ALTER ROLE sandbox_dba PASSWORD 'another'") << QString()
            << u"did not accept the password"_s << u"may have been changed"_s
            << QByteArray("ALTER ROLE sandbox_dba PASSWORD NULL");
        QTest::newRow("the login is locked")
            << QByteArray("ALTER ROLE sandbox_owner NOLOGIN") << u"user=sandbox_owner"_s << u"did not let"_s
            << u"NOLOGIN"_s << QByteArray("ALTER ROLE sandbox_owner LOGIN");
        QTest::newRow("too many connections of the login")
            << QByteArray("ALTER ROLE sandbox_ops CONNECTION LIMIT 0") << u"user=sandbox_ops"_s
            << u"no free connection left"_s << u"max_connections"_s
            << QByteArray("ALTER ROLE sandbox_ops CONNECTION LIMIT -1");
        QTest::newRow("the database is closed")
            << QByteArray("CREATE DATABASE closed ALLOW_CONNECTIONS false")
            << u"user=sandbox_ops dbname=closed"_s << u"takes no connections"_s << u"ALLOW_CONNECTIONS"_s
            << QByteArray("DROP DATABASE closed");
        QTest::newRow("the login may not connect to the database")
            << QByteArray("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC")
            << u"user=sandbox_ops dbname=postgres"_s << u"may not connect"_s << u"GRANT CONNECT"_s
            << QByteArray("GRANT CONNECT ON DATABASE postgres TO PUBLIC");
        QTest::newRow("no standby among the servers")
            << QByteArray() << u"user=sandbox_ops target_session_attrs=standby"_s << u"of the kind"_s
            << u"target_session_attrs"_s << QByteArray();
    }
    void aRefusedConnectHasItsOwnSentence()
    {
        QFETCH(QByteArray, before);
        QFETCH(QString, more);
        QFETCH(QString, sentence);
        QFETCH(QString, action);
        QFETCH(QByteArray, after);
        if (!before.isEmpty())
            VERIFY_OK(m_server->superuser().execute(before));
        ConnectionPool pool(2);
        const Result<Capabilities> opened = open(pool, u"sandbox_dba"_s, more);
        if (!after.isEmpty())
            VERIFY_OK(m_server->superuser().execute(after));
        QVERIFY(!opened);
        QCOMPARE(opened.error().kind, ErrorKind::Connect);
        QVERIFY2(opened.error().message.contains(sentence), qPrintable(opened.error().text()));
        QVERIFY2(opened.error().hint.contains(action), qPrintable(opened.error().text()));
    }

    void severalHostsAreTriedUntilOneFits()
    {
        ConnectionPool pool(2);
        const QString hosts = u"host=nowhere.invalid,localhost,localhost hostaddr='' port=5,1,%1 "
                              "sslmode=prefer target_session_attrs=read-write"_s.arg(m_server->tcpPort());
        VERIFY_OK(open(pool, manager, hosts));
    }

    void aCertificateThatDoesNotFitIsExplained_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("days");
        QTest::addColumn<QString>("trusted");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("expired") << u"db.example"_s << 0 << u"ours"_s << u"expired on"_s;
        QTest::newRow("another authority") << u"db.example"_s << 30 << u"theirs"_s
                                           << u"comes from “ours”, which this machine does not trust"_s;
        QTest::newRow("another name")
            << u"other.example"_s << 30 << u"ours"_s << u"belongs to “other.example”, not to “db.example”"_s;
        QTest::newRow("no file of authorities")
            << u"db.example"_s << 30 << u"/nonexistent"_s << u"cannot be read"_s;
        QTest::newRow("it fits") << u"db.example"_s << 30 << u"ours"_s << QString();
    }
    void aCertificateThatDoesNotFitIsExplained()
    {
        QFETCH(QString, name);
        QFETCH(int, days);
        QFETCH(QString, trusted);
        QFETCH(QString, sentence);
        m_server->showCertificate(name, days, u"ours"_s);
        if (days == 0)
            QTest::qWait(1'100); // it was good for this second; openssl makes none that has expired
        const QString file = trusted.startsWith(u'/') ? trusted : m_server->authorityFile(trusted);
        ConnectionPool pool(2);
        // The name is not this machine's, so the pass file's line for localhost does not fit.
        Login login = m_server->login(manager);
        QFile lines(login.profile.passfile);
        QVERIFY(lines.open(QIODevice::ReadOnly));
        for (const QByteArray &line : lines.readAll().split('\n'))
            if (line.startsWith("localhost:*:*:sandbox_manager:"))
                login.password = QString::fromLatin1(line.split(':').last());
        login.profile.conninfo +=
            u" host=db.example hostaddr=127.0.0.1 sslmode=verify-full sslrootcert='%1'"_s.arg(file);
        const Result<Capabilities> opened = pool.open(login.profile, login.password, {}).result();
        if (sentence.isEmpty()) {
            VERIFY_OK(opened);
            QVERIFY(opened->tls);
            return;
        }
        QVERIFY(!opened);
        QCOMPARE(opened.error().where, u"TLS"_s);
        QVERIFY2(opened.error().message.contains(sentence), qPrintable(opened.error().text()));
        QVERIFY(!opened.error().hint.isEmpty());
    }

    void aRemoteHostGetsVerifyFullUnlessSomebodySaysOtherwise()
    {
        // 0.0.0.0 reaches this machine and is none of its loopback addresses; on a Unix socket the server
        // speaks no TLS.
        const TcpProxy proxy(m_server->status().host + u"/.s.PGSQL.%1"_s.arg(m_server->status().port));
        ConnectionPool pool(2);
        const QString place = u"host=0.0.0.0 hostaddr='' port=%1 "_s.arg(proxy.port());
        const Result<Capabilities> refused = open(pool, manager, place);
        QVERIFY(!refused);
        QVERIFY2(refused.error().message.contains(u"offers no encryption"),
                 qPrintable(refused.error().text()));
        QVERIFY(refused.error().hint.contains(u"verify-full"));
        const Result<Capabilities> asked = open(pool, manager, place + u"sslmode=prefer"_s);
        QVERIFY(!asked);
        QCOMPARE(asked.error().where, u"authentication"_s); // the pass file has no line for this host
        qputenv("PGSSLMODE", "disable");
        const Result<Capabilities> byVariable = open(pool, manager, place);
        qunsetenv("PGSSLMODE");
        QVERIFY(!byVariable);
        QCOMPARE(byVariable.error().where, u"authentication"_s);
    }

    void itHealsByItself_data()
    {
        QTest::addColumn<int>("harm");
        QTest::newRow("after pg_terminate_backend") << 0;
        QTest::newRow("after kill -9 of the backend") << 1;
        QTest::newRow("after a restart of the server") << 2;
    }
    void itHealsByItself()
    {
        QFETCH(int, harm);
        ConnectionPool pool(2);
        QSignalSpy lost(&pool, &ConnectionPool::linkLost);
        QSignalSpy restored(&pool, &ConnectionPool::linkRestored);
        VERIFY_OK(open(pool, manager));
        const auto pid = read(pool, "SELECT pg_backend_pid()").result();
        VERIFY_OK(pid);
        auto running = read(pool, "SELECT pg_sleep(1), 42");
        QTRY_COMPARE(
            m_server->superuser()
                .execute("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND usename = $1",
                         {manager})
                ->integer(0, 0),
            1);
        if (harm == 0)
            VERIFY_OK(m_server->superuser().execute("SELECT pg_terminate_backend($1)", {pid->integer(0, 0)}));
        else if (harm == 1)
            QCOMPARE(::kill(pid_t(pid->integer(0, 0)), SIGKILL), 0);
        else
            m_server->control({u"-m"_s, u"fast"_s, u"restart"_s});
        QTRY_VERIFY_WITH_TIMEOUT(running.isFinished(), 30'000);
        VERIFY_OK(running.result());
        QCOMPARE(running.result()->integer(0, 1), 42);
        QTRY_COMPARE(restored.size(), 1);
        QCOMPARE(lost.size(), 1);
    }

    void aServerThatIsStoppedOrRecoversIsToldAndAwaited()
    {
        ConnectionPool pool(2);
        QSignalSpy failed(&pool, &ConnectionPool::reconnectFailed);
        const auto last = [&] { return failed.isEmpty() ? Error{} : failed.last().first().value<Error>(); };
        VERIFY_OK(open(pool, manager));
        m_server->stop();
        auto waiting = read(pool, "SELECT 42");
        QTRY_VERIFY2_WITH_TIMEOUT(last().message.contains(u"No server answers"), qPrintable(last().text()),
                                  20'000);
        // A standby that lets nobody in.
        m_server->touch(u"standby.signal"_s);
        m_server->control({u"-W"_s, u"-o"_s, u"-c hot_standby=off"_s, u"start"_s});
        QTRY_VERIFY2_WITH_TIMEOUT(last().message.contains(u"is recovering") ||
                                      last().message.contains(u"starting up"),
                                  qPrintable(last().text()), 30'000);
        QVERIFY(!last().hint.isEmpty());
        QCOMPARE(pool.state(), ConnectionPool::State::Reconnecting);
        QVERIFY(!waiting.isFinished());
        m_server->stop();
        m_server->remove(u"standby.signal"_s);
        m_server->start();
        pool.reconnectNow();
        QTRY_VERIFY_WITH_TIMEOUT(waiting.isFinished(), 40'000);
        VERIFY_OK(waiting.result());
    }

    void aPasswordChangedMeanwhileStopsInsteadOfTryingForEver()
    {
        ConnectionPool pool(2);
        QSignalSpy stopped(&pool, &ConnectionPool::stopped);
        VERIFY_OK(open(pool, u"sandbox_ops"_s));
        Session superuser = m_server->superuser();
        VERIFY_OK(superuser.execute("ALTER ROLE sandbox_ops PASSWORD 'another'"));
        VERIFY_OK(superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sandbox_ops'"));
        auto asked = read(pool, "SELECT 1");
        QTRY_VERIFY_WITH_TIMEOUT(asked.isFinished(), 10'000);
        QVERIFY(!asked.result());
        QVERIFY2(asked.result().error().message.contains(u"did not accept the password"),
                 qPrintable(asked.result().error().text()));
        QTRY_COMPARE(stopped.size(), 1);
        QCOMPARE(pool.state(), ConnectionPool::State::Stopped);
        const auto sessions = [&] {
            return superuser.execute("SELECT FROM pg_stat_activity WHERE usename = 'sandbox_ops'")->count();
        };
        QTRY_COMPARE(sessions(), 0);
        auto again = read(pool, "SELECT 1");
        QTRY_VERIFY(again.isFinished());
        QVERIFY(!again.result());
        QCOMPARE(sessions(), 0);
        // The right next action: connect with the new one.
        const Login login = m_server->login(u"sandbox_ops"_s);
        VERIFY_OK(pool.open(login.profile, u"another"_s, {}).result());
        VERIFY_OK(read(pool, "SELECT 1").result());
    }

    void aFullServerIsSharedInsteadOfRefused()
    {
        VERIFY_OK(m_server->superuser().execute("ALTER ROLE sandbox_manager CONNECTION LIMIT 1"));
        ConnectionPool pool(4);
        VERIFY_OK(open(pool, manager));
        QList<QFuture<Result<Rows>>> reads;
        for (int i = 0; i < 4; ++i)
            reads += read(pool, "SELECT pg_sleep(0.2)");
        for (auto &future : reads) {
            QTRY_VERIFY_WITH_TIMEOUT(future.isFinished(), 20'000);
            VERIFY_OK(future.result());
        }
        VERIFY_OK(m_server->superuser().execute("ALTER ROLE sandbox_manager CONNECTION LIMIT -1"));
        QCOMPARE(pool.state(), ConnectionPool::State::Open);
    }

    void aSessionLeftBehindCanBeEnded()
    {
        ConnectionPool pool(2);
        VERIFY_OK(open(pool, manager));
        Result<Session> other = openSession(m_server->login(manager), u"Test"_s, {});
        VERIFY_OK(other);
        const auto pid = other->read({}, {"test", "SELECT pg_backend_pid()"});
        VERIFY_OK(pid);
        VERIFY_OK(other->execute("SET application_name = 'psql'")); // the number went to somebody else
        QCOMPARE(*pool.endSession(int(pid->integer(0, 0))).result(), false);
        VERIFY_OK(other->execute("SET application_name = 'retail-admin - Test'"));
        const Result<bool> ended = pool.endSession(int(pid->integer(0, 0))).result();
        VERIFY_OK(ended);
        QCOMPARE(*ended, true);
    }
};

QTEST_GUILESS_MAIN(TestCauses)
#include "tst_causes.moc"
