// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/servercharts.h"
#include "ui/performance/storerows.h"
#include "ui/performance/tablecharts.h"
#include "ui/performance/topstatements.h"
#include "ui/shared/chartmodel.h"

#include <QAbstractItemModelTester>
#include <QLocale>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

const QDateTime noon = QDateTime::fromSecsSinceEpoch(1'790'000'400, Qt::UTC);

ServerPoint point(int second, int seconds, double commits)
{
    ServerPoint made{noon.addSecs(second), seconds, {}, {}};
    made.levels.connections = second;
    if (seconds > 0) {
        made.rates.emplace();
        made.rates->commits = commits;
    }
    return made;
}

ChartData chart(const QList<ServerPoint> &points, const QString &name)
{
    for (const ServerChart &one : serverCharts(points))
        if (one.name == name)
            return one.data;
    qFatal("there is no chart %s", qPrintable(name));
}

StatementStat statement(const QString &id, double ms, bool ours = false)
{
    StatementStat made;
    made.queryId = id;
    made.line = u"SELECT "_s + id;
    made.totalMs = ms;
    made.calls = 1;
    made.ours = ours;
    return made;
}

TableStats table(const QString &name, qint64 heap, qint64 live, qint64 dead)
{
    TableStats made;
    made.fullName = name;
    made.heapBytes = heap;
    made.indexBytes = made.toastBytes = heap < 0 ? -1 : 10;
    made.liveRows = live;
    made.deadRows = dead;
    return made;
}

} // namespace

/// What the dashboards draw, from values alone.
class TestDashboardCharts final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

    void withoutPointsEveryChartIsEmptyAndNamed()
    {
        const QList<ServerChart> charts = serverCharts({});
        QCOMPARE(charts.size(), 10);
        for (const ServerChart &one : charts) {
            QVERIFY(one.data.isEmpty());
            QVERIFY(!one.name.isEmpty() && !one.data.title.isEmpty() && !one.data.note.isEmpty());
        }
    }

    void aTimeThatNobodyLookedAtIsAGap()
    {
        // Two minutes by the history, an hour of nothing, two points just asked for.
        const ChartData drawn =
            chart({point(60, 60, 3), point(120, 60, 4), point(3'720, 0, 0), point(3'725, 5, 7)},
                  u"transactionsChart"_s);
        QCOMPARE(drawn.times.size(), 5);
        const QList<double> committed = drawn.series[0].values;
        QCOMPARE(committed[0], 3.0);
        QCOMPARE(committed[1], 4.0);
        QVERIFY(std::isnan(committed[2])); // the gap
        QVERIFY(std::isnan(committed[3])); // nothing to compare with yet
        QCOMPARE(committed[4], 7.0);
    }

    void aResetIsAGapInRatesAndNotInLevels()
    {
        ServerPoint reset = point(180, 60, 0);
        reset.rates.reset();
        const QList<ServerPoint> points{point(120, 60, 4), reset, point(240, 60, 5)};
        QVERIFY(std::isnan(chart(points, u"transactionsChart"_s).series[0].values[1]));
        QCOMPARE(chart(points, u"connectionsChart"_s).series[0].values[1], 180.0);
    }

    void whatIsNotToldIsNoZero()
    {
        ServerPoint hidden = point(60, 60, 1);
        hidden.levels.active = hidden.levels.blocked = -1;
        hidden.rates->hitShare = -1;
        QVERIFY(std::isnan(chart({hidden}, u"connectionsChart"_s).series[1].values[0]));
        QVERIFY(std::isnan(chart({hidden}, u"cacheChart"_s).series[0].values[0]));
        QVERIFY(std::isnan(chart({hidden}, u"lagChart"_s).series[0].values[0]));
    }

    void whatWasJustAskedForTakesThePlaceOfTheHistory()
    {
        const QList<ServerPoint> past{point(60, 60, 1), point(120, 60, 1), point(180, 60, 1),
                                      point(600, 60, 1)};
        const QList<ServerPoint> live{point(170, 5, 2), point(175, 5, 2), point(180, 5, 2)};
        QList<int> seconds;
        for (const ServerPoint &one : joinedPoints(past, live))
            seconds += one.levels.connections;
        QCOMPARE(seconds, (QList<int>{60, 170, 175, 180, 600}));
        QCOMPARE(joinedPoints(past, {}).size(), past.size());
    }

    void theTopTenAndTheRestAreTheWhole()
    {
        StatementList list;
        for (int i = 1; i <= 14; ++i)
            list.statements.append(statement(QString::number(i), i));
        list.statements.append(statement(u"14"_s, 6)); // by another role
        list.statements.append(statement(u"own"_s, 1'000, true));
        const TopStatements::Shares shares = TopStatements::shares(list, TopStatements::Time);
        QCOMPARE(shares.data.categories.size(), 11);
        QCOMPARE(shares.queryIds.first(), u"14"_s);
        QVERIFY(shares.queryIds.last().isEmpty());
        QCOMPARE(shares.data.categories.last(), u"4 others"_s);
        double sum = 0;
        for (const double share : shares.data.series[0].values)
            sum += share;
        QVERIFY(std::abs(sum - 100) < 1e-6);
        QVERIFY(std::abs(shares.data.series[0].values[0] - 100 * 20.0 / 111.0) < 1e-6);
        QVERIFY(TopStatements::shares(list, TopStatements::Wal).data.isEmpty());
        QVERIFY(TopStatements::shares({}, TopStatements::Time).data.isEmpty());
    }

    void tablesThatAreHeldHaveNoSize()
    {
        const QList<TableStats> tables{table(u"small"_s, 100, 5, 0), table(u"held"_s, -1, 7, 1),
                                       table(u"large"_s, 1'000, 1, 50)};
        const ChartData sizes = TableCharts::bars(tables, TableCharts::Size);
        QCOMPARE(sizes.categories, (QStringList{u"large"_s, u"small"_s}));
        QCOMPARE(sizes.series[0].values, (QList<double>{1'020, 120}));
        const ChartData rows = TableCharts::bars(tables, TableCharts::RowCounts);
        QCOMPARE(rows.categories, (QStringList{u"large"_s, u"held"_s, u"small"_s}));
        QCOMPARE(rows.series[1].values, (QList<double>{50, 1, 0}));
        QCOMPARE(TableCharts::bars(tables, TableCharts::Parts).series.size(), 3);
    }

    void aSizeThatWasNotMeasuredIsAGap()
    {
        const ChartData drawn = TableCharts::growth(
            {{0, 900, true, {0, 0, 0, 100, 20, 3, 0, 0}}, {900, 900, true, {0, 0, 0, -1, -1, -1, 0, 0}}});
        QCOMPARE(drawn.series[0].values[0], 100.0);
        QCOMPARE(drawn.series[2].values[0], 3.0);
        QVERIFY(std::isnan(drawn.series[0].values[1]));
    }

    void storesHaveTheirShares()
    {
        StoreSummary one, two, hidden;
        one.name = u"One"_s;
        one.transactions = 30;
        two.name = u"Two"_s;
        two.transactions = 90;
        hidden.transactions = -1;
        const ChartData drawn = StoreRows::shares(storeShares({one, two, hidden}), StoreRows::Sales);
        QCOMPARE(drawn.categories, (QStringList{u"Two"_s, u"One"_s}));
        QCOMPARE(drawn.series[0].values, (QList<double>{75, 25}));
    }

    void aTableThatGoesOnKeepsItsRows()
    {
        ChartModel model;
        QAbstractItemModelTester tester(&model);
        QList<ServerPoint> points;
        for (int i = 0; i < 20; ++i)
            points.append(point(5 * i, 5, i));
        model.setData(chart(points, u"transactionsChart"_s));
        const QPersistentModelIndex kept = model.index(10, 1);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        points.remove(0, 3);
        for (int i = 20; i < 25; ++i)
            points.append(point(5 * i, 5, i));
        model.setData(chart(points, u"transactionsChart"_s));
        QCOMPARE(reset.size(), 0);
        QCOMPARE(model.rowCount(), 22);
        QCOMPARE(kept.row(), 7);
        QCOMPARE(kept.data().toString(), u"10.0"_s);
        model.setData(chart(points, u"walChart"_s));
        QCOMPARE(reset.size(), 1);
    }
};

QTEST_MAIN(TestDashboardCharts)
#include "tst_dashboardcharts.moc"
