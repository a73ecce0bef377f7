// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/local/localstore.h"
#include "app/services/serverhistory.h"
#include "tests/support/testcluster.h"

#include <QTest>

using namespace Qt::StringLiterals;

/// What is kept of a server, compared with what the test itself had it do. The times of the readings are the
/// test's own, so that nobody waits a minute.
class TestServerHistory final : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_database = std::make_unique<TestDatabase>();
        m_home = std::make_unique<QTemporaryDir>();
        LocalStore local(m_home->path() + u"/local.db"_s);
        VERIFY_OK(local.prepare());
        m_store = std::make_unique<MetricStore>(local.file());
        m_pool = std::make_unique<ConnectionPool>(1);
        OPEN_POOL(*m_pool, *m_database, u"sandbox_dba"_s);
        m_history = std::make_unique<ServerHistory>(*m_pool, *m_store);
        m_start = QDateTime::currentDateTimeUtc().addSecs(-3'600);
    }
    void cleanup()
    {
        m_history.reset();
        m_pool.reset();
        m_store.reset();
        m_database.reset();
    }

    void nothingIsKeptWithoutTheRightToSeeAll()
    {
        Capabilities can;
        for (const MetricProbe &probe : ServerHistory::probes())
            QVERIFY(!probe.possible(can));
        can.monitor = true;
        for (const MetricProbe &probe : ServerHistory::probes())
            QVERIFY(probe.possible(can));
    }

    void withoutSamplesThereIsNoHistory()
    {
        QVERIFY(m_history->server(lastHour()).result()->isEmpty());
        QVERIFY(m_history->tableBytes(m_start).result()->isEmpty());
        const Result<IndexUses> uses = m_history->indexUses().result();
        VERIFY_OK(uses);
        QVERIFY(!uses->since.isValid() && uses->uses.isEmpty());
    }

    void transactionsOfAMinuteAreARate()
    {
        Session worker = m_database->superuser();
        const MetricReading first = take(0, MetricOutcome::First);
        const qint64 before = commits(worker);
        for (int i = 0; i < 60; ++i)
            VERIFY_OK(worker.execute("SELECT 1"));
        flush(worker);
        const qint64 counted = commits(worker) - before;
        QVERIFY(counted >= 60);
        const MetricReading second = take(1, MetricOutcome::Kept);
        const Result<QList<ServerPoint>> points = m_history->server(lastHour()).result();
        VERIFY_OK(points);
        QCOMPARE(points->size(), 1);
        const ServerPoint &point = points->first();
        QCOMPARE(point.at, m_start.addSecs(60).addMSecs(-m_start.time().msec()));
        QVERIFY(point.rates.has_value());
        const qint64 kept = second.objects[0].values[0] - first.objects[0].values[0];
        QVERIFY(kept >= counted);
        QVERIFY(std::abs(point.rates->commits * 60 - double(kept)) < 1e-6);
        QVERIFY(point.rates->hitShare > 0 && point.rates->hitShare <= 1);
        QVERIFY(point.levels.connections >= 2);
        QCOMPARE(point.levels.maxConnections,
                 int(worker.execute("SELECT current_setting('max_connections')::int")->integer(0, 0)));
        QVERIFY(point.levels.oldestTransaction > 0 && point.levels.lagSeconds < 0);
    }

    void aResetIsAGapAndNoSpike()
    {
        Session worker = m_database->superuser();
        take(0, MetricOutcome::First);
        take(1, MetricOutcome::Kept);
        VERIFY_OK(worker.execute("SELECT pg_stat_reset()"));
        flush(worker);
        take(2, MetricOutcome::Restarted);
        take(3, MetricOutcome::Kept);
        const Result<QList<ServerPoint>> points = m_history->server(lastHour()).result();
        VERIFY_OK(points);
        QCOMPARE(points->size(), 2);
        // From the first minute to the third nothing is told.
        QCOMPARE(points->first().at.secsTo(points->last().at), 120);
        QCOMPARE(points->last().seconds, 60);
        for (const ServerPoint &point : *points)
            QVERIFY(point.rates && point.rates->commits < 10'000);
    }

    void aTableGrowsAsTheServerMeasuresIt()
    {
        Session worker = m_database->superuser();
        VERIFY_OK(worker.executeScript(
            "CREATE TABLE public.growing (a int, b text); INSERT INTO public.growing VALUES (1, 'x')"));
        flush(worker);
        take(0, MetricOutcome::First, u"table"_s);
        const qint64 small = size(worker);
        VERIFY_OK(worker.execute(
            "INSERT INTO public.growing SELECT i, repeat('x', 100) FROM generate_series(1, 20000) i"));
        flush(worker);
        take(15, MetricOutcome::Kept, u"table"_s);
        const qint64 large = size(worker);
        QVERIFY(large > small);
        const qint64 id = worker.execute("SELECT 'public.growing'::regclass::oid::bigint")->integer(0, 0);
        const Result<QList<MetricPoint>> points = m_history->table(id, lastHour()).result();
        VERIFY_OK(points);
        QCOMPARE(points->size(), 1);
        const QList<qint64> values = points->first().values;
        QCOMPARE(values[ServerHistory::Changes], 20'000);
        QCOMPARE(values[ServerHistory::HeapBytes] + values[ServerHistory::IndexBytes] +
                     values[ServerHistory::ToastBytes],
                 large);
        QCOMPARE(values[ServerHistory::LiveRows], 20'001);
        // Long before the first sample: that of the first sample, which was overwritten by the growth in it.
        QCOMPARE(m_history->tableBytes(m_start.addDays(-7)).result()->value(id), large);
    }

    void theLastUseOfAnIndexIsSeen()
    {
        Session worker = m_database->superuser();
        VERIFY_OK(worker.executeScript("CREATE TABLE public.used AS SELECT i AS a, i AS b FROM "
                                       "generate_series(1, 1000) i; CREATE INDEX used_a ON public.used (a); "
                                       "CREATE INDEX used_b ON public.used (b)"));
        take(0, MetricOutcome::First, u"index"_s);
        VERIFY_OK(worker.executeScript("SET enable_seqscan = off; SELECT * FROM public.used WHERE a = 7"));
        flush(worker);
        take(15, MetricOutcome::Kept, u"index"_s);
        const Result<IndexUses> uses = m_history->indexUses().result();
        VERIFY_OK(uses);
        const auto id = [&](const QByteArray &name) {
            return worker.execute("SELECT '" + name + "'::regclass::oid::bigint")->integer(0, 0);
        };
        QVERIFY(uses->uses.contains(id("public.used_a")));
        QVERIFY(!uses->uses.contains(id("public.used_b")));
        const MetricUse use = uses->uses.value(id("public.used_a"));
        QCOMPARE(use.after.secsTo(use.before), 15 * 60);
        QCOMPARE(use.after.toSecsSinceEpoch(), m_start.toSecsSinceEpoch());
    }

private:
    Period lastHour() const { return {m_start.addSecs(-60), m_start.addSecs(7'200)}; }

    MetricReading take(int minute, MetricOutcome expected, const QString &kind = u"server"_s)
    {
        for (const MetricProbe &probe : ServerHistory::probes()) {
            if (probe.kind.name != kind)
                continue;
            Result<Session> session = openSession(m_database->login(u"sandbox_dba"_s), u"Test"_s, {});
            if (!session)
                qFatal("%s", qPrintable(session.error().text()));
            Result<MetricReading> reading = probe.read(*session);
            if (!reading)
                qFatal("%s", qPrintable(reading.error().text()));
            reading->at = m_start.addSecs(60 * minute);
            const Result<MetricOutcome> outcome =
                m_store->record(MetricSampler::serverKey(m_pool->capabilities()), probe.kind, *reading);
            if (!outcome)
                qFatal("%s", qPrintable(outcome.error().text()));
            [&] { QCOMPARE(int(*outcome), int(expected)); }();
            return *reading;
        }
        qFatal("there is no probe %s", qPrintable(kind));
    }

    static qint64 commits(Session &worker)
    {
        return worker.execute("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
            ->integer(0, 0);
    }
    static qint64 size(Session &worker)
    {
        return worker.execute("SELECT pg_total_relation_size('public.growing')")->integer(0, 0);
    }
    /// The server gathers what sessions counted once a second, or when asked.
    static void flush(Session &worker)
    {
        VERIFY_OK(worker.execute("SELECT pg_stat_force_next_flush()"));
        VERIFY_OK(worker.execute("SELECT 1"));
    }

    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<MetricStore> m_store;
    std::unique_ptr<ConnectionPool> m_pool;
    std::unique_ptr<ServerHistory> m_history;
    QDateTime m_start;
};

QTEST_GUILESS_MAIN(TestServerHistory)
#include "tst_serverhistory.moc"
