// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/local/localstore.h"
#include "app/services/explainservice.h"
#include "app/services/performanceservice.h"
#include "tests/support/testcluster.h"

#include <QTemporaryDir>
#include <QTest>
#include <QtConcurrentRun>

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

/// A desktop of its own on a database of its own.
struct Desktop
{
    explicit Desktop(const TestDatabase &database, const QString &user)
        : local(home.path() + u"/local.db"_s)
        , settings(home.path() + u"/settings.ini"_s)
        , metrics(local.file())
        , pool(3)
        , sampler(pool, metrics, settings)
        , service(pool, metrics, sampler)
    {
        if (!local.prepare())
            qFatal("no local store");
        const Login login = database.login(user);
        const Result<Capabilities> opened = pool.open(login.profile, login.password, {}).result();
        if (!opened)
            qFatal("%s", qPrintable(opened.error().text()));
    }
    ~Desktop() { pool.shutDown(); }

    const StatementStat *find(const QString &words, bool allDatabases = false)
    {
        const Result<StatementList> read = service.statements(allDatabases).result();
        if (!read)
            qFatal("%s", qPrintable(read.error().text()));
        list = *read;
        for (const StatementStat &statement : list.statements)
            if (statement.line.contains(words))
                return &statement;
        return nullptr;
    }
    MetricOutcome sample()
    {
        QEventLoop wait;
        QObject::connect(&sampler, &MetricSampler::looked, &wait, &QEventLoop::quit);
        sampler.setWatched(true);
        sampler.look(true);
        wait.exec();
        return sampler.lastOutcome(u"statement"_s);
    }

    QTemporaryDir home;
    LocalStore local;
    Settings settings;
    MetricStore metrics;
    ConnectionPool pool;
    MetricSampler sampler;
    PerformanceService service;
    StatementList list;
};

MetricSum sumOf(const QString &object, qint64 calls, qint64 ms)
{
    return {object, u"SELECT "_s + object, {calls, ms * 1'000, 0, 0, 0, 0, 0}};
}

} // namespace

class TestPerformanceService final : public QObject
{
    Q_OBJECT

private slots:
    void aSlowQueryIsFoundWithTheServersOwnFigures()
    {
        const TestDatabase database;
        Session worker = database.superuser();
        for (int call = 0; call < 2; ++call)
            VERIFY_OK(worker.execute("SELECT pg_sleep(0.12) AS slow_by_the_test"));
        VERIFY_OK(worker.execute("SELECT 1 AS fast_by_the_test"));
        Desktop desktop(database, u"sandbox_dba"_s);
        const StatementStat *slow = desktop.find(u"slow_by_the_test"_s);
        QVERIFY(slow);
        const Result<Rows> server =
            worker.execute("SELECT s.queryid, s.calls, s.total_exec_time, s.mean_exec_time, s.max_exec_time, "
                           "s.stddev_exec_time, "
                           "s.rows, s.shared_blks_hit, s.wal_bytes FROM pg_stat_statements s JOIN "
                           "pg_database d ON d.oid = s.dbid "
                           "WHERE d.datname = current_database() AND s.query LIKE '%slow_by_the_test' AND "
                           "s.query NOT LIKE '%LIKE%'");
        VERIFY_OK(server);
        QCOMPARE(server->count(), 1);
        QCOMPARE(slow->queryId, server->text(0, 0));
        QCOMPARE(slow->calls, 2);
        QCOMPARE(slow->calls, server->integer(0, 1));
        QCOMPARE(slow->totalMs, server->number(0, 2));
        QCOMPARE(slow->meanMs, server->number(0, 3));
        QCOMPARE(slow->maxMs, server->number(0, 4));
        QCOMPARE(slow->deviationMs, server->number(0, 5));
        QCOMPARE(slow->rows, 2);
        QCOMPARE(slow->hitBlocks, server->integer(0, 7));
        QCOMPARE(slow->walBytes, server->integer(0, 8));
        QVERIFY(slow->meanMs > 100 && !slow->ours && !slow->hidden);
        QCOMPARE(slow->role, u"postgres"_s);
        // The view that the database itself offers has the same statements above its 100 ms.
        const Result<Rows> view =
            worker.execute("SELECT count(*) FROM retail.slow_queries WHERE query LIKE '%_by_the_test'");
        VERIFY_OK(view);
        qint64 above = 0;
        double total = 0;
        for (const StatementStat &statement : desktop.list.statements) {
            above += statement.meanMs > 100 && statement.line.endsWith(u"_by_the_test"_s) ? 1 : 0;
            // Shares are of what the applications take, as in the chart of the ten largest.
            total += statement.ours ? 0 : statement.totalMs;
            if (statement.ours)
                QCOMPARE(statement.share, -1.0);
        }
        QCOMPARE(above, view->integer(0, 0));
        QVERIFY(std::abs(slow->share - slow->totalMs / total) < 1e-9);
        QVERIFY(std::abs(desktop.list.totalMs - total) < 1e-6);
        QVERIFY(desktop.list.since.isValid());
        QVERIFY(!desktop.find(u"slow_by_the_test"_s, true)->database.isEmpty());
    }

    void aSpillIsCountedAsTheServerCountsIt()
    {
        const TestDatabase database;
        Session worker = database.superuser();
        VERIFY_OK(worker.execute("SET work_mem = '64kB'"));
        VERIFY_OK(worker.execute("SELECT count(*) AS spill_by_the_test FROM (SELECT md5(i::text) m FROM "
                                 "generate_series(1, 50000) i ORDER BY m) s"));
        Desktop desktop(database, u"sandbox_dba"_s);
        const StatementStat *spill = desktop.find(u"spill_by_the_test"_s);
        QVERIFY(spill && spill->tempBlocks > 0);
        const Result<Rows> server =
            worker.execute("SELECT temp_blks_read + temp_blks_written FROM pg_stat_statements "
                           "WHERE queryid = $1::bigint",
                           {spill->queryId});
        VERIFY_OK(server);
        QCOMPARE(spill->tempBlocks, server->integer(0, 0));
    }

    void ourOwnStatementsAreMarked()
    {
        const TestDatabase database;
        Desktop desktop(database, u"sandbox_dba"_s);
        (void)desktop.find({});
        // An explanation begins, saves and rolls back; the server takes "interval $1" at the second attempt
        // only.
        VERIFY_OK(ExplainService(desktop.pool).form(u"SELECT now() - interval $1"_s, {}, {}).result());
        (void)desktop.find({});
        int ours = 0;
        QStringList commands;
        for (const StatementStat &statement : std::as_const(desktop.list.statements)) {
            if (statement.role != u"sandbox_dba")
                continue;
            QVERIFY2(statement.ours, qPrintable(statement.line));
            commands += statement.line;
            ++ours;
        }
        QVERIFY(ours >= 4);
        for (const QString &command :
             {u"BEGIN READ ONLY"_s, u"SAVEPOINT "_s, u"ROLLBACK TO "_s, u"ROLLBACK"_s})
            QVERIFY2(std::any_of(commands.cbegin(), commands.cend(),
                                 [&](const QString &line) { return line.startsWith(command); }),
                     qPrintable(command));
    }

    void oneStatementIsResetAndAudited()
    {
        const TestDatabase database;
        const TestDatabase other;
        Session worker = database.superuser();
        Session elsewhere = other.superuser();
        for (Session *session : {&worker, &elsewhere})
            VERIFY_OK(session->execute("SELECT 1 AS reset_by_the_test"));
        VERIFY_OK(worker.execute("SELECT 2 AS kept_by_the_test, 3"));
        Desktop desktop(database, u"sandbox_dba"_s);
        const StatementStat *statement = desktop.find(u"reset_by_the_test"_s);
        QVERIFY(statement && desktop.list.facts.mayReset);
        VERIFY_OK(desktop.service.reset(statement->queryId).result());
        QVERIFY(!desktop.find(u"reset_by_the_test"_s));
        QVERIFY(desktop.find(u"kept_by_the_test"_s));
        QVERIFY(desktop.find(u"reset_by_the_test"_s, true)); // the other database's is not ours to reset
        VERIFY_OK(worker.execute("SELECT 1 AS reset_by_the_test"));
        statement = desktop.find(u"reset_by_the_test"_s);
        QVERIFY(statement && statement->since > desktop.list.since);
        const Result<Rows> audited =
            worker.execute("SELECT user_name, metadata ->> 'query_id' FROM retail.audit_log WHERE action = "
                           "'statement_statistics_reset'");
        VERIFY_OK(audited);
        QCOMPARE(audited->count(), 1);
        QCOMPARE(audited->text(0, 0), u"sandbox_dba"_s);
        QCOMPARE(audited->text(0, 1), statement->queryId);
    }

    void resettingAllSaysSinceWhenAndByWhom()
    {
        const TestDatabase database;
        Session worker = database.superuser();
        VERIFY_OK(worker.execute("SELECT 1 AS gone_by_the_test"));
        Desktop desktop(database, u"sandbox_ops"_s);
        QVERIFY(desktop.find(u"gone_by_the_test"_s));
        const QDateTime former = desktop.list.since;
        VERIFY_OK(desktop.service.reset({}).result());
        QVERIFY(!desktop.find(u"gone_by_the_test"_s));
        QVERIFY(desktop.list.since > former);
        QCOMPARE(desktop.list.sinceReason, u"reset by sandbox_ops"_s);
        (void)desktop.find({}, true);
        QCOMPARE(desktop.list.since, former); // the others go on counting
    }

    void aLoginWithoutTheRightSeesFiguresAndNoTexts()
    {
        const TestDatabase database;
        Session worker = database.superuser();
        VERIFY_OK(worker.execute("SELECT 'secret_of_the_test'"));
        Desktop desktop(database, u"sandbox_manager"_s);
        (void)desktop.find({});
        int hidden = 0;
        QSet<QString> keys;
        for (const StatementStat &statement : std::as_const(desktop.list.statements)) {
            QVERIFY(!statement.query.contains(u"secret_of_the_test"_s));
            hidden += statement.hidden ? 1 : 0;
            if (statement.hidden)
                QVERIFY(statement.calls > 0 && statement.queryId.isEmpty());
            keys.insert(statement.key());
        }
        QVERIFY(hidden > 0);
        QVERIFY(!desktop.list.facts.mayReset);
        const auto gap =
            std::find_if(desktop.list.gaps.cbegin(), desktop.list.gaps.cend(),
                         [](const StatementGap &g) { return g.sql.startsWith(u"GRANT pg_monitor"_s); });
        QVERIFY(gap != desktop.list.gaps.cend());
        QCOMPARE(gap->sql, u"GRANT pg_monitor TO \"sandbox_manager\";"_s);
        const Result<Done> refused = desktop.service.reset({}).result();
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::Permission);
    }

    void aMissingExtensionIsAGapAndNoError()
    {
        const TestDatabase database;
        Session worker = database.superuser();
        VERIFY_OK(worker.execute("DROP EXTENSION pg_stat_statements CASCADE"));
        Desktop desktop(database, u"sandbox_dba"_s);
        QVERIFY(!desktop.find({}));
        QVERIFY(desktop.list.statements.isEmpty());
        QVERIFY(!desktop.list.gaps.isEmpty());
        QVERIFY(desktop.list.gaps.first().sql.startsWith(u"CREATE EXTENSION pg_stat_statements;"_s));
        const Result<QString> text = desktop.service.text(u"1"_s).result();
        QVERIFY(!text);
        // What the card says is what mends it, wherever the extension is put.
        VERIFY_OK(worker.execute("CREATE SCHEMA \"odd schema\""));
        VERIFY_OK(worker.execute("GRANT USAGE ON SCHEMA \"odd schema\" TO PUBLIC"));
        VERIFY_OK(worker.execute("CREATE EXTENSION pg_stat_statements SCHEMA \"odd schema\""));
        VERIFY_OK(worker.execute("SELECT retail.create_slow_queries_view()"));
        VERIFY_OK(worker.execute("SELECT 1 AS found_by_the_test"));
        QVERIFY(desktop.find(u"found_by_the_test"_s));
        QVERIFY(desktop.list.gaps.isEmpty());
    }

    void anOldExtensionIsAGapAndItsRemedyRuns_data()
    {
        QTest::addColumn<bool>("doctors");
        QTest::newRow("what the card says") << false;
        QTest::newRow("what the doctor says") << true;
    }
    void anOldExtensionIsAGapAndItsRemedyRuns()
    {
        QFETCH(bool, doctors);
        const TestDatabase database;
        Session worker = database.superuser();
        // As an upgrade of a server from PostgreSQL 13 leaves it.
        VERIFY_OK(worker.executeScript("DROP EXTENSION pg_stat_statements CASCADE;"
                                       "CREATE EXTENSION pg_stat_statements SCHEMA public VERSION '1.8';"
                                       "SELECT retail.create_slow_queries_view()"));
        Desktop desktop(database, u"sandbox_dba"_s);
        const Result<StatementList> old = desktop.service.statements(false).result();
        VERIFY_OK(old);
        QVERIFY(old->statements.isEmpty());
        QCOMPARE(old->gaps.size(), 1);
        QCOMPARE(desktop.service.text(u"1"_s).result().error().kind, ErrorKind::NotFound);
        QString remedy = old->gaps.first().sql;
        if (doctors) {
            const Result<Rows> checks = worker.read({}, sqlcatalog::query("doctor/checks"));
            VERIFY_OK(checks);
            for (int row = 0; row < checks->count(); ++row)
                if (checks->text(row, 0) == u"extension" && checks->text(row, 1) == u"pg_stat_statements") {
                    QCOMPARE(checks->text(row, 2), u"outdated"_s);
                    remedy = checks->text(row, 4);
                }
        }
        VERIFY_OK(worker.executeScript(remedy.toUtf8()));
        VERIFY_OK(worker.execute("SELECT FROM retail.slow_queries"));
        VERIFY_OK(worker.execute("SELECT 1 AS counted_by_the_test"));
        QVERIFY(desktop.find(u"counted_by_the_test"_s));
        QVERIFY(desktop.list.gaps.isEmpty());
        VERIFY_OK(desktop.service.reset({}).result());
    }

    void whatIsMissingIsSaidWithTheExactStatement_data()
    {
        QTest::addColumn<StatementFacts>("facts");
        QTest::addColumn<QString>("sql");
        const StatementFacts whole{true,     u"1.10"_s, u"public"_s, u"1.10"_s, true, true,
                                   u"top"_s, true,      8192,        true,      {}};
        QTest::newRow("nothing") << whole << QString();
        StatementFacts facts = whole;
        facts.preloaded = false;
        QTest::newRow("the library is not loaded")
            << facts << u"ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements';"_s;
        facts = whole;
        facts.ioTiming = false;
        QTest::newRow("times of blocks are not taken")
            << facts << u"ALTER SYSTEM SET track_io_timing = on;\nSELECT pg_reload_conf();"_s;
        facts = whole;
        facts.track = u"none"_s;
        QTest::newRow("nothing is tracked")
            << facts << u"ALTER SYSTEM SET pg_stat_statements.track = 'top';\nSELECT pg_reload_conf();"_s;
        facts = whole;
        facts.installed = u"1.9"_s;
        QTest::newRow("the extension was left behind")
            << facts
            << u"DROP VIEW IF EXISTS retail.slow_queries;\nALTER EXTENSION pg_stat_statements UPDATE;\nSELECT retail.create_slow_queries_view();\nGRANT EXECUTE ON FUNCTION \"public\".pg_stat_statements_reset TO retail_owner;"_s;
    }
    void whatIsMissingIsSaidWithTheExactStatement()
    {
        QFETCH(StatementFacts, facts);
        QFETCH(QString, sql);
        const QList<StatementGap> gaps = statementGaps(facts, {});
        QCOMPARE(gaps.size(), sql.isEmpty() ? 0 : 1);
        if (!gaps.isEmpty())
            QCOMPARE(gaps.first().sql, sql);
    }

    void whoRunsAStatementNowIsTold()
    {
        const TestDatabase database;
        Desktop desktop(database, u"sandbox_dba"_s);
        Session before = database.superuser();
        VERIFY_OK(before.execute("SELECT pg_sleep(0.01) AS running_by_the_test"));
        const StatementStat *statement = desktop.find(u"running_by_the_test"_s);
        QVERIFY(statement);
        QVERIFY(desktop.service.running(statement->queryId).result()->isEmpty());
        CancelToken token;
        const Login login = database.login(u"sandbox_owner"_s);
        const auto sleeping = QtConcurrent::run([login, token] {
            Result<Session> session = openSession(login, u"Test"_s, token);
            return session && session->execute("SELECT pg_sleep(60.0) AS running_by_the_test").ok();
        });
        QList<RunningStatement> found;
        QTRY_VERIFY_WITH_TIMEOUT(!(found = *desktop.service.running(statement->queryId).result()).isEmpty(),
                                 20'000);
        QCOMPARE(found.first().role, u"sandbox_owner"_s);
        QVERIFY(found.first().application.startsWith(u"retail-admin"_s));
        QCOMPARE(found.first().wait, u"Timeout: PgSleep"_s);
        token.cancel();
        QVERIFY(!sleeping.result());
    }

    void theHistoryHasWhatRanBetweenTwoSamplesAndAGapAfterAReset()
    {
        const TestDatabase database;
        Session worker = database.superuser();
        const auto work = [&](int calls) {
            for (int call = 0; call < calls; ++call)
                VERIFY_OK(worker.execute("SELECT pg_sleep(0.4) AS sampled_by_the_test"));
        };
        work(1);
        Desktop desktop(database, u"sandbox_dba"_s);
        const QString id = desktop.find(u"sampled_by_the_test"_s)->queryId;
        QCOMPARE(desktop.sample(), MetricOutcome::First);
        work(4);
        QCOMPARE(desktop.sample(), MetricOutcome::Kept);
        VERIFY_OK(desktop.service.reset(id).result());
        work(3);
        QCOMPARE(desktop.sample(), MetricOutcome::Kept);
        const QDateTime now = QDateTime::currentDateTimeUtc();
        const auto points = desktop.service.history(id, {now.addSecs(-100), now.addSecs(10)}).result();
        VERIFY_OK(points);
        QCOMPARE(points->size(), 2);
        QVERIFY(points->at(0).known);
        QCOMPARE(points->at(0).values[PerformanceService::Calls], 4);
        QVERIFY(points->at(0).values[PerformanceService::Microseconds] > 1'600'000);
        QVERIFY(!points->at(1).known); // 3 calls, counted from 0: no spike and no negative number
        const auto sums =
            desktop.service
                .compare({now.addSecs(-9'000), now.addSecs(-8'000)}, {now.addSecs(-100), now.addSecs(10)})
                .result();
        VERIFY_OK(sums);
        QCOMPARE(sums->secondsBefore, 0);
        // A statement that is ours is not part of it.
        for (const StatementChange &change : sums->changes)
            QVERIFY2(!change.text.contains(u"pg_stat_statements"_s), qPrintable(change.text));
        QVERIFY(desktop.service.historySince().result()->isValid());
    }

    void regressionsAreListedFirst()
    {
        const MetricSums before{3'600,
                                {sumOf(u"same"_s, 100, 1'000), sumOf(u"slower"_s, 100, 1'000),
                                 sumOf(u"gone"_s, 10, 500), sumOf(u"rare"_s, 1, 10)}};
        const MetricSums after{3'600,
                               {sumOf(u"same"_s, 110, 1'100), sumOf(u"slower"_s, 100, 9'000),
                                sumOf(u"new"_s, 50, 5'000), sumOf(u"rare"_s, 1, 100'000)}};
        const StatementComparison compared = PerformanceService::comparison(before, after);
        QHash<QString, StatementChange> changes;
        for (const StatementChange &change : compared.changes)
            changes.insert(change.queryId, change);
        QCOMPARE(compared.changes.size(), 5);
        QCOMPARE(compared.changes.last().queryId, u"gone"_s);
        QVERIFY(changes[u"slower"_s].regressed && changes[u"new"_s].regressed);
        QVERIFY(!changes[u"same"_s].regressed && !changes[u"gone"_s].regressed);
        QVERIFY(!changes[u"rare"_s].regressed); // one call each is an accident
        QCOMPARE(changes[u"slower"_s].meanBefore, 10.0);
        QCOMPARE(changes[u"slower"_s].meanAfter, 90.0);
        QVERIFY(std::isnan(changes[u"new"_s].meanBefore));
        QCOMPARE(changes[u"new"_s].loadAfter, 5'000.0 / 3'600);
    }
};

QTEST_GUILESS_MAIN(TestPerformanceService)
#include "tst_performanceservice.moc"
