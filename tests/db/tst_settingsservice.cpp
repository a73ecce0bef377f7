// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/processrunner.h"
#include "app/services/activityservice.h"
#include "app/services/indexfindings.h"
#include "app/services/localserver.h"
#include "app/services/settingsservice.h"
#include "tests/support/proxied.h"
#include "tests/support/testcluster.h"
#include "tests/support/testserver.h"

#include <QTcpServer>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

const ServerSetting *named(const SettingReport &report, const QString &name)
{
    for (const ServerSetting &setting : report.settings)
        if (setting.name == name)
            return &setting;
    return nullptr;
}

void run(const QString &program, const QStringList &arguments)
{
    ProcessCall call;
    call.program = program;
    call.arguments = arguments;
    call.asUser = serverUser();
    const Result<ProcessOutput> output = runProcess(call);
    if (!output || output->exitCode != 0)
        qFatal("%s: %s", qPrintable(program),
               output ? qPrintable(output->standardError) : qPrintable(output.error().text()));
}

} // namespace

/// On a server of the test's own, because settings are the server's.
class TestSettingsService final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestServer> m_server;

    Login superuser() const
    {
        Login login = m_server->login(u"postgres"_s);
        login.profile.conninfo =
            u"host='%1' port=%2 user=postgres dbname=retail_db"_s.arg(m_server->status().host)
                .arg(m_server->status().port);
        return login;
    }

    Result<SettingReport> report(const Login &login) const
    {
        ConnectionPool pool(1);
        if (const auto opened = pool.open(login.profile, {}, {}).result(); !opened)
            return opened.error();
        return SettingsService(pool).report().result();
    }

    Result<SettingChange> apply(const Login &login, const QString &name, const QString &value) const
    {
        ConnectionPool pool(1);
        if (const auto opened = pool.open(login.profile, {}, {}).result(); !opened)
            return opened.error();
        return SettingsService(pool).apply(name, value).result();
    }

private slots:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void init()
    {
        Session session = m_server->superuser();
        VERIFY_OK(session.execute("ALTER SYSTEM SET max_wal_size = '768MB'"));
        VERIFY_OK(session.execute("SELECT pg_reload_conf()"));
        QTRY_COMPARE(m_server->superuser().execute("SHOW max_wal_size")->text(0, 0), u"768MB"_s);
    }

    void quantitiesKnowTheirUnits_data()
    {
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("unit");
        QTest::addColumn<QVariant>("quantity");
        const auto row = [](const char *name, const QString &value, const QString &unit,
                            const QVariant &quantity) { QTest::newRow(name) << value << unit << quantity; };
        row("megabytes", u"256MB"_s, {}, 268'435'456.0);
        row("a gigabyte is 1024 of them", u"1GB"_s, {}, 1'073'741'824.0);
        row("a bare number has the setting's unit", u"16384"_s, u"8kB"_s, 134'217'728.0);
        row("milliseconds", u"1000"_s, u"ms"_s, 1000.0);
        row("a second is a thousand of them", u"1s"_s, u"ms"_s, 1000.0);
        row("switched off", u"-1"_s, u"ms"_s, -1.0);
        row("no unit at all", u"1.1"_s, {}, 1.1);
        row("a word", u"on"_s, {}, {});
        row("an unknown unit", u"5 parsec"_s, {}, {});
        row("a format", u"%t [%p-%l]"_s, {}, {});
    }
    void quantitiesKnowTheirUnits()
    {
        QFETCH(QString, value);
        QFETCH(QString, unit);
        QFETCH(QVariant, quantity);
        const std::optional<double> found = settingQuantity(value, unit);
        QCOMPARE(found.has_value(), quantity.isValid());
        if (found)
            QCOMPARE(*found, quantity.toDouble());
    }

    void eachRecommendationIsJudged()
    {
        Session session = m_server->superuser();
        for (const char *sql :
             {"ALTER SYSTEM SET work_mem = '8192kB'", "ALTER SYSTEM SET max_wal_size = '0.5GB'",
              "ALTER SYSTEM SET log_min_duration_statement = '1s'"})
            VERIFY_OK(session.execute(sql));
        VERIFY_OK(session.execute("SELECT pg_reload_conf()"));
        QTRY_COMPARE(m_server->superuser().execute("SHOW max_wal_size")->text(0, 0), u"512MB"_s);
        const Result<SettingReport> shown = report(superuser());
        VERIFY_OK(shown);
        QCOMPARE(named(*shown, u"work_mem"_s)->verdict, ServerSetting::Above);
        QCOMPARE(named(*shown, u"max_wal_size"_s)->verdict, ServerSetting::Differs);
        QCOMPARE(named(*shown, u"max_wal_size"_s)->value, u"512MB"_s);
        QCOMPARE(named(*shown, u"max_wal_size"_s)->sql, u"ALTER SYSTEM SET max_wal_size = '1GB';"_s);
        QCOMPARE(named(*shown, u"log_min_duration_statement"_s)->verdict, ServerSetting::AsRecommended);
        QCOMPARE(named(*shown, u"shared_preload_libraries"_s)->verdict, ServerSetting::AsRecommended);
        const ServerSetting *obsolete = named(*shown, u"checkpoint_segments"_s);
        QCOMPARE(obsolete->verdict, ServerSetting::Obsolete);
        QVERIFY(obsolete->sql.isEmpty() && obsolete->reason.contains(u"max_wal_size"_s));
        // The server is on this machine, so a share of its memory is known.
        QVERIFY(shown->memory > 0);
        const double quarter = 0.25 * double(shown->memory);
        const double recommended = *settingQuantity(named(*shown, u"shared_buffers"_s)->recommended);
        QVERIFY(recommended > 0.99 * quarter && recommended <= quarter);
        QVERIFY(named(*shown, u"shared_buffers"_s)->needsRestart());
        // The planner's cache is the server's own and the operating system's together.
        QVERIFY(*settingQuantity(named(*shown, u"effective_cache_size"_s)->recommended) > 2 * recommended);
        // As the server writes it, so that equal values look equal.
        QCOMPARE(named(*shown, u"log_min_duration_statement"_s)->value, u"1s"_s);
        QCOMPARE(named(*shown, u"log_min_duration_statement"_s)->recommended, u"1s"_s);
    }

    void aForwardedPortIsNotThisMachine_data()
    {
        QTest::addColumn<QString>("server");
        QTest::newRow("to the server's port") << u"127.0.0.1:%1"_s.arg(m_server->tcpPort());
        QTest::newRow("to the server's socket") << clusterSocket(m_server->status());
    }
    void aForwardedPortIsNotThisMachine()
    {
        QFETCH(QString, server);
        const QString owner = u"sandbox_owner"_s;
        const Result<SettingReport> here = report(m_server->login(owner));
        VERIFY_OK(here);
        QVERIFY(here->memory > 0);
        // As ssh -L and kubectl port-forward do, which may end on another machine.
        const TcpProxy forward(server);
        const Result<SettingReport> there =
            report(proxied(m_server->login(owner), forward, owner, u"retail_db"_s));
        VERIFY_OK(there);
        QCOMPARE(there->memory, 0);
        QVERIFY(named(*there, u"shared_buffers"_s)->reason.contains(u"is not known here"_s));
    }

    void whatTheLoginMayNotReadIsNotTakenForGone_data()
    {
        QTest::addColumn<QString>("user");
        QTest::newRow("a manager") << u"sandbox_manager"_s;
        QTest::newRow("the owner") << u"sandbox_owner"_s;
    }
    void whatTheLoginMayNotReadIsNotTakenForGone()
    {
        QFETCH(QString, user);
        const Result<SettingReport> shown = report(m_server->login(user));
        VERIFY_OK(shown);
        const ServerSetting *hidden = named(*shown, u"shared_preload_libraries"_s);
        QCOMPARE(hidden->verdict, ServerSetting::NotShown);
        QVERIFY(hidden->value.isEmpty() && hidden->sql.isEmpty());
        QCOMPARE(hidden->recommended, u"pg_stat_statements"_s);
        QVERIFY2(hidden->reason.contains(u"pg_read_all_settings"_s), qPrintable(hidden->reason));
        QCOMPARE(named(*shown, u"checkpoint_segments"_s)->verdict, ServerSetting::Obsolete);
        QVERIFY(named(*shown, u"work_mem"_s)->verdict != ServerSetting::NotShown);
        const Result<SettingChange> refused =
            apply(m_server->login(user), u"shared_preload_libraries"_s, u"pg_stat_statements"_s);
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::Permission);
    }

    void adviceNeedsAnObservation()
    {
        Session session = m_server->superuser();
        VERIFY_OK(session.execute("SELECT pg_stat_reset()"));
        Result<SettingReport> shown = report(superuser());
        VERIFY_OK(shown);
        const auto advised = [&shown](const QString &name) -> const SettingAdvice * {
            for (const SettingAdvice &advice : shown->advice)
                if (advice.setting == name)
                    return &advice;
            return nullptr;
        };
        QVERIFY(!advised(u"work_mem"_s));
        QVERIFY(!advised(u"idle_in_transaction_session_timeout"_s));
        // A sort that does not fit.
        VERIFY_OK(session.executeScript("SET work_mem = '64kB'; SELECT count(*) FROM (SELECT i FROM "
                                        "generate_series(1, 300000) i ORDER BY "
                                        "md5(i::text)) s; SELECT pg_stat_force_next_flush()"));
        shown = report(superuser());
        VERIFY_OK(shown);
        QVERIFY(advised(u"work_mem"_s));
        const Result<Rows> truth = m_server->superuser().execute(
            "SELECT temp_files FROM pg_stat_database WHERE datname = current_database()");
        VERIFY_OK(truth);
        QVERIFY(truth->integer(0, 0) > 0);
        QVERIFY2(advised(u"work_mem"_s)->cause.startsWith(truth->text(0, 0) + u" temporary file"_s),
                 qPrintable(advised(u"work_mem"_s)->cause));
        // Checkpoints that were asked for.
        for (int i = 0; i < 6; ++i)
            VERIFY_OK(session.executeScript("SELECT pg_switch_wal(); CHECKPOINT"));
        shown = report(superuser());
        VERIFY_OK(shown);
        QVERIFY(advised(u"max_wal_size"_s));
        QCOMPARE(advised(u"max_wal_size"_s)->sql, u"ALTER SYSTEM SET max_wal_size = '1536MB';"_s);
    }

    void aChangeIsWrittenVerifiedAndNoted()
    {
        const Result<SettingChange> change = apply(superuser(), u"max_wal_size"_s, u"1GB"_s);
        VERIFY_OK(change);
        QVERIFY2(change->effective, qPrintable(change->note));
        QCOMPARE(change->before, u"768MB"_s);
        QCOMPARE(change->after, u"1GB"_s);
        QCOMPARE(m_server->superuser().execute("SHOW max_wal_size")->text(0, 0), u"1GB"_s);
        const Result<Rows> noted =
            m_server->superuser().execute("SELECT user_name, metadata->>'setting', metadata->>'from', "
                                          "metadata->>'to' FROM retail.audit_log WHERE action = "
                                          "'setting_changed'");
        VERIFY_OK(noted);
        QCOMPARE(noted->count(), 1);
        QCOMPARE(noted->text(0, 1) + noted->text(0, 2) + noted->text(0, 3), u"max_wal_size768MB1GB"_s);

        const Result<SettingChange> later = apply(superuser(), u"max_connections"_s, u"120"_s);
        VERIFY_OK(later);
        QVERIFY(!later->effective && later->note.contains(u"restarted"_s));
        const Result<SettingReport> shown = report(superuser());
        VERIFY_OK(shown);
        QCOMPARE(shown->pending, QStringList{u"max_connections"_s});
        QVERIFY(named(*shown, u"max_connections"_s)->pendingRestart);
        VERIFY_OK(apply(superuser(), u"max_connections"_s, {}));
    }

    void aRefusalChangesNothing_data()
    {
        QTest::addColumn<QString>("user");
        QTest::addColumn<QString>("value");
        QTest::addColumn<int>("kind");
        QTest::newRow("a DBA without the right")
            << u"sandbox_dba"_s << u"2GB"_s << int(ErrorKind::Permission);
        QTest::newRow("a value that is none") << u"postgres"_s << u"much"_s << int(ErrorKind::Server);
        QTest::newRow("an injection")
            << u"postgres"_s << u"1GB'; DROP TABLE retail.stores; --"_s << int(ErrorKind::Server);
    }
    void aRefusalChangesNothing()
    {
        QFETCH(QString, user);
        QFETCH(QString, value);
        QFETCH(int, kind);
        const auto notes = [this] {
            return m_server->superuser()
                .execute("SELECT count(*) FROM retail.audit_log WHERE action = 'setting_changed'")
                ->integer(0, 0);
        };
        const qint64 before = notes();
        const Result<SettingChange> refused =
            apply(user == u"postgres" ? superuser() : m_server->login(user), u"max_wal_size"_s, value);
        QVERIFY(!refused);
        QCOMPARE(int(refused.error().kind), kind);
        QCOMPARE(notes(), before);
        QCOMPARE(m_server->superuser().execute("SHOW max_wal_size")->text(0, 0), u"768MB"_s);
        if (kind == int(ErrorKind::Permission))
            QVERIFY(refused.error().hint.contains(u"GRANT ALTER SYSTEM ON PARAMETER max_wal_size"_s));
    }

    void aGrantedDbaMayChangeIt()
    {
        VERIFY_OK(
            m_server->superuser().executeScript("GRANT ALTER SYSTEM ON PARAMETER max_wal_size TO sandbox_dba;"
                                                "GRANT EXECUTE ON FUNCTION pg_reload_conf() TO sandbox_dba"));
        const Result<SettingChange> change =
            apply(m_server->login(u"sandbox_dba"_s), u"max_wal_size"_s, u"2GB"_s);
        VERIFY_OK(change);
        QVERIFY(change->effective);
    }

    void aStandbySaysSoAndNothingIsWrittenThere()
    {
        const Result<ServerPrograms> programs = findServerPrograms(0, {u"vector"_s});
        VERIFY_OK(programs);
        QTemporaryDir folder(u"/tmp/retail-standby-XXXXXX"_s);
        const QString data = folder.path() + u"/data"_s;
        const QString passfile = folder.path() + u"/passfile"_s;
        const SandboxStatus status = m_server->status();
        // The server's user reads no file of ours.
        QVERIFY(QFile::copy(status.passfile, passfile));
        VERIFY_OK(giveToServer(passfile));
        VERIFY_OK(giveToServer(folder.path()));
        QTcpServer probe;
        QVERIFY(probe.listen(QHostAddress::LocalHost));
        const int port = probe.serverPort();
        probe.close();
        run(programs->program(u"pg_basebackup"_s),
            {u"-D"_s, data, u"-R"_s, u"-X"_s, u"stream"_s, u"-c"_s, u"fast"_s, u"-d"_s,
             u"host='%1' port=%2 user=postgres passfile='%3'"_s.arg(status.host)
                 .arg(status.port)
                 .arg(passfile)});
        run(programs->program(u"pg_ctl"_s),
            {u"-D"_s, data, u"-w"_s, u"-l"_s, data + u"/standby.log"_s, u"-o"_s,
             u"-c listen_addresses=localhost -c unix_socket_directories='' -c port=%1"_s.arg(port),
             u"start"_s});
        const auto stop = qScopeGuard([&] {
            run(programs->program(u"pg_ctl"_s), {u"-D"_s, data, u"-m"_s, u"immediate"_s, u"stop"_s});
        });
        Login login = m_server->login(u"sandbox_dba"_s);
        login.profile.conninfo =
            u"host=localhost hostaddr=127.0.0.1 port=%1 user=sandbox_dba dbname=retail_db"_s.arg(port);
        ConnectionPool pool(1);
        VERIFY_OK(pool.open(login.profile, {}, {}).result());
        QVERIFY(pool.capabilities().standby);
        QTRY_VERIFY(ActivityService(pool).now().result()->server.receiving);
        const Result<Activity> activity = ActivityService(pool).now().result();
        VERIFY_OK(activity);
        QVERIFY(activity->server.standby && activity->server.lagSeconds >= 0 &&
                activity->server.lagBytes >= 0);
        QVERIFY(activity->sample.lagSeconds >= 0);
        IndexService indexes(pool);
        const Result<IndexReport> report = indexes.report().result();
        VERIFY_OK(report);
        for (const IndexFinding &finding : indexFindings(*report))
            if (finding.kind == IndexFinding::Unused)
                QVERIFY(finding.doubt.contains(u"This is a standby"_s));
        VERIFY_OK(SettingsService(pool).report().result());

        // The primary warns that its counters are not the standby's.
        ConnectionPool primary(1);
        VERIFY_OK(primary.open(m_server->login(u"sandbox_dba"_s).profile, {}, {}).result());
        const Result<IndexReport> there = IndexService(primary).report().result();
        VERIFY_OK(there);
        QCOMPARE(there->server.standbys, 1);
        for (const IndexFinding &finding : indexFindings(*there))
            if (finding.kind == IndexFinding::Unused)
                QVERIFY(finding.doubt.contains(u"One standby is connected"_s));

        // A session can be ended there, though nothing can be noted.
        Login other = login;
        other.profile.conninfo.replace(u"sandbox_dba"_s, u"sandbox_manager"_s);
        const Result<Session> session = openSession(other, u"Test"_s, {});
        VERIFY_OK(session);
        const Result<QList<SessionInfo>> sessions = ActivityService(pool).sessions().result();
        VERIFY_OK(sessions);
        bool ended = false;
        for (const SessionInfo &each : *sessions)
            if (each.login == u"sandbox_manager") {
                const Result<bool> sent =
                    ActivityService(pool).signal(each, ActivityService::Signal::Terminate).result();
                VERIFY_OK(sent);
                ended = *sent;
            }
        QVERIFY(ended);
        pool.shutDown();
    }
};

QTEST_GUILESS_MAIN(TestSettingsService)
#include "tst_settingsservice.moc"
