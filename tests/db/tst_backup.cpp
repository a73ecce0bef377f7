// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/processrunner.h"
#include "app/local/localstore.h"
#include "app/services/backuptools.h"
#include "app/services/healthservice.h"
#include "app/services/restorejob.h"
#include "tests/support/backuptest.h"

#include <QProcess>
#include <QRandomGenerator>
#include <QStandardPaths>
#include <QTest>

#include <sys/stat.h>

using namespace Qt::StringLiterals;

class TestBackup final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QTemporaryDir> m_place;

    backup::Options options() const
    {
        backup::Options options;
        options.folder = m_folder->path();
        return options;
    }

    Result<backup::StoredBackup> make(const backup::Options &options,
                                      const QString &user = u"sandbox_ops"_s) const
    {
        WatchedJob job;
        return backup::create(m_database->login(user), options, job);
    }

    static void writeScript(const QString &path, const QByteArray &text)
    {
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("#!/bin/sh\n" + text + '\n');
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        // Throw-away servers in a place of our own, to tell that none is left; the user postgres must reach
        // it.
        m_place = std::make_unique<QTemporaryDir>(u"/tmp/retail-place-XXXXXX"_s);
        QFile(m_place->path())
            .setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ExeOther);
        qputenv("TMPDIR", m_place->path().toUtf8());
    }
    void cleanupTestCase() { m_database.reset(); }
    void init() { m_folder = std::make_unique<QTemporaryDir>(u"/tmp/retail-backup-XXXXXX"_s); }

    void optionsThatContradictAreRefused_data()
    {
        QTest::addColumn<backup::Options>("options");
        backup::Options all;
        all.folder = u"/nowhere"_s;
        const auto row = [&](const char *name, auto change) {
            backup::Options changed = all;
            change(changed);
            QTest::newRow(name) << changed;
        };
        row("no folder", [](backup::Options &o) { o.folder.clear(); });
        row("several jobs write one file", [](backup::Options &o) { o.jobs = 2; });
        row("a folder cannot be sealed", [](backup::Options &o) {
            o.format = backup::Format::Directory;
            o.recipients = QStringList{u"age1qqqqqqqqqqqqqqqqqqqqqqqq"_s};
        });
        row("the scope tables without tables", [](backup::Options &o) { o.scope = backup::Scope::Tables; });
        row("tables without the scope tables",
            [](backup::Options &o) { o.tables = QStringList{u"customers"_s}; });
        row("an option instead of a key", [](backup::Options &o) { o.recipients = QStringList{u"-i"_s}; });
        row("a secret key instead of a public one",
            [](backup::Options &o) { o.recipients = QStringList{u"AGE-SECRET-KEY-1QQQQ"_s}; });
        row("less than listed", [](backup::Options &o) { o.level = backup::Level::Checksum; });
    }
    void optionsThatContradictAreRefused()
    {
        QFETCH(backup::Options, options);
        const Result<backup::StoredBackup> made = make(options);
        QVERIFY(!made);
        QCOMPARE(made.error().kind, ErrorKind::Usage);
        QVERIFY(!QDir(u"/nowhere"_s).exists());
    }

    void aLoginThatDoesNotSeeAllRowsIsRefused_data()
    {
        QTest::addColumn<QString>("user");
        QTest::newRow("a manager, who sees one store") << u"sandbox_manager"_s;
        QTest::newRow("a DBA, who sees no row") << u"sandbox_dba"_s;
    }
    void aLoginThatDoesNotSeeAllRowsIsRefused()
    {
        QFETCH(QString, user);
        const Result<backup::StoredBackup> made = make(options(), user);
        QVERIFY(!made);
        QCOMPARE(made.error().kind, ErrorKind::Permission);
        QVERIFY2(made.error().message.contains(u"customers"), qPrintable(made.error().message));
        QVERIFY(contentsOf(m_folder->path()).isEmpty());
    }

    void anUnknownTableIsNamed()
    {
        backup::Options options = this->options();
        options.scope = backup::Scope::Tables;
        options.tables = QStringList{u"customers"_s, u"custmers"_s};
        const Result<backup::StoredBackup> made = make(options);
        QVERIFY(!made);
        QCOMPARE(made.error().kind, ErrorKind::NotFound);
        QVERIFY(made.error().message.contains(u"custmers"));
        QVERIFY(contentsOf(m_folder->path()).isEmpty());
    }

    void aToolOlderThanTheServerIsNoTool()
    {
        writeScript(m_folder->path() + u"/a/pg_dump"_s, "echo 'pg_dump (PostgreSQL) 14.2'");
        writeScript(m_folder->path() + u"/b/pg_dump"_s, "echo 'pg_dump (PostgreSQL) 13.1 (Debian 13.1-1)'");
        const Result<backup::Tool> tool =
            backup::findTool(u"pg_dump"_s, 15, {m_folder->path() + u"/a"_s, m_folder->path() + u"/b"_s}, {});
        QVERIFY(!tool);
        QCOMPARE(tool.error().kind, ErrorKind::Tool);
        QVERIFY(tool.error().message.contains(u"older"));
        QVERIFY(tool.error().hint.contains(u"postgresql-client-15"));
        QVERIFY(tool.error().detail.contains(u"14.2") && tool.error().detail.contains(u"13.1"));
        const Result<backup::Tool> none = backup::findTool(u"pg_dump"_s, 15, {u"/nowhere"_s}, {});
        QVERIFY(!none && none.error().hint.contains(u"postgresql-client-15"));
    }

    void theOldestToolThatKnowsTheServerIsTaken()
    {
        QStringList folders;
        for (const char *version : {"18.1", "15.20", "14.9", "17beta1", "no version"}) {
            folders += m_folder->path() + u'/' + QLatin1String(version);
            writeScript(folders.last() + u"/pg_dump"_s,
                        QByteArray("echo 'pg_dump (PostgreSQL) ") + version + "'");
        }
        QCOMPARE(backup::findTool(u"pg_dump"_s, 15, folders, {})->version, u"15.20"_s);
        QCOMPARE(backup::findTool(u"pg_dump"_s, 16, folders, {})->version, u"17beta1"_s);
        QCOMPARE(backup::findTool(u"pg_dump"_s, 18, folders, {})->major, 18);
        QVERIFY(!backup::findTool(u"pg_dump"_s, 19, folders, {}));
    }

    void everyShapeHoldsEveryRow_data()
    {
        QTest::addColumn<backup::Options>("options");
        QTest::addColumn<int>("entries");
        const auto row = [&](const char *name, auto change) {
            backup::Options changed;
            change(changed);
            QTest::newRow(name) << changed;
        };
        row("one file", [](backup::Options &) {});
        row("a folder, three tables at a time, not compressed", [](backup::Options &o) {
            o.format = backup::Format::Directory;
            o.jobs = 3;
            o.compress = 0;
        });
        row("the retail schemas", [](backup::Options &o) { o.scope = backup::Scope::Schema; });
        row("two tables and the partitions of one", [](backup::Options &o) {
            o.scope = backup::Scope::Tables;
            o.tables = QStringList{u"customers"_s, u"retail.audit_log"_s};
        });
        row("restored from one file", [](backup::Options &o) { o.level = backup::Level::Restored; });
        row("single tables restored", [](backup::Options &o) {
            o.scope = backup::Scope::Tables;
            o.tables = QStringList{u"products"_s, u"audit_log"_s};
            o.level = backup::Level::Restored;
        });
    }
    void everyShapeHoldsEveryRow()
    {
        QFETCH(backup::Options, options);
        options.folder = m_folder->path();
        const Result<backup::StoredBackup> made = make(options);
        VERIFY_OK(made);
        const backup::Manifest &manifest = made->manifest;
        QCOMPARE(manifest.verification.level, options.level);
        QVERIFY(manifest.good());
        Session session = m_database->superuser();
        QVERIFY(!manifest.tables.isEmpty());
        for (const backup::Table &table : manifest.tables) {
            if (table.partitioned)
                continue;
            const Result<qint64> rows = backup::countRows(session, table);
            VERIFY_OK(rows);
            QCOMPARE(table.rows, *rows);
        }
        QVERIFY(manifest.rows() > 2'000);
        // Names, rights, and nothing else in the folder.
        const QRegularExpression name(
            u"^%1_%2_\\d{8}T\\d{6}Z\\.dump$"_s.arg(m_database->name(), backup::scopeName(options.scope)));
        QVERIFY2(name.match(manifest.dump).hasMatch(), qPrintable(manifest.dump));
        QCOMPARE(
            QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).size(),
            3);
        for (const backup::StoredFile &file : manifest.files) {
            struct stat info
            {
            };
            QCOMPARE(::stat(qPrintable(made->path(file.name)), &info), 0);
            QCOMPARE(info.st_mode & 077, mode_t(0));
        }
        // What is read back is what was written.
        const Result<backup::StoredBackup> found = backup::findBackup(made->dumpPath());
        VERIFY_OK(found);
        QCOMPARE(found->manifest.toJson(), manifest.toJson());
        WatchedJob job;
        VERIFY_OK(backup::verify(*found, backup::Level::Listed, localMeans(), job));
        QVERIFY(QDir(m_place->path()).entryList({u"retail-admin-throwaway-*"_s}).isEmpty());
    }

    void rolesStandBesideItWithoutPasswords()
    {
        const Result<backup::StoredBackup> made = make(options());
        VERIFY_OK(made);
        QFile globals(made->path(made->manifest.globals));
        QVERIFY(globals.open(QIODevice::ReadOnly));
        const QByteArray text = globals.readAll();
        QVERIFY(text.contains("retail_ops") && text.contains("BYPASSRLS"));
        QVERIFY(!text.contains("SCRAM") && !text.contains("PASSWORD '"));
    }

    void theManifestTellsWhatTheDumpDoesNot()
    {
        Session session = m_database->superuser();
        const QByteArray name = quoteIdentifier(m_database->name());
        VERIFY_OK(session.executeScript("COMMENT ON DATABASE " + name + " IS 'the shop'"));
        VERIFY_OK(session.executeScript("ALTER DATABASE " + name + " SET work_mem = '5MB'"));
        VERIFY_OK(session.executeScript("GRANT CONNECT ON DATABASE " + name + " TO mcp_user"));
        const Result<backup::StoredBackup> made = make(options());
        VERIFY_OK(made);
        const backup::Manifest &manifest = made->manifest;
        QCOMPARE(manifest.comment, u"the shop"_s);
        QCOMPARE(manifest.settings.value(0).setting, u"work_mem=5MB"_s);
        QVERIFY(manifest.acl.contains(u"mcp_user"));
        QVERIFY(manifest.roles.contains(u"retail_owner"_s) && manifest.roles.contains(u"mcp_user"_s));
        QVERIFY(std::any_of(manifest.extensions.cbegin(), manifest.extensions.cend(),
                            [](const backup::Extension &e) { return e.name == u"vector"; }));
        const Result<Rows> version =
            session.execute("SELECT current_setting('server_version_num')::int / 10000");
        VERIFY_OK(version);
        const int major = int(version->integer(0, 0));
        QCOMPARE(manifest.serverMajor(), major);
        QVERIFY(!manifest.systemIdentifier.isEmpty());
        QVERIFY(manifest.tool.startsWith(u"pg_dump %1"_s.arg(major)));
    }

    void rowsWrittenMeanwhileAreNeitherDumpedNorCounted()
    {
        const Login superuser = m_database->login(u"postgres"_s);
        backup::Options options = this->options();
        options.level = backup::Level::Restored; // which compares dump and counts
        WatchedJob job;
        bool written = false;
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.phase != u"dumping" || std::exchange(written, true))
                return;
            Result<Session> session = openSession(superuser, u"Test"_s, {});
            QVERIFY(session->execute(
                "INSERT INTO retail.product_categories (category_name) VALUES ('meanwhile')"));
        };
        const Result<backup::StoredBackup> made =
            backup::create(m_database->login(u"sandbox_ops"_s), options, job);
        VERIFY_OK(made);
        QVERIFY(written);
        Session session = m_database->superuser();
        const auto table =
            std::find_if(made->manifest.tables.cbegin(), made->manifest.tables.cend(),
                         [](const backup::Table &t) { return t.name == u"product_categories"; });
        QCOMPARE(*backup::countRows(session, *table), table->rows + 1);
    }

    void thePasswordIsInNoArgumentAndNoEnvironment()
    {
        Login login = m_database->login(u"sandbox_ops"_s);
        QFile passfile(login.profile.passfile);
        QVERIFY(passfile.open(QIODevice::ReadOnly));
        for (const QByteArray &line : passfile.readAll().split('\n'))
            if (line.contains(":sandbox_ops:"))
                login.password = QString::fromUtf8(line.mid(line.lastIndexOf(':') + 1));
        QVERIFY(login.password.size() > 10);
        login.profile.passfile.clear();
        int looked = 0;
        QString handed;
        WatchedJob job;
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.phase != u"dumping")
                return;
            for (const pid_t child : childrenNamed("pg_dump"))
                for (const char *what : {"cmdline", "environ"}) {
                    QFile file(u"/proc/%1/%2"_s.arg(child).arg(QLatin1String(what)));
                    if (!file.open(QIODevice::ReadOnly))
                        continue;
                    const QByteArray text = file.readAll();
                    QVERIFY(!text.contains(login.password.toUtf8()));
                    QVERIFY(!text.contains("PGPASSWORD"));
                    const qsizetype at = text.indexOf("PGPASSFILE=");
                    if (at < 0)
                        continue;
                    handed = QString::fromUtf8(text.mid(at + 11).split('\0').first());
                    struct stat info
                    {
                    };
                    QCOMPARE(::stat(qPrintable(handed), &info), 0);
                    QCOMPARE(info.st_mode & 0777, mode_t(0600));
                    ++looked;
                }
        };
        VERIFY_OK(backup::create(login, options(), job));
        QVERIFY(looked > 0);
        QVERIFY(!QFile::exists(handed));
        for (const QByteArray &content : contentsOf(m_folder->path()))
            QVERIFY(!content.contains(login.password.toUtf8()));
        QVERIFY(!job.lines.join(u'\n').contains(login.password));
    }

    void aFlippedByteAnywhereIsDetected()
    {
        const Result<backup::StoredBackup> made = make(options());
        VERIFY_OK(made);
        const QStringList files{made->dumpPath(), made->path(made->manifest.globals), made->manifestPath()};
        qint64 total = 0;
        for (const QString &file : files)
            total += QFileInfo(file).size();
        QFile manifest(made->manifestPath());
        QVERIFY(manifest.open(QIODevice::ReadOnly));
        const QByteArray original = manifest.readAll();
        QRandomGenerator random(20261123);
        for (int round = 0; round < 200; ++round) {
            // Every fifth in the small files, which chance would leave out.
            const int which = round % 5 == 0 ? 1 + (round / 5) % 2 : 0;
            QFile file(files[which]);
            const qint64 position = random.bounded(quint64(file.size()));
            const auto flip = [&] {
                QVERIFY(file.open(QIODevice::ReadWrite));
                QVERIFY(file.seek(position));
                const char byte = file.read(1).at(0);
                QVERIFY(file.seek(position));
                file.putChar(char(byte ^ (1 << (round % 8))));
                file.close();
            };
            flip();
            WatchedJob job;
            const Result<backup::StoredBackup> found = backup::findBackup(made->dumpPath());
            const Result<backup::StoredBackup> checked =
                found ? backup::verify(*found, backup::Level::Listed, localMeans(), job) : found;
            QVERIFY2(!checked, qPrintable(u"byte %1 of %2"_s.arg(position).arg(file.fileName())));
            QCOMPARE(checked.error().kind, ErrorKind::Verification);
            if (found) { // and it is remembered
                const Result<backup::StoredBackup> again = backup::findBackup(made->dumpPath());
                VERIFY_OK(again);
                QVERIFY(!again->manifest.good());
            }
            if (which != 2) {
                flip();
                QFile restored(made->manifestPath());
                QVERIFY(restored.open(QIODevice::WriteOnly));
                restored.write(original);
            } else {
                flip();
            }
        }
        WatchedJob job;
        VERIFY_OK(
            backup::verify(*backup::findBackup(made->dumpPath()), backup::Level::Listed, localMeans(), job));
    }

    void whatIsNotWholeIsFoundOut_data()
    {
        QTest::addColumn<QString>("damage");
        for (const char *damage : {"empty", "half", "a byte short", "gone", "without a manifest"})
            QTest::newRow(damage) << QString::fromLatin1(damage);
    }
    void whatIsNotWholeIsFoundOut()
    {
        QFETCH(QString, damage);
        const Result<backup::StoredBackup> made = make(options());
        VERIFY_OK(made);
        QFile dump(made->dumpPath());
        const qint64 size = dump.size();
        if (damage == u"empty")
            QVERIFY(dump.resize(0));
        else if (damage == u"half")
            QVERIFY(dump.resize(size / 2));
        else if (damage == u"a byte short")
            QVERIFY(dump.resize(size - 1));
        else if (damage == u"gone")
            QVERIFY(dump.remove());
        else
            QVERIFY(QFile::remove(made->manifestPath()));
        WatchedJob job;
        const Result<backup::StoredBackup> found = backup::findBackup(made->dumpPath());
        const Result<backup::StoredBackup> checked =
            found ? backup::verify(*found, backup::Level::Listed, localMeans(), job) : found;
        QVERIFY(!checked);
        QCOMPARE(checked.error().kind, ErrorKind::Verification);
        for (const backup::StoredBackup &each : backup::listBackups(m_folder->path()))
            QVERIFY(!each.manifest.good());
    }

    void aCopyThatDiffersIsFoundOut_data()
    {
        QTest::addColumn<QString>("difference");
        QTest::newRow("a row more than was dumped") << u"rows"_s;
        QTest::newRow("a policy that was not restored") << u"policy"_s;
        QTest::newRow("row level security off") << u"security"_s;
        QTest::newRow("a table that was not dumped") << u"table"_s;
    }
    void aCopyThatDiffersIsFoundOut()
    {
        QFETCH(QString, difference);
        backup::Options options = this->options();
        options.scope = backup::Scope::Schema;
        Result<backup::StoredBackup> made = make(options);
        VERIFY_OK(made);
        const auto table = std::find_if(made->manifest.tables.begin(), made->manifest.tables.end(),
                                        [](const backup::Table &t) { return t.name == u"customers"; });
        if (difference == u"rows")
            ++table->rows;
        else if (difference == u"policy")
            table->policies += u"nobody_enters *"_s;
        else if (difference == u"security")
            table->rowSecurity = false;
        else
            made->manifest.tables.append(*table), made->manifest.tables.last().name = u"lost"_s;
        WatchedJob job;
        const Result<QString> restored = backup::verifyRestored(*made, localMeans(), job);
        QVERIFY(!restored);
        QCOMPARE(restored.error().kind, ErrorKind::Verification);
        QVERIFY2(restored.error().message.contains(difference == u"table" ? u"lost"_s : u"customers"_s),
                 qPrintable(restored.error().message));
    }

    void whatWasFoundWrongIsClearedByWhatGoesFurtherOnly()
    {
        const Result<backup::StoredBackup> made = make(options());
        VERIFY_OK(made);
        const auto manifest = [&] { return backup::findBackup(made->dumpPath())->manifest; };
        const auto verify = [&](backup::Level level) {
            WatchedJob job;
            return backup::verify(*backup::findBackup(made->dumpPath()), level, localMeans(), job);
        };
        const auto expectRows = [&](int more) { // what only restoring it tells
            backup::StoredBackup changed = *backup::findBackup(made->dumpPath());
            for (backup::Table &table : changed.manifest.tables)
                table.rows += table.name == u"customers" ? more : 0;
            return backup::writeManifest(changed);
        };
        VERIFY_OK(expectRows(1));
        QVERIFY(!verify(backup::Level::Restored));
        const QString reason = manifest().verification.reason;
        QVERIFY2(reason.contains(u"customers"), qPrintable(reason));
        for (const backup::Level level : {backup::Level::Checksum, backup::Level::Listed}) {
            const Result<backup::StoredBackup> again = verify(level);
            QVERIFY(!again);
            QCOMPARE(again.error().kind, ErrorKind::Verification);
            QVERIFY2(again.error().message.contains(reason), qPrintable(again.error().text()));
            QVERIFY(!manifest().good());
            QCOMPARE(manifest().verification.reason, reason);
        }
        // Nor is it forgotten over something else that is wrong, and mended.
        const QString away = made->dumpPath() + u".away"_s;
        QVERIFY(QFile::rename(made->dumpPath(), away));
        QVERIFY(!verify(backup::Level::Listed));
        QVERIFY(QFile::rename(away, made->dumpPath()));
        QVERIFY(!verify(backup::Level::Listed));
        QVERIFY(!manifest().good());

        VERIFY_OK(expectRows(-1));
        VERIFY_OK(verify(backup::Level::Restored));
        QVERIFY(manifest().good());
        // What failed by its checksum is cleared by the next one that passes.
        QVERIFY(QFile::rename(made->dumpPath(), away));
        QVERIFY(!verify(backup::Level::Listed));
        QVERIFY(!manifest().good());
        QVERIFY(QFile::rename(away, made->dumpPath()));
        VERIFY_OK(verify(backup::Level::Listed));
        QVERIFY(manifest().good());
    }

    void aBackupThatLostItsFilesIsNoneToRelyOn()
    {
        const Result<backup::StoredBackup> older = make(options());
        const Result<backup::StoredBackup> newer = make(options());
        QVERIFY(older.ok() && newer.ok());
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_ops"_s);
        HealthLimits limits;
        limits.backupAge = HealthLimits::Pair{1, 2};
        limits.backupFolder = m_folder->path();
        const auto age = [&] { return HealthService(pool).check(limits).result()->last(); };
        const QTemporaryDir home;
        LocalStore history(home.filePath(u"local.sqlite"_s));
        VERIFY_OK(history.prepare());
        const auto overview = [&] {
            return backup::overview(m_folder->path(), m_database->name(), {}, history);
        };
        QCOMPARE(age().status, HealthCheck::Ok);
        QCOMPARE(overview().lastGood->file, newer->file);
        // The older one is still good, and that the newer is not is an alarm.
        QVERIFY(QFile::resize(newer->dumpPath(), 100));
        QVERIFY(!newer->good() && newer->manifest.good());
        QCOMPARE(age().status, HealthCheck::Critical);
        QVERIFY2(age().text.contains(newer->dumpPath()) && age().text.contains(u"last verified backup"),
                 qPrintable(age().text));
        QCOMPARE(overview().lastGood->file, older->file);
        QVERIFY(overview().problems.join(u' ').contains(newer->dumpPath()));
        QVERIFY(QFile::remove(older->dumpPath()));
        QCOMPARE(age().status, HealthCheck::Critical);
        QVERIFY2(age().text.contains(u"no verified backup"), qPrintable(age().text));
        QVERIFY(!overview().lastGood);
    }

    void withoutAServerHereAScratchDatabaseDoes()
    {
        Result<backup::StoredBackup> made = make(options());
        VERIFY_OK(made);
        made->manifest.serverVersionNumber = 990000; // which nobody has installed
        WatchedJob job;
        const Result<QString> nowhere = backup::verifyRestored(*made, localMeans(), job);
        QVERIFY(!nowhere);
        QCOMPARE(nowhere.error().kind, ErrorKind::Unverified);
        backup::Means means = localMeans();
        means.login = m_database->login(u"sandbox_ops"_s);
        const Result<QString> where = backup::verifyRestored(*made, means, job);
        VERIFY_OK(where);
        QVERIFY(where->contains(u"scratch database"));
        Session session = m_database->superuser();
        QCOMPARE(session.execute("SELECT FROM pg_database WHERE datname LIKE 'retail_verify_%'")->count(), 0);
    }

    void aSealedBackupIsOpenedByItsKeyOnly()
    {
        const QString key = m_folder->path() + u"/key"_s;
        const QString wrongKey = m_folder->path() + u"/wrong"_s;
        QString recipient;
        for (const QString &file : {wrongKey, key}) {
            ProcessCall keygen;
            keygen.program = QStandardPaths::findExecutable(u"age-keygen"_s);
            keygen.arguments = {u"-o"_s, file};
            const Result<ProcessOutput> output = runProcess(keygen);
            VERIFY_OK(output);
            recipient = output->standardError.section(u": "_s, -1).trimmed();
        }
        backup::Options options = this->options();
        options.folder += u"/sealed"_s;
        options.recipients = QStringList{recipient};
        const Result<backup::StoredBackup> made = make(options);
        VERIFY_OK(made);
        QCOMPARE(made->manifest.levelText(), u"listed before sealing, checksum only since"_s);
        QCOMPARE(QDir(options.folder).entryList(QDir::Files | QDir::Hidden).size(), 3);
        for (const backup::StoredFile &file : made->manifest.files)
            QVERIFY(file.name.endsWith(u".age"));
        WatchedJob job;
        const auto verify = [&](backup::Level level, const QString &identity) {
            backup::Means means = localMeans();
            means.identity = identity;
            return backup::verify(*made, level, means, job);
        };
        VERIFY_OK(verify(backup::Level::Checksum, {}));
        const auto closed = verify(backup::Level::Listed, {});
        QVERIFY(!closed);
        QCOMPARE(closed.error().kind, ErrorKind::Unverified);
        QVERIFY(closed.error().hint.contains(u"--identity"));
        const auto foreign = verify(backup::Level::Listed, wrongKey);
        QVERIFY(!foreign);
        QCOMPARE(foreign.error().kind, ErrorKind::Usage);
        VERIFY_OK(verify(backup::Level::Restored, key));
        QVERIFY(backup::findBackup(made->dumpPath())->manifest.good());
    }

    void progressReachesTheEndAndNeverGoesBack()
    {
        WatchedJob job;
        qint64 last = 0;
        qint64 total = 0;
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.phase != u"dumping")
                return;
            QVERIFY(progress.done >= last);
            QVERIFY(progress.done <= progress.total);
            last = progress.done;
            total = progress.total;
        };
        VERIFY_OK(backup::create(m_database->login(u"sandbox_ops"_s), options(), job));
        QVERIFY(total > 0);
        QVERIFY(last > total / 2);
    }

    void whatARestoreCannotMakeIsNoGoodBackup()
    {
        // Superusers alone may make this one, and restores are no superuser's.
        Session session = m_database->superuser();
        VERIFY_OK(session.execute(
            "CREATE FUNCTION public.plus(int, int) RETURNS int LANGUAGE internal AS 'int4pl'"));
        backup::Options options = this->options();
        options.level = backup::Level::Restored;
        const Result<backup::StoredBackup> made = make(options);
        VERIFY_OK(session.execute("DROP FUNCTION public.plus(int, int)"));
        QVERIFY(!made);
        QCOMPARE(made.error().kind, ErrorKind::Verification);
        QVERIFY2(made.error().detail.contains(u"permission denied for language internal"),
                 qPrintable(made.error().text()));
    }

    void aKilledDrillLeavesACopyThatIsListedAndCanBeDropped()
    {
        Result<backup::StoredBackup> made = make(options());
        VERIFY_OK(made);
        made->manifest.serverVersionNumber = 990000; // which nobody has installed, so the server has to do
        VERIFY_OK(backup::writeManifest(*made));
        const Login ops = m_database->login(u"sandbox_ops"_s);
        const QTemporaryDir home;
        QProcess drill;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const QString &each : {u"XDG_CONFIG_HOME"_s, u"XDG_DATA_HOME"_s, u"XDG_STATE_HOME"_s})
            environment.insert(each, home.path());
        environment.insert(u"PGPASSFILE"_s, TestCluster::shared().status().passfile);
        environment.remove(u"XDG_RUNTIME_DIR"_s);
        drill.setProcessEnvironment(environment);
        drill.setStandardInputFile(QProcess::nullDevice());
        drill.start(qEnvironmentVariable("RETAIL_ADMIN"),
                    {u"drill"_s, u"--from"_s, made->dumpPath(), u"--profile"_s, ops.profile.conninfo});
        Session session = m_database->superuser();
        const auto copies = [&] {
            return *session.execute("SELECT datname::text FROM pg_stat_activity WHERE datname LIKE "
                                    "'retail_verify_%' AND backend_type = 'client backend'");
        };
        QVERIFY(QTest::qWaitFor([&] { return copies().count() > 0 || drill.state() == QProcess::NotRunning; },
                                60'000));
        const Rows there = copies();
        drill.kill();
        drill.waitForFinished();
        QVERIFY2(there.count() > 0, drill.readAllStandardError().constData());
        const QString copy = there.text(0, 0);
        QTRY_COMPARE(copies().count(), 0);
        const Result<QList<restore::DatabaseFacts>> left = restore::leftDatabases(ops, {});
        VERIFY_OK(left);
        QVERIFY(std::any_of(left->cbegin(), left->cend(),
                            [&](const restore::DatabaseFacts &each) { return each.name == copy; }));
        WatchedJob job;
        VERIFY_OK(restore::dropLeft(ops, copy, copy, job));
        QCOMPARE(session.execute("SELECT FROM pg_database WHERE datname LIKE 'retail_verify_%'")->count(), 0);
    }

    void anIdentityWithAPassphraseIsRefusedInsteadOfAskedFor()
    {
        const QString plain = m_folder->path() + u"/plain"_s;
        const auto keygen = [](const QStringList &arguments) {
            return QProcess::execute(u"ssh-keygen"_s, QStringList{u"-q"_s} + arguments);
        };
        QCOMPARE(keygen({u"-t"_s, u"ed25519"_s, u"-N"_s, u""_s, u"-f"_s, plain}), 0);
        QFile recipient(plain + u".pub"_s);
        QVERIFY(recipient.open(QIODevice::ReadOnly));
        backup::Options options = this->options();
        options.folder += u"/sealed"_s;
        options.recipients = QStringList{QString::fromUtf8(recipient.readAll().trimmed())};
        const Result<backup::StoredBackup> made = make(options);
        VERIFY_OK(made);

        const QString openssh = m_folder->path() + u"/openssh"_s;
        QVERIFY(QFile::copy(plain, openssh));
        QCOMPARE(keygen({u"-p"_s, u"-P"_s, u""_s, u"-N"_s, u"secret"_s, u"-f"_s, openssh}), 0);
        const QString pem = m_folder->path() + u"/pem"_s;
        QCOMPARE(keygen({u"-t"_s, u"rsa"_s, u"-m"_s, u"PEM"_s, u"-N"_s, u"secret"_s, u"-f"_s, pem}), 0);
        const QString age = m_folder->path() + u"/age"_s; // whose rest age would ask for the passphrase of
        const QString armored = m_folder->path() + u"/armored"_s;
        for (const auto &[path, head] :
             {std::pair{age, "age-encryption.org/v1\n-> scrypt 3lC0N9yPqWmqTJ6VsOJXcg 18\n"},
              std::pair{armored, "-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3Yx\n"}}) {
            QFile file(path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(head);
        }

        WatchedJob job;
        const auto verify = [&](const QString &identity) {
            backup::Means means = localMeans();
            means.identity = identity;
            return backup::verify(*made, backup::Level::Listed, means, job);
        };
        for (const QString &identity : {openssh, pem, age, armored}) {
            const Result<backup::StoredBackup> refused = verify(identity);
            QVERIFY2(!refused, qPrintable(identity));
            QVERIFY2(refused.error().kind == ErrorKind::Usage &&
                         refused.error().message.contains(u"passphrase") &&
                         refused.error().hint.contains(u"age -d"),
                     qPrintable(identity + u": "_s + refused.error().text()));
        }
        VERIFY_OK(verify(plain));
    }
};

QTEST_GUILESS_MAIN(TestBackup)
#include "tst_backup.moc"
