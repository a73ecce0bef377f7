// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/backuptest.h"
#include "tests/support/smalldisk.h"
#include "tests/support/testserver.h"

#include <QElapsedTimer>
#include <QFileInfo>
#include <QProcess>
#include <QRandomGenerator>
#include <QScopeGuard>
#include <QTest>

#include <dlfcn.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include <csignal>
#include <thread>

using namespace Qt::StringLiterals;

static bool noSpaceIsTold = false;

/// In the place of the C library's, for who may not mount a small disk.
extern "C" int statvfs(const char *path, struct statvfs *disk) noexcept
{
    static const auto real =
        reinterpret_cast<int (*)(const char *, struct statvfs *)>(::dlsym(RTLD_NEXT, "statvfs"));
    const int code = real(path, disk);
    if (noSpaceIsTold)
        disk->f_bavail = 0;
    return code;
}

/// Somebody else with a right to the folder, who puts a link under the name of the dump as soon as he sees
/// the lock file, and again when it was removed.
class LinkingJob final : public JobContext
{
public:
    LinkingJob(QString folder, QString target)
        : m_folder(std::move(folder))
        , m_target(std::move(target))
    {
    }
    const CancelToken &token() const override { return m_token; }
    void progress(const JobProgress &) override { plant(); }
    void log(const QString &) override { plant(); }
    int planted = 0;

private:
    void plant()
    {
        for (const QString &lock :
             QDir(m_folder).entryList({u".retail_db_*.lock"_s}, QDir::Files | QDir::Hidden))
            for (const QString &suffix : {u".dump.part"_s, u".globals.sql.part"_s})
                planted += QFile::link(m_target, m_folder + u'/' + lock.mid(1).chopped(5) + suffix) ? 1 : 0;
    }

    QString m_folder;
    QString m_target;
    CancelToken m_token;
};

/// What goes wrong while a backup is made. After each: nothing green that was not, the older backup as it
/// was, no file of the failed one, nothing of ours running here or on the server, and a message that names
/// the cause.
class TestBackupFaults final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestServer> m_server;
    std::unique_ptr<QTemporaryDir> m_folder;
    QHash<QString, QByteArray> m_before;

    Login ops() const { return m_server->login(u"sandbox_ops"_s); }

    backup::Options options() const
    {
        backup::Options options;
        options.folder = m_folder->path();
        return options;
    }

    void sql(const QByteArray &script) const
    {
        Session session = m_server->superuser();
        VERIFY_OK(session.executeScript(script));
    }

    void expectNothingLeft(const QString &folder) const
    {
        QCOMPARE(contentsOf(folder), m_before);
        QVERIFY(childrenNamed("pg_dump").isEmpty());
        for (const backup::StoredBackup &each : backup::listBackups(folder)) {
            WatchedJob job;
            VERIFY_OK(backup::verifyChecksums(each, job));
        }
    }

    void expectNothingRuns() const
    {
        Session session = m_server->superuser();
        QTRY_COMPARE(
            session
                .execute("SELECT FROM pg_stat_activity WHERE application_name ~ '^retail-admin.*[Bb]ackup'")
                ->count(),
            0);
    }

    /// The program itself, as a script runs it; its files in a folder of their own.
    std::unique_ptr<QProcess> program(const QStringList &arguments) const
    {
        auto process = std::make_unique<QProcess>();
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const QString &name : {u"XDG_CONFIG_HOME"_s, u"XDG_DATA_HOME"_s, u"XDG_STATE_HOME"_s})
            environment.insert(name, m_home.path());
        environment.remove(u"XDG_RUNTIME_DIR"_s);
        process->setProcessEnvironment(environment);
        process->start(qEnvironmentVariable("RETAIL_ADMIN"), arguments);
        return process;
    }

    QStringList createArguments(const QString &folder) const
    {
        const Login login = ops();
        return {u"backup"_s,    u"create"_s,
                u"--out"_s,     folder,
                u"--profile"_s, login.profile.conninfo + u" passfile="_s + login.profile.passfile};
    }

    QTemporaryDir m_home;

private slots:
    void initTestCase()
    {
        m_server = std::make_unique<TestServer>();
        // Enough that a dump takes seconds, and that a small disk is full before it ends.
        sql("CREATE TABLE retail.bulk AS SELECT n, md5(n::text) || md5((n * 7)::text) || md5((n * 11)::text) "
            "AS words "
            "FROM generate_series(1, 400000) n; ALTER TABLE retail.bulk OWNER TO retail_owner; ANALYZE "
            "retail.bulk");
        m_folder = std::make_unique<QTemporaryDir>();
        WatchedJob job;
        backup::Options options = this->options();
        options.scope = backup::Scope::Tables;
        options.tables = QStringList{u"customers"_s};
        VERIFY_OK(backup::create(ops(), options, job)); // the older backup of every test
        m_before = contentsOf(m_folder->path());
        QCOMPARE(m_before.size(), 3);
    }
    void cleanupTestCase() { m_server.reset(); }

    void aWrongPassword()
    {
        Login login = ops();
        login.profile.passfile.clear();
        login.password = u"wrong-word"_s;
        WatchedJob job;
        const auto made = backup::create(login, options(), job);
        QVERIFY(!made);
        QCOMPARE(made.error().kind, ErrorKind::Connect);
        QVERIFY2(made.error().message.contains(u"password"), qPrintable(made.error().text()));
        QVERIFY(!made.error().text().contains(u"wrong-word"));
        expectNothingLeft(m_folder->path());
    }

    void aRoleThatLostItsSight()
    {
        sql("ALTER ROLE retail_ops NOBYPASSRLS");
        const auto mend = qScopeGuard([&] { sql("ALTER ROLE retail_ops BYPASSRLS"); });
        sql("CREATE TABLE retail.hidden (n int); ALTER TABLE retail.hidden ENABLE ROW LEVEL SECURITY");
        const auto drop = qScopeGuard([&] { sql("DROP TABLE retail.hidden"); });
        WatchedJob job;
        const auto made = backup::create(ops(), options(), job);
        QVERIFY(!made);
        QCOMPARE(made.error().kind, ErrorKind::Permission);
        QVERIFY2(made.error().text().contains(u"retail.hidden") && made.error().text().contains(u"BYPASSRLS"),
                 qPrintable(made.error().text()));
        expectNothingLeft(m_folder->path());
    }

    void aLargeObjectOfSomebodyElse()
    {
        sql("SELECT lo_create(424242); ALTER LARGE OBJECT 424242 OWNER TO mcp_user");
        const auto drop = qScopeGuard([&] { sql("SELECT lo_unlink(424242)"); });
        WatchedJob job;
        const auto made = backup::create(ops(), options(), job);
        QVERIFY(!made);
        QCOMPARE(made.error().kind, ErrorKind::Permission);
        QVERIFY2(made.error().message.contains(u"large object 424242 of mcp_user"),
                 qPrintable(made.error().text()));
        expectNothingLeft(m_folder->path());
    }

    void pgDumpIsKilled_data()
    {
        QTest::addColumn<backup::Format>("format");
        QTest::newRow("while it writes one file") << backup::Format::Custom;
        QTest::newRow("while it writes a folder") << backup::Format::Directory;
    }
    void pgDumpIsKilled()
    {
        QFETCH(backup::Format, format);
        backup::Options options = this->options();
        options.format = format;
        options.compress = 9;
        WatchedJob job;
        job.onProgress = [](const JobProgress &progress) {
            if (progress.phase == u"dumping" && progress.done > 0)
                for (const pid_t child : childrenNamed("pg_dump"))
                    ::kill(child, SIGKILL);
        };
        const auto made = backup::create(ops(), options, job);
        QVERIFY(!made);
        QVERIFY2(made.error().message.contains(u"pg_dump") && made.error().message.contains(u"signal 9"),
                 qPrintable(made.error().text()));
        expectNothingLeft(m_folder->path());
        expectNothingRuns();
    }

    void theServerIsKilled_data()
    {
        QTest::addColumn<int>("percent");
        for (const int percent : {10, 50, 90})
            QTest::addRow("when %d of 100 rows are there", percent) << percent;
    }
    void theServerIsKilled()
    {
        QFETCH(int, percent);
        backup::Options options = this->options();
        options.compress = 9;
        WatchedJob job;
        bool killed = false;
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.phase == u"dumping" && 100 * progress.done >= percent * progress.total &&
                !std::exchange(killed, true))
                m_server->control({u"-m"_s, u"immediate"_s, u"stop"_s});
        };
        const auto made = backup::create(ops(), options, job);
        const auto start = qScopeGuard([&] { m_server->start(); });
        QVERIFY(killed);
        QVERIFY(!made);
        QVERIFY2(made.error().kind == ErrorKind::LinkLost, qPrintable(made.error().text()));
        QVERIFY(made.error().message.contains(u"connection"));
        expectNothingLeft(m_folder->path());
    }

    void itIsCancelled()
    {
        WatchedJob job;
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.phase == u"dumping" && progress.done > 0)
                job.token().cancel();
        };
        const auto made = backup::create(ops(), options(), job);
        QVERIFY(!made);
        QCOMPARE(made.error().kind, ErrorKind::Cancelled);
        expectNothingLeft(m_folder->path());
        expectNothingRuns();
    }

    void ctrlCEndsTheProgramWith130()
    {
        const auto process = program(createArguments(m_folder->path()));
        QVERIFY(process->waitForStarted());
        // Not QTRY: its step is as long as the whole dump on a quiet machine.
        while (process->state() == QProcess::Running &&
               childrenNamed("pg_dump", pid_t(process->processId())).isEmpty())
            process->waitForFinished(2);
        QCOMPARE(process->state(), QProcess::Running);
        ::kill(pid_t(process->processId()), SIGINT);
        QVERIFY(process->waitForFinished());
        QCOMPARE(process->exitCode(), 130);
        expectNothingLeft(m_folder->path());
        expectNothingRuns();
    }

    void theDiskIsFull()
    {
        QTemporaryDir disk;
        WatchedJob job;
        backup::Options options = this->options();
        options.folder = disk.path() + u"/b"_s;
        QVERIFY(QDir().mkpath(options.folder));
        QHash<QString, QByteArray> none;
        std::swap(m_before, none); // this folder has no older backup
        const auto back = qScopeGuard([&] { std::swap(m_before, none); });
        if (const SmallDisk small(options.folder, "size=6m"); small.mounted()) {
            const auto made = backup::create(ops(), options, job);
            QVERIFY(!made);
            QVERIFY2(made.error().kind == ErrorKind::Io && made.error().message.contains(u"full") &&
                         made.error().message.contains(options.folder),
                     qPrintable(made.error().text()));
            expectNothingLeft(options.folder);
            return;
        }
        // Who may not mount has a limit on the size of files instead; pg_dump inherits it.
        rlimit former{};
        ::getrlimit(RLIMIT_FSIZE, &former);
        const rlimit limit{4 << 20, former.rlim_max};
        ::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const auto made = backup::create(ops(), options, job);
        ::setrlimit(RLIMIT_FSIZE, &former);
        QVERIFY(!made);
        QVERIFY2(made.error().kind == ErrorKind::Io, qPrintable(made.error().text()));
        expectNothingLeft(options.folder);
    }

    void aDiskThatIsMuchTooSmallIsRefusedAtOnce()
    {
        QTemporaryDir disk;
        const SmallDisk small(disk.path(), "size=100k");
        noSpaceIsTold = !small.mounted();
        const auto truth = qScopeGuard([] { noSpaceIsTold = false; });
        backup::Options options = this->options();
        options.folder = disk.path();
        WatchedJob job;
        bool dumped = false;
        job.onProgress = [&](const JobProgress &progress) {
            dumped = dumped || progress.phase == u"dumping";
        };
        const auto made = backup::create(ops(), options, job);
        QVERIFY(!made);
        QCOMPARE(made.error().kind, ErrorKind::Io);
        QVERIFY(made.error().message.contains(u"does not fit"));
        QVERIFY(!dumped);
    }

    void theFolderIsReadOnly()
    {
        QTemporaryDir disk;
        backup::Options options = this->options();
        const SmallDisk readOnly(disk.path(), nullptr, MS_RDONLY);
        // Else one in which nobody can make a file, not even root.
        options.folder = readOnly.mounted() ? disk.path() : u"/sys"_s;
        WatchedJob job;
        const auto made = backup::create(ops(), options, job);
        QVERIFY(!made);
        QCOMPARE(made.error().kind, ErrorKind::Io);
        QVERIFY2(made.error().message.contains(options.folder), qPrintable(made.error().text()));
        expectNothingRuns();
    }

    void aTableIsDroppedWhileTheBackupBegins()
    {
        sql("CREATE TABLE retail.doomed (n int); ALTER TABLE retail.doomed OWNER TO retail_owner");
        Session dropper = m_server->superuser();
        VERIFY_OK(dropper.executeScript("BEGIN; DROP TABLE retail.doomed"));
        backup::Options options = this->options();
        QTemporaryDir folder;
        options.folder = folder.path();
        WatchedJob job;
        Result<backup::StoredBackup> made = Error{};
        std::thread worker([&] { made = backup::create(ops(), options, job); });
        Session watcher = m_server->superuser();
        const auto waits = [&] {
            return watcher
                       .execute("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                                "application_name LIKE 'retail-admin%'")
                       ->count() > 0;
        };
        QTRY_VERIFY(waits());
        VERIFY_OK(dropper.executeScript("COMMIT"));
        worker.join();
        VERIFY_OK(made); // with another snapshot, which has no such table
        QVERIFY(std::none_of(made->manifest.tables.cbegin(), made->manifest.tables.cend(),
                             [](const backup::Table &table) { return table.name == u"doomed"; }));
        QVERIFY(job.lines.join(u'\n').contains(u"once more"));
    }

    void aTableIsDroppedWhileItIsDumped()
    {
        sql("CREATE TABLE retail.late AS SELECT 1 AS n; ALTER TABLE retail.late OWNER TO retail_owner");
        backup::Options options = this->options();
        QTemporaryDir folder;
        options.folder = folder.path();
        options.scope = backup::Scope::Tables;
        options.tables = QStringList{u"bulk"_s, u"late"_s};
        options.level = backup::Level::Restored;
        WatchedJob job;
        std::thread dropper;
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.phase == u"dumping" && progress.done > 0 && !dropper.joinable())
                dropper = std::thread([&] { sql("DROP TABLE retail.late"); }); // waits for the backup
        };
        const auto made = backup::create(ops(), options, job);
        QVERIFY(dropper.joinable());
        dropper.join();
        VERIFY_OK(made);
        QCOMPARE(made->manifest.tables.size(), 2);
    }

    void aLockThatIsNotGivenBack()
    {
        Session holder = m_server->superuser();
        VERIFY_OK(holder.executeScript("BEGIN; LOCK TABLE retail.customers IN ACCESS EXCLUSIVE MODE"));
        WatchedJob job;
        const auto made = backup::create(ops(), options(), job);
        QVERIFY(!made);
        QCOMPARE(made.error().kind, ErrorKind::Timeout);
        QVERIFY(made.error().message.contains(u"lock"));
        expectNothingLeft(m_folder->path());
    }

    void whatIsLinkedUnderItsNameIsLeftAlone_data()
    {
        QTest::addColumn<QString>("target");
        QTest::addColumn<backup::Format>("format");
        for (const QString &target : {u"/keep"_s, u"/keep/file"_s}) {
            QTest::addRow("one file, linked to %s", qPrintable(target)) << target << backup::Format::Custom;
            QTest::addRow("a folder, linked to %s", qPrintable(target))
                << target << backup::Format::Directory;
        }
    }
    void whatIsLinkedUnderItsNameIsLeftAlone()
    {
        QFETCH(QString, target);
        QFETCH(backup::Format, format);
        QTemporaryDir folder;
        QTemporaryDir other;
        QVERIFY(QDir().mkpath(other.path() + u"/keep"_s));
        QFile file(other.path() + u"/keep/file"_s);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("kept") == 4);
        file.close();
        backup::Options options = this->options();
        options.folder = folder.path();
        options.format = format;
        options.scope = backup::Scope::Tables;
        options.tables = QStringList{u"customers"_s};
        LinkingJob job(folder.path(), other.path() + target);
        const auto made = backup::create(ops(), options, job);
        QVERIFY(job.planted > 0);
        VERIFY_OK(made);
        QCOMPARE(contentsOf(other.path()), (QHash<QString, QByteArray>{{file.fileName(), "kept"}}));
        QVERIFY(!QFileInfo(made->dumpPath()).isSymLink());
        QVERIFY(!QFileInfo(made->path(made->manifest.globals)).isSymLink());
        WatchedJob after;
        VERIFY_OK(backup::verify(*made, backup::Level::Listed, localMeans(), after));
        QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).size(),
                 3);
    }

    void twoAtOnce()
    {
        QTemporaryDir folder;
        backup::Options options = this->options();
        options.folder = folder.path();
        options.scope = backup::Scope::Schema;
        Result<backup::StoredBackup> first = Error{};
        Result<backup::StoredBackup> second = Error{};
        WatchedJob jobs[2];
        std::thread one([&] { first = backup::create(ops(), options, jobs[0]); });
        std::thread two([&] { second = backup::create(ops(), options, jobs[1]); });
        one.join();
        two.join();
        VERIFY_OK(first);
        VERIFY_OK(second);
        QVERIFY(first->dumpPath() != second->dumpPath());
        QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).size(),
                 6);
        for (const backup::StoredBackup &each : backup::listBackups(folder.path())) {
            WatchedJob job;
            VERIFY_OK(backup::verify(each, backup::Level::Listed, localMeans(), job));
        }
    }

    void theProgramIsKilledAtAnyMoment()
    {
        QTemporaryDir folder;
        QElapsedTimer clock;
        clock.start();
        const QStringList arguments = createArguments(folder.path()) + QStringList{u"--compress"_s, u"1"_s};
        const auto whole = program(arguments);
        QVERIFY(whole->waitForFinished(60'000));
        QVERIFY2(whole->exitCode() == 0, whole->readAllStandardError().constData());
        const qint64 duration = clock.elapsed();
        QRandomGenerator random(9);
        qsizetype complete = 1;
        for (int round = 0; round < 20; ++round) {
            const auto victim = program(arguments);
            QVERIFY(victim->waitForStarted());
            const bool ended = victim->waitForFinished(int(random.bounded(quint64(duration))));
            if (!ended) {
                victim->kill();
                QVERIFY(victim->waitForFinished());
            }
            // What is listed is whole, whatever lies beside it.
            for (const backup::StoredBackup &each : backup::listBackups(folder.path())) {
                WatchedJob job;
                VERIFY_OK(backup::verifyChecksums(each, job));
            }
            complete = backup::listBackups(folder.path()).size();
        }
        // The next run clears up.
        const auto next = program(arguments);
        QVERIFY(next->waitForFinished(60'000));
        QVERIFY2(next->exitCode() == 0, next->readAllStandardError().constData());
        QCOMPARE(backup::listBackups(folder.path()).size(), complete + 1);
        QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).size(),
                 3 * (complete + 1));
        QVERIFY(QDir(m_home.path() + u"/retail-admin/run"_s).isEmpty()); // pass files
        expectNothingRuns();
        // And the history tells of those that did not end.
        const auto history = program({u"jobs"_s, u"list"_s, u"--kind"_s, u"backup"_s});
        QVERIFY(history->waitForFinished());
        QVERIFY(history->readAllStandardOutput().contains("ended before"));
    }
};

QTEST_GUILESS_MAIN(TestBackupFaults)
#include "tst_backupfaults.moc"
