// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/tablestatservice.h"
#include "tests/support/maintenancetest.h"
#include "tests/support/testcluster.h"

#include <QScopeGuard>
#include <QTest>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;
using namespace maintenance;

namespace {

/// Dead rows, stale statistics, a bloated, an invalid and a leftover index, in tables that autovacuum leaves
/// alone meanwhile.
const QByteArray harm = R"(
    SET session_replication_role = replica;
    ALTER TABLE retail.sales_transactions SET (autovacuum_enabled = off);
    ALTER TABLE retail.product_documents SET (autovacuum_enabled = off);
    CREATE INDEX idx_bloated ON retail.sales_transactions (store_id, notes);
    UPDATE retail.sales_transactions SET notes = md5('1' || transaction_id::text) || md5(transaction_id::text);
    UPDATE retail.sales_transactions SET notes = md5('2' || transaction_id::text) || md5(transaction_id::text);
    UPDATE retail.sales_transactions SET notes = md5('3' || transaction_id::text) || md5(transaction_id::text);
    UPDATE retail.sales_transactions SET notes = md5('4' || transaction_id::text) || md5(transaction_id::text);
    UPDATE retail.product_documents SET label = label || ' ';
    UPDATE retail.product_documents SET label = trim(label);
    CREATE INDEX idx_invalid ON retail.products (color);
    CREATE INDEX idx_products_name_ccnew ON retail.products (product_name);
    UPDATE pg_index SET indisvalid = false
     WHERE indexrelid IN ('retail.idx_invalid'::regclass, 'retail.idx_products_name_ccnew'::regclass);
    SELECT pg_stat_force_next_flush();
)";

} // namespace

/// Maintenance on a real server: what the test broke is found, planned, repaired and measured.
class TestMaintenance final : public QObject
{
    Q_OBJECT

    static Result<Plan> planOf(ConnectionPool &pool) { return MaintenanceService(pool).plan().result(); }

private slots:
    void whatIsWrongIsFoundRepairedAndMeasured()
    {
        const TestDatabase database;
        VERIFY_OK(database.superuser().executeScript(harm));
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_ops"_s);
        const Result<Plan> plan = planOf(pool);
        VERIFY_OK(plan);
        QCOMPARE(plan->refusal, QString());
        const QStringList broken{u"drop-index:retail.idx_products_name_ccnew"_s,
                                 u"vacuum:retail.sales_transactions"_s, u"reindex:retail.idx_invalid"_s,
                                 u"reindex:retail.idx_bloated"_s, u"analyze:retail.product_documents"_s};
        for (const QString &id : broken) {
            QVERIFY2(plan->task(id), qPrintable(id));
            QVERIFY2(plan->task(id)->offer == Offer::Measured && plan->task(id)->chosen,
                     qPrintable(id + u": "_s + plan->task(id)->why));
        }
        QCOMPARE(plan->tasks.first().kind, Kind::DropIndex); // every write pays for it: it goes first

        const auto report = std::make_shared<Report>(tasksOf(*plan, broken));
        MaintenanceJob job;
        const Result<QString> done = MaintenanceService(pool).run({}, report)(job);
        VERIFY_OK(done);
        const QList<Outcome> outcomes = report->outcomes();
        for (const Outcome &outcome : outcomes)
            QCOMPARE(outcome.state, State::Done);
        QVERIFY(outcomes[1].before.dead > 1'000);
        QCOMPARE(outcomes[1].after.dead, 0);
        QVERIFY(outcomes[2].after.indexValid && !outcomes[2].before.indexValid);
        QVERIFY2(outcomes[3].after.indexBytes * 2 < outcomes[3].before.indexBytes,
                 qPrintable(changeText(report->tasks()[3], outcomes[3])));
        QVERIFY(outcomes[4].before.changed > 0);
        QCOMPARE(outcomes[4].after.changed, 0);

        const Result<Rows> audited = database.superuser().execute(
            "SELECT user_name, metadata ->> 'role', (metadata ->> 'database_size')::bigint > 0, metadata ? "
            "'timestamp',"
            " jsonb_array_length(metadata -> 'tasks'), metadata -> 'tasks' -> 1 ->> 'dead_after'"
            " FROM retail.audit_log WHERE table_name = 'maintenance' AND action = "
            "'automated_maintenance_completed'");
        VERIFY_OK(audited);
        QCOMPARE(audited->count(), 1);
        QCOMPARE(audited->text(0, 0), u"sandbox_ops"_s);
        QCOMPARE(audited->text(0, 1), u"retail_owner"_s);
        QVERIFY(audited->boolean(0, 2) && audited->boolean(0, 3));
        QCOMPARE(audited->integer(0, 4), 5);
        QCOMPARE(audited->text(0, 5), u"0"_s);

        const Result<Plan> again = planOf(pool);
        VERIFY_OK(again);
        for (const QString &id : broken)
            if (const Task *task = again->task(id))
                QVERIFY2(task->offer != Offer::Measured && task->estimatedMs >= 0,
                         qPrintable(id + u": "_s + task->why));
        QVERIFY(!again->task(broken.first())); // it is gone
    }

    void theRoutineIsTheOriginalDesignsList()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        const Result<Plan> plan = planOf(pool);
        VERIFY_OK(plan);
        QList<Task> routine;
        QStringList statements;
        for (const Task &task : plan->tasks)
            if (task.offer == Offer::Routine) {
                routine += task;
                statements += QString::fromUtf8(task.sql);
            }
        // Since 16 one table's VACUUM can leave the figures of the whole database to the last.
        const QString vacuum = pool.capabilities().serverVersion >= 160'000
                                   ? u"VACUUM (ANALYZE, SKIP_DATABASE_STATS) "_s
                                   : u"VACUUM (ANALYZE) "_s;
        QCOMPARE(
            statements,
            (QStringList{u"ANALYZE retail.customers"_s, u"ANALYZE retail.products"_s,
                         u"ANALYZE retail.sales_transactions"_s, u"ANALYZE retail.sales_transaction_items"_s,
                         u"ANALYZE retail.product_embeddings"_s, vacuum + u"retail.customers"_s,
                         vacuum + u"retail.products"_s,
                         u"REINDEX INDEX CONCURRENTLY retail.idx_products_text_search"_s,
                         u"REINDEX INDEX CONCURRENTLY retail.idx_product_embeddings_vector"_s}));
        const auto report = std::make_shared<Report>(routine);
        Options options;
        options.parallel = 3;
        options.workMem = u"32MB"_s;
        MaintenanceJob job;
        VERIFY_OK(MaintenanceService(pool).run(options, report)(job));
        // What was just done is not offered again, and how long it took is known.
        const Result<Plan> again = planOf(pool);
        VERIFY_OK(again);
        for (const Task &task : std::as_const(routine)) {
            const Task *now = again->task(task.id());
            QVERIFY2(now && !now->chosen && now->estimatedMs >= 0,
                     qPrintable(task.id() + u": "_s + (now ? now->why : u"gone"_s)));
        }
    }

    void everyTasksStatementIsTakenByTheServer()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_ops"_s);
        const Result<Plan> plan = planOf(pool);
        VERIFY_OK(plan);
        Result<Session> session = ConnectionPool::direct(pool.origin(), u"Test"_s, {});
        VERIFY_OK(session);
        VERIFY_OK(session->execute("SET ROLE retail_owner"));
        QSet<Kind> kinds;
        int taken = 0;
        for (const Task &task : plan->tasks) {
            // A statement is the same for each month of the audit log: one of them is enough.
            if (task.table.startsWith(u"audit_log_y") && !task.table.endsWith(u"m01"))
                continue;
            const Result<Rows> done = session->execute(task.sql);
            QVERIFY2(done.ok(), qPrintable(task.id() + u": "_s + (done ? QString() : done.error().text())));
            kinds.insert(task.kind);
            ++taken;
        }
        QVERIFY(taken > 100);
        for (const Kind kind : {Kind::Analyze, Kind::Vacuum, Kind::Freeze, Kind::Reindex, Kind::Partitions,
                                Kind::VacuumFull, Kind::Cluster})
            QVERIFY2(kinds.contains(kind), qPrintable(kindName(kind)));
        Session superuser = database.superuser();
        const Result<Rows> invalid = superuser.execute("SELECT FROM pg_index WHERE NOT indisvalid");
        VERIFY_OK(invalid);
        QCOMPARE(invalid->count(), 0);
    }

    void anotherPagesIndexIsMadeAndDropped()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        const auto make =
            indexTask(Kind::CreateIndex, u"retail"_s, u"products"_s, u"idx_products_color"_s,
                      "CREATE INDEX CONCURRENTLY idx_products_color ON retail.products (store_id, color)");
        const auto drop = indexTask(Kind::DropIndex, u"retail"_s, u"products"_s, u"idx_products_color"_s,
                                    "DROP INDEX CONCURRENTLY retail.idx_products_color");
        VERIFY_OK(make);
        VERIFY_OK(drop);
        const auto report = std::make_shared<Report>(QList<Task>{*make, *drop});
        MaintenanceJob job;
        VERIFY_OK(MaintenanceService(pool).run({}, report)(job));
        QVERIFY(report->outcome(0).after.indexValid && report->outcome(0).after.indexBytes > 0);
        QCOMPARE(report->outcome(1).state, State::Done);
    }

    void anIndexThatCannotBeUniqueLeavesNothing()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        const auto task =
            indexTask(Kind::CreateIndex, u"retail"_s, u"products"_s, u"idx_no_way"_s,
                      "CREATE UNIQUE INDEX CONCURRENTLY idx_no_way ON retail.products (store_id)");
        VERIFY_OK(task);
        const auto report = std::make_shared<Report>(QList<Task>{*task});
        MaintenanceJob job;
        const Result<QString> done = MaintenanceService(pool).run({}, report)(job);
        QVERIFY(!done);
        QCOMPARE(done.error().sqlstate, u"23505"_s);
        QCOMPARE(report->outcome(0).state, State::Failed);
        QVERIFY(report->outcome(0).note.contains(u"idx_no_way was removed"));
        const Result<Rows> left = database.superuser().execute("SELECT to_regclass('retail.idx_no_way')");
        VERIFY_OK(left);
        QVERIFY(left->isNull(0, 0));
        const Result<Rows> audited =
            database.superuser().execute("SELECT metadata -> 'tasks' -> 0 ->> 'state' FROM retail.audit_log "
                                         "WHERE action = 'maintenance_incomplete'");
        VERIFY_OK(audited);
        QCOMPARE(audited->count(), 1);
        QCOMPARE(audited->text(0, 0), u"failed"_s);
    }

    void whoMayNotSeesWhyAndWhoCan_data()
    {
        QTest::addColumn<QString>("login");
        QTest::newRow("a DBA") << u"sandbox_dba"_s;
        QTest::newRow("a manager") << u"sandbox_manager"_s;
    }
    void whoMayNotSeesWhyAndWhoCan()
    {
        QFETCH(QString, login);
        static const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, login);
        const Result<Plan> plan = planOf(pool);
        VERIFY_OK(plan);
        QVERIFY2(plan->refusal.contains(u"sandbox_ops") && plan->refusal.contains(u"retail_owner"),
                 qPrintable(plan->refusal));
        const auto report = std::make_shared<Report>(tasksOf(*plan, {u"analyze:retail.customers"_s}));
        MaintenanceJob job;
        const Result<QString> done = MaintenanceService(pool).run({}, report)(job);
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Permission);
        QCOMPARE(report->outcome(0).state, State::Waiting);
    }

    void aDbaSeesTheEstimatesToo()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_dba"_s);
        const Result<Plan> plan = planOf(pool);
        VERIFY_OK(plan);
        QVERIFY(plan->measured.bloatKnown);
    }

    void aConnectionThatMayNotWriteRunsNothing_data()
    {
        QTest::addColumn<bool>("readOnly");
        QTest::addColumn<QString>("role");
        QTest::newRow("a read-only profile") << true << QString();
        QTest::newRow("view as a manager") << false << u"sandbox_manager"_s;
    }
    void aConnectionThatMayNotWriteRunsNothing()
    {
        QFETCH(bool, readOnly);
        QFETCH(QString, role);
        static const TestDatabase database;
        ConnectionPool pool(2);
        Login login = database.login(u"sandbox_owner"_s);
        login.profile.readOnly = readOnly;
        login.profile.role = role;
        VERIFY_OK(pool.open(login.profile, {}, {}).result());
        Task task;
        task.schema = u"retail"_s;
        task.table = u"customers"_s;
        task.sql = "ANALYZE retail.customers";
        const auto report = std::make_shared<Report>(QList<Task>{task});
        MaintenanceJob job;
        const Result<QString> done = MaintenanceService(pool).run({}, report)(job);
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Permission);
    }

    void optionsAreChecked()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        const Result<Plan> plan = planOf(pool);
        VERIFY_OK(plan);
        const auto report = std::make_shared<Report>(tasksOf(*plan, {u"analyze:retail.customers"_s}));
        MaintenanceJob job;
        Options options;
        options.workMem = u"a lot"_s;
        const Result<QString> memory = MaintenanceService(pool).run(options, report)(job);
        QVERIFY(!memory);
        QCOMPARE(memory.error().kind, ErrorKind::Usage);
        const Result<QString> nothing =
            MaintenanceService(pool).run({}, std::make_shared<Report>(QList<Task>{}))(job);
        QVERIFY(!nothing);
        QCOMPARE(nothing.error().kind, ErrorKind::Usage);
    }

    void anErrorStopsTheRestUnlessAskedToGoOn_data()
    {
        QTest::addColumn<bool>("keepGoing");
        QTest::addColumn<State>("second");
        QTest::newRow("stop") << false << State::NotRun;
        QTest::newRow("go on") << true << State::Done;
    }
    void anErrorStopsTheRestUnlessAskedToGoOn()
    {
        QFETCH(bool, keepGoing);
        QFETCH(State, second);
        static const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        const Result<Plan> plan = planOf(pool);
        VERIFY_OK(plan);
        QList<Task> tasks =
            tasksOf(*plan, {u"reindex:retail.idx_products_brand"_s, u"analyze:retail.customers"_s});
        tasks[0].sql = "REINDEX INDEX CONCURRENTLY retail.no_such_index";
        const auto report = std::make_shared<Report>(tasks);
        Options options;
        options.keepGoing = keepGoing;
        MaintenanceJob job;
        const Result<QString> done = MaintenanceService(pool).run(options, report)(job);
        QVERIFY(!done);
        QCOMPARE(report->outcome(0).state, State::Failed);
        QCOMPARE(report->outcome(1).state, second);
    }

    void whatTheOwnerMayNotMaintainIsNotOffered()
    {
        const TestDatabase database;
        VERIFY_OK(database.superuser().executeScript(
            "CREATE TABLE retail.anothers AS SELECT n FROM generate_series(1, 1000) n;"
            "CREATE INDEX idx_anothers ON retail.anothers (n)"));
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"postgres"_s); // the work is done as retail_owner all the same
        const Result<Plan> plan = planOf(pool);
        VERIFY_OK(plan);
        for (const Task &task : plan->tasks)
            QVERIFY2(!task.id().contains(u"anothers"_s), qPrintable(task.id()));
    }

    void whatTheServerSkipsIsNotDone_data()
    {
        QTest::addColumn<Kind>("kind");
        QTest::addColumn<QByteArray>("sql");
        QTest::newRow("analyze") << Kind::Analyze << QByteArray("ANALYZE retail.anothers");
        QTest::newRow("vacuum") << Kind::Vacuum << QByteArray("VACUUM (ANALYZE) retail.anothers");
    }
    void whatTheServerSkipsIsNotDone()
    {
        QFETCH(Kind, kind);
        QFETCH(QByteArray, sql);
        const TestDatabase database;
        VERIFY_OK(database.superuser().execute("CREATE TABLE retail.anothers AS SELECT 1 AS n"));
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        Task task;
        task.kind = kind;
        task.schema = u"retail"_s;
        task.table = u"anothers"_s;
        task.sql = sql;
        const auto report = std::make_shared<Report>(QList<Task>{task});
        MaintenanceJob job;
        const Result<QString> done = MaintenanceService(pool).run({}, report)(job);
        QVERIFY(!done);
        QCOMPARE(report->outcome(0).state, State::Failed);
        QVERIFY2(report->outcome(0).error.message.contains(u"skipping"_s),
                 qPrintable(report->outcome(0).error.text()));
        const Result<Rows> audited = database.superuser().execute(
            "SELECT FROM retail.audit_log WHERE action = 'maintenance_incomplete'");
        VERIFY_OK(audited);
        QCOMPARE(audited->count(), 1);
    }

    void anIndexThatIsBeingBuiltIsNoRubbish()
    {
        const TestDatabase database;
        Session writer = database.superuser();
        VERIFY_OK(writer.executeScript("BEGIN; UPDATE retail.stores SET region = region"));
        const QFuture<bool> built = QtConcurrent::run([&database] {
            return database.superuser().execute("REINDEX INDEX CONCURRENTLY retail.idx_stores_region").ok();
        });
        const auto begun = [&database] {
            const Result<Rows> rows =
                database.superuser().execute("SELECT FROM pg_index WHERE NOT indisvalid");
            return rows && rows->count() == 1;
        };
        QTRY_VERIFY_WITH_TIMEOUT(begun(), 20'000);
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_owner"_s); // has no pg_monitor
        const Result<Plan> plan = planOf(pool);
        VERIFY_OK(writer.execute("ROLLBACK"));
        QTRY_VERIFY(built.isFinished());
        QVERIFY(built.result());
        VERIFY_OK(plan);
        QVERIFY(!plan->task(u"drop-index:retail.idx_stores_region_ccnew"_s));
        QVERIFY(!plan->task(u"reindex:retail.idx_stores_region_ccnew"_s));
    }

    void whatItsPartitionsHoldMakesAPartitionedTableStale()
    {
        const TestDatabase database;
        Session session = database.superuser();
        VERIFY_OK(session.executeScript(
            "SET ROLE retail_owner; CREATE TABLE retail.parted (n int) PARTITION BY RANGE (n);"
            "CREATE TABLE retail.parted_first PARTITION OF retail.parted FOR VALUES FROM (0) TO (100000);"
            "INSERT INTO retail.parted SELECT generate_series(1, 1000); SELECT pg_stat_force_next_flush()"));
        const QString id = u"analyze:retail.parted"_s;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        const Result<Plan> never = planOf(pool);
        VERIFY_OK(never);
        QCOMPARE(never->task(id)->offer, Offer::Measured);
        VERIFY_OK(session.execute("ANALYZE retail.parted"));
        const Result<Plan> fresh = planOf(pool);
        VERIFY_OK(fresh);
        QVERIFY2(fresh->task(id)->offer == Offer::OnRequest && fresh->task(id)->idle,
                 qPrintable(fresh->task(id)->why));
        VERIFY_OK(session.executeScript("INSERT INTO retail.parted SELECT generate_series(1001, 3000);"
                                        "SELECT pg_stat_force_next_flush()"));
        VERIFY_OK(session.execute("ANALYZE retail.parted_first")); // all that autovacuum does
        const Result<Plan> stale = planOf(pool);
        VERIFY_OK(stale);
        QVERIFY2(stale->task(id)->offer == Offer::Measured && stale->task(id)->chosen,
                 qPrintable(stale->task(id)->why));
        QVERIFY(stale->task(id)->why.contains(u"more or fewer"_s));
    }

    void aTableThatSomebodyHoldsIsTriedAgain()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_ops"_s);
        const Result<Plan> plan = planOf(pool);
        VERIFY_OK(plan);
        // The second task follows a build, whose patience is half an hour.
        const auto report = std::make_shared<Report>(
            tasksOf(*plan, {u"reindex:retail.idx_stores_region"_s, u"analyze:retail.customers"_s,
                            u"reindex:retail.idx_products_brand"_s}));
        Session holder = database.superuser();
        VERIFY_OK(holder.executeScript(
            "BEGIN; LOCK TABLE retail.customers, retail.products IN ACCESS EXCLUSIVE MODE"));
        Options options;
        options.lockTimeoutMs = 100;
        options.lockRetries = 30;
        MaintenanceJob job;
        const JobWork work = MaintenanceService(pool).run(options, report);
        QFuture<Result<QString>> running = QtConcurrent::run([&] { return work(job); });
        const auto ended = qScopeGuard([&] {
            (void)holder.execute("ROLLBACK");
            running.waitForFinished();
        });
        QTRY_VERIFY_WITH_TIMEOUT(report->outcome(1).retries > 0, 30'000);
        VERIFY_OK(holder.execute("ROLLBACK"));
        QTRY_VERIFY_WITH_TIMEOUT(running.isFinished(), 60'000);
        VERIFY_OK(running.result());
        QVERIFY(report->outcome(1).before.known && report->outcome(1).after.known);
    }

    void whatSomebodyHoldsTakesNoPageDown_data()
    {
        QTest::addColumn<QByteArray>("lock");
        QTest::addColumn<QString>("table");
        QTest::addColumn<bool>("bloatKnown");
        QTest::newRow("a table") << QByteArray("LOCK TABLE retail.customers IN ACCESS EXCLUSIVE MODE")
                                 << u"retail.customers"_s << false;
        QTest::newRow("an index alone")
            << QByteArray("REINDEX INDEX retail.idx_products_brand") << u"retail.products"_s << false;
        QTest::newRow("the index of long values")
            << QByteArray(
                   "DO $$ BEGIN EXECUTE (SELECT 'REINDEX INDEX ' || indexrelid::regclass FROM pg_index "
                   "WHERE indrelid = (SELECT reltoastrelid FROM pg_class WHERE oid = "
                   "'retail.products'::regclass)); END $$")
            << u"retail.products"_s << true;
        QTest::newRow("a partition") << QByteArray(
                                            "LOCK TABLE retail.audit_log_default IN ACCESS EXCLUSIVE MODE")
                                     << u"retail.audit_log"_s << false;
    }
    void whatSomebodyHoldsTakesNoPageDown()
    {
        QFETCH(QByteArray, lock);
        QFETCH(QString, table);
        static const TestDatabase database;
        Session holder = database.superuser();
        VERIFY_OK(holder.execute("BEGIN"));
        VERIFY_OK(holder.execute(lock));
        ConnectionPool pool(2);
        Login login = database.login(u"sandbox_ops"_s);
        login.profile.lockTimeoutMs = 300;
        VERIFY_OK(pool.open(login.profile, {}, {}).result());
        const Result<TableReport> tables = TableStatService(pool).report().result();
        VERIFY_OK(tables);
        for (const TableStats &each : tables->tables)
            QVERIFY2(each.measured() == (each.fullName != table), qPrintable(each.fullName));
        const Result<Plan> plan = planOf(pool);
        VERIFY_OK(plan);
        QTEST(plan->measured.bloatKnown, "bloatKnown"); // the estimate would wait
        QVERIFY(plan->task(u"reindex:retail.idx_products_brand"_s));
        VERIFY_OK(holder.execute("ROLLBACK"));
    }

    void longValuesThatAreOlderThanTheRowsCount()
    {
        const TestDatabase database;
        Session session = database.superuser();
        for (int i = 0; i < 20; ++i)
            VERIFY_OK(session.execute("SELECT pg_current_xact_id()"));
        VERIFY_OK(session.execute("VACUUM (FREEZE, PROCESS_TOAST FALSE) retail.products"));
        const Result<Rows> ages = session.execute(
            "SELECT age(c.relfrozenxid), age(t.relfrozenxid), mxid_age(t.relminmxid) FROM pg_class c "
            "JOIN pg_class t ON t.oid = c.reltoastrelid WHERE c.oid = 'retail.products'::regclass");
        VERIFY_OK(ages);
        QVERIFY(ages->integer(0, 0) + 15 < ages->integer(0, 1));
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_ops"_s);
        const Result<Plan> plan = planOf(pool);
        VERIFY_OK(plan);
        const Result<TableReport> tables = TableStatService(pool).report().result();
        VERIFY_OK(tables);
        for (const Table &table : plan->measured.tables)
            if (table.name == u"products") {
                QVERIFY(table.xidAge >= ages->integer(0, 1));
                QVERIFY(table.multixactAge >= ages->integer(0, 2));
            }
        for (const TableStats &table : tables->tables)
            if (table.fullName == u"retail.products")
                QVERIFY(table.frozenAge >= ages->integer(0, 1));
        // And the task says what it froze of them.
        const auto report = std::make_shared<Report>(tasksOf(*plan, {u"freeze:retail.products"_s}));
        MaintenanceJob job;
        VERIFY_OK(MaintenanceService(pool).run({}, report)(job));
        QVERIFY(report->outcome(0).before.xidAge >= ages->integer(0, 1));
        QVERIFY(report->outcome(0).after.xidAge < report->outcome(0).before.xidAge);
    }
};

QTEST_GUILESS_MAIN(TestMaintenance)
#include "tst_maintenance.moc"
