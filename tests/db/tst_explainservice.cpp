// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/explainservice.h"
#include "tests/support/testcluster.h"

#include <QTest>

using namespace Qt::StringLiterals;

namespace {

using Values = QList<std::optional<QString>>;

bool has(const QList<PlanFinding> &findings, PlanFinding::Kind kind)
{
    return std::any_of(findings.cbegin(), findings.cend(),
                       [kind](const PlanFinding &finding) { return finding.kind == kind; });
}

double sumOfShares(const PlanNode &node)
{
    double sum = node.share;
    for (const PlanNode &child : node.children)
        sum += sumOfShares(child);
    return sum;
}

} // namespace

/// What is explained is looked at and nothing else: by its owner, on a table made for it.
class TestExplainService final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        Session worker = m_database->superuser();
        // Two columns that depend on each other, which the statistics do not know; never analyzed afterwards.
        VERIFY_OK(worker.execute("CREATE TABLE public.trial AS SELECT i AS id, i % 100 AS a, i % 100 AS b, "
                                 "md5(i::text) AS word FROM generate_series(1, 40000) i"));
        VERIFY_OK(worker.execute("ANALYZE public.trial"));
        VERIFY_OK(worker.execute("GRANT ALL ON public.trial TO PUBLIC"));
        m_pool = std::make_unique<ConnectionPool>(2);
        OPEN_POOL(*m_pool, *m_database, u"sandbox_owner"_s);
        m_service = std::make_unique<ExplainService>(*m_pool);
    }
    void cleanupTestCase()
    {
        m_service.reset();
        m_pool.reset();
        m_database.reset();
    }

    void whatCannotBeExplainedIsRefused_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::newRow("nothing") << QString();
        QTest::newRow("two statements") << u"SELECT 1; DELETE FROM public.trial"_s;
        QTest::newRow("a command") << u"VACUUM public.trial"_s;
        QTest::newRow("a way out of the transaction") << u"COMMIT"_s;
        QTest::newRow("no SQL") << u"hello"_s;
        QTest::newRow("a table that is not there") << u"SELECT * FROM nowhere"_s;
        QTest::newRow("a text that was cut") << u"SELECT * FROM public.trial WHERE word = 'a"_s;
    }
    void whatCannotBeExplainedIsRefused()
    {
        QFETCH(QString, sql);
        const auto form = m_service->form(sql, {}, {}).result();
        QVERIFY(!form);
        QVERIFY(!form.error().message.isEmpty());
        const auto plan =
            m_service->explain({.statement = sql, .role = {}, .storeId = {}, .values = {}}).result();
        QVERIFY(!plan);
        QCOMPARE(rows(), 40'000);
    }

    void theServerTellsTheTypes()
    {
        const auto form =
            m_service
                ->form(
                    u"SELECT * FROM products WHERE store_id = $1 AND price > $2 AND created_at > now() - interval $3 LIMIT $4"_s,
                    {}, {})
                .result();
        VERIFY_OK(form);
        QCOMPARE(form->effect,
                 sqltext::Effect::Reads); // libpg_query reads "interval $3", the server does not
        QCOMPARE(form->types, (QStringList{u"text"_s, u"numeric"_s, u"interval"_s, u"bigint"_s}));
    }

    void withoutValuesThePlanIsGeneric()
    {
        const auto result = m_service
                                ->explain({.statement = u"SELECT * FROM public.trial WHERE id = $1"_s,
                                           .role = {},
                                           .storeId = {},
                                           .values = {}})
                                .result();
        VERIFY_OK(result);
        QVERIFY(result->generic && !result->plan.analyzed);
        QVERIFY(result->plan.root.conditions.join(u' ').contains(u"$1"_s));
        QCOMPARE(result->notes.size(), 1);
    }

    void withValuesThePlanIsForThem()
    {
        const auto result =
            m_service
                ->explain({.statement = u"SELECT * FROM public.trial WHERE word = $1 AND id = $2"_s,
                           .role = {},
                           .storeId = {},
                           .values = Values{u"x'); DROP TABLE public.trial; --"_s, std::nullopt}})
                .result();
        VERIFY_OK(result);
        QVERIFY(!result->generic);
        QCOMPARE(rows(), 40'000);
        const auto few = m_service
                             ->explain({.statement = u"SELECT * FROM public.trial WHERE id = $1"_s,
                                        .role = {},
                                        .storeId = {},
                                        .values = Values{}})
                             .result();
        QVERIFY(!few);
        const auto wrong = m_service
                               ->explain({.statement = u"SELECT * FROM public.trial WHERE id = $1"_s,
                                          .role = {},
                                          .storeId = {},
                                          .values = Values{u"many"_s}})
                               .result();
        QVERIFY(!wrong);
        QCOMPARE(wrong.error().sqlstate, u"22P02"_s);
    }

    void aMisestimateThatTheTestMadeIsFound()
    {
        ExplainRequest request{.statement = u"SELECT count(*) FROM public.trial WHERE a = $1 AND b = $2"_s,
                               .role = {},
                               .storeId = {},
                               .values = Values{u"7"_s, u"7"_s}};
        request.analyze = true;
        const auto result = m_service->explain(request).result();
        VERIFY_OK(result);
        QVERIFY(result->plan.analyzed);
        const PlanNode *scan = &result->plan.root;
        while (!scan->children.empty())
            scan = &scan->children.front();
        Session worker = m_database->superuser();
        const Result<Rows> counted =
            worker.execute("SELECT count(*) FROM public.trial WHERE a = 7 AND b = 7");
        VERIFY_OK(counted);
        QCOMPARE(scan->rows(), double(counted->integer(0, 0)));
        QVERIFY(scan->misestimate() > 10);
        QVERIFY(has(result->plan.findings(), PlanFinding::Kind::Misestimate));
        QVERIFY(has(result->plan.findings(), PlanFinding::Kind::SelectiveScan));
    }

    void aSpillThatTheTestMadeIsFound()
    {
        Session worker = m_database->superuser();
        VERIFY_OK(worker.execute("ALTER ROLE sandbox_owner IN DATABASE " +
                                 quoteIdentifier(m_database->name()) + " SET work_mem = '64kB'"));
        ExplainRequest request{.statement = u"SELECT * FROM public.trial ORDER BY word"_s,
                               .role = {},
                               .storeId = {},
                               .values = Values{}};
        request.analyze = true;
        const auto result = m_service->explain(request).result();
        VERIFY_OK(result);
        QVERIFY(has(result->plan.findings(), PlanFinding::Kind::Spill));
        QVERIFY(result->plan.settings.contains(u"work_mem = 64kB"_s));
    }

    void aStatementThatWritesIsRunOnlyWhenAcceptedAndRolledBack()
    {
        ExplainRequest request{
            .statement = u"DELETE FROM public.trial"_s, .role = {}, .storeId = {}, .values = Values{}};
        request.analyze = true;
        const auto refused = m_service->explain(request).result();
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::Usage);
        request.acceptWrites = true;
        const auto result = m_service->explain(request).result();
        VERIFY_OK(result);
        QCOMPARE(result->plan.root.children.at(0).rows(), 40'000.0);
        QCOMPARE(rows(), 40'000);
    }

    void aFunctionThatWritesIsStoppedByTheServer()
    {
        Session worker = m_database->superuser();
        VERIFY_OK(worker.execute(
            "CREATE FUNCTION public.sly() RETURNS int LANGUAGE sql AS 'DELETE FROM public.trial; "
            "SELECT 1'"));
        ExplainRequest request{
            .statement = u"SELECT public.sly()"_s, .role = {}, .storeId = {}, .values = Values{}};
        request.analyze = true;
        const auto result = m_service->explain(request).result();
        QVERIFY(!result);
        QCOMPARE(result.error().sqlstate, u"25006"_s);
        QCOMPARE(rows(), 40'000);
    }

    void theTimeLimitEndsIt()
    {
        ExplainRequest request{
            .statement = u"SELECT pg_sleep(60)"_s, .role = {}, .storeId = {}, .values = Values{}};
        request.analyze = true;
        request.timeoutMs = 200;
        const auto result = m_service->explain(request).result();
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Timeout);
    }

    void itCanBeCancelled()
    {
        ExplainRequest request{
            .statement = u"SELECT pg_sleep(60)"_s, .role = {}, .storeId = {}, .values = Values{}};
        request.analyze = true;
        CancelToken token;
        auto running = m_service->explain(request, token);
        Session worker = m_database->superuser();
        QTRY_VERIFY(
            worker
                .execute("SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'retail-admin%EXPLAIN' "
                         "AND wait_event = 'PgSleep'")
                ->count() == 1);
        token.cancel();
        const auto result = running.result();
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Cancelled);
    }

    void policiesOfTheRoleAreInThePlan()
    {
        const QString sql = u"SELECT * FROM products"_s;
        const auto owner =
            m_service->explain({.statement = sql, .role = {}, .storeId = {}, .values = Values{}}).result();
        VERIFY_OK(owner);
        ExplainRequest request{
            .statement = sql, .role = u"sandbox_manager"_s, .storeId = u"seattle"_s, .values = Values{}};
        request.analyze = true;
        const auto manager = m_service->explain(request).result();
        VERIFY_OK(manager);
        QVERIFY(!owner->plan.text().contains(u"InitPlan"_s));
        QVERIFY(manager->plan.text().contains(u"InitPlan"_s));
        // The policy's question for the store is part of whoever waited for it, and counted once.
        QVERIFY2(sumOfShares(manager->plan.root) < 1.05, qPrintable(manager->plan.text()));
        Session worker = m_database->superuser();
        const Result<Rows> counted =
            worker.execute("SELECT count(*) FROM retail.products WHERE store_id = 'seattle'");
        VERIFY_OK(counted);
        QCOMPARE(manager->plan.root.rows(), double(counted->integer(0, 0)));

        ExplainRequest foreign = request;
        foreign.storeId = u"redmond"_s;
        const auto refused = m_service->explain(foreign).result();
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::Permission);
    }

    void aDbaIsToldWhyNoRowCame()
    {
        ConnectionPool pool(2);
        OPEN_POOL(pool, *m_database, u"sandbox_dba"_s);
        ExplainService service(pool);
        ExplainRequest request{
            .statement = u"SELECT * FROM products"_s, .role = {}, .storeId = {}, .values = Values{}};
        request.analyze = true;
        const auto result = service.explain(request).result();
        VERIFY_OK(result);
        QCOMPARE(result->plan.root.rows(), 0.0);
        // No statistics and no index show rows that the policies hide.
        QVERIFY2(result->plan.findings().isEmpty(), qPrintable(result->plan.text()));
        QVERIFY(result->notes.join(u' ').contains(u"no store"_s));
        const auto roles = service.roles().result();
        VERIFY_OK(roles);
        QCOMPARE(roles->first(), u"sandbox_dba"_s);
        QVERIFY(!roles->contains(u"sandbox_owner"_s));
        request.role = u"sandbox_owner"_s;
        QVERIFY(!service.explain(request).result());
    }

private:
    qint64 rows()
    {
        Session worker = m_database->superuser();
        const Result<Rows> counted = worker.execute("SELECT count(*) FROM public.trial");
        return counted ? counted->integer(0, 0) : -1;
    }

    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<ConnectionPool> m_pool;
    std::unique_ptr<ExplainService> m_service;
};

QTEST_GUILESS_MAIN(TestExplainService)
#include "tst_explainservice.moc"
