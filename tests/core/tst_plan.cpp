// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/plan.h"

#include <QFile>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

/// Plans of a real server of version 15, as they came.
QueryPlan planOf(const QString &name)
{
    QFile file(QStringLiteral(PLAN_FOLDER "/") + name + u".json"_s);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s is missing", qPrintable(file.fileName()));
    const Result<QueryPlan> plan = QueryPlan::parse(file.readAll());
    if (!plan)
        qFatal("%s", qPrintable(plan.error().text()));
    return *plan;
}

double sumOfOwn(const PlanNode &node)
{
    double sum = node.exclusiveMs;
    for (const PlanNode &child : node.children)
        sum += sumOfOwn(child);
    return sum;
}

bool near(double a, double b)
{
    return std::abs(a - b) < 0.01;
}

} // namespace

class TestPlan final : public QObject
{
    Q_OBJECT

private slots:
    void whatIsNoPlanIsAnError_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("no JSON") << QByteArray("Seq Scan on a");
        QTest::newRow("an empty list") << QByteArray("[]");
        QTest::newRow("another object") << QByteArray("[{\"a\": 1}]");
        QTest::newRow("a list of numbers") << QByteArray("[1, 2]");
    }
    void whatIsNoPlanIsAnError()
    {
        QFETCH(QByteArray, json);
        QVERIFY(!QueryPlan::parse(json));
    }

    void timesOfParallelWorkersAreThoseOfTheClock()
    {
        const QueryPlan plan = planOf(u"parallel_misestimate"_s);
        QVERIFY(plan.analyzed && plan.buffered);
        const PlanNode &sort = plan.node({0});
        const PlanNode &scan = plan.node({0, 0});
        QCOMPARE(plan.root.workers, 1);
        QVERIFY(near(sort.inclusiveMs, 135.380));
        QVERIFY(near(scan.exclusiveMs, 135.003));
        QVERIFY(near(sort.exclusiveMs, 0.377));
        QVERIFY(near(plan.root.exclusiveMs, 348.217 - 135.380));
        QVERIFY(near(sumOfOwn(plan.root), 348.217));
        QCOMPARE(plan.root.own.hit, 0);
        QCOMPARE(sort.own.hit, 1928 - 1870);
        QCOMPARE(scan.own.hit, 1870);
    }

    void aMisestimateIsToldWhereItBegins()
    {
        const QueryPlan plan = planOf(u"parallel_misestimate"_s);
        const QList<PlanFinding> findings = plan.findings();
        QList<QList<int>> misestimates;
        for (const PlanFinding &finding : findings)
            if (finding.kind == PlanFinding::Kind::Misestimate)
                misestimates.append(finding.path);
        // The scan: 58 rows where 2 were expected. Sort and Gather Merge only pass them on.
        QCOMPARE(misestimates, (QList<QList<int>>{{0, 0}}));
    }

    void aScanThatThrowsMostRowsAwayIsFound()
    {
        const QueryPlan plan = planOf(u"parallel_misestimate"_s);
        bool found = false;
        for (const PlanFinding &finding : plan.findings())
            if (finding.kind == PlanFinding::Kind::SelectiveScan) {
                found = true;
                QCOMPARE(finding.path, (QList<int>{0, 0}));
                // 2 loops of 58 rows kept and 99,942 thrown away.
                QVERIFY2(finding.reason.contains(u"200,000"_s) && finding.reason.contains(u"116"_s),
                         qPrintable(finding.reason));
            }
        QVERIFY(found);
    }

    void aSortOnDiskIsFound()
    {
        const QueryPlan plan = planOf(u"sort_spill"_s);
        const QList<PlanFinding> findings = plan.findings();
        QCOMPARE(findings.size(), 1);
        QCOMPARE(findings.first().kind, PlanFinding::Kind::Spill);
        QVERIFY(plan.root.spilled);
        QCOMPARE(plan.root.sortKb, 10032);
        QVERIFY(near(plan.root.exclusiveMs, 1321.192 - 40.609));
        QVERIFY(findings.first().weight > 0.9);
    }

    void aCteIsCountedOnceAndWhereItRan()
    {
        const QueryPlan plan = planOf(u"cte"_s);
        QVERIFY(sumOfOwn(plan.root) <= plan.root.inclusiveMs * 1.01);
        const PlanNode &firstScan = plan.node({1});
        QCOMPARE(firstScan.type, u"CTE Scan"_s);
        QVERIFY2(firstScan.exclusiveMs < 1, qPrintable(QString::number(firstScan.exclusiveMs)));
        QCOMPARE(plan.node({0}).relation, u"CTE c"_s);
        QVERIFY(plan.findings().isEmpty());
    }

    void anInitPlanIsCountedOnceAndWhereItRan_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QList<int>>("initPlan");
        QTest::addColumn<QList<int>>("waited");
        QTest::addColumn<double>("own"); // of the node that waited, in milliseconds
        QTest::newRow("a policy's store, which an index condition names below the node it hangs on")
            << u"policy_bitmap"_s << QList<int>{0} << QList<int>{1} << 14.119 - 14.108;
        QTest::newRow("a filter that is asked once")
            << u"policy_one_time"_s << QList<int>{0} << QList<int>() << 6.843 - 6.835;
        QTest::newRow("a Gather, which needs the value before its workers begin")
            << u"gather_initplan"_s << QList<int>{0} << QList<int>() << 354.592 - 311.847 - 18.262;
        QTest::newRow("a select list, of which a plan tells nothing")
            << u"select_list_initplan"_s << QList<int>{0} << QList<int>{1, 0} << 692.229 - 624.329;
    }
    void anInitPlanIsCountedOnceAndWhereItRan()
    {
        QFETCH(QString, name);
        QFETCH(QList<int>, initPlan);
        QFETCH(QList<int>, waited);
        QFETCH(double, own);
        const QueryPlan plan = planOf(name);
        const PlanNode &once = plan.node(initPlan);
        QVERIFY2(once.relation.startsWith(u"InitPlan 1"_s), qPrintable(once.relation));
        QVERIFY(near(once.inclusiveMs, once.actualMs)); // the leader's alone, below a Gather too
        QVERIFY2(near(plan.node(waited).exclusiveMs, own),
                 qPrintable(QString::number(plan.node(waited).exclusiveMs)));
        QVERIFY2(near(sumOfOwn(plan.root), plan.root.inclusiveMs),
                 qPrintable(QString::number(sumOfOwn(plan.root))));
        QVERIFY(plan.node(waited).own.hit + once.buffers.hit <= plan.node(waited).buffers.hit);
    }

    void whatWasNeverExecutedTookNoTime()
    {
        const QueryPlan plan = planOf(u"policy_join"_s);
        QVERIFY(near(sumOfOwn(plan.root), plan.root.inclusiveMs));
        QCOMPARE(plan.node({1}).loops, 0.0); // the store of the table that nobody had to look into
        QCOMPARE(plan.node({1}).exclusiveMs, 0.0);
    }

    void rowsThatAPolicyHidesAreNoWrongEstimate_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("an index condition") << u"policy_bitmap"_s;
        QTest::newRow("a filter that is asked once") << u"policy_one_time"_s;
        QTest::newRow("a join that passes on nothing") << u"policy_join"_s;
    }
    void rowsThatAPolicyHidesAreNoWrongEstimate()
    {
        QFETCH(QString, name);
        const QueryPlan plan = planOf(name);
        QCOMPARE(plan.root.rows(), 0.0);
        for (const PlanFinding &finding : plan.findings())
            QFAIL(qPrintable(finding.title + u": "_s + finding.reason));
    }

    void aBitmapIndexScanIsNamedByItsIndex()
    {
        const QueryPlan plan = planOf(u"policy_bitmap"_s);
        QCOMPARE(plan.node({1}).target, u"idx_customers_loyalty_tier"_s);
        QVERIFY2(plan.text().contains(u"Bitmap Index Scan on idx_customers_loyalty_tier  (cost"_s),
                 qPrintable(plan.text()));
    }

    void onlyAPlanThatCostsSomethingIsHeavy()
    {
        QVERIFY(planOf(u"parallel_misestimate"_s).heavy());
        QVERIFY(!planOf(u"policy_one_time"_s).heavy());
        const auto ofCost = [](const QByteArray &cost) {
            return QueryPlan::parse("[{\"Plan\": {\"Node Type\": \"Result\", \"Total Cost\": " + cost + "}}]")
                ->heavy();
        };
        QVERIFY(!ofCost("0.3"));
        QVERIFY(ofCost("1000"));
    }

    void aNestedLoopThatRanTooOftenIsFound()
    {
        const QueryPlan plan = planOf(u"nested_loop"_s);
        const QList<PlanFinding> findings = plan.findings();
        QStringList kinds;
        for (const PlanFinding &finding : findings)
            kinds.append(QString::number(int(finding.kind)));
        const PlanNode &inner = plan.node({0, 1});
        QCOMPARE(inner.loops, 10'000.0);
        QVERIFY(near(inner.inclusiveMs, 170.0));
        const auto loop = std::find_if(findings.cbegin(), findings.cend(), [](const PlanFinding &finding) {
            return finding.kind == PlanFinding::Kind::NestedLoop;
        });
        QVERIFY2(loop != findings.cend(), qPrintable(kinds.join(u' ')));
        QVERIFY2(loop->reason.contains(u"10,000"_s) && loop->reason.contains(u"200"_s),
                 qPrintable(loop->reason));
    }

    void theTextHasEveryNodeAndItsOwnTime()
    {
        const QString text = planOf(u"parallel_misestimate"_s).text();
        QVERIFY(text.startsWith(u"Gather Merge"_s));
        QVERIFY(text.contains(u"->  Sort"_s));
        QVERIFY(text.contains(u"->  Parallel Seq Scan on big"_s));
        QVERIFY(text.contains(u"Rows Removed by Filter: 99942"_s));
        QVERIFY(text.contains(u"Execution Time: 348.471 ms"_s));
    }

    void aPlanWithoutAnalyzeHasNoFindingsAndSharesOfTheCost()
    {
        // No raw string: moc would stop reading at it.
        const Result<QueryPlan> plan = QueryPlan::parse(
            "[{\"Plan\": {\"Node Type\": \"Limit\", \"Startup Cost\": 0, \"Total Cost\": 40, \"Plan Rows\": "
            "10, \"Plans\": ["
            "{\"Node Type\": \"Seq Scan\", \"Relation Name\": \"a\", \"Alias\": \"b\", \"Startup Cost\": 0, "
            "\"Total Cost\": 30, \"Plan Rows\": 1000, \"Filter\": \"(x > 1)\"}]}}]");
        QVERIFY(plan.ok());
        QVERIFY(!plan->analyzed);
        QVERIFY(plan->findings().isEmpty());
        QCOMPARE(plan->node({0}).share, 0.75);
        QCOMPARE(plan->node({0}).target, u"a b"_s);
        QCOMPARE(plan->node({0}).conditions, QStringList{u"Filter: (x > 1)"_s});
    }
};

QTEST_GUILESS_MAIN(TestPlan)
#include "tst_plan.moc"
