// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/maintenanceplan.h"

#include <QLocale>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace maintenance;

namespace {

Measurements quietDatabase()
{
    Measurements measured;
    measured.serverVersion = 150'000;
    measured.mayRun = true;
    measured.login = u"ops"_s;
    measured.monthsAhead = 12;
    for (const QString &name : {u"customers"_s, u"product_embeddings"_s, u"stores"_s}) {
        Table table;
        table.schema = u"retail"_s;
        table.name = name;
        table.tableBytes = table.actualBytes = 80'000'000;
        table.neededBytes = 79'000'000;
        table.indexBytes = 20'000'000;
        table.live = 100'000;
        table.lastAnalyze = table.lastVacuum = QDateTime::currentDateTimeUtc();
        table.freezeMaxAge = 200'000'000;
        table.multixactMaxAge = 400'000'000;
        measured.tables.append(table);
    }
    for (const auto &[name, table, method] :
         {std::tuple(u"idx_customers_name"_s, u"customers"_s, u"btree"_s),
          std::tuple(u"idx_product_embeddings_other"_s, u"product_embeddings"_s, u"hnsw"_s)}) {
        Index index;
        index.schema = index.tableSchema = u"retail"_s;
        index.name = name;
        index.table = table;
        index.method = method;
        index.bytes = 10'000'000;
        index.clusterable = method == u"btree"_s;
        if (index.clusterable)
            index.neededBytes = 9'000'000;
        measured.indexes.append(index);
    }
    return measured;
}

QStringList found(const Plan &plan)
{
    QStringList ids;
    for (const Task &task : plan.tasks)
        if (task.offer == Offer::Measured)
            ids += task.id();
    return ids;
}

} // namespace

/// What is proposed from which measurements, and with which statement.
class TestMaintenancePlan final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

    void nothingIsFoundInAQuietDatabase() { QCOMPARE(found(makePlan(quietDatabase())), QStringList()); }

    void aConditionIsFound_data()
    {
        QTest::addColumn<std::function<void(Measurements &)>>("harm");
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("number");
        using Harm = std::function<void(Measurements &)>;
        QTest::newRow("dead rows") << Harm([](Measurements &m) { m.tables[2].dead = 30'000; })
                                   << u"vacuum:retail.stores"_s << u"30,000 dead rows"_s;
        QTest::newRow("stale statistics") << Harm([](Measurements &m) { m.tables[2].changed = 20'000; })
                                          << u"analyze:retail.stores"_s << u"20,000 rows changed"_s;
        QTest::newRow("never analysed") << Harm([](Measurements &m) { m.tables[2].lastAnalyze = {}; })
                                        << u"analyze:retail.stores"_s << u"never analysed"_s;
        QTest::newRow("partitions that hold more than before") << Harm([](Measurements &m) {
            m.tables[2].partitioned = true;
            m.tables[2].changed = 20'000;
        }) << u"analyze:retail.stores"_s << u"20,000 rows more or fewer than at its last ANALYZE"_s;
        QTest::newRow("old transactions") << Harm([](Measurements &m) { m.tables[2].xidAge = 170'000'000; })
                                          << u"freeze:retail.stores"_s << u"85 %"_s;
        QTest::newRow("old multixacts")
            << Harm([](Measurements &m) { m.tables[2].multixactAge = 360'000'000; })
            << u"freeze:retail.stores"_s << u"90 %"_s;
        QTest::newRow("a bloated table")
            << Harm([](Measurements &m) { m.tables[2].neededBytes = 30'000'000; })
            << u"vacuum-full:retail.stores"_s << u"47.7 MB of 76.3 MB"_s;
        QTest::newRow("a bloated index")
            << Harm([](Measurements &m) { m.indexes[0].neededBytes = 4'000'000; })
            << u"reindex:retail.idx_customers_name"_s << u"60 %"_s;
        QTest::newRow("an invalid index") << Harm([](Measurements &m) { m.indexes[0].valid = false; })
                                          << u"reindex:retail.idx_customers_name"_s << u"invalid"_s;
        QTest::newRow("a leftover of an interrupted rebuild") << Harm([](Measurements &m) {
            m.indexes[0].valid = false;
            m.indexes[0].name = u"idx_customers_name_ccnew1"_s;
        }) << u"drop-index:retail.idx_customers_name_ccnew1"_s << u"no query uses it"_s;
        QTest::newRow("a vector index after many deletes")
            << Harm([](Measurements &m) { m.tables[1].outdated = 40'000; })
            << u"reindex:retail.idx_product_embeddings_other"_s << u"40,000 vectors"_s;
    }
    void aConditionIsFound()
    {
        QFETCH(std::function<void(Measurements &)>, harm);
        QFETCH(QString, id);
        QFETCH(QString, number);
        Measurements measured = quietDatabase();
        harm(measured);
        const Plan plan = makePlan(measured);
        QCOMPARE(found(plan), QStringList{id});
        QVERIFY2(plan.task(id)->why.contains(number), qPrintable(plan.task(id)->why));
        // It is for this that one looks; what locks everybody out is not ticked for it.
        QCOMPARE(plan.task(id)->chosen, plan.task(id)->confirmWord.isEmpty());
    }

    void routineWorkIsChosenWhereThereIsSome_data()
    {
        using Harm = std::function<void(Measurements &)>;
        QTest::addColumn<Harm>("harm");
        QTest::addColumn<QString>("id");
        QTest::addColumn<bool>("chosen");
        QTest::addColumn<QString>("why");
        const auto vector = u"reindex:retail.idx_product_embeddings_vector"_s;
        QTest::newRow("nothing changed since the last ANALYZE")
            << Harm([](Measurements &) {}) << u"analyze:retail.customers"_s << false
            << u"0 rows changed since"_s;
        QTest::newRow("one row changed") << Harm([](Measurements &m) { m.tables[0].changed = 1; })
                                         << u"analyze:retail.customers"_s << true << u"1 row changed since"_s;
        QTest::newRow("never analysed")
            << Harm([](Measurements &m) { m.tables[0].lastAnalyze = {}; }) << u"analyze:retail.customers"_s
            << true << u"never analysed; 100,000 rows are in it"_s;
        QTest::newRow("no dead row") << Harm([](Measurements &) {}) << u"vacuum:retail.customers"_s << false
                                     << u"0 dead rows beside 100,000 live ones"_s;
        QTest::newRow("one dead row") << Harm([](Measurements &m) {
            m.tables[0].dead = 1;
            m.tables[0].live = 1;
        }) << u"vacuum:retail.customers"_s
                                      << true << u"1 dead row beside 1 live one"_s;
        QTest::newRow("no vector was replaced")
            << Harm([](Measurements &) {}) << vector << false << u"0 vectors were replaced"_s;
        QTest::newRow("one vector was replaced") << Harm([](Measurements &m) { m.tables[1].outdated = 1; })
                                                 << vector << true << u"1 vector was replaced"_s;
        QTest::newRow("none was replaced since the last rebuild") << Harm([](Measurements &m) {
            m.tables[1].outdated = 40'000;
            m.past[u"reindex:retail.idx_product_embeddings_vector"_s] = {100, 10'000'000, 40'000, {}};
        }) << vector << false << u"0 vectors were replaced or deleted since the last rebuild"_s;
        QTest::newRow("the disk is too small for it") << Harm([](Measurements &m) {
            m.tables[1].outdated = 1;
            m.freeBytes = 1'000'000;
        }) << vector << false << u"1 vector was replaced"_s;
        QTest::newRow("one month is missing") << Harm([](Measurements &m) { m.monthsAhead = 11; })
                                              << u"partitions:retail.audit_log"_s << true << u"11 of the"_s;
        QTest::newRow("one month is there")
            << Harm([](Measurements &m) { m.monthsAhead = 1; }) << u"partitions:retail.audit_log"_s << true
            << u"1 of the next 12 months has a partition"_s;
    }
    void routineWorkIsChosenWhereThereIsSome()
    {
        QFETCH(std::function<void(Measurements &)>, harm);
        QFETCH(QString, id);
        QFETCH(QString, why);
        Measurements measured = quietDatabase();
        measured.indexes[1].name = u"idx_product_embeddings_vector"_s;
        harm(measured);
        const Plan plan = makePlan(measured);
        QCOMPARE(plan.task(id)->offer, Offer::Routine);
        QTEST(plan.task(id)->chosen, "chosen");
        QVERIFY2(plan.task(id)->why.contains(why), qPrintable(plan.task(id)->why));
    }

    void deletesBeforeTheLastRebuildDoNotCount()
    {
        Measurements measured = quietDatabase();
        measured.tables[1].outdated = 40'000;
        measured.past[u"reindex:retail.idx_product_embeddings_other"_s] = {100, 10'000'000, 39'000, {}};
        QCOMPARE(found(makePlan(measured)), QStringList());
        // The server's counters began anew: all of them are younger than the rebuild.
        measured.past[u"reindex:retail.idx_product_embeddings_other"_s].outdated = 90'000;
        QCOMPARE(found(makePlan(measured)).size(), 1);
    }

    void theTimeIsEstimatedInProportion()
    {
        Measurements measured = quietDatabase();
        measured.past[u"analyze:retail.customers"_s] = {1'000, 40'000'000, -1, {}};
        const Plan plan = makePlan(measured);
        QCOMPARE(plan.task(u"analyze:retail.customers"_s)->estimatedMs, 2'000);
        QCOMPARE(plan.task(u"analyze:retail.stores"_s)->estimatedMs, -1);
    }

    void statementsFitTheServersVersion_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<QString>("id");
        QTest::addColumn<QByteArray>("sql");
        QTest::newRow("vacuum of 15")
            << 150'013 << u"vacuum:retail.customers"_s << QByteArray("VACUUM (ANALYZE) retail.customers");
        QTest::newRow("vacuum of 16") << 160'000 << u"vacuum:retail.customers"_s
                                      << QByteArray("VACUUM (ANALYZE, SKIP_DATABASE_STATS) retail.customers");
        QTest::newRow("reindex") << 150'013 << u"reindex:retail.idx_customers_name"_s
                                 << QByteArray("REINDEX INDEX CONCURRENTLY retail.idx_customers_name");
        QTest::newRow("cluster") << 150'013 << u"cluster:retail.customers:idx_customers_name"_s
                                 << QByteArray("CLUSTER retail.customers USING \"idx_customers_name\"");
        QTest::newRow("vacuum full") << 170'000 << u"vacuum-full:retail.stores"_s
                                     << QByteArray("VACUUM (FULL, ANALYZE) retail.stores");
    }
    void statementsFitTheServersVersion()
    {
        QFETCH(int, version);
        QFETCH(QString, id);
        QFETCH(QByteArray, sql);
        Measurements measured = quietDatabase();
        measured.serverVersion = version;
        const Plan plan = makePlan(measured);
        QVERIFY(plan.task(id));
        QCOMPARE(plan.task(id)->sql, sql);
    }

    void whatTasksLeftOutForTheWholeDatabaseFollowsOnce()
    {
        Measurements measured = quietDatabase();
        QCOMPARE(afterTasks(makePlan(measured).tasks), QByteArray());
        measured.serverVersion = 160'000;
        const Plan plan = makePlan(measured);
        QCOMPARE(afterTasks(plan.tasks), QByteArray("VACUUM (ONLY_DATABASE_STATS)"));
        QCOMPARE(afterTasks({*plan.task(u"analyze:retail.customers"_s)}), QByteArray());
    }

    void aPartitionedTableWithoutRowsNeedsNoStatistics()
    {
        Measurements measured = quietDatabase();
        measured.tables[2].partitioned = true;
        measured.tables[2].lastAnalyze = {};
        QCOMPARE(found(makePlan(measured)), QStringList{u"analyze:retail.stores"_s});
        measured.tables[2].live = 0;
        QCOMPARE(found(makePlan(measured)), QStringList());
    }

    void aNameThatIsNoPlainOneIsQuoted()
    {
        Measurements measured = quietDatabase();
        measured.tables[0].name = u"odd \"name"_s;
        const Plan plan = makePlan(measured);
        QCOMPARE(plan.task(u"analyze:retail.odd \"name"_s)->sql,
                 QByteArray("ANALYZE retail.\"odd \"\"name\""));
    }

    void whatLocksEverybodyOutAsksForItsName()
    {
        const Plan plan = makePlan(quietDatabase());
        for (const Task &task : plan.tasks)
            QCOMPARE(!task.confirmWord.isEmpty(),
                     task.kind == Kind::VacuumFull || task.kind == Kind::Cluster);
    }

    void aDiskThatIsTooSmallIsAnObstacle()
    {
        Measurements measured = quietDatabase();
        measured.freeBytes = 90'000'000;
        const Plan plan = makePlan(measured);
        QVERIFY(obstacle(plan, *plan.task(u"vacuum-full:retail.customers"_s)).contains(u"85.8 MB are free"));
        QVERIFY(obstacle(plan, *plan.task(u"reindex:retail.idx_customers_name"_s)).isEmpty());
        measured.freeBytes = -1; // not to be seen from here
        QVERIFY(obstacle(makePlan(measured), *plan.task(u"vacuum-full:retail.customers"_s)).isEmpty());
    }

    void whoMayNotIsToldWhoCan()
    {
        Measurements measured = quietDatabase();
        measured.mayRun = false;
        measured.whoCan = QStringList{u"anna"_s, u"bo"_s};
        QVERIFY(makePlan(measured).refusal.contains(u"anna, bo"));
        measured.standby = true;
        QVERIFY(makePlan(measured).refusal.contains(u"standby"));
    }

    void onlyOneConcurrentStatementPassesAsAnIndexTask_data()
    {
        QTest::addColumn<Kind>("kind");
        QTest::addColumn<QByteArray>("sql");
        QTest::addColumn<bool>("passes");
        QTest::newRow("create") << Kind::CreateIndex
                                << QByteArray("CREATE INDEX CONCURRENTLY i ON retail.stores (region);")
                                << true;
        QTest::newRow("unique") << Kind::CreateIndex
                                << QByteArray("create unique index concurrently i ON retail.stores (region)")
                                << true;
        QTest::newRow("drop") << Kind::DropIndex << QByteArray("DROP INDEX CONCURRENTLY retail.i") << true;
        QTest::newRow("rebuild") << Kind::Reindex << QByteArray("REINDEX INDEX CONCURRENTLY retail.i;")
                                 << true;
        QTest::newRow("rebuild of a table")
            << Kind::Reindex << QByteArray("REINDEX TABLE CONCURRENTLY retail.stores") << false;
        QTest::newRow("not concurrently")
            << Kind::CreateIndex << QByteArray("CREATE INDEX i ON retail.stores (region)") << false;
        QTest::newRow("another statement")
            << Kind::DropIndex << QByteArray("DROP TABLE retail.stores") << false;
        QTest::newRow("another kind") << Kind::Vacuum << QByteArray("VACUUM") << false;
    }
    void onlyOneConcurrentStatementPassesAsAnIndexTask()
    {
        QFETCH(Kind, kind);
        QFETCH(QByteArray, sql);
        QFETCH(bool, passes);
        QCOMPARE(indexTask(kind, u"retail"_s, u"stores"_s, u"i"_s, sql).ok(), passes);
    }
};

QTEST_GUILESS_MAIN(TestMaintenancePlan)
#include "tst_maintenanceplan.moc"
