// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/durable.h"
#include "app/services/backupoverview.h"
#include "app/services/healthservice.h"
#include "tests/support/backuptest.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTest>

#include <sys/stat.h>

#include <csignal>

using namespace Qt::StringLiterals;

/// Backups, drills and uploads by themselves, through the real program as a timer starts it: HOME and nothing
/// else.
class TestSchedule final : public QObject
{
    Q_OBJECT

    struct Run
    {
        int exitCode = -1;
        QByteArray out;
        QByteArray err;
        QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
    };

    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<QTemporaryDir> m_place; // of throw-away servers

    QString file(const QString &name) const { return m_home->filePath(name); }
    QString unit(const QString &name) const { return file(u".config/systemd/user/retail-admin-"_s + name); }

    std::unique_ptr<QProcess> start(const QStringList &words) const
    {
        auto process = std::make_unique<QProcess>();
        QProcessEnvironment bare;
        bare.insert(u"HOME"_s, m_home->path());
        bare.insert(u"PATH"_s, file(u"bin"_s) + u":/usr/bin:/bin"_s);
        bare.insert(u"TMPDIR"_s, m_place->path());
        process->setProcessEnvironment(bare);
        process->start(words.first(), words.mid(1));
        return process;
    }
    Run runWords(const QStringList &words) const
    {
        const auto process = start(words);
        if (!process->waitForFinished(120'000))
            return {};
        return {process->exitStatus() == QProcess::NormalExit ? process->exitCode() : -1,
                process->readAllStandardOutput(), process->readAllStandardError()};
    }
    Run run(const QStringList &arguments) const
    {
        return runWords(QStringList{qEnvironmentVariable("RETAIL_ADMIN")} + arguments);
    }

    QJsonObject newestJob() const
    {
        return run({u"jobs"_s, u"list"_s, u"--json"_s}).json()[u"rows"].toArray().first().toObject();
    }
    QJsonObject schedule(const QString &name) const
    {
        for (const QJsonValue &row : run({u"schedule"_s, u"list"_s, u"--json"_s}).json()[u"rows"].toArray())
            if (row[u"name"].toString() == name)
                return row.toObject();
        return {};
    }

    void script(const QString &name, const QByteArray &text) const
    {
        QDir().mkpath(file(u"bin"_s));
        QFile made(file(u"bin/"_s + name));
        QVERIFY(made.open(QIODevice::WriteOnly | QIODevice::Truncate));
        made.write("#!/bin/sh\n" + text + '\n');
        made.close();
        QVERIFY(made.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    }

    QByteArray content(const QString &path) const
    {
        QFile read(path);
        return read.open(QIODevice::ReadOnly) ? read.readAll() : QByteArray();
    }

    /// What ExecStart says, split after systemd's rules as far as we use them.
    QStringList execStart(const QString &name) const
    {
        for (const QByteArray &line : content(unit(name + u".service"_s)).split('\n'))
            if (line.startsWith("ExecStart="))
                return QProcess::splitCommand(QString::fromUtf8(line.mid(10)));
        return {};
    }

    void nothingLeft() const
    {
        QCOMPARE(QDir(m_place->path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList());
    }

private slots:
    void initTestCase()
    {
        QVERIFY2(qEnvironmentVariableIsSet("RETAIL_ADMIN"),
                 "run by ctest, or set RETAIL_ADMIN to the program");
        m_database = std::make_unique<TestDatabase>();
    }
    void cleanupTestCase() { m_database.reset(); }

    void init()
    {
        m_home = std::make_unique<QTemporaryDir>(u"/tmp/retail-home-XXXXXX"_s);
        m_place = std::make_unique<QTemporaryDir>(u"/tmp/retail-place-XXXXXX"_s);
        QFile(m_place->path())
            .setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ExeOther);
        ProfileStore profiles(file(u".config/retail-admin/profiles"_s));
        for (const auto &[name, user] :
             {std::pair{u"ops"_s, u"sandbox_ops"_s}, std::pair{u"owner"_s, u"sandbox_owner"_s}}) {
            Profile profile = m_database->login(user).profile;
            profile.name = name;
            VERIFY_OK(profiles.save(profile));
        }
        Profile secretless = m_database->login(u"sandbox_ops"_s).profile;
        secretless.name = u"secretless"_s;
        secretless.passfile.clear();
        VERIFY_OK(profiles.save(secretless));
        QVERIFY(QDir().mkpath(file(u"backups"_s)) && QDir().mkpath(file(u"disk"_s)));
    }

    void whatCannotBeScheduledIsRefused_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        const auto row = [](const char *name, const QString &words, int code) {
            QTest::newRow(name) << (QStringList{u"schedule"_s} + words.split(u' ')) << code;
        };
        row("no action", u"--json"_s, 2);
        row("no time", u"add backup --profile ops --out /tmp"_s, 2);
        row("a time that is none", u"add backup --at 25:00 --profile ops --out /tmp"_s, 2);
        row("a day that is none", u"add backup --at 02:00 --weekly someday --profile ops --out /tmp"_s, 2);
        row("another kind", u"add export --at 02:00"_s, 2);
        row("no folder", u"add backup --at 02:00 --profile ops"_s, 2);
        row("no database", u"add maintenance --at 02:00"_s, 2);
        row("no target", u"add upload --at 02:00"_s, 2);
        row("a target that is not there", u"add upload --at 02:00 --to /nowhere"_s, 2);
        row("an unknown profile", u"add backup --at 02:00 --profile nobody --out /tmp"_s, 2);
        row("a password in the connection",
            u"add backup --at 02:00 --out /tmp --profile postgresql://a:b@h/d"_s, 2);
        row("a secret that only a keyring has", u"add backup --at 02:00 --profile secretless --out /tmp"_s,
            3);
        row("a schedule that is not there", u"run nothing"_s, 2);
        row("to remove what is not there", u"remove nothing"_s, 2);
    }
    void whatCannotBeScheduledIsRefused()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        const Run done = run(arguments);
        QVERIFY2(done.exitCode == code, done.err.constData());
        QVERIFY(!done.err.isEmpty());
        QVERIFY(!QDir(file(u".config/systemd"_s)).exists());
        QVERIFY(QDir(file(u".config/retail-admin/schedules"_s)).entryList(QDir::Files).isEmpty());
    }

    void theKeyOfATargetMustBeReachableWithoutAKeyring()
    {
        QFile list(file(u".config/retail-admin/upload-targets.json"_s));
        QVERIFY(list.open(QIODevice::WriteOnly));
        list.write(R"([{"name": "cloud", "kind": "azure", "account": "shop", "container": "backups",
                        "secret_in_keyring": true}])");
        list.close();
        const Run done =
            run({u"schedule"_s, u"add"_s, u"upload"_s, u"--at"_s, u"03:00"_s, u"--to"_s, u"cloud"_s});
        QCOMPARE(done.exitCode, 2);
        QVERIFY2(done.err.contains("keyring") && done.err.contains("--secret-file"), done.err.constData());
        // A key that others may read is none.
        QFile key(file(u"key"_s));
        QVERIFY(key.open(QIODevice::WriteOnly) && key.write("c2VjcmV0c2VjcmV0c2VjcmV0") > 0);
        key.close();
        key.setPermissions(QFile::ReadOwner | QFile::ReadOther);
        const QStringList set{u"backup"_s,  u"target"_s,       u"set"_s,           u"cloud"_s,
                              u"--azure"_s, u"shop/backups"_s, u"--secret-file"_s, key.fileName()};
        QCOMPARE(run(set).exitCode, 2);
        key.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
        QCOMPARE(run(set).exitCode, 0);
        QVERIFY(!content(list.fileName()).contains("c2VjcmV0"));
    }

    void theUnitsAreValidAndTheirCommandRunsBare()
    {
        const auto add = [&](const QString &words) {
            const Run done =
                run(QStringList{u"schedule"_s, u"add"_s} + words.split(u' ') + QStringList{u"--json"_s});
            QVERIFY2(done.exitCode == 0, done.err.constData());
            QVERIFY(!done.json()[u"active"].toBool());
            QVERIFY(done.json()[u"commands"].toArray().size() >= 2);
        };
        add(u"backup --at 02:00 --profile ops --out %1 "_s.arg(file(u"backups"_s)).trimmed());
        add(u"upload --at 03:00 --out %1 --to %2"_s.arg(file(u"backups"_s), file(u"disk"_s)));
        add(u"drill --at 04:30 --weekly sat --out %1"_s.arg(file(u"backups"_s)));
        add(u"maintenance --at 2:00 --weekly sunday --profile owner"_s); // the line of the original, done
                                                                         // right
        const QStringList names{u"backup-ops"_s, u"upload"_s, u"drill"_s, u"maintenance-owner"_s};
        QStringList verify{u"/usr/bin/env"_s,    u"XDG_RUNTIME_DIR="_s + m_home->path(),
                           u"systemd-analyze"_s, u"--user"_s,
                           u"--man=no"_s,        u"verify"_s};
        for (const QString &name : names)
            verify += {unit(name + u".service"_s), unit(name + u".timer"_s)};
        const Run verified = runWords(verify);
        QVERIFY2(verified.exitCode == 0, verified.err.constData());
        QVERIFY2(verified.err.isEmpty(), verified.err.constData());
        QVERIFY(content(unit(u"drill.timer"_s)).contains("OnCalendar=Sat *-*-* 04:30:00\nPersistent=true"));
        QVERIFY(content(unit(u"maintenance-owner.timer"_s)).contains("OnCalendar=Sun *-*-* 02:00:00"));

        const QStringList kinds{u"backup"_s, u"upload"_s, u"drill"_s, u"maintenance"_s};
        for (qsizetype i = 0; i < names.size(); ++i) {
            const Run done = runWords(execStart(names[i]));
            QVERIFY2(done.exitCode == 0, done.err.constData());
            QCOMPARE(schedule(names[i])[u"outcome"].toString(), u"succeeded"_s);
            QCOMPARE(newestJob()[u"kind"].toString(), kinds[i]);
            QCOMPARE(newestJob()[u"state"].toString(), u"succeeded"_s);
            nothingLeft();
        }
        QCOMPARE(QDir(file(u"disk"_s)).entryList({u"*.json"_s}, QDir::Files).size(), 1);
        const Run check = run({u"check"_s, u"--profile"_s, u"ops"_s, u"--json"_s});
        QStringList fine;
        for (const QJsonValue &row : check.json()[u"rows"].toArray())
            if (row[u"status"].toString() == u"OK")
                fine += row[u"check"].toString();
        for (const QString &name : {u"backup-age"_s, u"drill-age"_s, u"upload-age"_s, u"schedules"_s})
            QVERIFY2(fine.contains(name), check.out.constData());
        for (const QString &name : names)
            QCOMPARE(run({u"schedule"_s, u"remove"_s, name}).exitCode, 0);
        QVERIFY(QDir(file(u".config/systemd/user"_s)).entryList(QDir::Files).isEmpty());
    }

    void whereSystemdAnswersTheTimerIsEnabled()
    {
        script(u"systemctl"_s, "echo \"$@\" >>" + file(u"calls"_s).toUtf8());
        script(u"loginctl"_s, "echo Linger=no");
        const QStringList add{u"schedule"_s, u"add"_s, u"drill"_s, u"--at"_s, u"05:00"_s, u"--json"_s};
        const Run done = run(add);
        QVERIFY2(done.exitCode == 0, done.err.constData());
        QVERIFY(done.json()[u"active"].toBool());
        QVERIFY(content(file(u"calls"_s)).contains("--user enable --now retail-admin-drill.timer"));
        QCOMPARE(done.json()[u"commands"].toArray().size(), 1);
        QVERIFY(done.json()[u"commands"].toArray().first().toString().startsWith(u"loginctl enable-linger"));
        script(u"loginctl"_s, "echo Linger=yes");
        QVERIFY(run(add).json()[u"commands"].toArray().isEmpty());
        QCOMPARE(run({u"schedule"_s, u"remove"_s, u"drill"_s}).exitCode, 0);
        QVERIFY(content(file(u"calls"_s)).contains("--user disable --now retail-admin-drill.timer"));
    }

    void aLineOfCronIsWrittenOnceAndTakenOut()
    {
        const QByteArray table = file(u"crontab.txt"_s).toUtf8();
        script(u"crontab"_s, "[ \"$1\" = - ] && cat >" + table + " || cat " + table);
        QFile other(file(u"crontab.txt"_s));
        QVERIFY(other.open(QIODevice::WriteOnly) && other.write("0 1 * * * /bin/true\n") > 0);
        other.close();
        const QStringList add{u"schedule"_s, u"add"_s, u"maintenance"_s, u"--at"_s,  u"02:00"_s,
                              u"--weekly"_s, u"sun"_s, u"--profile"_s,   u"owner"_s, u"--cron"_s};
        QCOMPARE(run(add).exitCode, 0);
        QCOMPARE(run(add).exitCode, 0);
        const QList<QByteArray> lines = content(file(u"crontab.txt"_s)).trimmed().split('\n');
        QCOMPARE(lines.size(), 2);
        QVERIFY2(lines[1].startsWith("0 2 * * 0 '") &&
                     lines[1].contains("'schedule' 'run' 'maintenance-owner'"),
                 lines[1].constData());
        // The line itself, as cron gives it to a shell.
        const QString command = QString::fromUtf8(lines[1].mid(lines[1].indexOf('\'')));
        const Run done = runWords({u"/bin/sh"_s, u"-c"_s, command});
        QVERIFY2(done.exitCode == 0, done.err.constData());
        QCOMPARE(run({u"schedule"_s, u"remove"_s, u"maintenance-owner"_s}).exitCode, 0);
        QCOMPARE(content(file(u"crontab.txt"_s)), QByteArray("0 1 * * * /bin/true\n"));
    }

    void linesOfCronThatCannotBeReadStay_data()
    {
        QTest::addColumn<QByteArray>("listing");
        QTest::addColumn<bool>("written");
        QTest::newRow("not allowed")
            << QByteArray("echo 'You (you) are not allowed to use this program (crontab)' >&2; exit 1")
            << false;
        QTest::newRow("the disk failed")
            << QByteArray("echo '0 1 * * * /bin/half'; echo 'Input/output error' >&2; exit 2") << false;
        QTest::newRow("killed") << QByteArray("kill -9 $$") << false;
        QTest::newRow("there are none yet") << QByteArray("echo 'no crontab for you' >&2; exit 1") << true;
    }
    void linesOfCronThatCannotBeReadStay()
    {
        QFETCH(QByteArray, listing);
        QFETCH(bool, written);
        const QString table = file(u"crontab.txt"_s);
        script(u"crontab"_s, "[ \"$1\" = - ] && exec cat >" + table.toUtf8() + '\n' + listing);
        const QByteArray mine("0 1 * * * /bin/true\n");
        const auto write = [&] {
            QFile lines(table);
            QVERIFY(lines.open(QIODevice::WriteOnly) && lines.write(mine) == mine.size());
        };
        write();
        const Run added = run({u"schedule"_s, u"add"_s, u"drill"_s, u"--at"_s, u"02:00"_s, u"--cron"_s,
                               u"--no-test"_s, u"--json"_s});
        QVERIFY2(added.exitCode == 0, added.err.constData());
        QCOMPARE(added.json()[u"active"].toBool(), written);
        QCOMPARE(content(table) == mine, !written);
        write();
        QCOMPARE(run({u"schedule"_s, u"remove"_s, u"drill"_s}).exitCode, 0);
        QCOMPARE(content(table) == mine, !written);
    }

    void ctrlCLeavesTheLinesOfCron_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("while one is added")
            << QStringList{u"add"_s, u"drill"_s, u"--at"_s, u"03:00"_s, u"--cron"_s, u"--no-test"_s};
        QTest::newRow("while one is removed") << QStringList{u"remove"_s, u"drill"_s};
    }
    void ctrlCLeavesTheLinesOfCron()
    {
        QFETCH(QStringList, arguments);
        const QByteArray table = file(u"crontab.txt"_s).toUtf8();
        const QByteArray write = "[ \"$1\" = - ] && exec cat >" + table + '\n';
        script(u"crontab"_s, write + "echo 'no crontab for you' >&2; exit 1");
        QCOMPARE(
            run({u"schedule"_s, u"add"_s, u"drill"_s, u"--at"_s, u"02:00"_s, u"--cron"_s, u"--no-test"_s})
                .exitCode,
            0);
        const QByteArray before = content(file(u"crontab.txt"_s));
        QVERIFY(before.startsWith("0 2 * * *"));
        script(u"crontab"_s, write + "touch " + file(u"listing"_s).toUtf8() + "\nexec sleep 60");
        const auto process =
            start(QStringList{qEnvironmentVariable("RETAIL_ADMIN"), u"schedule"_s} + arguments);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file(u"listing"_s)), 20'000);
        ::kill(pid_t(process->processId()), SIGINT);
        QVERIFY(process->waitForFinished());
        QCOMPARE(process->exitCode(), 130);
        QCOMPARE(content(file(u"crontab.txt"_s)), before);
    }

    void aRunThatFailedIsCritical()
    {
        QCOMPARE(run({u"schedule"_s, u"add"_s, u"upload"_s, u"--at"_s, u"03:00"_s, u"--out"_s,
                      file(u"backups"_s), u"--to"_s, file(u"disk"_s)})
                     .exitCode,
                 0);
        QVERIFY(QDir(file(u"disk"_s)).removeRecursively());
        QVERIFY(runWords(execStart(u"upload"_s)).exitCode != 0);
        QCOMPARE(schedule(u"upload"_s)[u"outcome"].toString(), u"failed"_s);
        QCOMPARE(newestJob()[u"state"].toString(), u"failed"_s);
        const Run check = run({u"check"_s, u"--profile"_s, u"ops"_s});
        QCOMPARE(check.exitCode, 2);
        QVERIFY2(check.out.contains("CRITICAL: upload failed") &&
                     check.out.contains("no upload went well yet"),
                 check.out.constData());
    }

    void aRunThatDoesNotEvenBeginIsInTheHistory()
    {
        QCOMPARE(run({u"schedule"_s, u"add"_s, u"backup"_s, u"--at"_s, u"03:00"_s, u"--out"_s,
                      file(u"backups"_s), u"--profile"_s, u"ops"_s})
                     .exitCode,
                 0);
        QVERIFY(QFile::remove(file(u".config/retail-admin/profiles/ops.json"_s)));
        QCOMPARE(run({u"schedule"_s, u"run"_s, u"backup-ops"_s}).exitCode, 2);
        QCOMPARE(newestJob()[u"kind"].toString(), u"backup"_s);
        QCOMPARE(newestJob()[u"state"].toString(), u"failed"_s);
    }

    void aMissedRunIsTold_data()
    {
        QTest::addColumn<QDateTime>("added");
        QTest::addColumn<QDateTime>("ran");
        QTest::addColumn<int>("weekday");
        QTest::addColumn<int>("outcome");
        const auto at = [](int day, int hour, int minute = 0) {
            return QDateTime(QDate(2026, 11, day), QTime(hour, minute));
        };
        // Now is Wednesday the 25th at noon, the time 02:00.
        QTest::newRow("added after it was due")
            << at(25, 8) << QDateTime() << 0 << int(ScheduleState::Waiting);
        QTest::newRow("never ran") << at(20, 8) << QDateTime() << 0 << int(ScheduleState::Missed);
        QTest::newRow("ran today") << at(20, 8) << at(25, 2) << 0 << int(ScheduleState::Succeeded);
        QTest::newRow("caught up after the machine was off")
            << at(20, 8) << at(25, 9) << 0 << int(ScheduleState::Succeeded);
        QTest::newRow("ran yesterday") << at(20, 8) << at(24, 2) << 0 << int(ScheduleState::Missed);
        QTest::newRow("made anew since it was due")
            << at(25, 8) << at(24, 2) << 0 << int(ScheduleState::Succeeded);
        QTest::newRow("weekly, and ran last Sunday")
            << at(1, 8) << at(22, 2) << 7 << int(ScheduleState::Succeeded);
        QTest::newRow("weekly, and ran the Sunday before")
            << at(1, 8) << at(15, 2) << 7 << int(ScheduleState::Missed);
    }
    void aMissedRunIsTold()
    {
        QFETCH(QDateTime, added);
        QFETCH(QDateTime, ran);
        QFETCH(int, weekday);
        QFETCH(int, outcome);
        Schedules schedules(file(u"s"_s), file(u"r"_s));
        VERIFY_OK(schedules.save({u"drill"_s, {}, QTime(2, 0), weekday, {u"drill"_s}, false, added}));
        if (ran.isValid())
            VERIFY_OK(durable::write(
                (QDir().mkpath(file(u"r"_s)), file(u"r/drill.json"_s)),
                QJsonDocument(
                    QJsonObject{{u"started"_s, ran.toUTC().toString(Qt::ISODateWithMs)}, {u"exit_code"_s, 0}})
                    .toJson()));
        const QDateTime now(QDate(2026, 11, 25), QTime(12, 0));
        const QList<ScheduleState> states = schedules.states(now);
        QCOMPARE(states.size(), 1);
        QCOMPARE(int(states.first().outcome), outcome);
        QCOMPARE(states.first().next, weekday == 7 ? QDateTime(QDate(2026, 11, 29), QTime(2, 0))
                                                   : QDateTime(QDate(2026, 11, 26), QTime(2, 0)));
        backup::Overview overview;
        overview.schedules = states;
        const bool bad = outcome == ScheduleState::Missed;
        QCOMPARE(worst(backupChecks(
                     overview, HealthLimits{{}, {}, {}, {}, {}, {}, HealthLimit{1e6, 1e6}, {}, {}}, now)),
                 HealthCheck::Critical); // no drill went well
        QCOMPARE(backupChecks(overview, {}, now).last().status == HealthCheck::Critical, bad);
    }

    void profilesThatDifferHaveSchedulesOfTheirOwn()
    {
        const auto nameFor = [](const QString &profile) {
            Schedule schedule;
            schedule.kind = u"backup"_s;
            schedule.profile = profile;
            return schedule.name();
        };
        QCOMPARE(nameFor(u"shop"_s), u"backup-shop"_s);
        QCOMPARE(nameFor(u"sandbox-ops"_s), u"backup-sandbox-ops"_s);
        QVERIFY(nameFor(u"shop.eu"_s) != nameFor(u"shop-eu"_s));
        QVERIFY(nameFor(u"കൊച്ചി"_s) != nameFor(u"കൊല്ലം"_s));
        QVERIFY(nameFor(QString(70, u'a') + u"1"_s) != nameFor(QString(70, u'a') + u"2"_s));
        static const QRegularExpression plain(u"^[A-Za-z0-9_-]+$"_s);
        QVERIFY(plain.match(nameFor(u"കൊച്ചി"_s)).hasMatch());
    }

    void theThreeTwoOneRuleCountsWhatWasProven()
    {
        backup::StoredBackup stored{file(u"backups"_s), u"x.json"_s, {}};
        stored.manifest.created = QDateTime(QDate(2026, 11, 25), QTime(2, 0), Qt::UTC);
        stored.manifest.database = u"shop"_s;
        stored.manifest.target = u"ops@local socket/shop"_s;
        const auto proof = [&](const QString &place, int hoursOld) {
            return BackupProof{u"upload"_s,
                               stored.manifest.series(),
                               u"shop"_s,
                               u"x.json"_s,
                               stored.manifest.created.addSecs(-3600 * hoursOld),
                               place};
        };
        QCOMPARE(backup::countCopies({}, {}).text(), u"1 copies, 1 media, 0 off-site"_s);
        QCOMPARE(backup::countCopies(stored, {}).text(), u"2 copies, 1 media, 0 off-site"_s);
        QCOMPARE(backup::countCopies(stored, {proof(file(u"disk"_s), 0)}).text(),
                 u"3 copies, 1 media, 0 off-site"_s);
        const QString azure = u"azure:shop/backups"_s;
        QVERIFY(backup::countCopies(stored, {proof(azure, 24), proof(azure, 0)}).enough());
        QVERIFY(!backup::countCopies(stored, {proof(azure, 72)}).enough());
    }

    void aDamagedBackupMakesTheDrillFailAndLeavesNothing()
    {
        QCOMPARE(run({u"backup"_s, u"create"_s, u"--out"_s, file(u"backups"_s), u"--profile"_s, u"ops"_s})
                     .exitCode,
                 0);
        const QString dump = backup::listBackups(file(u"backups"_s)).first().dumpPath();
        const QStringList drill{u"drill"_s};
        // Ended in the middle, by hand and by force: both are in the history.
        for (const int signal : {SIGINT, SIGKILL}) {
            const auto process = start({qEnvironmentVariable("RETAIL_ADMIN"), u"drill"_s});
            QTRY_VERIFY_WITH_TIMEOUT(!QDir(m_place->path()).isEmpty(), 20'000);
            ::kill(pid_t(process->processId()), signal);
            QVERIFY(process->waitForFinished());
            QCOMPARE(newestJob()[u"kind"].toString(), u"drill"_s);
            if (signal == SIGINT) {
                QCOMPARE(process->exitCode(), 130);
                QCOMPARE(newestJob()[u"state"].toString(), u"cancelled"_s);
                nothingLeft();
            } else {
                QCOMPARE(newestJob()[u"state"].toString(), u"failed"_s);
            }
        }
        QFile file(dump);
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(file.size() / 2) && file.write("XXXX") == 4);
        file.close();
        const Run damaged = run(drill);
        QCOMPARE(damaged.exitCode, 5);
        QVERIFY2(damaged.err.contains("checksum"), damaged.err.constData());
        // Truncated, with a manifest that agrees: only restoring it tells.
        backup::StoredBackup stored = backup::listBackups(this->file(u"backups"_s)).first();
        QVERIFY(file.resize(file.size() - 20'000));
        stored.manifest.files[0].bytes = file.size();
        stored.manifest.files[0].sha256 = *durable::sha256(dump, {});
        stored.manifest.verification = {
            backup::Level::Listed, false, QDateTime::currentDateTimeUtc(), {}, {}};
        VERIFY_OK(backup::writeManifest(stored));
        const Run truncated = run(drill);
        QVERIFY2(truncated.exitCode == 5, truncated.err.constData());
        nothingLeft(); // also of the drill that was killed
        const Run check = run({u"check"_s, u"--profile"_s, u"ops"_s, u"--drill-age"_s, u"1,2"_s});
        QCOMPARE(check.exitCode, 2);
        QVERIFY2(check.out.contains("no drill went well") && check.out.contains("no verified backup"),
                 check.out.constData());
    }

    void aPasswordInTheProfileIsRefusedForEveryKind()
    {
        const QString uri = u"postgresql://ops:Secret1@nowhere.example/retail"_s;
        for (const char *kind : {"backup", "drill", "upload", "maintenance"}) {
            const Run added = run({u"schedule"_s, u"add"_s, QLatin1String(kind), u"--at"_s, u"03:00"_s,
                                   u"--to"_s, file(u"disk"_s), u"--profile"_s, uri, u"--no-test"_s});
            QCOMPARE(added.exitCode, 2);
            QVERIFY2(added.err.contains("keeps no password") && !added.err.contains("Secret1"),
                     added.err.constData());
        }
        QVERIFY(!run({u"schedule"_s, u"list"_s, u"--json"_s}).out.contains("nowhere"));
        QVERIFY(QDir(file(u".config/systemd/user"_s)).entryList({u"*Secret1*"_s}).isEmpty());
    }

    void anUploadThatIsKilledIsInTheHistory()
    {
        QCOMPARE(run({u"backup"_s, u"create"_s, u"--out"_s, file(u"backups"_s), u"--profile"_s, u"ops"_s})
                     .exitCode,
                 0);
        script(u"rclone"_s, "touch " + file(u"called"_s).toUtf8() + "\nexec sleep 60");
        QCOMPARE(run({u"schedule"_s, u"add"_s, u"upload"_s, u"--at"_s, u"03:00"_s, u"--to"_s, file(u"disk"_s),
                      u"--no-test"_s})
                     .exitCode,
                 0);
        const auto process = start(execStart(u"upload"_s));
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file(u"called"_s)), 20'000);
        process->kill();
        QVERIFY(process->waitForFinished());
        QCOMPARE(newestJob()[u"kind"].toString(), u"upload"_s);
        QCOMPARE(newestJob()[u"state"].toString(), u"failed"_s);
        QCOMPARE(schedule(u"upload"_s)[u"text"].toString(), u"was killed"_s);
    }
};

QTEST_GUILESS_MAIN(TestSchedule)
#include "tst_schedule.moc"
