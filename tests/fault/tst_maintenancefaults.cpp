// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/maintenancetest.h"
#include "tests/support/smalldisk.h"
#include "tests/support/testcluster.h"
#include "tests/support/testserver.h"

#include <QDir>
#include <QRandomGenerator>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>
#include <QtConcurrentRun>

#include <csignal>

using namespace Qt::StringLiterals;
using namespace maintenance;

namespace {

const QString bigIndex = QStringLiteral("reindex:retail.idx_big");

// Large enough that a rebuild takes a while, in which it can be interrupted.
const QByteArray bigTable = R"(
    CREATE TABLE retail.big AS SELECT n, md5(n::text) || md5((-n)::text) AS text FROM generate_series(1, 200000) n;
    ALTER TABLE retail.big OWNER TO retail_owner;
    CREATE INDEX idx_big ON retail.big (text);
    ALTER TABLE retail.big SET (autovacuum_enabled = off);
)";

} // namespace

/// Maintenance that something interrupts, on a server that the test may harm. Afterwards, always: the
/// database is consistent, no unfinished index is there, and the report says what happened.
class TestMaintenanceFaults final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestServer> m_server;

    Result<Rows> sql(const QByteArray &statement) const { return m_server->superuser().execute(statement); }

    std::unique_ptr<ConnectionPool> pool() const
    {
        auto made = std::make_unique<ConnectionPool>(2);
        const Login login = m_server->login(u"sandbox_ops"_s);
        const auto opened = made->open(login.profile, login.password, {}).result();
        if (!opened)
            qFatal("%s", qPrintable(opened.error().text()));
        return made;
    }

    static std::shared_ptr<Report> reportOn(ConnectionPool &pool, const QStringList &ids)
    {
        const Result<Plan> plan = MaintenanceService(pool).plan().result();
        if (!plan)
            qFatal("%s", qPrintable(plan.error().text()));
        return std::make_shared<Report>(tasksOf(*plan, ids));
    }

    /// The server process that runs a statement beginning so, 0 when there is none.
    int backendOf(const QByteArray &beginning) const
    {
        const Result<Rows> rows = m_server->superuser().execute(
            "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND starts_with(query, $1)",
            {beginning});
        return rows && rows->count() > 0 ? int(rows->integer(0, 0)) : 0;
    }

    void expectConsistent() const
    {
        const Result<Rows> left =
            sql("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT (indisvalid AND indisready AND "
                "indislive)"
                " UNION SELECT relname FROM pg_class WHERE relkind = 'i' AND relname ~ '_cc(new|old)'");
        VERIFY_OK(left);
        QVERIFY2(left->count() == 0, left->count() ? qPrintable(left->text(0, 0)) : "");
        // The index and the table hold the same rows.
        Session session = m_server->superuser();
        VERIFY_OK(session.execute("CREATE EXTENSION IF NOT EXISTS amcheck"));
        VERIFY_OK(session.execute("SELECT bt_index_check('retail.idx_big'::regclass, true)"));
    }

private slots:
    void initTestCase()
    {
        m_server = std::make_unique<TestServer>();
        Session session = m_server->superuser();
        VERIFY_OK(session.executeScript(bigTable));
    }
    void cleanupTestCase() { m_server.reset(); }

    void anInterruptAtARandomMomentLeavesNothing_data()
    {
        QTest::addColumn<QString>("how");
        QTest::addColumn<int>("round");
        for (int round = 0; round < 3; ++round)
            for (const QString &how :
                 {u"cancelled by the user"_s, u"backend killed"_s, u"server restarted"_s})
                QTest::addRow("%s, round %d", qPrintable(how), round + 1) << how << round;
    }
    void anInterruptAtARandomMomentLeavesNothing()
    {
        QFETCH(QString, how);
        const auto pool = this->pool();
        const auto report = reportOn(*pool, {bigIndex});
        MaintenanceJob job;
        const JobWork work = MaintenanceService(*pool).run({}, report);
        QFuture<Result<QString>> running = QtConcurrent::run([&] { return work(job); });
        // From its begin on at any moment of it: the pause is random, what is looked for is not the time.
        int backend = 0;
        while (!running.isFinished() && (backend = backendOf("REINDEX")) == 0)
            QTest::qWait(1);
        QTest::qWait(QRandomGenerator::global()->bounded(400));
        if (how.startsWith(u"cancelled")) {
            job.token().cancel();
        } else if (how.startsWith(u"backend")) {
            if (backend > 0 && !running.isFinished())
                ::kill(pid_t(backend), SIGKILL);
        } else {
            m_server->control({u"-m"_s, u"immediate"_s, u"restart"_s});
        }
        QTRY_VERIFY_WITH_TIMEOUT(running.isFinished(), 120'000);
        // The server itself comes back by its own recovery after a kill.
        QTRY_VERIFY_WITH_TIMEOUT(openSession(m_server->login(u"sandbox_ops"_s), u"Test"_s, {}).ok(), 60'000);
        const Result<QString> result = running.result();
        const Outcome outcome = report->outcome(0);
        QCOMPARE(result.ok(), outcome.state == State::Done);
        if (!result)
            QVERIFY2(!outcome.error.message.isEmpty() && !outcome.note.contains(u"could not be settled"),
                     qPrintable(job.text()));
        if (!result && how.startsWith(u"cancelled"))
            QCOMPARE(result.error().kind, ErrorKind::Cancelled);
        expectConsistent();
    }

    void aLockThatDoesNotComeFreeIsTriedAgainAndThenTold()
    {
        Session holder = m_server->superuser();
        VERIFY_OK(holder.executeScript("BEGIN; LOCK TABLE retail.big IN SHARE UPDATE EXCLUSIVE MODE"));
        const auto pool = this->pool();
        for (const QString &id : {bigIndex, u"vacuum:retail.big"_s}) {
            const auto report = reportOn(*pool, {id});
            Options options;
            options.lockTimeoutMs = 100;
            options.lockRetries = 1;
            MaintenanceJob job;
            const Result<QString> result = MaintenanceService(*pool).run(options, report)(job);
            QVERIFY(!result);
            QCOMPARE(result.error().kind, ErrorKind::Timeout);
            QCOMPARE(result.error().sqlstate, u"55P03"_s);
            QCOMPARE(report->outcome(0).state, State::Failed);
            QCOMPARE(report->outcome(0).retries, 1);
        }
        // Also after a build, which waits with a patience of its own.
        const auto report = reportOn(*pool, {u"reindex:retail.idx_stores_region"_s, bigIndex});
        QCOMPARE(report->tasks().size(), 2);
        Options options;
        options.lockTimeoutMs = 100;
        options.lockRetries = 1;
        MaintenanceJob job;
        QVERIFY(!MaintenanceService(*pool).run(options, report)(job));
        QCOMPARE(report->outcome(0).state, State::Done);
        QCOMPARE(report->outcome(1).error.sqlstate, u"55P03"_s);
        VERIFY_OK(holder.execute("ROLLBACK"));
        expectConsistent();
    }

    void aLockThatComesFreeMeanwhileIsNoError()
    {
        Session holder = m_server->superuser();
        VERIFY_OK(holder.executeScript("BEGIN; LOCK TABLE retail.big IN SHARE UPDATE EXCLUSIVE MODE"));
        const auto pool = this->pool();
        const auto report = reportOn(*pool, {u"analyze:retail.big"_s});
        Options options;
        options.lockTimeoutMs = 100;
        options.lockRetries = 20;
        MaintenanceJob job;
        const JobWork work = MaintenanceService(*pool).run(options, report);
        QFuture<Result<QString>> running = QtConcurrent::run([&] { return work(job); });
        QTRY_VERIFY_WITH_TIMEOUT(report->outcome(0).retries > 0, 30'000);
        VERIFY_OK(holder.execute("ROLLBACK"));
        QTRY_VERIFY_WITH_TIMEOUT(running.isFinished(), 60'000);
        VERIFY_OK(running.result());
        QVERIFY(report->outcome(0).retries > 0);
    }

    void anOldTransactionIsWaitedForAndACancelStillLeavesNothing()
    {
        Session old = m_server->superuser();
        VERIFY_OK(
            old.executeScript("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM retail.stores"));
        const auto pool = this->pool();
        const auto report = reportOn(*pool, {bigIndex});
        MaintenanceJob job;
        const JobWork work = MaintenanceService(*pool).run({}, report);
        QFuture<Result<QString>> running = QtConcurrent::run([&] { return work(job); });
        QTRY_VERIFY2_WITH_TIMEOUT(report->outcome(0).phase.contains(u"waiting for old snapshots"),
                                  qPrintable(report->outcome(0).phase + u'\n' + job.text()), 60'000);
        job.token().cancel();
        // The cancel ends it, not the end of the transaction that it waits for.
        QTRY_COMPARE_WITH_TIMEOUT(backendOf("REINDEX"), 0, 60'000);
        VERIFY_OK(old.execute("ROLLBACK"));
        QTRY_VERIFY_WITH_TIMEOUT(running.isFinished(), 120'000);
        QVERIFY(!running.result());
        QCOMPARE(report->outcome(0).state, State::Cancelled);
        QVERIFY2(report->outcome(0).note.contains(u"was removed"), qPrintable(report->outcome(0).note));
        expectConsistent();
    }

    void theLatestEndStopsWhatRuns()
    {
        Session old = m_server->superuser();
        VERIFY_OK(
            old.executeScript("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM retail.stores"));
        const auto pool = this->pool();
        const auto report = reportOn(*pool, {bigIndex, u"analyze:retail.big"_s});
        Options options;
        options.latestEnd = QDateTime::currentDateTimeUtc().addSecs(3);
        MaintenanceJob job;
        const JobWork work = MaintenanceService(*pool).run(options, report);
        QFuture<Result<QString>> running = QtConcurrent::run([&] { return work(job); });
        QTRY_VERIFY_WITH_TIMEOUT(job.text().contains(u"latest end is reached"), 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(backendOf("REINDEX"), 0, 60'000);
        VERIFY_OK(old.execute("ROLLBACK"));
        QTRY_VERIFY_WITH_TIMEOUT(running.isFinished(), 120'000);
        QVERIFY(!running.result());
        QCOMPARE(running.result().error().kind, ErrorKind::Cancelled);
        QCOMPARE(report->outcome(0).state, State::Cancelled);
        QVERIFY(report->outcome(0).note.contains(u"latest end"));
        QCOMPARE(report->outcome(1).state, State::NotRun);
        expectConsistent();
    }

    void aFullDiskUnderAReindexLeavesTheOldIndex()
    {
        QTemporaryDir disk(u"/tmp/retail-disk-XXXXXX"_s);
        QFile(disk.path())
            .setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ExeOther);
        const QString folder = disk.path() + u"/small"_s;
        QVERIFY(QDir().mkpath(folder));
        const SmallDisk small(folder, "size=28m,mode=0700");
        if (!small.mounted()) {
            const QString library = disk.path() + u"/nospace.so"_s;
            QVERIFY(QFile::copy(QStringLiteral(NO_SPACE_LIBRARY), library));
            m_server->stop();
            qputenv("LD_PRELOAD", library.toLocal8Bit());
            m_server->start();
            qunsetenv("LD_PRELOAD");
        }
        VERIFY_OK(giveToServer(folder));
        VERIFY_OK(sql("CREATE TABLESPACE small OWNER retail_owner LOCATION " + quoteLiteral(folder)));
        VERIFY_OK(sql("ALTER INDEX retail.idx_big SET TABLESPACE small"));
        const auto back = qScopeGuard([&] {
            (void)sql("ALTER INDEX retail.idx_big SET TABLESPACE pg_default");
            (void)sql("DROP TABLESPACE small");
            m_server->remove(u"small-is-full"_s);
        });
        if (!small.mounted())
            m_server->touch(u"small-is-full"_s);
        const auto pool = this->pool();
        const auto report = reportOn(*pool, {bigIndex});
        MaintenanceJob job;
        const Result<QString> result = MaintenanceService(*pool).run({}, report)(job);
        QVERIFY(!result);
        QCOMPARE(result.error().sqlstate, u"53100"_s);
        QCOMPARE(result.error().kind, ErrorKind::Io);
        QVERIFY2(report->outcome(0).note.contains(u"was removed"), qPrintable(job.text()));
        expectConsistent();
    }

    void aServerThatIsGoneIsToldAndTheNextPlanFindsWhatIsLeft()
    {
        const auto pool = this->pool();
        const auto report = reportOn(*pool, {bigIndex});
        VERIFY_OK(sql("CREATE INDEX idx_big_ccnew ON retail.big (n)"));
        VERIFY_OK(sql(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'retail.idx_big_ccnew'::regclass"));
        const Result<Plan> plan = MaintenanceService(*pool).plan().result();
        VERIFY_OK(plan);
        QVERIFY(plan->task(u"drop-index:retail.idx_big_ccnew"_s));
        // What was there before a run is not taken for its own.
        MaintenanceJob job;
        VERIFY_OK(MaintenanceService(*pool).run({}, report)(job));
        QVERIFY(sql("SELECT 'retail.idx_big_ccnew'::regclass").ok());
        const auto removal = std::make_shared<Report>(tasksOf(*plan, {u"drop-index:retail.idx_big_ccnew"_s}));
        VERIFY_OK(MaintenanceService(*pool).run({}, removal)(job));
        expectConsistent();
    }
};

QTEST_GUILESS_MAIN(TestMaintenanceFaults)
#include "tst_maintenancefaults.moc"
