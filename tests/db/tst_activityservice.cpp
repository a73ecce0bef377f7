// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/activityservice.h"
#include "app/services/healthservice.h"
#include "app/services/tablestatservice.h"
#include "tests/support/testcluster.h"

#include <QTest>
#include <QThreadPool>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

namespace {

/// A session that a thread of its own waits for.
struct Waiter
{
    std::shared_ptr<Session> session;
    QFuture<QString> ended; ///< SQLSTATE, or empty
    int pid = 0;
};

ServerSample sampleAt(qint64 second, qint64 commits)
{
    ServerSample sample;
    sample.at = QDateTime::fromSecsSinceEpoch(1'000'000 + second, Qt::UTC);
    sample.origin = u"a"_s;
    sample.commits = commits;
    sample.hits = 10 * commits;
    sample.reads = commits;
    return sample;
}

} // namespace

class TestActivityService final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestDatabase> m_database;

    Waiter begin(const QString &user, const QByteArray &script) const
    {
        Result<Session> opened = openSession(m_database->login(user), u"Test"_s, {});
        if (!opened)
            qFatal("%s", qPrintable(opened.error().text()));
        Waiter waiter{std::make_shared<Session>(std::move(opened).value()), {}, 0};
        if (const Result<Rows> begun = waiter.session->executeScript("BEGIN;" + script); !begun)
            qFatal("%s", qPrintable(begun.error().text()));
        waiter.pid = int(waiter.session->execute("SELECT pg_backend_pid()")->integer(0, 0));
        return waiter;
    }

    void wait(Waiter &waiter, const QByteArray &sql) const
    {
        waiter.ended = QtConcurrent::run([session = waiter.session, sql] {
            const Result<Rows> rows = session->execute(sql);
            return rows ? QString() : rows.error().sqlstate;
        });
        QTRY_VERIFY(
            m_database->superuser()
                .execute("SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $1", {waiter.pid})
                ->boolean(0, 0));
    }

    static QByteArray update(int row)
    {
        return "UPDATE retail.probe SET b = b + 1 WHERE a = " + QByteArray::number(row);
    }

    QList<Rows> noted(const QString &action) const
    {
        const Result<Rows> rows =
            m_database->superuser().execute("SELECT user_name, metadata->>'login', metadata->>'process', "
                                            "metadata::text FROM retail.audit_log WHERE table_name = "
                                            "'administration' AND action = $1",
                                            {action});
        return rows ? QList<Rows>{*rows} : QList<Rows>();
    }

private slots:
    void initTestCase()
    {
        // Each session that waits keeps a thread, also on a machine of two processors.
        QThreadPool::globalInstance()->setMaxThreadCount(8);
        m_database = std::make_unique<TestDatabase>();
        Session session = m_database->superuser();
        VERIFY_OK(session.executeScript(
            "SET ROLE retail_owner; CREATE TABLE retail.probe (a int PRIMARY KEY, b int);"
            "INSERT INTO retail.probe SELECT i, 0 FROM generate_series(1, 10) i"));
    }
    void cleanupTestCase() { m_database.reset(); }

    void aChainOfFourIsATreeWithItsRootFirst()
    {
        Waiter first = begin(u"sandbox_owner"_s, update(1));
        Waiter second = begin(u"sandbox_owner"_s, update(2));
        Waiter third = begin(u"sandbox_owner"_s, update(3));
        Waiter fourth = begin(u"sandbox_owner"_s, "SELECT 'four'");
        wait(second, update(1));
        wait(third, update(2));
        wait(fourth, update(3));

        ConnectionPool pool(2);
        OPEN_POOL(pool, *m_database, u"sandbox_dba"_s);
        ActivityService service(pool);
        const Result<QList<SessionInfo>> sessions = service.sessions().result();
        VERIFY_OK(sessions);
        const QList<BlockedSession> tree = blockingTree(*sessions);
        QCOMPARE(tree.size(), 4);
        const QList<int> order{first.pid, second.pid, third.pid, fourth.pid};
        for (int i = 0; i < 4; ++i) {
            QCOMPARE(tree[i].session.pid, order[i]);
            QCOMPARE(tree[i].depth, i);
            QCOMPARE(tree[i].waiting, 3 - i);
            const Result<Rows> truth =
                m_database->superuser().execute("SELECT unnest(pg_blocking_pids($1))", {order[i]});
            VERIFY_OK(truth);
            QCOMPARE(truth->count(), i == 0 ? 0 : 1);
            QCOMPARE(tree[i].session.blockedBy,
                     i == 0 ? QList<int>() : QList<int>{int(truth->integer(0, 0))});
            QCOMPARE(tree[i].session.waitStart.isValid(), i > 0);
        }
        QVERIFY(tree[0].session.idleInTransaction());
        QVERIFY(tree[1].session.query.startsWith(u"UPDATE retail.probe"_s));

        // The statement of the last one is cancelled by a DBA, and noted without its text.
        const Result<bool> cancelled =
            service.signal(tree[3].session, ActivityService::Signal::Cancel).result();
        VERIFY_OK(cancelled);
        QVERIFY(*cancelled);
        QTRY_VERIFY(fourth.ended.isFinished());
        QCOMPARE(fourth.ended.result(), u"57014"_s);
        QList<Rows> rows = noted(u"session_cancelled"_s);
        QCOMPARE(rows.first().count(), 1);
        QCOMPARE(rows.first().text(0, 0), u"sandbox_dba"_s);
        QCOMPARE(rows.first().text(0, 1), u"sandbox_owner"_s);
        QCOMPARE(rows.first().integer(0, 2), fourth.pid);
        QVERIFY(!rows.first().text(0, 3).contains(u"UPDATE"_s));

        // The root is ended: the chain goes on.
        const Result<bool> ended =
            service.signal(tree[0].session, ActivityService::Signal::Terminate).result();
        VERIFY_OK(ended);
        QVERIFY(*ended);
        QTRY_VERIFY(second.ended.isFinished());
        QCOMPARE(second.ended.result(), QString());
        QCOMPARE(noted(u"session_terminated"_s).first().count(), 1);
        VERIFY_OK(second.session->execute("ROLLBACK"));
        QTRY_VERIFY(third.ended.isFinished());
        VERIFY_OK(third.session->execute("ROLLBACK"));

        // Its number may be another's by now: who is gone is not looked for by number alone.
        const Result<bool> again =
            service.signal(tree[0].session, ActivityService::Signal::Terminate).result();
        VERIFY_OK(again);
        QVERIFY(!*again);
        SessionInfo other = tree[1].session;
        other.started = other.started.addSecs(-5);
        const Result<bool> mistaken = service.signal(other, ActivityService::Signal::Terminate).result();
        VERIFY_OK(mistaken);
        QVERIFY(!*mistaken);
    }

    void whoMayNotIsToldWhoMay()
    {
        const Waiter owner = begin(u"sandbox_owner"_s, "SELECT 1");
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_dba"_s);
        ActivityService service(pool);
        Session superuser = m_database->superuser();
        const qint64 pid = superuser.execute("SELECT pg_backend_pid()")->integer(0, 0);
        const Result<QList<SessionInfo>> sessions = service.sessions().result();
        VERIFY_OK(sessions);
        SessionInfo target;
        target.pid = int(pid);
        target.login = u"postgres"_s;
        for (const SessionInfo &session : *sessions)
            if (session.pid == pid)
                target = session;
        QVERIFY(!target.maySignal);
        const qint64 before = noted(u"session_cancelled"_s).first().count();
        const Result<bool> refused = service.signal(target, ActivityService::Signal::Cancel).result();
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::Permission);
        QVERIFY(refused.error().message.contains(u"postgres"_s));
        QVERIFY(refused.error().hint.contains(u"superuser"_s));
        QCOMPARE(noted(u"session_cancelled"_s).first().count(), before);
    }

    void aReadOnlyProfileEndsNothing()
    {
        ConnectionPool pool(1);
        Login login = m_database->login(u"sandbox_dba"_s);
        login.profile.readOnly = true;
        VERIFY_OK(pool.open(login.profile, {}, {}).result());
        SessionInfo any;
        any.pid = 1;
        const Result<bool> refused =
            ActivityService(pool).signal(any, ActivityService::Signal::Terminate).result();
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::Permission);
    }

    void withoutTheRightRowsAreDataAndNoError()
    {
        const Waiter owner = begin(u"sandbox_owner"_s, "SELECT 1");
        const Waiter own = begin(u"sandbox_manager"_s, "SELECT 'mine'");
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_manager"_s);
        const Result<Activity> activity = ActivityService(pool).now().result();
        VERIFY_OK(activity);
        QVERIFY(!activity->server.seesAll);
        int hidden = 0;
        int seen = 0;
        for (const SessionInfo &session : activity->sessions) {
            hidden += session.pid == owner.pid && session.query == u"<insufficient privilege>" &&
                      !session.maySignal;
            seen +=
                session.pid == own.pid && session.query.contains(u"pg_backend_pid"_s) && session.maySignal;
        }
        QCOMPARE(hidden, 1);
        QCOMPARE(seen, 1);
    }

    void theStoreIsToldWhereItIsKnown()
    {
        const Waiter manager = begin(u"sandbox_manager"_s, "SELECT 1");
        const Waiter owner = begin(u"sandbox_owner"_s, "SELECT 1");
        VERIFY_OK(owner.session->execute("SELECT retail.use_store('redmond')"));
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_dba"_s);
        const Result<QList<SessionInfo>> sessions = ActivityService(pool).sessions().result();
        VERIFY_OK(sessions);
        QHash<int, QString> stores;
        for (const SessionInfo &session : *sessions)
            stores.insert(session.pid, session.store);
        QCOMPARE(stores.value(manager.pid), u"seattle"_s);
        QCOMPARE(stores.value(owner.pid), u"redmond"_s);
    }

    void thousandsOfLocksAreOneLine()
    {
        const Waiter holder =
            begin(u"sandbox_owner"_s, "SELECT pg_advisory_xact_lock(i) FROM generate_series(1, 3000) i");
        const Waiter table = begin(u"sandbox_owner"_s, "LOCK TABLE retail.probe IN SHARE MODE");
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_dba"_s);
        const Result<Activity> activity = ActivityService(pool).now().result();
        VERIFY_OK(activity);
        qint64 advisory = 0;
        bool share = false;
        for (const LockGroup &group : activity->locks) {
            advisory += group.kind == u"advisory" && group.processes.contains(QString::number(holder.pid))
                            ? group.locks
                            : 0;
            share = share || (group.object == u"retail.probe" && group.mode == u"ShareLock" &&
                              group.granted && group.processes == QStringList{QString::number(table.pid)});
        }
        QVERIFY2(advisory >= 3000, qPrintable(QString::number(advisory)));
        QVERIFY(share);
        QVERIFY(activity->allLocks >= 3000);
        QVERIFY(activity->locks.size() < 1000);
    }

    void ratesArePerSecondAndNeverASpike()
    {
        const std::optional<ServerRates> rates = ratesBetween(sampleAt(0, 100), sampleAt(5, 600));
        QVERIFY(rates);
        QCOMPARE(rates->commits, 100.0);
        QCOMPARE(rates->hitShare, 1 - 1.0 / 11);
        QVERIFY(!ratesBetween(sampleAt(0, 600), sampleAt(5, 100))); // went backwards
        ServerSample reset = sampleAt(5, 700);
        reset.origin = u"b"_s;
        QVERIFY(!ratesBetween(sampleAt(0, 600), reset)); // more than before, but counted anew
        QVERIFY(!ratesBetween({}, sampleAt(5, 600)));
        QVERIFY(!ratesBetween(sampleAt(5, 600), sampleAt(5, 600)));
        QCOMPARE(ratesBetween(sampleAt(0, 5), sampleAt(5, 5))->hitShare, -1.0);
    }

    void aRingHasARootToo()
    {
        SessionInfo one;
        one.pid = 1;
        one.blockedBy = {2};
        SessionInfo two;
        two.pid = 2;
        two.blockedBy = {1, 0};
        const QList<BlockedSession> tree = blockingTree({one, two});
        QCOMPARE(tree.size(), 3);
        QCOMPARE(tree.first().session.state, u"prepared"_s);
        QCOMPARE(tree.first().waiting, 2);
    }

    void tablesAreAsTheServerHasThem()
    {
        VERIFY_OK(m_database->superuser().executeScript(
            "SET ROLE retail_owner; CREATE TABLE retail.care (a int PRIMARY KEY, b text) WITH (fillfactor = "
            "50);"
            "INSERT INTO retail.care SELECT i, repeat('x', 20) FROM generate_series(1, 1000) i"));
        VERIFY_OK(m_database->superuser().execute("ANALYZE retail.care"));
        VERIFY_OK(m_database->superuser().executeScript(
            "UPDATE retail.care SET b = 'y' WHERE a <= 100; DELETE FROM retail.care WHERE "
            "a > 900; SELECT pg_stat_force_next_flush()"));
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_dba"_s);
        const Result<TableReport> report = TableStatService(pool).report().result();
        VERIFY_OK(report);
        const Result<Rows> truth = m_database->superuser().execute(
            "SELECT format('%I.%I', schemaname, s.relname), pg_total_relation_size(relid), "
            "pg_indexes_size(relid), n_live_tup, n_dead_tup, "
            "n_tup_hot_upd, n_tup_upd, seq_scan, idx_scan, last_analyze FROM pg_stat_user_tables s JOIN "
            "pg_class c ON c.oid = relid "
            "WHERE NOT c.relispartition AND c.relkind <> 'p'");
        VERIFY_OK(truth);
        QHash<QString, TableStats> shown;
        for (const TableStats &table : report->tables)
            shown.insert(table.fullName, table);
        QVERIFY(truth->count() > 8);
        for (int row = 0; row < truth->count(); ++row) {
            QVERIFY2(shown.contains(truth->text(row, 0)), qPrintable(truth->text(row, 0)));
            const TableStats table = shown.value(truth->text(row, 0));
            QCOMPARE(table.bytes(), truth->integer(row, 1));
            QCOMPARE(table.indexBytes, truth->integer(row, 2));
            QCOMPARE(table.liveRows, truth->integer(row, 3));
            QCOMPARE(table.deadRows, truth->integer(row, 4));
            QCOMPARE(table.hotUpdates, truth->integer(row, 5));
            QCOMPARE(table.updates, truth->integer(row, 6));
        }
        const TableStats care = shown.value(u"retail.care"_s);
        QCOMPARE(care.liveRows, 900);
        QCOMPARE(care.deadRows, 200);
        QCOMPARE(care.updates, 100);
        QVERIFY(care.hotShare() > 0.9); // half of each page was free
        QVERIFY(care.lastAnalyze.isValid() && !care.lastVacuum.isValid());
        const Result<Rows> parts =
            m_database->superuser().execute("SELECT count(*), sum(pg_total_relation_size(relid)) FROM "
                                            "pg_partition_tree('retail.audit_log') WHERE isleaf");
        VERIFY_OK(parts);
        QCOMPARE(shown.value(u"retail.audit_log"_s).partitions, parts->integer(0, 0));
        QCOMPARE(shown.value(u"retail.audit_log"_s).bytes(), parts->integer(0, 1));
    }

    void aLockedTableIsNotWaitedFor()
    {
        const Waiter holder = begin(u"sandbox_owner"_s, "LOCK TABLE retail.probe IN ACCESS EXCLUSIVE MODE");
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_dba"_s);
        const Result<TableReport> report = TableStatService(pool).report().result();
        VERIFY_OK(report);
        int unmeasured = 0;
        for (const TableStats &table : report->tables)
            unmeasured += table.measured() ? 0 : 1;
        QCOMPARE(unmeasured, 1);
    }

    void healthWarnsFromItsLimitsOn()
    {
        Waiter holder = begin(u"sandbox_owner"_s, update(1));
        Waiter waiter = begin(u"sandbox_owner"_s, "SELECT 1");
        wait(waiter, update(1));
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_dba"_s);
        HealthLimits limits;
        limits.connections = HealthLimits::Pair{100, 100};
        limits.blocked = HealthLimits::Pair{0, 1'000};
        limits.idleInTransaction = HealthLimits::Pair{0, 0};
        limits.backupAge = HealthLimits::Pair{1, 2};
        limits.backupFolder = u"/nonexistent"_s;
        const Result<QList<HealthCheck>> checks = HealthService(pool).check(limits).result();
        VERIFY_OK(checks);
        QHash<QString, HealthCheck::Status> status;
        for (const HealthCheck &check : *checks)
            status.insert(check.name, check.status);
        QCOMPARE(status.value(u"connections"_s), HealthCheck::Ok);
        QCOMPARE(status.value(u"blocked"_s), HealthCheck::Warning);
        QCOMPARE(status.value(u"idle-in-transaction"_s), HealthCheck::Critical);
        QCOMPARE(status.value(u"wraparound"_s), HealthCheck::Ok);
        QCOMPARE(status.value(u"backup-age"_s), HealthCheck::Unknown);
        QCOMPARE(worst(*checks), HealthCheck::Critical);
        VERIFY_OK(holder.session->execute("ROLLBACK"));
        QTRY_VERIFY(waiter.ended.isFinished());
    }
};

QTEST_GUILESS_MAIN(TestActivityService)
#include "tst_activityservice.moc"
