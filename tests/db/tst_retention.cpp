// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/retention.h"
#include "tests/support/backuptest.h"

#include <QTest>

using namespace Qt::StringLiterals;

/// What goes and what stays, on backups without a server behind them.
class TestRetention final : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

    /// A backup without a server behind it, for the retention.
    backup::StoredBackup madeUp(const QDateTime &created, backup::Level level = backup::Level::Listed,
                                const QString &database = u"shop"_s) const
    {
        const QString base = u"%1_database_%2"_s.arg(database, created.toString(u"yyyyMMdd'T'HHmmss'Z'"_s));
        backup::StoredBackup stored{m_folder->path(), base + u".json"_s, {}};
        stored.manifest.created = stored.manifest.finished = created;
        stored.manifest.database = database;
        stored.manifest.dump = base + u".dump"_s;
        stored.manifest.files = {{stored.manifest.dump,
                                  3,
                                  u"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"_s,
                                  0,
                                  {}}};
        stored.manifest.verification.level = level;
        QFile dump(stored.dumpPath());
        if (!dump.open(QIODevice::WriteOnly) || dump.write("abc") != 3 || !backup::writeManifest(stored))
            qFatal("no made-up backup");
        return stored;
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(u"/tmp/retail-backup-XXXXXX"_s); }

    void theRetentionKeepsWhatTheRulesSay_data()
    {
        QTest::addColumn<backup::KeepRules>("rules");
        QTest::addColumn<QList<int>>("kept"); // days before the newest
        using Days = QList<int>;
        QTest::newRow("no rule keeps the newest") << backup::KeepRules{} << Days{0};
        QTest::newRow("the last three") << backup::KeepRules{3, 0, 0, 0, 0} << Days{0, 1, 2};
        QTest::newRow("the seed's thirty days")
            << backup::KeepRules{0, 0, 0, 0, 30} << Days{0, 1, 2, 8, 15, 29};
        QTest::newRow("one a month") << backup::KeepRules{0, 0, 0, 3, 0} << Days{0, 29, 70};
        QTest::newRow("one a week, of four") << backup::KeepRules{0, 0, 4, 0, 0} << Days{0, 8, 15, 29};
        QTest::newRow("two days and two months") << backup::KeepRules{0, 2, 0, 2, 0} << Days{0, 1, 29};
    }
    void theRetentionKeepsWhatTheRulesSay()
    {
        QFETCH(backup::KeepRules, rules);
        QFETCH(QList<int>, kept);
        const QDateTime newest(QDate(2026, 11, 25), QTime(2, 0), Qt::UTC); // a Wednesday
        for (const int days : {0, 1, 2, 8, 15, 29, 70, 400})
            madeUp(newest.addDays(-days));
        const auto before = contentsOf(m_folder->path());
        const backup::PrunePlan plan = backup::planPrune(m_folder->path(), rules);
        QCOMPARE(contentsOf(m_folder->path()), before); // a plan is a dry run
        QList<int> stays;
        for (const auto &item : plan.items)
            if (!item.remove)
                stays += int(item.backup.manifest.created.daysTo(newest));
        QCOMPARE(stays, kept);
        WatchedJob job;
        VERIFY_OK(backup::prune(plan, job));
        QCOMPARE(backup::listBackups(m_folder->path()).size(), kept.size());
        QCOMPARE(contentsOf(m_folder->path()).size(), 2 * kept.size());
    }

    void theRetentionSparesWhatItMust()
    {
        const QDateTime now = QDateTime::currentDateTimeUtc();
        const backup::StoredBackup old = madeUp(now.addDays(-400));
        const backup::StoredBackup failed = madeUp(now, backup::Level::None);
        const backup::StoredBackup other = madeUp(now.addYears(-9), backup::Level::Listed, u"other"_s);
        QFile foreign(m_folder->path() + u"/shop_database_20200101T000000Z.dump"_s); // no manifest
        QVERIFY(foreign.open(QIODevice::WriteOnly));
        foreign.close();
        WatchedJob job;
        const auto before = contentsOf(m_folder->path());
        // The last good one of a series is old, and what is newer is not good.
        VERIFY_OK(backup::prune(backup::planPrune(m_folder->path(), {0, 0, 0, 0, 1}), job));
        QCOMPARE(contentsOf(m_folder->path()), before);
        // A newer good one whose bytes changed, at the same size, replaces nothing.
        const backup::StoredBackup newer = madeUp(now.addDays(-1));
        QFile dump(newer.dumpPath());
        QVERIFY(dump.open(QIODevice::WriteOnly));
        dump.write("abd");
        dump.close();
        const Result<QString> refused =
            backup::prune(backup::planPrune(m_folder->path(), {1, 0, 0, 0, 0}), job);
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::Verification);
        QVERIFY(QFile::exists(old.dumpPath()));
        // One of a clock that ran ahead stays, and counts as the newest: ages come from it, never from our
        // clock.
        const backup::StoredBackup ahead = madeUp(now.addYears(30));
        const backup::PrunePlan plan = backup::planPrune(m_folder->path(), {0, 0, 0, 0, 30});
        for (const auto &item : plan.items)
            QVERIFY(!(item.remove && item.backup.file == ahead.file));
        QVERIFY(QFile::exists(other.dumpPath()) && foreign.exists());
    }

    void whatGoesWhileItIsVerifiedDoesNotComeBack()
    {
        const QDateTime now = QDateTime::currentDateTimeUtc();
        const backup::StoredBackup old = madeUp(now.addDays(-1));
        madeUp(now);
        WatchedJob job;
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.done < progress.total)
                return;
            WatchedJob other; // all of it was read, so that the verification passes
            VERIFY_OK(backup::prune(backup::planPrune(m_folder->path(), {1, 0, 0, 0, 0}), other));
        };
        const Result<backup::StoredBackup> checked =
            backup::verify(old, backup::Level::Checksum, localMeans(), job);
        QVERIFY(!QFile::exists(old.dumpPath()));
        QVERIFY(!checked);
        QCOMPARE(checked.error().kind, ErrorKind::Conflict);
        QVERIFY(checked.error().message.contains(old.dumpPath()));
        QCOMPARE(contentsOf(m_folder->path()).size(), 2);
    }

    void whatOthersFoundWhileItIsVerifiedStays()
    {
        const backup::StoredBackup stored = madeUp(QDateTime::currentDateTimeUtc());
        WatchedJob job;
        job.onProgress = [&](const JobProgress &) {
            backup::StoredBackup other = stored;
            other.manifest.verification = {
                backup::Level::Listed, true, QDateTime::currentDateTimeUtc(), {}, u"The copy differs."_s};
            VERIFY_OK(backup::writeManifest(other));
        };
        QVERIFY(!backup::verify(stored, backup::Level::Checksum, localMeans(), job));
        const Result<backup::StoredBackup> after = backup::readManifest(stored.manifestPath());
        VERIFY_OK(after);
        QVERIFY(after->manifest.verification.failed);
    }

    void aManifestCannotLeadOutOfItsFolder()
    {
        backup::StoredBackup stored = madeUp(QDateTime::currentDateTimeUtc());
        for (const QString &name : {u"../other"_s, u"/etc/passwd"_s, QString()}) {
            stored.manifest.files[0].name = name;
            VERIFY_OK(backup::writeManifest(stored));
            const Result<backup::StoredBackup> read = backup::readManifest(stored.manifestPath());
            QVERIFY(!read);
            QCOMPARE(read.error().kind, ErrorKind::Verification);
        }
        stored.manifest.files[0].name = u"somebody_elses.dump"_s;
        VERIFY_OK(backup::writeManifest(stored));
        QVERIFY(backup::listBackups(m_folder->path()).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestRetention)
#include "tst_retention.moc"
