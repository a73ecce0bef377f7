// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/proxied.h"
#include "tests/support/restoretest.h"

#include <QRandomGenerator>
#include <QScopeGuard>

#include <atomic>
#include <csignal>
#include <thread>

using namespace Qt::StringLiterals;
using namespace restoretest;

/// What goes wrong while a backup is restored. After each: the live database as it was, no half database, and
/// a message that names the cause.
class TestRestoreFaults final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::optional<backup::StoredBackup> m_backup;
    QHash<QString, QString> m_before;
    QTemporaryDir m_home;

    QString name() const { return m_database->name(); }
    Login ops() const { return m_database->login(u"sandbox_ops"_s); }

    restore::Request request(const QString &into, bool swap = false) const
    {
        restore::Request request;
        request.file = m_backup->dumpPath();
        request.into = into;
        request.swap = swap;
        request.safetyFolder = m_folder->path();
        return request;
    }

    /// Plans and executes with the right name typed; `job` may interfere.
    Result<QString> restore(const restore::Request &request, WatchedJob &job) const
    {
        const Result<restore::Plan> plan = restore::plan(ops(), request, localMeans(), job);
        if (!plan)
            return plan.error();
        return restore::execute(ops(), *plan, plan->into, localMeans(), job);
    }

    void expectUntouched() const
    {
        QCOMPARE(databasesLike(name()), QStringList{name()});
        QCOMPARE(contents(name()), m_before);
        QVERIFY(childrenNamed("pg_restore").isEmpty());
    }

    std::unique_ptr<QProcess> program(const QStringList &arguments) const
    {
        auto process = std::make_unique<QProcess>();
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const QString &each : {u"XDG_CONFIG_HOME"_s, u"XDG_DATA_HOME"_s, u"XDG_STATE_HOME"_s})
            environment.insert(each, m_home.path());
        environment.insert(u"PGPASSFILE"_s, TestCluster::shared().status().passfile);
        environment.remove(u"XDG_RUNTIME_DIR"_s);
        process->setProcessEnvironment(environment);
        process->setStandardInputFile(QProcess::nullDevice());
        process->start(qEnvironmentVariable("RETAIL_ADMIN"),
                       QStringList{u"restore"_s} + arguments +
                           QStringList{u"--profile"_s, ops().profile.conninfo});
        return process;
    }

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        run(u"postgres"_s, "ALTER DATABASE " + quoteIdentifier(name()) + " OWNER TO retail_owner");
        m_folder = std::make_unique<QTemporaryDir>(u"/tmp/retail-restore-XXXXXX"_s);
        backup::Options options;
        options.folder = m_folder->path();
        WatchedJob job;
        const Result<backup::StoredBackup> made = backup::create(ops(), options, job);
        VERIFY_OK(made);
        m_backup = *made;
        m_before = contents(name());
    }
    void cleanupTestCase()
    {
        dropLike(name() + u'_');
        m_database.reset();
    }
    void cleanup() { dropLike(name() + u'_'); }

    void aDamagedFileIsRefusedBeforeAnythingIsMade_data()
    {
        QTest::addColumn<QString>("damage");
        QTest::newRow("truncated") << u"truncated"_s;
        QTest::newRow("one flipped byte") << u"flipped"_s;
        QTest::newRow("truncated, and the manifest is gone") << u"truncated foreign"_s;
        QTest::newRow("a flipped byte in gzip") << u"gzip"_s;
        QTest::newRow("truncated gzip") << u"truncated gzip"_s;
        QTest::newRow("an empty file") << u"empty"_s;
    }
    void aDamagedFileIsRefusedBeforeAnythingIsMade()
    {
        QFETCH(QString, damage);
        const QTemporaryDir folder;
        const backup::StoredBackup copy = copyOf(*m_backup, folder.path());
        QString path = copy.dumpPath();
        if (damage.contains(u"foreign") || damage.contains(u"gzip") || damage == u"empty")
            QFile::remove(copy.manifestPath());
        if (damage.contains(u"gzip")) {
            QCOMPARE(QProcess::execute(u"gzip"_s, {path}), 0);
            path += u".gz"_s;
        }
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        if (damage == u"empty") {
            QVERIFY(file.resize(0));
        } else if (damage.contains(u"truncated")) {
            QVERIFY(file.resize(file.size() * 2 / 3));
        } else {
            // Near the end of a gzip is its checksum, which the seed's script did not look at.
            const qint64 at = damage == u"gzip" ? file.size() - 6 : file.size() / 2;
            file.seek(at);
            const char byte = file.read(1).at(0);
            file.seek(at);
            file.write(QByteArray(1, char(byte ^ 0x10)));
        }
        file.close();
        restore::Request damaged = request(name() + u"_x"_s);
        damaged.file = path;
        WatchedJob job;
        const Result<QString> done = restore(damaged, job);
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Verification);
        QVERIFY2(done.error().message.contains(QFileInfo(path).fileName()), qPrintable(done.error().message));
        expectUntouched();
    }

    void aCancelledOneLeavesNothing_data()
    {
        QTest::addColumn<QString>("phase");
        QTest::addColumn<bool>("swap");
        for (const QString &phase : {u"making the database"_s, u"restoring rows"_s,
                                     u"refreshing statistics"_s, u"comparing with the manifest"_s})
            QTest::addRow("cancelled while %s", qPrintable(phase)) << phase << false;
        QTest::newRow("cancelled in a swap while restoring") << u"restoring rows"_s << true;
    }
    void aCancelledOneLeavesNothing()
    {
        QFETCH(QString, phase);
        QFETCH(bool, swap);
        WatchedJob job;
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.phase == phase)
                job.token().cancel();
        };
        const Result<QString> done = restore(request(swap ? name() : name() + u"_x"_s, swap), job);
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Cancelled);
        expectUntouched();
    }

    void aKilledToolOrServerSessionLeavesNothing_data()
    {
        QTest::addColumn<QString>("what");
        QTest::newRow("pg_restore is killed") << u"tool"_s;
        QTest::newRow("its sessions on the server are ended") << u"sessions"_s;
    }
    void aKilledToolOrServerSessionLeavesNothing()
    {
        QFETCH(QString, what);
        WatchedJob job;
        bool killed = false;
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.phase != u"restoring rows" || progress.done == 0)
                return;
            if (what == u"tool") {
                for (const pid_t child : childrenNamed("pg_restore"))
                    killed = ::kill(child, SIGKILL) == 0;
            } else {
                killed = ask(u"postgres"_s,
                             "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name "
                             "LIKE 'retail-admin restore %' AND datname = $1",
                             {name() + u"_x"_s})
                             .count() > 0;
            }
        };
        const Result<QString> done = restore(request(name() + u"_x"_s), job);
        QVERIFY(!done);
        QVERIFY2(done.error().kind == ErrorKind::Tool || done.error().kind == ErrorKind::LinkLost,
                 qPrintable(done.error().text()));
        expectUntouched();
    }

    void whatTheServerLacksIsNamedBeforehand()
    {
        const QByteArray quoted = quoteIdentifier(name());
        WatchedJob job;
        // A role of a grant that is gone.
        run(name(), "CREATE ROLE gone_role; GRANT SELECT ON retail.stores TO gone_role");
        backup::Options options;
        const QTemporaryDir folder;
        options.folder = folder.path();
        const Result<backup::StoredBackup> made = backup::create(ops(), options, job);
        run(name(), "DROP OWNED BY gone_role; DROP ROLE gone_role");
        VERIFY_OK(made);
        restore::Request role = request(name() + u"_x"_s);
        role.file = made->dumpPath();
        const Result<QString> lacks = restore(role, job);
        QVERIFY(!lacks);
        QCOMPARE(lacks.error().kind, ErrorKind::Schema);
        QVERIFY2(lacks.error().message.contains(u"gone_role"), qPrintable(lacks.error().text()));
        QVERIFY(lacks.error().hint.contains(u"CREATE ROLE"));

        // An extension that the server does not have, and a collation that is another.
        for (const QString &what : {u"extension"_s, u"collation"_s}) {
            const QTemporaryDir other;
            backup::StoredBackup changed = copyOf(*m_backup, other.path());
            if (what == u"extension")
                changed.manifest.extensions += {u"postgis"_s, u"3.3"_s, u"public"_s};
            else
                changed.manifest.collate = u"xx_XX.UTF-8"_s;
            VERIFY_OK(backup::writeManifest(changed));
            restore::Request lacking = request(name() + u"_x"_s);
            lacking.file = changed.dumpPath();
            const Result<QString> refused = restore(lacking, job);
            QVERIFY(!refused);
            QCOMPARE(refused.error().kind, ErrorKind::Schema);
            QVERIFY2(refused.error().message.contains(what == u"extension" ? u"postgis"_s : u"xx_XX.UTF-8"_s),
                     qPrintable(refused.error().text()));
        }
        expectUntouched();
    }

    void aDiskThatIsTooSmallIsToldBeforehand()
    {
        const QTemporaryDir other;
        backup::StoredBackup changed = copyOf(*m_backup, other.path());
        changed.manifest.databaseBytes = qint64(1) << 55;
        VERIFY_OK(backup::writeManifest(changed));
        restore::Request big = request(name() + u"_x"_s);
        big.file = changed.dumpPath();
        WatchedJob job;
        const Result<QString> refused = restore(big, job);
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::Io);
        QVERIFY2(refused.error().message.contains(u"free"), qPrintable(refused.error().text()));
        expectUntouched();
    }

    void aNameThatIsTakenMeanwhileIsNotTouched()
    {
        WatchedJob job;
        const QString taken = name() + u"_x"_s;
        const Result<restore::Plan> plan = restore::plan(ops(), request(taken), localMeans(), job);
        VERIFY_OK(plan);
        run(u"postgres"_s, "CREATE DATABASE " + quoteIdentifier(taken));
        run(taken, "CREATE TABLE mine AS SELECT 1");
        const Result<QString> done = restore::execute(ops(), *plan, {}, localMeans(), job);
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Conflict);
        QCOMPARE(ask(taken, "SELECT count(*) FROM mine").integer(0, 0), 1);
    }

    void anExistingDatabaseIsAsItWasWhenItFails()
    {
        // A manifest that asks for more than the file has: found after the rows are there, in the same
        // transaction no more; so the tool is made to fail instead.
        WatchedJob job;
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.phase == u"restoring rows" && progress.done > 0)
                job.token().cancel();
        };
        const Result<QString> done = restore(request(name()), job);
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Cancelled);
        QTRY_COMPARE(
            ask(u"postgres"_s,
                "SELECT FROM pg_stat_activity WHERE application_name LIKE 'retail-admin restore %' AND "
                "datname = $1",
                {name()})
                .count(),
            0);
        expectUntouched();
    }

    void afterTheCommitNobodyErasedIsBack_data()
    {
        QTest::addColumn<QString>("cancelled");
        QTest::addColumn<QByteArray>("cutAt");
        QTest::addColumn<QStringList>("tables"); // of the backup; none: all of the database
        for (const QString &phase : {u"erasing again who was erased since"_s, u"refreshing statistics"_s,
                                     u"comparing with the manifest"_s})
            QTest::addRow("cancelled while %s", qPrintable(phase)) << phase << QByteArray() << QStringList();
        QTest::newRow("psql gets no answer to COMMIT")
            << QString() << QByteArray("Q\0\0\0\014COMMIT;", 12) << QStringList();
        QTest::newRow("psql gets no answer to COMMIT of a table")
            << QString() << QByteArray("Q\0\0\0\014COMMIT;", 12) << QStringList{u"product_embeddings"_s};
    }
    void afterTheCommitNobodyErasedIsBack()
    {
        QFETCH(QString, cancelled);
        QFETCH(QByteArray, cutAt);
        QFETCH(QStringList, tables);
        const TestDatabase live;
        run(u"postgres"_s, "ALTER DATABASE " + quoteIdentifier(live.name()) + " OWNER TO retail_owner");
        const QTemporaryDir folder;
        TcpProxy proxy(clusterSocket());
        const Login login = proxied(live.login(u"sandbox_ops"_s), proxy, u"sandbox_ops"_s, live.name());
        WatchedJob job;
        backup::Options options;
        options.folder = folder.path();
        options.tables = tables;
        options.scope = tables.isEmpty() ? backup::Scope::Database : backup::Scope::Tables;
        const Result<backup::StoredBackup> made = backup::create(login, options, job);
        VERIFY_OK(made);
        const QString id = someCustomer(live.name());
        erase(live.name(), id);
        run(live.name(), "DELETE FROM retail.product_embeddings");
        restore::Request over = request(live.name());
        over.file = made->dumpPath();
        over.safetyFolder = folder.path();
        const Result<restore::Plan> plan = restore::plan(login, over, localMeans(), job);
        VERIFY_OK(plan);
        QVERIFY2(plan->text().contains(u"From then on “%1” is what was restored"_s.arg(live.name())),
                 qPrintable(plan->text()));
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.phase == cancelled)
                job.token().cancel();
        };
        proxy.cutOnAnswerTo(cutAt);
        const Result<QString> done = restore::execute(login, *plan, live.name(), localMeans(), job);
        QVERIFY(!done);
        QVERIFY2(done.error().kind == (cutAt.isEmpty() ? ErrorKind::Cancelled : ErrorKind::OutcomeUnknown),
                 qPrintable(done.error().text()));
        // It is live, and the error tells where the way back is.
        QVERIFY(ask(live.name(), "SELECT FROM retail.product_embeddings").count() > 0);
        const QString safety = backup::listBackups(folder.path()).first().dumpPath();
        QVERIFY(safety != made->dumpPath());
        QVERIFY2(done.error().message.contains(safety), qPrintable(done.error().text()));
        QCOMPARE(done.error().message.contains(u"had been committed"), cutAt.isEmpty());
        QVERIFY(!hasCustomer(live.name(), id));
        QCOMPARE(
            ask(live.name(), "SELECT count(*) FROM retail.audit_log WHERE action = 'restored'").integer(0, 0),
            cutAt.isEmpty() ? 1 : 0);
    }

    void theProgramKilledInASwapLeavesOneWholeDatabase()
    {
        // At random moments, most of them around the exchange of names.
        for (int attempt = 0; attempt < 4; ++attempt) {
            auto killed = program({m_backup->dumpPath(), u"--into"_s, name(), u"--swap"_s, u"--confirm"_s,
                                   name(), u"--verbose"_s});
            QVERIFY(killed->waitForStarted());
            const bool soon = attempt % 2 == 0;
            QTRY_VERIFY_WITH_TIMEOUT(killed->state() == QProcess::NotRunning ||
                                         databasesLike(name() + u"_new_"_s).size() == 1,
                                     60'000);
            if (soon)
                killed->waitForFinished(int(QRandomGenerator::global()->bounded(300)));
            else
                // Not by QTRY, which asks again after the moment has passed.
                QVERIFY(QTest::qWaitFor(
                    [&] {
                        return killed->state() == QProcess::NotRunning ||
                               ask(u"postgres"_s,
                                   "SELECT FROM pg_stat_activity WHERE query LIKE 'ALTER "
                                   "DATABASE%RENAME%' AND query LIKE '%' || $1 || '%'",
                                   {name()})
                                       .count() > 0;
                    },
                    60'000));
            killed->kill();
            killed->waitForFinished();
            // The name is one whole database's, open to connections, and holds what both held.
            QTRY_COMPARE(ask(u"postgres"_s,
                             "SELECT FROM pg_stat_activity WHERE application_name LIKE 'retail-admin%' AND "
                             "query LIKE '%' || $1 || '%'",
                             {name()})
                             .count(),
                         0);
            QTRY_COMPARE(
                ask(u"postgres"_s, "SELECT datallowconn::text FROM pg_database WHERE datname = $1", {name()})
                    .text(0, 0),
                u"true"_s);
            QCOMPARE(contents(name()), m_before);
            // What is left is known by name, and can be dropped.
            WatchedJob job;
            const Result<QList<restore::DatabaseFacts>> left = restore::leftDatabases(ops(), {});
            VERIFY_OK(left);
            for (const restore::DatabaseFacts &each : *left)
                if (each.name.startsWith(name())) {
                    QTRY_COMPARE(
                        ask(u"postgres"_s, "SELECT FROM pg_stat_activity WHERE datname = $1", {each.name})
                            .count(),
                        0);
                    VERIFY_OK(restore::dropLeft(ops(), each.name, each.name, job));
                }
            QCOMPARE(databasesLike(name()), QStringList{name()});
        }
    }

    void theCommandLineRefusesWithoutTheName_data()
    {
        QTest::addColumn<QStringList>("more");
        QTest::newRow("over it") << QStringList{};
        QTest::newRow("in its place") << QStringList{u"--swap"_s};
        QTest::newRow("another name") << QStringList{u"--confirm"_s, u"retail"_s};
        QTest::newRow("one store's rows")
            << QStringList{u"--store"_s, u"seattle"_s, u"--apply"_s, u"missing"_s};
        QTest::newRow("undo") << QStringList{u"undo"_s};
    }
    void theCommandLineRefusesWithoutTheName()
    {
        QFETCH(QStringList, more);
        const bool undo = more.contains(u"undo"_s);
        auto process = undo ? program({u"--undo"_s, name()})
                            : program(QStringList{m_backup->dumpPath(), u"--into"_s, name()} + more);
        QVERIFY(process->waitForFinished(60'000));
        const QByteArray said = process->readAllStandardError();
        QVERIFY2(process->exitCode() == 2, said.constData());
        expectUntouched();
    }

    void nothingWrittenMeanwhileIsLost_data()
    {
        QTest::addColumn<QStringList>("tables"); // of the backup; none: all of the database
        QTest::addColumn<bool>("reads");         // before it writes, in the same transaction
        QTest::newRow("a write over all of the database comes after it") << QStringList() << false;
        QTest::newRow("a write over a table comes after it") << QStringList{u"notes"_s} << false;
        QTest::newRow("who read before he writes fails, and not the restore") << QStringList() << true;
    }
    void nothingWrittenMeanwhileIsLost()
    {
        QFETCH(QStringList, tables);
        QFETCH(bool, reads);
        const TestDatabase live;
        run(u"postgres"_s, "ALTER DATABASE " + quoteIdentifier(live.name()) + " OWNER TO retail_owner");
        run(live.name(), "CREATE TABLE retail.notes AS SELECT 'before'::text AS note; "
                         "ALTER TABLE retail.notes OWNER TO retail_owner");
        const QTemporaryDir folder;
        backup::Options options;
        options.folder = folder.path();
        options.tables = tables;
        options.scope = tables.isEmpty() ? backup::Scope::Database : backup::Scope::Tables;
        const Login login = live.login(u"sandbox_ops"_s);
        WatchedJob job;
        const Result<backup::StoredBackup> made = backup::create(login, options, job);
        VERIFY_OK(made);
        restore::Request over = request(live.name());
        over.file = made->dumpPath();
        over.safetyFolder = folder.path();
        const Result<restore::Plan> plan = restore::plan(login, over, localMeans(), job);
        VERIFY_OK(plan);
        Result<Rows> written = Error{};
        std::atomic<bool> ended = false;
        std::thread writer;
        const auto waits = [] {
            return ask(u"postgres"_s, "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                                      "application_name LIKE '%Written meanwhile%'")
                       .count() > 0;
        };
        job.onProgress = [&](const JobProgress &progress) {
            // The snapshot of the backup that is made first is there already.
            if (progress.phase != u"dumping" || writer.joinable())
                return;
            writer = std::thread([&] {
                Result<Session> session =
                    openSession(live.login(u"sandbox_owner"_s), u"Written meanwhile"_s, {});
                if (session && reads)
                    (void)session->executeScript("BEGIN; SELECT note FROM retail.notes");
                written = session ? session->execute("UPDATE retail.notes SET note = 'meanwhile'")
                                  : Result<Rows>(session.error());
                ended = true;
            });
            QVERIFY(QTest::qWaitFor([&] { return ended || waits(); }, 20'000));
        };
        const Result<QString> done = restore::execute(login, *plan, live.name(), localMeans(), job);
        QVERIFY(writer.joinable());
        writer.join();
        VERIFY_OK(done);
        QVERIFY2(written.ok() != reads, written ? "" : qPrintable(written.error().text()));
        QCOMPARE(ask(live.name(), "SELECT note FROM retail.notes").text(0, 0),
                 reads ? u"before"_s : u"meanwhile"_s);
    }

    void whoGoesOnWritingIsNamedBeforeAnythingIsDone()
    {
        Result<Session> writer = openSession(m_database->login(u"sandbox_owner"_s), u"Test"_s, {});
        VERIFY_OK(writer);
        VERIFY_OK(writer->executeScript("BEGIN; UPDATE retail.stores SET store_name = store_name"));
        const QHash<QString, QByteArray> files = contentsOf(m_folder->path());
        WatchedJob job;
        const Result<QString> done = restore(request(name()), job);
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Timeout);
        QVERIFY2(done.error().message.contains(u"sandbox_owner"), qPrintable(done.error().text()));
        QCOMPARE(contentsOf(m_folder->path()), files); // which no backup joined
        VERIFY_OK(writer->executeScript("ROLLBACK; SELECT 1"));
        expectUntouched();
    }

    void whatOnlyASuperuserMakesIsLeftOutAndNamed()
    {
        run(name(), "CREATE FUNCTION public.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; "
                    "CREATE EVENT TRIGGER watching ON ddl_command_end EXECUTE FUNCTION public.watch(); "
                    "COMMENT ON EVENT TRIGGER watching IS 'a comment'; "
                    "CREATE PUBLICATION everything FOR ALL TABLES; "
                    "CREATE PUBLICATION a_table FOR TABLE retail.stores; "
                    "CREATE FOREIGN DATA WRAPPER nowhere; "
                    "GRANT USAGE ON FOREIGN DATA WRAPPER nowhere TO retail_owner");
        const auto drop = qScopeGuard([&] {
            run(name(), "DROP EVENT TRIGGER watching; DROP FUNCTION public.watch(); "
                        "DROP PUBLICATION everything, a_table; DROP FOREIGN DATA WRAPPER nowhere");
        });
        const QTemporaryDir folder;
        backup::Options options;
        options.folder = folder.path();
        options.level = backup::Level::Restored;
        WatchedJob job;
        const Result<backup::StoredBackup> made = backup::create(ops(), options, job);
        VERIFY_OK(made);
        restore::Request all = request(name() + u"_x"_s);
        all.file = made->dumpPath();
        const Result<restore::Plan> plan = restore::plan(ops(), all, localMeans(), job);
        VERIFY_OK(plan);
        for (const QString &each : {u"1 EVENT TRIGGER"_s, u"2 PUBLICATION"_s, u"1 PUBLICATION TABLE"_s,
                                    u"1 FOREIGN DATA WRAPPER"_s})
            QVERIFY2(plan->text().contains(each), qPrintable(plan->text()));
        VERIFY_OK(restore::execute(ops(), *plan, {}, localMeans(), job));
        QCOMPARE(contents(name() + u"_x"_s), m_before);
    }
};

QTEST_GUILESS_MAIN(TestRestoreFaults)
#include "tst_restorefaults.moc"
