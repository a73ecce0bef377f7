// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/healthservice.h"
#include "app/services/indexadvisor.h"
#include "tests/support/testcluster.h"

#include <QTest>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

namespace {

Result<Rows> as(const TestDatabase &database, const QString &user, const QByteArray &sql)
{
    Result<Session> session = openSession(database.login(user), u"Test"_s, {});
    return session ? session->executeScript(sql) : session.error();
}

const IndexInfo *indexNamed(const IndexReport &report, const QString &name)
{
    for (const IndexInfo &index : report.indexes)
        if (index.name == name)
            return &index;
    return nullptr;
}

/// Kinds of what was found about the index or table, as one text.
QString found(const QList<IndexFinding> &findings, const QString &object)
{
    QStringList kinds;
    for (const IndexFinding &finding : findings)
        if (finding.object == object)
            kinds += findingName(finding.kind);
    return kinds.join(u", "_s);
}

IndexInfo made(qint64 id, const QString &name, const QStringList &keys)
{
    IndexInfo index;
    index.id = id;
    index.tableId = 1;
    index.fullName = u"s."_s + name;
    index.tableName = u"s.t"_s;
    index.name = name;
    index.method = u"btree"_s;
    index.keys = keys;
    index.scans = 1;
    return index;
}

} // namespace

/// Each condition is made by the test on a real server, found, and compared with SQL of the test's own.
class TestIndexService final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestDatabase> m_database;

    Result<IndexReport> report(const QString &user = u"sandbox_dba"_s) const
    {
        ConnectionPool pool(1);
        const Login login = m_database->login(user);
        if (const auto opened = pool.open(login.profile, {}, {}).result(); !opened)
            return opened.error();
        IndexService service(pool);
        Result<IndexReport> report = service.report().result();
        const Result<QHash<qint64, qint64>> sizes = service.sizes().result();
        if (!report || !sizes)
            return report ? sizes.error() : report;
        report->setSizes(*sizes);
        // A database of a minute ago has nothing unused.
        report->countedSince = report->server.readAt.addDays(-60);
        return report;
    }

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        VERIFY_OK(as(*m_database, u"sandbox_owner"_s,
                     "SET ROLE retail_owner;"
                     "CREATE TABLE retail.probe (id int PRIMARY KEY, a int NOT NULL, b int UNIQUE, c text, d "
                     "int NOT NULL);"
                     "INSERT INTO retail.probe SELECT i, i % 1000, i, md5(i::text), i FROM "
                     "generate_series(1, 60000) i;"
                     "CREATE INDEX probe_a ON retail.probe (a);"
                     "CREATE INDEX probe_a_again ON retail.probe (a);"
                     "CREATE INDEX probe_a_part ON retail.probe (a) WHERE b > 10;"
                     "CREATE INDEX probe_d ON retail.probe (d);"
                     "CREATE INDEX probe_d_down ON retail.probe (d DESC);"
                     "CREATE INDEX probe_d_a ON retail.probe (d, a);"
                     "CREATE UNIQUE INDEX probe_only ON retail.probe (id, d);"
                     "CREATE INDEX \"probe \"\"Odd\" ON retail.probe (c, b)"));
        VERIFY_OK(
            as(*m_database, u"sandbox_owner"_s,
               "SET ROLE retail_owner; SET enable_seqscan = off;"
               "SELECT count(*) FROM retail.probe WHERE b = 5; SELECT count(*) FROM retail.probe WHERE b = 6;"
               "SELECT pg_stat_force_next_flush()"));
        // VACUUM is refused in a transaction, which several statements at once are.
        VERIFY_OK(as(*m_database, u"sandbox_owner"_s, "VACUUM ANALYZE retail.probe"));
    }
    void cleanupTestCase() { m_database.reset(); }

    void figuresAreThoseOfTheServer()
    {
        const Result<IndexReport> shown = report();
        VERIFY_OK(shown);
        const Result<Rows> truth = m_database->superuser().execute(
            "SELECT i.indexrelid::bigint, pg_relation_size(i.indexrelid), s.idx_scan, s.idx_tup_read, "
            "s.idx_tup_fetch, "
            "i.indisunique, s.indexrelname FROM pg_index i JOIN pg_stat_user_indexes s USING (indexrelid) "
            "WHERE s.relname IN ('probe', 'products', 'customers', 'stores')");
        VERIFY_OK(truth);
        QVERIFY(truth->count() > 15);
        for (int row = 0; row < truth->count(); ++row) {
            const IndexInfo *index = indexNamed(*shown, truth->text(row, 6));
            QVERIFY2(index, qPrintable(truth->text(row, 6)));
            QCOMPARE(index->id, truth->integer(row, 0));
            QVERIFY(index->measured);
            QCOMPARE(index->bytes, truth->integer(row, 1));
            QCOMPARE(index->scans, truth->integer(row, 2));
            QCOMPARE(index->tuplesRead, truth->integer(row, 3));
            QCOMPARE(index->tuplesFetched, truth->integer(row, 4));
            QCOMPARE(index->unique, truth->boolean(row, 5));
        }
        QVERIFY(indexNamed(*shown, u"probe_b_key"_s)->scans >= 2);
    }

    void partitionsAreOneLine()
    {
        const Result<IndexReport> shown = report();
        VERIFY_OK(shown);
        const Result<Rows> truth = m_database->superuser().execute(
            "SELECT count(*) FILTER (WHERE t.isleaf), sum(pg_relation_size(t.relid)) FILTER (WHERE t.isleaf) "
            "FROM pg_partition_tree('retail.audit_log_pkey') t");
        VERIFY_OK(truth);
        const IndexInfo *index = indexNamed(*shown, u"audit_log_pkey"_s);
        QVERIFY(index);
        QCOMPARE(index->partitions, truth->integer(0, 0));
        QCOMPARE(index->bytes, truth->integer(0, 1));
        for (const IndexInfo &each : shown->indexes)
            QVERIFY2(!each.table.startsWith(u"audit_log_y"_s), qPrintable(each.name));
    }

    void whatIsFound_data()
    {
        QTest::addColumn<QString>("index");
        QTest::addColumn<QString>("kinds");
        QTest::newRow("of two equal ones the older stays") << u"retail.probe_a"_s << u"unused"_s;
        QTest::newRow("and the newer is a duplicate") << u"retail.probe_a_again"_s << u"duplicate"_s;
        QTest::newRow("a partial index is no duplicate of a whole one")
            << u"retail.probe_a_part"_s << u"unused"_s;
        QTest::newRow("one that another begins with is redundant") << u"retail.probe_d"_s << u"redundant"_s;
        QTest::newRow("but not in another order") << u"retail.probe_d_down"_s << u"unused"_s;
        QTest::newRow("the longer one stays") << u"retail.probe_d_a"_s << u"unused"_s;
        QTest::newRow("a primary key is never unused") << u"retail.probe_pkey"_s << QString();
        QTest::newRow("nor a unique constraint") << u"retail.probe_b_key"_s << QString();
        QTest::newRow("nor a unique index") << u"retail.probe_only"_s << QString();
        QTest::newRow("an odd name is quoted") << u"retail.\"probe \"\"Odd\""_s << u"unused"_s;
    }
    void whatIsFound()
    {
        QFETCH(QString, index);
        QFETCH(QString, kinds);
        static const Result<IndexReport> shown = report();
        VERIFY_OK(shown);
        QCOMPARE(found(indexFindings(*shown), index), kinds);
    }

    void nothingIsUnusedBeforeTheStatisticsCountedForADay()
    {
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_dba"_s);
        Result<IndexReport> shown = IndexService(pool).report().result();
        VERIFY_OK(shown);
        const auto unused = [&shown] {
            QList<IndexFinding> found = indexFindings(*shown);
            found.removeIf([](const IndexFinding &finding) { return finding.kind != IndexFinding::Unused; });
            return found;
        };
        // The test's own VACUUM ANALYZE is the oldest that these counters remember.
        QVERIFY(shown->countedSince.isValid() && shown->countedSeconds() < 3'600);
        QVERIFY(unused().isEmpty());
        QVERIFY(whyNoneIsUnused(*shown).contains(u"less than a day"_s));
        shown->countedSince = {};
        QVERIFY(unused().isEmpty());
        QVERIFY(whyNoneIsUnused(*shown).contains(u"nothing shows"_s));

        shown->countedSince = shown->server.readAt.addSecs(-30 * 3'600);
        QVERIFY(!unused().isEmpty());
        QCOMPARE(whyNoneIsUnused(*shown), QString());
        QVERIFY(unused().first().reason.contains(u"in at least 30.0 h"_s));
        QVERIFY(unused().first().doubt.contains(u"once a month"_s));
        QVERIFY(unused().first().doubt.contains(u"a new one had less time"_s));
        shown->server.statsReset = shown->countedSince = shown->server.readAt.addDays(-90);
        QVERIFY(unused().first().reason.startsWith(u"Not used since it was made, or in 90 days"_s));
        QVERIFY(unused().first().doubt.contains(u"a new one had less time"_s));

        // Those of the schema's own the program counts on.
        for (IndexInfo &index : shown->indexes)
            index.scans = 0;
        const QList<IndexFinding> findings = indexFindings(*shown);
        for (const QString &own :
             {u"retail.idx_products_text_search"_s, u"retail.idx_products_brand"_s,
              u"retail.idx_audit_log_action"_s, u"retail_sec.idx_store_access_store_id"_s})
            QCOMPARE(found(findings, own), QString());
        QCOMPARE(found(findings, u"retail.probe_a"_s), u"unused"_s);
    }

    void anIndexOfAPartitionedTableIsDroppedAsSuch()
    {
        VERIFY_OK(as(*m_database, u"sandbox_owner"_s,
                     "SET ROLE retail_owner;"
                     "CREATE TABLE retail.parts (a int, b int) PARTITION BY RANGE (a);"
                     "CREATE TABLE retail.parts_first PARTITION OF retail.parts FOR VALUES FROM (1) TO (9);"
                     "CREATE INDEX parts_only ON ONLY retail.parts (b);"
                     "CREATE TABLE retail.bare (a int) PARTITION BY RANGE (a);"
                     "CREATE INDEX bare_a ON retail.bare (a)"));
        const Result<IndexReport> shown = report();
        VERIFY_OK(shown);
        // It waits for those of its partitions, and is no rubbish.
        const IndexInfo *only = indexNamed(*shown, u"parts_only"_s);
        QVERIFY(only && only->partitioned && !only->valid);
        const QList<IndexFinding> findings = indexFindings(*shown);
        QCOMPARE(found(findings, u"retail.parts_only"_s), QString());
        QCOMPARE(found(findings, u"retail.bare_a"_s), u"unused"_s);
        for (const IndexFinding &finding : findings)
            if (finding.object == u"retail.bare_a") {
                QVERIFY(finding.lock.contains(u"ACCESS EXCLUSIVE"_s));
                VERIFY_OK(m_database->superuser().execute(finding.sql.toUtf8()));
            }
        VERIFY_OK(m_database->superuser().executeScript("DROP TABLE retail.parts, retail.bare"));
    }

    void everyStatementRuns()
    {
        const Result<IndexReport> shown = report();
        VERIFY_OK(shown);
        int dropped = 0;
        for (const IndexFinding &finding : indexFindings(*shown)) {
            if (!finding.object.contains(u"probe"_s) || finding.sql.isEmpty())
                continue;
            QVERIFY(!finding.lock.isEmpty() && !finding.reason.isEmpty() && !finding.doubt.isEmpty());
            if (finding.kind != IndexFinding::Unused || !finding.object.contains(u"Odd"_s))
                continue;
            QVERIFY(finding.reason.contains(u"Not used since it was made, or in at least 60 days"_s));
            QVERIFY(finding.doubt.contains(u"standbys"_s) &&
                    finding.doubt.contains(u"a new one had less time"_s));
            Session session = m_database->superuser();
            VERIFY_OK(session.execute(finding.sql.toUtf8()));
            ++dropped;
        }
        QCOMPARE(dropped, 1);
        const Result<IndexReport> after = report();
        VERIFY_OK(after);
        QVERIFY(!indexNamed(*after, u"probe \"Odd"_s));
    }

    void equalButForOneDetailIsNoDuplicate_data()
    {
        QTest::addColumn<IndexInfo>("other");
        QTest::addColumn<QString>("kinds");
        const auto row = [](const char *name, const std::function<void(IndexInfo &)> &change,
                            const QString &kinds) {
            IndexInfo other = made(2, u"second"_s, {u"1:10:0:0"_s});
            change(other);
            QTest::newRow(name) << other << kinds;
        };
        row(
            "the same", [](IndexInfo &) {}, u"duplicate"_s);
        row("another operator class", [](IndexInfo &index) { index.keys = QStringList{u"1:11:0:0"_s}; }, {});
        row("another collation", [](IndexInfo &index) { index.keys = QStringList{u"1:10:950:0"_s}; }, {});
        row("another method", [](IndexInfo &index) { index.method = u"hash"_s; }, {});
        row("another table", [](IndexInfo &index) { index.tableId = 2; }, {});
        row("a condition", [](IndexInfo &index) { index.predicate = u"(x > 1)"_s; }, {});
        row("a constraint of its own", [](IndexInfo &index) { index.constraint = true; }, {});
        row("what a foreign key rests on", [](IndexInfo &index) { index.referenced = true; }, {});
        row("a replica identity", [](IndexInfo &index) { index.replicaIdentity = true; }, {});
        row("a stored column that the first lacks",
            [](IndexInfo &index) { index.included = QStringList{u"7"_s}; }, {});
        row(
            "invalid", [](IndexInfo &index) { index.valid = false; }, u"invalid"_s);
        row("being built",
            [](IndexInfo &index) {
                index.valid = false;
                index.beingBuilt = true;
            },
            {});
    }
    void equalButForOneDetailIsNoDuplicate()
    {
        QFETCH(IndexInfo, other);
        QFETCH(QString, kinds);
        IndexReport report;
        IndexInfo first = made(1, u"first"_s, {u"1:10:0:0"_s});
        first.scans = 5;
        report.indexes = {first, other};
        QCOMPARE(found(indexFindings(report), u"s.second"_s), kinds);
    }

    void aKilledBuildIsFoundButNotWhileItRuns()
    {
        // A transaction that wrote to the table holds the build up.
        Session writer = m_database->superuser();
        VERIFY_OK(writer.executeScript("BEGIN; UPDATE retail.probe SET c = 'x' WHERE id = 1"));
        const auto build = [this](const QByteArray &sql) {
            return QtConcurrent::run([this, sql] { return m_database->superuser().execute(sql).ok(); });
        };
        const auto builders = [this] {
            const Result<Rows> rows =
                m_database->superuser().execute("SELECT count(*) FROM pg_stat_activity WHERE datname = "
                                                "current_database() AND query ~ '^(CREATE|REINDEX) INDEX' "
                                                "AND wait_event_type = 'Lock'");
            return rows ? rows->integer(0, 0) : -1;
        };
        const QFuture<bool> created = build("CREATE INDEX CONCURRENTLY probe_killed ON retail.probe (c)");
        QTRY_COMPARE_WITH_TIMEOUT(builders(), 1, 20'000);
        const Result<IndexReport> during = report();
        VERIFY_OK(during);
        QVERIFY(indexNamed(*during, u"probe_killed"_s) && indexNamed(*during, u"probe_killed"_s)->beingBuilt);
        QCOMPARE(found(indexFindings(*during), u"retail.probe_killed"_s), QString());
        const auto kill = [this] {
            return m_database->superuser().execute("SELECT pg_cancel_backend(pid) FROM pg_stat_activity "
                                                   "WHERE datname = current_database() AND query ~ "
                                                   "'^(CREATE|REINDEX) INDEX'");
        };
        VERIFY_OK(kill());
        QTRY_VERIFY(created.isFinished());
        QVERIFY(!created.result());
        const QFuture<bool> rebuilt = build("REINDEX INDEX CONCURRENTLY retail.probe_d");
        QTRY_COMPARE_WITH_TIMEOUT(builders(), 1, 20'000);
        VERIFY_OK(kill());
        QTRY_VERIFY(rebuilt.isFinished());
        VERIFY_OK(writer.execute("ROLLBACK"));

        const Result<IndexReport> after = report();
        VERIFY_OK(after);
        const QList<IndexFinding> findings = indexFindings(*after);
        QCOMPARE(found(findings, u"retail.probe_killed"_s), u"invalid"_s);
        QCOMPARE(found(findings, u"retail.probe_d_ccnew"_s), u"invalid"_s);
        for (const IndexFinding &finding : findings) {
            if (finding.kind != IndexFinding::Invalid)
                continue;
            QVERIFY(finding.reason.contains(finding.object.endsWith(u"_ccnew"_s)
                                                ? u"REINDEX CONCURRENTLY"_s
                                                : u"CREATE INDEX CONCURRENTLY"_s));
            Session session = m_database->superuser();
            VERIFY_OK(session.execute(finding.sql.toUtf8()));
        }
    }

    void aBuildIsKnownWithoutPgMonitor()
    {
        Session writer = m_database->superuser();
        VERIFY_OK(writer.executeScript("BEGIN; UPDATE retail.probe SET c = 'x' WHERE id = 1"));
        const QFuture<bool> built = QtConcurrent::run([this] {
            return m_database->superuser()
                .execute("CREATE INDEX CONCURRENTLY probe_slow ON retail.probe (c)")
                .ok();
        });
        const auto begun = [this] {
            const Result<Rows> rows =
                m_database->superuser().execute("SELECT FROM pg_index WHERE NOT indisvalid AND indexrelid = "
                                                "to_regclass('retail.probe_slow')");
            return rows && rows->count() == 1;
        };
        QTRY_VERIFY_WITH_TIMEOUT(begun(), 20'000);
        const Result<IndexReport> shown = report(u"sandbox_manager"_s);
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_manager"_s);
        const Result<QList<HealthCheck>> checks = HealthService(pool).check({}).result();
        VERIFY_OK(writer.execute("ROLLBACK"));
        QTRY_VERIFY(built.isFinished());
        QVERIFY(built.result());
        VERIFY_OK(m_database->superuser().execute("DROP INDEX retail.probe_slow"));

        VERIFY_OK(shown);
        QVERIFY(!shown->server.seesAll);
        QVERIFY(indexNamed(*shown, u"probe_slow"_s) && indexNamed(*shown, u"probe_slow"_s)->beingBuilt);
        QCOMPARE(found(indexFindings(*shown), u"retail.probe_slow"_s), QString());
        VERIFY_OK(checks);
        for (const HealthCheck &check : *checks)
            if (check.name == u"invalid-indexes")
                QCOMPARE(check.status, HealthCheck::Ok);
    }

    void bloatIsEstimatedNearTheTruth()
    {
        const auto expected = [this](const QString &name) -> std::pair<qint64, qint64> {
            const Result<IndexReport> shown = report();
            const IndexInfo *index = shown ? indexNamed(*shown, name) : nullptr;
            return index ? std::pair(index->bytes, index->expectedBytes) : std::pair<qint64, qint64>(-1, -1);
        };
        VERIFY_OK(
            as(*m_database, u"sandbox_owner"_s,
               "SET ROLE retail_owner;"
               "CREATE TABLE retail.swollen (id int, few int, text text);"
               "INSERT INTO retail.swollen SELECT i, i % 50, md5(i::text) FROM generate_series(1, 100000) i;"
               "CREATE INDEX swollen_id ON retail.swollen (id);"
               "CREATE INDEX swollen_few ON retail.swollen (few);"
               "CREATE INDEX swollen_text ON retail.swollen (text, id)"));
        VERIFY_OK(as(*m_database, u"sandbox_owner"_s, "VACUUM ANALYZE retail.swollen"));
        // Built just now: the estimate is the size, within a fifth.
        for (const QString &name : {u"swollen_id"_s, u"swollen_few"_s, u"swollen_text"_s}) {
            const auto [bytes, estimate] = expected(name);
            QVERIFY2(estimate > 0.8 * double(bytes) && estimate < 1.2 * double(bytes),
                     qPrintable(u"%1: %2 estimated %3"_s.arg(name).arg(bytes).arg(estimate)));
        }
        VERIFY_OK(as(*m_database, u"sandbox_owner"_s, "DELETE FROM retail.swollen WHERE id % 10 <> 0"));
        VERIFY_OK(as(*m_database, u"sandbox_owner"_s, "VACUUM ANALYZE retail.swollen"));
        const Result<IndexReport> swollen = report();
        VERIFY_OK(swollen);
        const QList<IndexFinding> findings = indexFindings(*swollen);
        QVERIFY(found(findings, u"retail.swollen_id"_s).contains(u"bloated"_s));
        const qint64 estimate = indexNamed(*swollen, u"swollen_id"_s)->expectedBytes;
        for (const IndexFinding &finding : findings)
            if (finding.object == u"retail.swollen_id"_s && finding.kind == IndexFinding::Bloated) {
                QVERIFY(finding.reason.startsWith(u"Estimate"_s));
                Session session = m_database->superuser();
                VERIFY_OK(session.execute(finding.sql.toUtf8()));
            }
        const qint64 bytes = expected(u"swollen_id"_s).first;
        QVERIFY2(estimate > 0.8 * double(bytes) && estimate < 1.2 * double(bytes),
                 qPrintable(u"%1 estimated %2"_s.arg(bytes).arg(estimate)));
        const Result<IndexReport> mended = report();
        VERIFY_OK(mended);
        QVERIFY(!found(indexFindings(*mended), u"retail.swollen_id"_s).contains(u"bloated"_s));
    }

    void whatIsMissingIsProvenWhereItCanBe()
    {
        VERIFY_OK(
            as(*m_database, u"sandbox_owner"_s,
               "SET ROLE retail_owner;"
               "CREATE TABLE retail.child (n int, probe_id int REFERENCES retail.probe (id), note text);"
               "INSERT INTO retail.child SELECT i, i, 'n' || i FROM generate_series(1, 60000) i;"
               "ANALYZE retail.child"));
        for (int i = 0; i < 3; ++i)
            VERIFY_OK(
                as(*m_database, u"sandbox_owner"_s,
                   "SELECT count(*) FROM retail.child WHERE note = 'n7'; SELECT pg_stat_force_next_flush()"));
        const auto prove = [this]() -> Result<QList<IndexProof>> {
            ConnectionPool pool(1);
            const Login login = m_database->login(u"sandbox_owner"_s);
            if (const auto opened = pool.open(login.profile, {}, {}).result(); !opened)
                return opened.error();
            const Result<IndexReport> report = IndexService(pool).report().result();
            return report ? IndexAdvisor(pool).prove(*report).result() : report.error();
        };
        const Result<IndexReport> shown = report();
        VERIFY_OK(shown);
        const QList<IndexFinding> findings = indexFindings(*shown);
        QVERIFY(found(findings, u"retail.child"_s).contains(u"missing for a foreign key"_s));
        QVERIFY(found(findings, u"retail.child"_s).contains(u"large scans"_s));

        const auto of = [](const QList<IndexProof> &proofs, const QString &column) -> const IndexProof * {
            for (const IndexProof &proof : proofs)
                if (proof.table == u"retail.child" && proof.columns == QStringList{column})
                    return &proof;
            return nullptr;
        };
        const Result<QList<IndexProof>> unproven = prove();
        VERIFY_OK(unproven);
        QVERIFY(of(*unproven, u"probe_id"_s) && of(*unproven, u"note"_s));
        QVERIFY(!of(*unproven, u"probe_id"_s)->tried);
        QVERIFY(of(*unproven, u"note"_s)->text().contains(u"Not proven"_s));

        VERIFY_OK(m_database->superuser().execute("CREATE EXTENSION hypopg SCHEMA public"));
        const Result<QList<IndexProof>> proven = prove();
        VERIFY_OK(proven);
        for (const QString &column : {u"probe_id"_s, u"note"_s}) {
            const IndexProof *proof = of(*proven, column);
            QVERIFY2(proof && proof->proven(), qPrintable(column));
            QVERIFY(proof->bytes > 100'000);
            QVERIFY(proof->statements.first().after < 0.1 * proof->statements.first().before);
        }
        QVERIFY(of(*proven, u"note"_s)->statements.first().calls >= 3);
        const QList<IndexFinding> advised = withProof(findings, *of(*proven, u"note"_s));
        QCOMPARE(advised.size(), findings.size() + 1);
        Session session = m_database->superuser();
        VERIFY_OK(session.execute(advised.last().sql.toUtf8()));
        const Result<Rows> left =
            m_database->superuser().execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'child'");
        VERIFY_OK(left);
        QCOMPARE(left->integer(0, 0), 1); // and nothing that was imagined
    }

    void aManagerSeesIndexesWithoutEstimates()
    {
        const Result<IndexReport> shown = report(u"sandbox_manager"_s);
        VERIFY_OK(shown);
        QVERIFY(!shown->indexes.isEmpty());
        QVERIFY(shown->noEstimates.contains(u"retail_dba"_s));
        QVERIFY(!shown->server.seesAll);
    }

    void aTableThatIsLockedIsNotWaitedFor()
    {
        Session holder = m_database->superuser();
        VERIFY_OK(holder.executeScript("BEGIN; DROP INDEX retail.probe_a_part"));
        const Result<IndexReport> shown = report();
        VERIFY_OK(shown);
        const IndexInfo *held = indexNamed(*shown, u"probe_a_part"_s);
        QVERIFY(held && !held->measured);
        QVERIFY(indexNamed(*shown, u"products_pkey"_s)->measured);
        VERIFY_OK(holder.execute("ROLLBACK"));
    }
};

QTEST_GUILESS_MAIN(TestIndexService)
#include "tst_indexservice.moc"
