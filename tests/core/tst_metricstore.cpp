// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/local/localconnection.h"
#include "app/local/localstore.h"
#include "app/local/metricstore.h"

#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

const MetricKind statements{.name = u"statement"_s, .counters = 3, .levels = 0, .rank = 1, .top = 2};
const MetricKind tables{.name = u"table"_s, .counters = 1, .levels = 1, .lasting = true};
const QDateTime noon = QDateTime::fromSecsSinceEpoch(1'790'000'400, Qt::UTC); // divides by 900 with 300 left

MetricReading reading(int minute, QList<MetricObject> objects, const QString &origin = u"start"_s)
{
    return {noon.addSecs(60 * minute), origin, std::move(objects)};
}

QList<qint64> column(const QList<MetricPoint> &points, int value)
{
    QList<qint64> all;
    for (const MetricPoint &point : points)
        all.append(point.known ? point.values[value] : -1);
    return all;
}

} // namespace

class TestMetricStore final : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_home = std::make_unique<QTemporaryDir>();
        m_file = m_home->path() + u"/local.db"_s;
        const auto prepared = LocalStore(m_file).prepare();
        QVERIFY2(prepared.ok(), prepared ? "" : qPrintable(prepared.error().text()));
        // The last connection to be closed writes everything to the disk and waits for it: not in every
        // record.
        m_open = std::make_unique<LocalConnection>(m_file);
        QVERIFY(m_open->run(u"SELECT count(*) FROM metric_samples"_s).ok());
        m_store = std::make_unique<MetricStore>(m_file);
    }
    void cleanup()
    {
        m_store.reset();
        m_open.reset();
    }

    void aFolderThatCannotBeWrittenIsAnError()
    {
        MetricStore nowhere(u"/proc/nowhere/local.db"_s);
        QVERIFY(!nowhere.record(u"s"_s, statements, reading(0, {})));
        QVERIFY(!nowhere.series(u"s"_s, statements, {}, noon, noon.addDays(1)));
    }

    void differencesAreKept()
    {
        record(statements, reading(0, {{u"1"_s, u"SELECT a"_s, {10, 1000, 5}}}), MetricOutcome::First);
        record(statements, reading(1, {{u"1"_s, {}, {13, 1600, 5}}}), MetricOutcome::Kept);
        record(statements, reading(2, {{u"1"_s, {}, {13, 1600, 5}}}), MetricOutcome::Kept);
        record(statements, reading(3, {{u"1"_s, {}, {14, 1650, 6}}, {u"2"_s, {}, {2, 30, 2}}}),
               MetricOutcome::Kept);
        QCOMPARE(column(series(statements, u"1"_s), 0), (QList<qint64>{3, 0, 1}));
        QCOMPARE(column(series(statements, u"1"_s), 1), (QList<qint64>{600, 0, 50}));
        // A statement that is new since the last reading counted all of it in between.
        QCOMPARE(column(series(statements, u"2"_s), 0), (QList<qint64>{0, 0, 2}));
        QCOMPARE(column(series(statements, MetricStore::total), 1), (QList<qint64>{600, 0, 80}));
        const auto sums = m_store->sums(u"s"_s, statements, noon, noon.addDays(1));
        QVERIFY(sums.ok());
        QCOMPARE(sums->seconds, 180);
        QCOMPARE(sums->objects.size(), 2);
        QCOMPARE(sums->objects[0].values, (QList<qint64>{4, 650, 1}));
    }

    void figuresThatStartAnewMakeAGap()
    {
        record(statements, reading(0, {{u"1"_s, {}, {10, 1000, 5}}}), MetricOutcome::First);
        record(statements, reading(1, {{u"1"_s, {}, {12, 1200, 5}}}), MetricOutcome::Kept);
        // Higher than before, and yet nothing is known: the counters began at 0 in between.
        record(statements, reading(2, {{u"1"_s, {}, {900, 90000, 900}}}, u"restart"_s),
               MetricOutcome::Restarted);
        record(statements, reading(3, {{u"1"_s, {}, {901, 90100, 900}}}, u"restart"_s), MetricOutcome::Kept);
        const QList<MetricPoint> points = series(statements, u"1"_s);
        QCOMPARE(column(points, 0), (QList<qint64>{2, 1}));
        QCOMPARE(points[1].at - points[0].at, 120);
        QCOMPARE(column(series(statements, MetricStore::total), 1), (QList<qint64>{200, 100}));
    }

    void aCounterThatWentBackwardsIsAGapOfThatObjectAlone()
    {
        record(statements, reading(0, {{u"1"_s, {}, {10, 1000, 5}}, {u"2"_s, {}, {1, 10, 1}}}),
               MetricOutcome::First);
        record(statements, reading(1, {{u"1"_s, {}, {2, 200, 5}}, {u"2"_s, {}, {2, 20, 1}}}),
               MetricOutcome::Kept);
        record(statements, reading(2, {{u"1"_s, {}, {3, 300, 5}}, {u"2"_s, {}, {2, 20, 1}}}),
               MetricOutcome::Kept);
        QCOMPARE(column(series(statements, u"1"_s), 1), (QList<qint64>{-1, 100}));
        QCOMPARE(column(series(statements, u"2"_s), 1), (QList<qint64>{10, 0}));
        // What was counted since the reset is the least that happened.
        QCOMPARE(column(series(statements, MetricStore::total), 1), (QList<qint64>{210, 100}));
    }

    void aLongSilenceIsAGap()
    {
        record(statements, reading(0, {{u"1"_s, {}, {10, 1000, 5}}}), MetricOutcome::First);
        record(statements, reading(45, {{u"1"_s, {}, {500, 50000, 5}}}), MetricOutcome::Restarted);
        record(statements, reading(46, {{u"1"_s, {}, {501, 50010, 5}}}), MetricOutcome::Kept);
        QCOMPARE(column(series(statements, u"1"_s), 0), (QList<qint64>{1}));
    }

    void aClockThatWentBackIsAGap()
    {
        record(statements, reading(10, {{u"1"_s, {}, {10, 1000, 5}}}), MetricOutcome::First);
        record(statements, reading(11, {{u"1"_s, {}, {11, 1100, 5}}}), MetricOutcome::Kept);
        record(statements, reading(5, {{u"1"_s, {}, {12, 1200, 5}}}), MetricOutcome::Elsewhere);
        QCOMPARE(column(series(statements, u"1"_s), 0), (QList<qint64>{1}));
    }

    void beyondTheTopIsTheRemainder()
    {
        record(statements, reading(0, {}), MetricOutcome::First);
        record(statements,
               reading(1, {{u"a"_s, {}, {1, 10, 0}},
                           {u"b"_s, {}, {1, 40, 0}},
                           {u"c"_s, {}, {1, 30, 0}},
                           {u"d"_s, {}, {1, 20, 0}}}),
               MetricOutcome::Kept);
        QCOMPARE(column(series(statements, u"b"_s), 1), (QList<qint64>{40}));
        QCOMPARE(column(series(statements, MetricStore::others), 1), (QList<qint64>{30}));
        QCOMPARE(column(series(statements, MetricStore::total), 1), (QList<qint64>{100}));
        // It ran, but how much is not known: no zero.
        QCOMPARE(column(series(statements, u"a"_s), 1), (QList<qint64>{-1}));
    }

    void aSecondWindowDoesNotCountTwice()
    {
        MetricStore other(m_file);
        record(statements, reading(0, {{u"1"_s, {}, {10, 1000, 5}}}), MetricOutcome::First);
        QCOMPARE(*other.record(u"s"_s, statements, reading(0, {{u"1"_s, {}, {10, 1000, 5}}})),
                 MetricOutcome::First);
        record(statements, reading(1, {{u"1"_s, {}, {11, 1100, 5}}}), MetricOutcome::Kept);
        QCOMPARE(*other.record(u"s"_s, statements, reading(1, {{u"1"_s, {}, {11, 1100, 5}}})),
                 MetricOutcome::Elsewhere);
        QCOMPARE(column(series(statements, u"1"_s), 0), (QList<qint64>{1}));
    }

    void samplesGetThinnerAndLoseNothing()
    {
        // Three days, then one sample a month later, then one more than a year later.
        constexpr int perDay = 288;
        qint64 calls = 0;
        for (int minute = 0; minute <= 3 * 1440; minute += 1440 / perDay) {
            const auto kept =
                m_store->record(u"s"_s, statements, reading(minute, {{u"1"_s, {}, {++calls, calls * 7, 0}}}));
            QVERIFY2(kept.ok(), kept ? "" : qPrintable(kept.error().text()));
        }
        const auto sum = [&] {
            const auto sums = m_store->sums(u"s"_s, statements, noon.addDays(-1), noon.addYears(3));
            return sums && !sums->objects.isEmpty() ? sums->objects[0].values[0] : 0;
        };
        QCOMPARE(sum(), 3 * perDay);
        QList<MetricPoint> points = series(statements, u"1"_s, 100'000);
        QVERIFY(points.size() < 2 * perDay + 2 * 96 + 30);
        QVERIFY(points.size() > 2 * perDay);
        QCOMPARE(points.first().seconds, 600); // the first quarter of an hour was observed for ten minutes
        QCOMPARE(points.first().values[0], 2);
        QCOMPARE(points[1].seconds, 900);
        QCOMPARE(points[1].at % 900, 0);

        const int later = (3 + 31) * 1440;
        record(statements, reading(later, {{u"1"_s, {}, {calls, calls * 7, 0}}}), MetricOutcome::Restarted);
        record(statements, reading(later + 1, {{u"1"_s, {}, {++calls, calls * 7, 0}}}), MetricOutcome::Kept);
        QCOMPARE(sum(), 3 * perDay + 1);
        points = series(statements, u"1"_s, 100'000);
        QVERIFY2(points.size() < 24 * 3 + 100 * 2, qPrintable(QString::number(points.size())));
        QCOMPARE(points[1].seconds, 3600);

        const int muchLater = later + 367 * 1440;
        record(statements, reading(muchLater, {{u"1"_s, {}, {calls, calls * 7, 0}}}),
               MetricOutcome::Restarted);
        record(statements, reading(muchLater + 1, {{u"1"_s, {}, {++calls, calls * 7, 0}}}),
               MetricOutcome::Kept);
        QCOMPARE(sum(), 1);
    }

    void manyPointsAreJoined()
    {
        for (int minute = 0; minute <= 200; ++minute)
            QVERIFY(m_store->record(u"s"_s, statements, reading(minute, {{u"1"_s, {}, {minute, minute, 0}}}))
                        .ok());
        const auto points = m_store->series(u"s"_s, statements, u"1"_s, noon, noon.addSecs(200 * 60), 40);
        QVERIFY(points.ok());
        QVERIFY(points->size() <= 41);
        qint64 calls = 0, seconds = 0;
        for (const MetricPoint &point : *points) {
            calls += point.values[0];
            seconds += point.seconds;
        }
        QCOMPARE(calls, 200);
        QCOMPARE(seconds, 12'000);
    }

    void levelsStayUntilTheyChange()
    {
        record(tables, reading(0, {{u"t"_s, {}, {5, 8192}}}), MetricOutcome::First);
        record(tables, reading(1, {{u"t"_s, {}, {5, 8192}}}), MetricOutcome::Kept);
        record(tables, reading(2, {{u"t"_s, {}, {6, 16384}}}), MetricOutcome::Kept);
        QCOMPARE(column(series(tables, u"t"_s), 1), (QList<qint64>{8192, 16384}));
        auto levels = m_store->levels(u"s"_s, tables, noon.addSecs(30));
        QVERIFY(levels.ok());
        QCOMPARE((*levels)[u"t"_s], QList<qint64>{8192});
        levels = m_store->levels(u"s"_s, tables, noon.addSecs(3600));
        QCOMPARE((*levels)[u"t"_s], QList<qint64>{16384});
        QVERIFY(m_store->levels(u"s"_s, tables, noon.addSecs(-60))->isEmpty());
    }

    void aLevelIsKnownFromBeforeThePeriod()
    {
        const auto later = [this](const QString &object) {
            const auto points =
                m_store->series(u"s"_s, tables, object, noon.addSecs(120), noon.addDays(1), 10'000);
            return points ? column(*points, 1) : QList<qint64>();
        };
        record(tables, reading(0, {{u"t"_s, {}, {5, 8192}}}), MetricOutcome::First);
        for (int minute = 1; minute <= 3; ++minute)
            record(tables, reading(minute, {{u"t"_s, {}, {5, 8192}}}), MetricOutcome::Kept);
        record(tables, reading(4, {{u"t"_s, {}, {5, 8192}}, {u"new"_s, {}, {1, 77}}}), MetricOutcome::Kept);
        QCOMPARE(later(u"t"_s), (QList<qint64>{8192, 8192}));
        // Of what was not there yet nothing is known, and that is not 0.
        QCOMPARE(later(u"new"_s), (QList<qint64>{-1, 77}));
    }

    void theLastUseIsKeptBeyondTheTopToo()
    {
        MetricKind indexes{.name = u"index"_s, .counters = 1, .levels = 1, .top = 1, .lasting = true};
        record(indexes, reading(0, {{u"a"_s, {}, {5, 1}}, {u"b"_s, {}, {5, 1}}, {u"c"_s, {}, {5, 1}}}),
               MetricOutcome::First);
        record(indexes, reading(1, {{u"a"_s, {}, {9, 1}}, {u"b"_s, {}, {6, 1}}, {u"c"_s, {}, {5, 1}}}),
               MetricOutcome::Kept);
        const auto uses = m_store->lastUses(u"s"_s, indexes);
        QVERIFY(uses.ok());
        QStringList used = uses->keys();
        used.sort();
        QCOMPARE(used, (QStringList{u"a"_s, u"b"_s}));
    }

    void aLastingKindSeesWhatWasUsedWhileTheProgramWasAway()
    {
        record(tables, reading(0, {{u"t"_s, {}, {5, 1}}, {u"u"_s, {}, {5, 1}}}), MetricOutcome::First);
        QVERIFY(m_store->lastUses(u"s"_s, tables)->isEmpty());
        MetricKind patient = tables;
        patient.longest = 0;
        m_store = std::make_unique<MetricStore>(m_file);
        record(patient, reading(600, {{u"t"_s, {}, {9, 1}}, {u"u"_s, {}, {5, 1}}}), MetricOutcome::Kept);
        const auto uses = m_store->lastUses(u"s"_s, tables);
        QVERIFY(uses.ok());
        QCOMPARE(uses->keys(), QStringList{u"t"_s});
        QCOMPARE((*uses)[u"t"_s].after, noon);
        QCOMPARE((*uses)[u"t"_s].before, noon.addSecs(36'000));
    }

    void historyCanBeForgotten()
    {
        record(statements, reading(0, {{u"1"_s, u"SELECT a"_s, {10, 1000, 5}}}), MetricOutcome::First);
        record(statements, reading(1, {{u"1"_s, {}, {13, 1600, 5}}}), MetricOutcome::Kept);
        QCOMPARE(*m_store->since(u"s"_s, statements), noon);
        QVERIFY(m_store->forget(u"s"_s, statements).ok());
        QVERIFY(!m_store->since(u"s"_s, statements)->isValid());
        record(statements, reading(2, {{u"1"_s, {}, {99, 9999, 5}}}), MetricOutcome::First);
    }

private:
    void record(const MetricKind &kind, const MetricReading &what, MetricOutcome expected)
    {
        const Result<MetricOutcome> outcome = m_store->record(u"s"_s, kind, what);
        QVERIFY2(outcome.ok(), outcome ? "" : qPrintable(outcome.error().text()));
        QCOMPARE(int(*outcome), int(expected));
    }
    QList<MetricPoint> series(const MetricKind &kind, const QString &object, int most = 600)
    {
        const auto points = m_store->series(u"s"_s, kind, object, noon.addDays(-1), noon.addYears(3),
                                            most == 600 ? 10'000'000 : 1'000'000'000);
        return points ? *points : QList<MetricPoint>();
    }

    std::unique_ptr<QTemporaryDir> m_home;
    QString m_file;
    std::unique_ptr<LocalConnection> m_open;
    std::unique_ptr<MetricStore> m_store;
};

QTEST_GUILESS_MAIN(TestMetricStore)
#include "tst_metricstore.moc"
