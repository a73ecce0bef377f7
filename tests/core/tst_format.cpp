// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/format.h"
#include "app/core/shellcommand.h"

#include <QTest>

using namespace Qt::StringLiterals;

class TestFormat final : public QObject
{
    Q_OBJECT

private slots:
    void commandsAreQuotedForAShell()
    {
        QCOMPARE(
            shellCommand({u"backup"_s, u"create"_s, u"--profile"_s, u"Zava live"_s, u"--out"_s, u"/b/a"_s}),
            u"retail-admin backup create --profile 'Zava live' --out /b/a"_s);
        QCOMPARE(shellCommand({u"it's"_s, u"$(x)"_s, QString()}), u"retail-admin 'it'\\''s' '$(x)' ''"_s);
    }

    void numbersFollowTheLocale()
    {
        QCOMPARE(format::count(1234567, QLocale(u"en_US"_s)), u"1,234,567"_s);
        QCOMPARE(format::count(1234567, QLocale(u"de_DE"_s)), u"1.234.567"_s);
        QCOMPARE(format::decimal(-0.5, 2, QLocale(u"de_DE"_s)), u"-0,50"_s);
    }

    void anEstimateShowsThreeDigitsAtMost_data()
    {
        QTest::addColumn<qint64>("rows");
        QTest::addColumn<QString>("shown");
        QTest::newRow("small numbers stay") << qint64(999) << u"≈ 999"_s;
        QTest::newRow("the rest is rounded") << qint64(12'449) << u"≈ 12,400"_s;
        QTest::newRow("rounding carries") << qint64(99'950) << u"≈ 100,000"_s;
        QTest::newRow("nothing") << qint64(0) << u"≈ 0"_s;
    }
    void anEstimateShowsThreeDigitsAtMost()
    {
        QFETCH(qint64, rows);
        QTEST(format::estimate(rows, QLocale(u"en_US"_s)), "shown");
    }

    void durationsReadLikeAClock_data()
    {
        QTest::addColumn<qint64>("ms");
        QTest::addColumn<QString>("shown");
        QTest::newRow("seconds") << qint64(7'900) << u"0:07"_s;
        QTest::newRow("minutes") << qint64(72'000) << u"1:12"_s;
        QTest::newRow("hours") << qint64(7'384'000) << u"2:03:04"_s;
    }
    void durationsReadLikeAClock()
    {
        QFETCH(qint64, ms);
        QTEST(format::duration(ms), "shown");
    }

    void timesAreToldFromNow_data()
    {
        QTest::addColumn<qint64>("secondsAgo");
        QTest::addColumn<QString>("shown");
        QTest::newRow("now") << qint64(10) << u"just now"_s;
        QTest::newRow("minutes") << qint64(180) << u"3 min ago"_s;
        QTest::newRow("hours") << qint64(2 * 3600) << u"2 h ago"_s;
        QTest::newRow("a day") << qint64(86'400) << u"1 day ago"_s;
        QTest::newRow("the future") << qint64(-7'200) << u"in 2 h"_s;
        QTest::newRow("years") << qint64(3 * 365 * 86'400LL) << u"3 years ago"_s;
    }
    void timesAreToldFromNow()
    {
        QFETCH(qint64, secondsAgo);
        const QDateTime now(QDate(2026, 3, 1), QTime(12, 0), Qt::UTC);
        QTEST(format::relative(now.addSecs(-secondsAgo), now), "shown");
    }
};

QTEST_GUILESS_MAIN(TestFormat)
#include "tst_format.moc"
