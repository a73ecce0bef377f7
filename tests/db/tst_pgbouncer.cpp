// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/quietjob.h"
#include "app/services/auditservice.h"
#include "app/services/explainservice.h"
#include "app/services/exportservice.h"
#include "app/services/importservice.h"
#include "app/services/settingsservice.h"
#include "tests/support/testcluster.h"

#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <pwd.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace {

const QString owner = QStringLiteral("sandbox_owner");

Statement sql(const QByteArray &text)
{
    return {"test", text};
}

} // namespace

/// Nothing of a session may outlive a transaction: a real PgBouncer in transaction mode, with one server
/// connection for all clients.
class TestPgBouncer final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<QTemporaryDir> m_folder;
    QProcess m_bouncer;
    int m_port = 0;

    QString password(const QString &user) const
    {
        QFile lines(TestCluster::shared().status().passfile);
        if (lines.open(QIODevice::ReadOnly))
            for (const QByteArray &line : lines.readAll().split('\n'))
                if (line.startsWith("localhost:*:*:" + user.toUtf8() + ':'))
                    return QString::fromLatin1(line.split(':').last());
        return {};
    }

    Login login(const QString &user) const
    {
        Login login;
        login.profile.conninfo =
            u"host=127.0.0.1 port=%1 dbname=%2 user=%3"_s.arg(m_port).arg(m_database->name(), user);
        login.password = password(user);
        return login;
    }

    void write(const QString &name, const QByteArray &content) const
    {
        QFile file(m_folder->filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
        if (const passwd *postgres = ::geteuid() == 0 ? getpwnam("postgres") : nullptr)
            QVERIFY(::chown(QFile::encodeName(file.fileName()).constData(), postgres->pw_uid,
                            postgres->pw_gid) == 0);
    }

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        m_folder = std::make_unique<QTemporaryDir>(u"/tmp/retail-bouncer-XXXXXX"_s);
        QFile(m_folder->path())
            .setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ExeOther);
        QTcpServer probe;
        QVERIFY(probe.listen(QHostAddress::LocalHost));
        m_port = probe.serverPort();
        probe.close();
        const SandboxStatus &status = TestCluster::shared().status();
        QByteArray users;
        for (const QString &user : {owner, u"sandbox_manager"_s})
            users += '"' + user.toUtf8() + "\" \"" + password(user).toUtf8() + "\"\n";
        write(u"users.txt"_s, users);
        write(u"bouncer.ini"_s,
              u"[databases]\n* = host=%1 port=%2 pool_size=1\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
              "listen_port = %3\nunix_socket_dir =\nauth_type = plain\nauth_file = %4/users.txt\n"
              "pool_mode = transaction\nignore_startup_parameters = extra_float_digits\n"
              "max_client_conn = 50\n"_s.arg(status.host)
                  .arg(status.port)
                  .arg(m_port)
                  .arg(m_folder->path())
                  .toUtf8());
        QStringList arguments{m_folder->filePath(u"bouncer.ini"_s)};
        if (::geteuid() == 0)
            arguments = QStringList{u"-u"_s, u"postgres"_s} + arguments;
        m_bouncer.setProcessChannelMode(QProcess::MergedChannels);
        m_bouncer.start(u"pgbouncer"_s, arguments);
        QVERIFY2(m_bouncer.waitForStarted(), "pgbouncer is missing: packaging/deps/install test");
        QTRY_VERIFY2_WITH_TIMEOUT(([this] {
                                      QTcpSocket socket;
                                      socket.connectToHost(QHostAddress::LocalHost, quint16(m_port));
                                      return socket.waitForConnected(200);
                                  })(),
                                  m_bouncer.readAll().constData(), 10'000);
    }

    void cleanupTestCase()
    {
        m_bouncer.terminate();
        m_bouncer.waitForFinished(5'000);
        m_bouncer.kill();
        m_bouncer.waitForFinished(1'000);
        m_folder.reset();
        m_database.reset();
    }

    void aFailingStatementLeavesTheServerConnectionUsable()
    {
        ConnectionPool pool(2);
        const Login entry = login(owner);
        VERIFY_OK(pool.open(entry.profile, entry.password, {}).result());
        for (const QByteArray &text : {QByteArray("SELECT 1/0"), QByteArray("SELECT nonsense FROM nowhere"),
                                       QByteArray("DELETE FROM retail.customers")}) {
            const Result<Rows> failed =
                pool.run<Rows>(u"Test"_s, {},
                               [&](Session &session) { return session.read(u"seattle"_s, sql(text)); })
                    .result();
            QVERIFY(!failed);
            const Result<Rows> next =
                pool.run<Rows>(u"Test"_s, {},
                               [&](Session &session) { return session.read({}, sql("SELECT 42")); })
                    .result();
            VERIFY_OK(next);
            QCOMPARE(next->integer(0, 0), 42);
        }
    }

    void twoClientsNeverSeeTheOthersStore()
    {
        ConnectionPool first(2);
        ConnectionPool second(2);
        const Login entry = login(owner);
        const Login managers = login(u"sandbox_manager"_s);
        VERIFY_OK(first.open(entry.profile, entry.password, {}).result());
        VERIFY_OK(second.open(managers.profile, managers.password, {}).result());
        const auto stores = [](const QString &store) {
            return [store](Session &session) {
                return session.read(store,
                                    sql("SELECT count(*), count(*) FILTER (WHERE store_id <> $1), "
                                        "current_setting('app.current_store_id') FROM retail.customers "
                                        "WHERE store_id = $1"),
                                    {store});
            };
        };
        for (int round = 0; round < 100; ++round) {
            const QString store = round % 2 ? u"redmond"_s : u"bellevue"_s;
            auto owners = first.run<Rows>(u"Test"_s, {}, stores(store));
            auto seattles = second.run<Rows>(u"Test"_s, {}, stores(u"seattle"_s));
            auto nobodys = second.run<Rows>(u"Test"_s, {}, [](Session &session) {
                return session.read(
                    {}, sql("SELECT count(*), coalesce(current_setting('app.current_store_id', true), "
                            "''), current_user FROM retail.customers"));
            });
            VERIFY_OK(owners.result());
            VERIFY_OK(seattles.result());
            VERIFY_OK(nobodys.result());
            QCOMPARE(owners.result()->text(0, 2), store);
            QVERIFY(owners.result()->integer(0, 0) > 0);
            QCOMPARE(owners.result()->integer(0, 1), 0);
            QCOMPARE(seattles.result()->text(0, 2), u"seattle"_s);
            QVERIFY(seattles.result()->integer(0, 0) > 0);
            QCOMPARE(nobodys.result()->integer(0, 0), 0);
            QCOMPARE(nobodys.result()->text(0, 1), QString());
            QCOMPARE(nobodys.result()->text(0, 2), u"sandbox_manager"_s);
        }
    }

    void aReadStaysReadOnlyAndDoesNotMakeTheNextClientSo()
    {
        ConnectionPool pool(1);
        const Login entry = login(owner);
        VERIFY_OK(pool.open(entry.profile, entry.password, {}).result());
        const auto written = [&](bool readOnly) -> Result<QList<Rows>> {
            return pool
                .run<QList<Rows>>(
                    u"Test"_s, {},
                    [&](Session &session) -> Result<QList<Rows>> {
                        if (readOnly) {
                            Result<Rows> rows =
                                session.read({}, sql("UPDATE retail.stores SET region = region"));
                            return rows ? Result<QList<Rows>>(QList<Rows>{*rows}) : rows.error();
                        }
                        return session.write({}, {{sql("UPDATE retail.stores SET region = region"), {}}});
                    })
                .result();
        };
        QVERIFY(!written(true));
        QCOMPARE(written(true).error().sqlstate, u"25006"_s);
        VERIFY_OK(written(false));
        QVERIFY(!written(true));
    }

    void cancelReachesTheServerThroughThePooler()
    {
        ConnectionPool pool(2);
        const Login entry = login(owner);
        VERIFY_OK(pool.open(entry.profile, entry.password, {}).result());
        const CancelToken token;
        auto sleeping = pool.run<Rows>(u"Test"_s, token, [](Session &session) {
            return session.read({}, sql("SELECT pg_sleep(60) /* bounced */"));
        });
        const auto running = [&] {
            return m_database->superuser()
                .execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%bounced%' AND state = "
                         "'active' AND "
                         "pid <> pg_backend_pid()")
                ->integer(0, 0);
        };
        QTRY_COMPARE(running(), 1);
        QElapsedTimer clock;
        clock.start();
        token.cancel();
        QTRY_VERIFY(sleeping.isFinished());
        QVERIFY2(clock.elapsed() < 3'000, qPrintable(QString::number(clock.elapsed())));
        QCOMPARE(sleeping.result().error().kind, ErrorKind::Cancelled);
        QTRY_COMPARE(running(), 0);
    }

    void whatIsSetForASessionIsRefusedAndNotSet_data()
    {
        QTest::addColumn<QString>("purpose");
        QTest::addColumn<QString>("role");
        QTest::addColumn<bool>("readOnly");
        QTest::newRow("time-outs of maintenance") << u"Maintenance"_s << QString() << false;
        QTest::newRow("imagined indexes") << u"Indexes"_s << QString() << false;
        QTest::newRow("a restore's role") << u"Restore"_s << QString() << false;
        QTest::newRow("the role of a profile") << u"Export"_s << u"sandbox_manager"_s << false;
        QTest::newRow("a read-only profile") << u"Settings"_s << QString() << true;
    }
    void whatIsSetForASessionIsRefusedAndNotSet()
    {
        QFETCH(QString, purpose);
        QFETCH(QString, role);
        QFETCH(bool, readOnly);
        Login entry = login(owner);
        entry.profile.role = role;
        entry.profile.readOnly = readOnly;
        const Result<Session> refused = openSession(entry, purpose, {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::Connect);
        QVERIFY2(refused.error().message.contains(u"PgBouncer"_s), qPrintable(refused.error().text()));
        QVERIFY2(refused.error().hint.contains(u"the server's own port"_s),
                 qPrintable(refused.error().text()));
        Result<Session> next = openSession(login(owner), u"Doctor"_s, {});
        VERIFY_OK(next);
        const Result<Rows> settings = next->execute(
            "SELECT current_setting('role') || ' ' || current_setting('default_transaction_read_only')");
        VERIFY_OK(settings);
        QCOMPARE(settings->text(0, 0), u"none off"_s);
    }

    void anExplanationIsRefused()
    {
        ConnectionPool pool(2);
        const Login entry = login(owner);
        VERIFY_OK(pool.open(entry.profile, entry.password, {}).result());
        // Its prepared statement would be there at the next one.
        const auto form = ExplainService(pool).form(u"SELECT now() - $1::interval"_s, {}, {}).result();
        QVERIFY(!form);
        QCOMPARE(form.error().kind, ErrorKind::Connect);
    }

    void jobsThatKeepToTransactionsGoThrough()
    {
        ConnectionPool pool(2);
        const Login entry = login(owner);
        VERIFY_OK(pool.open(entry.profile, entry.password, {}).result());
        const QTemporaryDir folder;
        QuietJob job;
        ExportRequest request;
        request.storeId = u"seattle"_s;
        request.rows.table = "customers";
        request.file = folder.filePath(u"customers.csv"_s);
        VERIFY_OK(ExportService(pool).exportRows(request)(job));
        VERIFY_OK(AuditService(pool).exportEvidence(u"seattle"_s, {}, EvidenceFormat::Csv,
                                                    folder.filePath(u"evidence.csv"_s))(job));
        QFile products(folder.filePath(u"products.csv"_s));
        QVERIFY(products.open(QIODevice::WriteOnly));
        products.write("sku,product_name,price\nBOUNCED-1,Bounced,1.50\n");
        products.close();
        ImportOptions options;
        options.file = products.fileName();
        options.store = u"seattle"_s;
        const auto imported = std::make_shared<ImportReport>();
        VERIFY_OK(ImportService(pool).products(options, imported)(job));
        QCOMPARE(imported->inserted, 1);
    }

    void aPoolerTellsNothingOfTheServersMachine()
    {
        // It reaches the server by its socket, as a program of this machine would.
        ConnectionPool pool(1);
        const Login entry = login(owner);
        VERIFY_OK(pool.open(entry.profile, entry.password, {}).result());
        const Result<SettingReport> pooled = SettingsService(pool).report().result();
        VERIFY_OK(pooled);
        QCOMPARE(pooled->memory, 0);
        ConnectionPool direct(1);
        OPEN_POOL(direct, *m_database, owner);
        const Result<SettingReport> known = SettingsService(direct).report().result();
        VERIFY_OK(known);
        QVERIFY(known->memory > 0);
    }
};

QTEST_GUILESS_MAIN(TestPgBouncer)
#include "tst_pgbouncer.moc"
