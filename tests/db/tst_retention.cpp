// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/backupdrill.h"
#include "app/services/backupoverview.h"
#include "app/services/backupupload.h"
#include "app/services/healthservice.h"
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
                                const QString &database = u"shop"_s, const QStringList &tables = {}) const
    {
        const backup::Scope scope = tables.isEmpty() ? backup::Scope::Database : backup::Scope::Tables;
        const QString base = u"%1_%2_%3"_s.arg(database, backup::scopeName(scope),
                                               created.toString(u"yyyyMMdd'T'HHmmss'Z'"_s));
        backup::StoredBackup stored{m_folder->path(), base + u".json"_s, {}};
        stored.manifest.scope = scope;
        for (const QString &name : tables) {
            backup::Table table;
            table.schema = u"retail"_s;
            table.name = name;
            stored.manifest.tables += table;
        }
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

    backup::StoredBackup exported(const QDateTime &created, const QStringList &tables) const
    {
        return madeUp(created, backup::Level::Listed, u"shop"_s, tables);
    }

    static QStringList removedBy(const backup::PrunePlan &plan)
    {
        QStringList files;
        for (const auto &item : plan.items)
            if (item.remove)
                files += item.backup.file;
        return files;
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
        const backup::PrunePlan plan = backup::planPrune(m_folder->path(), rules, newest);
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
        QVERIFY(QFile::exists(other.dumpPath()) && foreign.exists());
    }

    void anExportOfOtherTablesReplacesNone()
    {
        const QDateTime now = QDateTime::currentDateTimeUtc();
        exported(now, {u"customers"_s, u"products"_s});
        exported(now.addDays(-1), {u"products"_s});
        exported(now.addDays(-2), {u"customers"_s});
        const backup::StoredBackup replaced = exported(now.addDays(-3), {u"products"_s, u"customers"_s});
        WatchedJob job;
        const backup::PrunePlan plan = backup::planPrune(m_folder->path(), {1, 0, 0, 0, 0});
        QCOMPARE(removedBy(plan), QStringList{replaced.file});
        VERIFY_OK(backup::prune(plan, job));
        QCOMPARE(backup::listBackups(m_folder->path()).size(), 3);
    }

    void aBackupFromTheFutureReplacesNone_data()
    {
        QTest::addColumn<backup::KeepRules>("rules");
        QTest::addColumn<QList<int>>("removed"); // days ago
        using Days = QList<int>;
        QTest::newRow("the last two") << backup::KeepRules{2, 0, 0, 0, 0} << Days{3, 400};
        QTest::newRow("two days") << backup::KeepRules{0, 2, 0, 0, 0} << Days{3, 400};
        QTest::newRow("the seed's thirty days") << backup::KeepRules{0, 0, 0, 0, 30} << Days{400};
    }
    void aBackupFromTheFutureReplacesNone()
    {
        QFETCH(backup::KeepRules, rules);
        QFETCH(QList<int>, removed);
        const QDateTime now = QDateTime::currentDateTimeUtc();
        const backup::StoredBackup ahead = madeUp(now.addYears(30));
        QHash<int, QString> files;
        for (const int days : {0, 2, 3, 400})
            files[days] = madeUp(now.addDays(-days)).file;
        QStringList expected;
        for (const int days : removed)
            expected += files[days];
        const backup::PrunePlan plan = backup::planPrune(m_folder->path(), rules, now);
        QCOMPARE(removedBy(plan), expected);
        QVERIFY2(plan.text().contains(u"keep    %1"_s.arg(ahead.manifest.dump)) &&
                     plan.text().contains(u"dated in the future"),
                 qPrintable(plan.text()));
        // What is read again before anything goes is the one that stays in their place.
        QCOMPARE(plan.replacements().size(), 1);
        QCOMPARE(plan.replacements().first()->backup.file, files[0]);
        // To a clock that is late itself all of them are of the future.
        QCOMPARE(backup::planPrune(m_folder->path(), rules, now.addYears(-10)).removed(), 0);
        WatchedJob job;
        VERIFY_OK(backup::prune(plan, job));
        QVERIFY(QFile::exists(ahead.dumpPath()));
    }

    void aBackupFromTheFutureIsAnAlarm()
    {
        const QDateTime now = QDateTime::currentDateTimeUtc();
        HealthLimits limits;
        limits.backupAge = HealthLimit{26, 50};
        limits.backupFolder = m_folder->path();
        madeUp(now.addSecs(1'800)); // so far may clocks differ
        QCOMPARE(backupAge(limits, u"shop"_s, 0, now).status, HealthCheck::Ok);
        const backup::StoredBackup ahead = madeUp(now.addSecs(7'200));
        const HealthCheck check = backupAge(limits, u"shop"_s, 0, now);
        QCOMPARE(check.status, HealthCheck::Critical);
        QVERIFY2(check.text.contains(ahead.dumpPath()) && check.text.contains(u"2.0 h in the future"),
                 qPrintable(check.text));
        QCOMPARE(backupAge(limits, u"shop"_s, 0, now.addSecs(7'200)).status, HealthCheck::Ok);
    }

    void aDrillTakesTheWholeDatabaseWhereItCan()
    {
        const QDateTime now = QDateTime::currentDateTimeUtc();
        const auto taken = [this] {
            const Result<backup::StoredBackup> found = backup::backupForDrill(m_folder->path(), u"shop"_s);
            return found ? found->file : found.error().text();
        };
        const backup::StoredBackup some = exported(now, {u"customers"_s});
        QCOMPARE(taken(), some.file);
        const backup::StoredBackup ahead = madeUp(now.addYears(30));
        QCOMPARE(taken(), ahead.file);
        const backup::StoredBackup older = madeUp(now.addDays(-2));
        QCOMPARE(taken(), older.file);
        const backup::StoredBackup newer = madeUp(now.addDays(-1), backup::Level::None);
        QCOMPARE(taken(), newer.file);
        madeUp(now, backup::Level::Listed, u"other"_s);
        QCOMPARE(taken(), newer.file);
    }

    void anExportProvesNothingOfTheDatabase()
    {
        const QDateTime now = QDateTime::currentDateTimeUtc();
        const backup::StoredBackup whole = madeUp(now.addDays(-1));
        const backup::StoredBackup some = exported(now, {u"customers"_s});
        const QTemporaryDir home;
        LocalStore history(home.filePath(u"local.sqlite"_s));
        VERIFY_OK(history.prepare());
        const auto prove = [&](const backup::StoredBackup &stored) {
            VERIFY_OK(history.proven(backup::Drilled{stored, u"here"_s, 1}.proof()));
            VERIFY_OK(history.proven(backup::Uploaded{stored, u"/mnt/disk"_s}.proof()));
        };
        const auto overview = [&] { return backup::overview(m_folder->path(), u"shop"_s, {}, history); };
        prove(some);
        QVERIFY(!overview().lastDrill && !overview().lastUpload);
        prove(whole);
        prove(some);
        QVERIFY(overview().lastDrill && overview().lastUpload);
        QCOMPARE(overview().lastDrill->backup, whole.file);
        QCOMPARE(overview().lastUpload->backup, whole.file);
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
