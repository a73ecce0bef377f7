// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/erasure.h"
#include "app/services/storerecovery.h"
#include "tests/support/proxied.h"
#include "tests/support/restoretest.h"

#include <QScopeGuard>

using namespace Qt::StringLiterals;
using namespace restoretest;

/// Restores as ops staff do them, with the login that is no superuser.
class TestRestore final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<QTemporaryDir> m_folder;
    QTemporaryDir m_keep{u"/tmp/retail-restore-XXXXXX"_s};
    std::optional<backup::StoredBackup> m_made;   ///< once for all tests
    std::optional<backup::StoredBackup> m_backup; ///< in this test's folder, as it is or made anew

    QString name() const { return m_database->name(); }
    Login ops() const { return m_database->login(u"sandbox_ops"_s); }

    backup::StoredBackup make(const QString &folder,
                              const std::function<void(backup::Options &)> &change = {}) const
    {
        backup::Options options;
        options.folder = folder;
        if (change)
            change(options);
        WatchedJob job;
        const Result<backup::StoredBackup> made = backup::create(ops(), options, job);
        if (!made)
            qFatal("%s", qPrintable(made.error().text()));
        return *made;
    }

    Result<QString> restore(const restore::Request &request, const QString &typed = {},
                            const QString &user = u"sandbox_ops"_s, const QString &identity = {}) const
    {
        WatchedJob job;
        backup::Means means = localMeans();
        means.identity = identity;
        const Login login = m_database->login(user);
        const Result<restore::Plan> plan = restore::plan(login, request, means, job);
        if (!plan)
            return plan.error();
        return restore::execute(login, *plan, typed, means, job);
    }

    restore::Request request(const QString &file, const QString &into) const
    {
        restore::Request request;
        request.file = file;
        request.into = into;
        request.safetyFolder = m_folder->path();
        return request;
    }

    /// The tables, partitions and logs among them, in which a text stands anywhere.
    QStringList placesOf(const QString &database, const QString &text) const
    {
        QStringList places;
        const Rows tables =
            ask(database, "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE "
                          "schemaname IN ('public', 'retail', 'retail_sec')");
        for (int row = 0; row < tables.count(); ++row)
            if (ask(database,
                    "SELECT FROM " + tables.text(row, 0).toUtf8() +
                        " t WHERE position($1 IN t::text) > 0 LIMIT 1",
                    {text})
                    .count() > 0)
                places += tables.text(row, 0);
        return places;
    }

    void own() const { own(name()); }
    static void own(const QString &database)
    {
        run(u"postgres"_s, "ALTER DATABASE " + quoteIdentifier(database) + " OWNER TO retail_owner");
    }

    backup::StoredBackup makeOf(const TestDatabase &database) const
    {
        return make(m_folder->path(), [&](backup::Options &options) { options.database = database.name(); });
    }

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        const QByteArray quoted = quoteIdentifier(name());
        run(u"postgres"_s, "COMMENT ON DATABASE " + quoted + " IS 'the shop''s'");
        run(u"postgres"_s, "ALTER DATABASE " + quoted + " SET work_mem = '5MB'");
        run(u"postgres"_s, "ALTER DATABASE " + quoted + " SET search_path = \"$user\", retail, 'odd,name'");
        run(u"postgres"_s, "REVOKE ALL ON DATABASE " + quoted + " FROM PUBLIC");
        run(u"postgres"_s, "GRANT CONNECT, TEMPORARY ON DATABASE " + quoted + " TO mcp_user, retail_manager");
        run(name(), "SELECT retail_sec.audit_event('test', 'before the backup', NULL, NULL, '{}')");
        m_made = make(m_keep.path());
    }
    void cleanupTestCase()
    {
        const QString mine = name();
        m_database.reset();
        dropLike(mine);
    }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>(u"/tmp/retail-restore-XXXXXX"_s);
        m_backup = copyOf(*m_made, m_folder->path());
    }
    void cleanup() { dropLike(name() + u"_"_s); }

    void aCopyIsEqualInEveryRespect_data()
    {
        QTest::addColumn<backup::Format>("format");
        QTest::addColumn<bool>("sealed");
        QTest::newRow("one file, two tables at a time") << backup::Format::Custom << false;
        QTest::newRow("a folder") << backup::Format::Directory << false;
        QTest::newRow("sealed, with its identity") << backup::Format::Custom << true;
    }
    void aCopyIsEqualInEveryRespect()
    {
        QFETCH(backup::Format, format);
        QFETCH(bool, sealed);
        QString identity;
        const backup::StoredBackup stored = make(m_folder->path(), [&](backup::Options &options) {
            options.format = format;
            if (!sealed)
                return;
            identity = m_folder->filePath(u"identity"_s);
            QProcess keygen;
            keygen.start(u"age-keygen"_s, {u"-o"_s, identity});
            QVERIFY(keygen.waitForFinished());
            QFile file(identity);
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QString text = QString::fromUtf8(file.readAll());
            options.recipients = QStringList{text.section(u"public key: "_s, 1).section(u'\n', 0, 0)};
        });
        const QString copy = name() + u"_copy"_s;
        VERIFY_OK(restore(request(stored.dumpPath(), copy), {}, u"sandbox_ops"_s, identity));
        QCOMPARE(contents(copy), contents(name()));
        QCOMPARE(schema(copy), schema(name()));
        QCOMPARE(databaseFacts(copy), databaseFacts(name()));
        QCOMPARE(ask(copy, "SELECT count(*) FROM retail.audit_log WHERE action = 'restored' AND user_name = "
                           "'sandbox_ops' AND metadata->'steps' IS NOT NULL")
                     .integer(0, 0),
                 1);
    }

    void withoutANameAFreeOneIsTaken()
    {
        VERIFY_OK(restore(request(m_backup->dumpPath(), {})));
        QVERIFY(exists(name() + u"_restored"_s));
        VERIFY_OK(restore(request(m_backup->dumpPath(), {})));
        QVERIFY(exists(name() + u"_restored_2"_s));
    }

    void thePlanSaysWhatIsDone()
    {
        WatchedJob job;
        own();
        restore::Request swap = request(m_backup->dumpPath(), name());
        swap.swap = true;
        run(name(), "INSERT INTO retail_sec.store_access (role_name, store_id) VALUES ('sandbox_manager', "
                    "'redmond') ON "
                    "CONFLICT DO NOTHING; SELECT retail_sec.audit_event('test', 'newer', NULL, NULL, '{}')");
        const Result<restore::Plan> plan = restore::plan(ops(), swap, localMeans(), job);
        VERIFY_OK(plan);
        QVERIFY(plan->needsWord());
        const QString text = plan->text();
        for (const QString &part :
             {u"in the place of “%1”"_s.arg(name()), plan->aside, u"audit entries newer"_s, u"EXTENSION"_s,
              u"End all sessions"_s, u"last good backup"_s})
            QVERIFY2(text.contains(part), qPrintable(part + u" in\n"_s + text));
        QVERIFY(plan->newerAudit >= 1);
        QVERIFY(exists(name()) && !exists(plan->work));
    }

    void aBackupThatLostItsFilesIsNotTheLastGoodOne()
    {
        const QTemporaryDir other;
        const backup::StoredBackup copy = copyOf(*m_made, other.path());
        restore::Request over = request(m_backup->dumpPath(), name());
        over.safetyFolder = other.path();
        WatchedJob job;
        const Result<restore::Plan> before = restore::plan(ops(), over, localMeans(), job);
        VERIFY_OK(before);
        QVERIFY(before->lastBackup.isValid());
        QVERIFY(QFile::remove(copy.dumpPath()));
        const Result<restore::Plan> after = restore::plan(ops(), over, localMeans(), job);
        VERIFY_OK(after);
        QVERIFY2(!after->lastBackup.isValid(), qPrintable(after->text()));
    }

    void foreignDumpsAreRead_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::newRow("a custom file of pg_dump") << u"custom"_s;
        QTest::newRow("a folder of pg_dump") << u"directory"_s;
        QTest::newRow("what the seed's script makes") << u"seed"_s;
    }
    void foreignDumpsAreRead()
    {
        QFETCH(QString, kind);
        const TestDatabase original(TestDatabase::Empty);
        QFile sql(QStringLiteral(PROJECT_FOLDER "/tests/sql/original_design.sql"));
        QVERIFY(sql.open(QIODevice::ReadOnly));
        run(original.name(), sql.readAll());
        run(original.name(), "INSERT INTO retail.customers (store_id, first_name, last_name, email) SELECT "
                             "'seattle', 'a', 'b', "
                             "'c' || i || '@x.example' FROM generate_series(1, 100) i; GRANT EXECUTE ON ALL "
                             "FUNCTIONS IN SCHEMA public TO "
                             "mcp_user");
        const SandboxStatus &status = TestCluster::shared().status();
        const Result<backup::Tool> tool = backup::findTool(u"pg_dump"_s, 15, backup::toolFolders({}), {});
        VERIFY_OK(tool);
        QString file = m_folder->filePath(u"retail_backup_20260101_000000.sql"_s);
        QProcess dump;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"PGPASSFILE"_s, status.passfile);
        dump.setProcessEnvironment(environment);
        dump.start(tool->program,
                   {u"--host"_s, status.host, u"--port"_s, QString::number(status.port), u"--username"_s,
                    u"postgres"_s, u"--dbname"_s, original.name(), u"--verbose"_s, u"--clean"_s,
                    u"--create"_s, u"--if-exists"_s, u"--format"_s,
                    kind == u"directory" ? u"directory"_s : u"custom"_s, u"--file"_s, file});
        QVERIFY(dump.waitForFinished(60'000));
        QVERIFY2(dump.exitCode() == 0, dump.readAllStandardError().constData());
        if (kind == u"seed") {
            QCOMPARE(QProcess::execute(u"gzip"_s, {file}), 0);
            file += u".gz"_s;
        }
        const QString copy = name() + u"_seed"_s;
        const Result<QString> done = restore(request(file, copy));
        VERIFY_OK(done);
        QVERIFY2(done->contains(u"8 tables"), qPrintable(*done));
        QCOMPARE(contents(copy), contents(original.name()));
        QCOMPARE(ask(copy, "SELECT count(*) FROM pg_policy").integer(0, 0),
                 ask(original.name(), "SELECT count(*) FROM pg_policy").integer(0, 0));
    }

    void chosenTablesComeWithAllStructure()
    {
        restore::Request some = request(m_backup->dumpPath(), name() + u"_some"_s);
        some.tables = QStringList{u"products"_s, u"retail.stores"_s, u"audit_log"_s};
        VERIFY_OK(restore(some));
        const QHash<QString, QString> all = contents(name());
        const QHash<QString, QString> copy = contents(some.into);
        QCOMPARE(copy[u"retail.products"_s], all[u"retail.products"_s]);
        QVERIFY(copy[u"retail.customers"_s].startsWith(u"0 "));
        // The log's entries are in its partitions, which come with it.
        QCOMPARE(ask(some.into, "SELECT count(*) FROM retail.audit_log WHERE action = 'before the backup'")
                     .integer(0, 0),
                 1);
        some.into = name() + u"_other"_s;
        for (const QString &wrong : {u"produkts"_s, u"product"_s, u"sales"_s}) {
            some.tables = QStringList{u"stores"_s, wrong};
            const Result<QString> refused = restore(some);
            QVERIFY2(!refused, qPrintable(wrong));
            QCOMPARE(refused.error().kind, ErrorKind::NotFound);
            QVERIFY2(refused.error().hint.contains(u"retail.products,") &&
                         !refused.error().hint.contains(u"audit_log_"),
                     qPrintable(refused.error().text()));
            QVERIFY(!exists(some.into));
        }
        // Over what is there they would empty all other tables.
        own();
        some.tables = QStringList{u"products"_s};
        some.into = name();
        for (const bool swap : {false, true}) {
            some.swap = swap;
            const Result<QString> refused = restore(some, name());
            QVERIFY(!refused);
            QCOMPARE(refused.error().kind, ErrorKind::Usage);
        }
        QCOMPARE(contents(name()), all);
    }

    void noWayOverADatabaseWithoutItsTypedName_data()
    {
        QTest::addColumn<bool>("swap");
        QTest::addColumn<QString>("typed");
        for (const bool swap : {false, true})
            for (const auto &[what, word] :
                 {std::pair{"nothing", u""_s}, std::pair{"another name", u"retail_db"_s},
                  std::pair{"yes", u"yes"_s}})
                QTest::addRow("%s, typed: %s", swap ? "in its place" : "over it", what) << swap << word;
    }
    void noWayOverADatabaseWithoutItsTypedName()
    {
        QFETCH(bool, swap);
        QFETCH(QString, typed);
        own();
        restore::Request over = request(m_backup->dumpPath(), name());
        over.swap = swap;
        const QHash<QString, QString> before = contents(name());
        const QHash<QString, QByteArray> files = contentsOf(m_folder->path());
        const QStringList databases = databasesLike(name());
        const Result<QString> done = restore(over, typed);
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Usage);
        QVERIFY(done.error().message.contains(name()));
        QCOMPARE(contents(name()), before);
        QCOMPARE(contentsOf(m_folder->path()), files);
        QCOMPARE(databasesLike(name()), databases);
    }

    void overAnExistingOneAfterABackupOfIt()
    {
        m_backup = make(m_folder->path());
        const QHash<QString, QString> before = contents(name());
        run(name(),
            "DELETE FROM retail.sales_transaction_items; UPDATE retail.products SET product_name = 'spoilt'");
        const int backups = int(backup::listBackups(m_folder->path()).size());
        const Result<QString> done = restore(request(m_backup->dumpPath(), name()), name());
        VERIFY_OK(done);
        QCOMPARE(backup::listBackups(m_folder->path()).size(), backups + 1);
        QCOMPARE(contents(name()), before);
    }

    void aSwapAndItsUndo()
    {
        m_backup = make(m_folder->path());
        own();
        const QHash<QString, QString> old = contents(name());
        const QStringList facts = databaseFacts(name());
        run(name(), "UPDATE retail.products SET product_name = 'spoilt'");
        const QHash<QString, QString> spoilt = contents(name());
        Session connected = m_database->superuser(); // a session that has to go
        run(name(), "SELECT 1");
        Result<Session> manager = openSession(m_database->login(u"sandbox_manager"_s), u"Test"_s, {});
        VERIFY_OK(manager);
        restore::Request swap = request(m_backup->dumpPath(), name());
        swap.swap = true;
        // A superuser's session is not ops' to end: the swap says so and changes nothing.
        const Result<QString> blocked = restore(swap, name());
        QVERIFY(!blocked);
        QCOMPARE(blocked.error().kind, ErrorKind::Conflict);
        QVERIFY2(blocked.error().text().contains(u"postgres"), qPrintable(blocked.error().text()));
        QCOMPARE(databasesLike(name()), QStringList{name()});
        QCOMPARE(contents(name()), spoilt);
        {
            const Session gone = std::move(connected);
        }
        const Result<QString> swapped = restore(swap, name());
        VERIFY_OK(swapped);
        QVERIFY(!manager->execute("SELECT 1"));
        QCOMPARE(contents(name()), old);
        QCOMPARE(databaseFacts(name()), facts);
        WatchedJob job;
        Result<QList<restore::DatabaseFacts>> left = restore::leftDatabases(ops(), {});
        VERIFY_OK(left);
        left->removeIf([this](const restore::DatabaseFacts &each) { return each.mark.of != name(); });
        QCOMPARE(left->size(), 1);
        QVERIFY(!left->first().allowsConnections);

        // Written to the new one, then undone: what is put aside is said, and is still there.
        run(name(), "UPDATE retail.products SET product_name = product_name || ' later'");
        const QHash<QString, QString> later = contents(name());
        const Result<restore::UndoPlan> plan = restore::planUndo(ops(), name(), 7, job);
        VERIFY_OK(plan);
        QVERIFY2(plan->newerAudit > 0 && plan->text().contains(u"put aside"), qPrintable(plan->text()));
        QCOMPARE(restore::undo(ops(), *plan, u"no"_s, job).error().kind, ErrorKind::Usage);
        VERIFY_OK(restore::undo(ops(), *plan, name(), job));
        QCOMPARE(contents(name()), spoilt);
        QCOMPARE(databaseFacts(name()), facts);
        run(u"postgres"_s, "ALTER DATABASE " + quoteIdentifier(plan->aside) + " WITH ALLOW_CONNECTIONS true");
        QCOMPARE(contents(plan->aside), later);
        QCOMPARE(restore::dropLeft(ops(), name(), name(), job).error().kind, ErrorKind::Usage);
        QCOMPARE(restore::dropLeft(ops(), plan->aside, {}, job).error().kind, ErrorKind::Usage);
        VERIFY_OK(restore::dropLeft(ops(), plan->aside, plan->aside, job));
        run(name(), "UPDATE retail.products SET product_name = product_name");
    }

    void whoWasErasedMeanwhileStaysErased()
    {
        const QString id =
            ask(name(),
                "SELECT customer_id FROM retail.customers WHERE store_id = 'seattle' ORDER BY 1 LIMIT 1")
                .text(0, 0);
        const QString mail =
            ask(name(), "SELECT email FROM retail.customers WHERE customer_id = $1::uuid", {id}).text(0, 0);
        QVERIFY(!placesOf(name(), mail).isEmpty());
        VERIFY_OK(erasure::addToErasedFile(m_folder->path(), {id}));
        const Result<QString> done = restore(request(m_backup->dumpPath(), name() + u"_erased"_s));
        VERIFY_OK(done);
        QVERIFY2(done->contains(u"One customer who was erased"), qPrintable(*done));
        QCOMPARE(ask(name() + u"_erased"_s,
                     "SELECT count(*) FROM retail.customers WHERE customer_id = $1::uuid", {id})
                     .integer(0, 0),
                 0);
        QCOMPARE(placesOf(name() + u"_erased"_s, mail), QStringList());
        // A list that cannot be read stops the restore: nobody may come back unseen.
        QFile file(erasure::filePath(m_folder->path()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{");
        file.close();
        const Result<QString> refused = restore(request(m_backup->dumpPath(), name() + u"_unread"_s));
        QVERIFY(!refused && refused.error().kind == ErrorKind::Io);
        QVERIFY(!exists(name() + u"_unread"_s));
    }

    void whoWasErasedInTheDatabaseOfTheBackupStaysErasedInAnother()
    {
        const TestDatabase original;
        const TestDatabase staging;
        own(staging.name());
        const backup::StoredBackup stored = makeOf(original);
        const QString id = someCustomer(original.name());
        erase(original.name(), id);
        QVERIFY(hasCustomer(staging.name(), id));
        WatchedJob job;
        const Result<restore::Plan> plan =
            restore::plan(ops(), request(stored.dumpPath(), staging.name()), localMeans(), job);
        VERIFY_OK(plan);
        QCOMPARE(plan->erased, QStringList{id});
        VERIFY_OK(restore::execute(ops(), *plan, staging.name(), localMeans(), job));
        QVERIFY(!hasCustomer(staging.name(), id));
    }

    void whoIsErasedWhileTheRestoreRunsStaysErased_data()
    {
        QTest::addColumn<bool>("swap");
        QTest::addColumn<QString>("phase");
        QTest::newRow("while the copy for a swap is compared") << true << u"comparing with the manifest"_s;
        QTest::newRow("while the restore waits for those who write")
            << false << u"waiting for those who write"_s;
    }
    void whoIsErasedWhileTheRestoreRunsStaysErased()
    {
        QFETCH(bool, swap);
        QFETCH(QString, phase);
        const TestDatabase live;
        const auto drop = qScopeGuard([&] { dropLike(live.name() + u'_'); });
        own(live.name());
        const backup::StoredBackup stored = makeOf(live);
        const QString id = someCustomer(live.name());
        restore::Request request = this->request(stored.dumpPath(), live.name());
        request.swap = swap;
        const QTemporaryDir safety; // whose list of erased customers is not the one beside the backup
        request.safetyFolder = safety.path();
        WatchedJob job;
        const Result<restore::Plan> plan = restore::plan(ops(), request, localMeans(), job);
        VERIFY_OK(plan);
        QVERIFY(plan->erased.isEmpty());
        bool erased = false;
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.phase == phase && !std::exchange(erased, true))
                erase(live.name(), id);
        };
        const Result<QString> done = restore::execute(ops(), *plan, live.name(), localMeans(), job);
        VERIFY_OK(done);
        QVERIFY(erased);
        QVERIFY2(done->contains(u"One customer who was erased"), qPrintable(*done));
        QVERIFY(!hasCustomer(live.name(), id));
    }

    void whoWasErasedAfterASwapStaysErasedInItsUndo()
    {
        const TestDatabase live;
        const auto drop = qScopeGuard([&] { dropLike(live.name() + u'_'); });
        own(live.name());
        restore::Request swap = request(makeOf(live).dumpPath(), live.name());
        swap.swap = true;
        VERIFY_OK(restore(swap, live.name()));
        const QString id = someCustomer(live.name());
        const QString mail =
            ask(live.name(), "SELECT email FROM retail.customers WHERE customer_id = $1::uuid", {id})
                .text(0, 0);
        erase(live.name(), id);
        WatchedJob job;
        const Result<restore::UndoPlan> plan = restore::planUndo(ops(), live.name(), 7, job);
        VERIFY_OK(plan);
        QCOMPARE(plan->erased, QStringList{id});
        QVERIFY2(plan->text().contains(
                     u"Erase again in “%1” who is listed as erased in “%2”, 1 customer now"_s.arg(
                         plan->former.name, live.name())),
                 qPrintable(plan->text()));
        const Result<QString> done = restore::undo(ops(), *plan, live.name(), job);
        VERIFY_OK(done);
        QVERIFY2(done->contains(u"Customers erased since, and erased in it again: 1."), qPrintable(*done));
        QVERIFY(!hasCustomer(live.name(), id));
        QCOMPARE(placesOf(live.name(), mail), QStringList());
    }

    void theAnswerToTheCommitOfAStoresRowsIsLost()
    {
        const TestDatabase live;
        const backup::StoredBackup stored = makeOf(live);
        const auto prices = [&] {
            return ask(live.name(), "SELECT string_agg(price::text, ' ' ORDER BY product_id) FROM "
                                    "retail.products WHERE store_id = 'seattle'")
                .text(0, 0);
        };
        const QString before = prices();
        run(live.name(), "UPDATE retail.products SET price = price + 1 WHERE store_id = 'seattle'");
        QVERIFY(prices() != before);
        TcpProxy proxy(clusterSocket());
        const Login login = proxied(live.login(u"sandbox_ops"_s), proxy, u"sandbox_ops"_s, live.name());
        WatchedJob job;
        const auto recovery = restore::StoreRecovery::open(
            login, {stored.dumpPath(), u"seattle"_s, live.name(), {u"products"_s}}, localMeans(), job);
        VERIFY_OK(recovery);
        proxy.cutOnAnswerTo(QByteArray("\0COMMIT\0", 8));
        const Result<QString> done = (*recovery)->apply(
            {{u"products"_s, {restore::RowDifference::Kind::Changed}, {}}}, live.name(), job);
        QVERIFY(!done);
        QVERIFY2(done.error().kind == ErrorKind::OutcomeUnknown, qPrintable(done.error().text()));
        QCOMPARE(prices(), before);
    }

    void oneStoresRowsComeBack()
    {
        m_backup = make(m_folder->path());
        const auto rows = [&](const QByteArray &sql) { return ask(name(), sql).text(0, 0); };
        const QHash<QString, QString> before = contents(name());
        const QString others =
            rows("SELECT md5(string_agg(t::text, '' ORDER BY product_id)) FROM retail.products t "
                 "WHERE store_id <> 'seattle'");
        run(name(),
            "DELETE FROM retail.sales_transaction_items WHERE store_id = 'seattle' AND transaction_id IN "
            "(SELECT "
            "transaction_id FROM retail.sales_transactions WHERE store_id = 'seattle' ORDER BY 1 LIMIT 5);"
            "DELETE FROM retail.sales_transactions WHERE transaction_id IN (SELECT transaction_id FROM "
            "retail.sales_transactions WHERE store_id = 'seattle' ORDER BY 1 LIMIT 5);"
            "UPDATE retail.products SET price = price + 1 WHERE product_id IN (SELECT product_id FROM "
            "retail.products "
            "WHERE store_id = 'seattle' ORDER BY 1 LIMIT 3);"
            "INSERT INTO retail.customers (store_id, first_name, last_name, email) VALUES ('seattle', 'new', "
            "'one', "
            "'new@one.example')");
        WatchedJob job;
        using Kind = restore::RowDifference::Kind;
        const auto opened = restore::StoreRecovery::open(ops(), {m_backup->dumpPath(), u"seattle"_s, {}, {}},
                                                         localMeans(), job);
        VERIFY_OK(opened);
        restore::StoreRecovery &recovery = **opened;
        QHash<QString, restore::TableDifferences> found;
        QList<restore::Chosen> chosen;
        for (const restore::TableDifferences &table : recovery.tables()) {
            found[table.table] = table;
            chosen.append({table.table, {Kind::Missing, Kind::Changed}, {}});
        }
        QCOMPARE(found[u"sales_transactions"_s].count(Kind::Missing), 5);
        QVERIFY(found[u"sales_transaction_items"_s].count(Kind::Missing) > 0);
        QCOMPARE(found[u"products"_s].count(Kind::Changed), 3);
        QCOMPARE(found[u"customers"_s].count(Kind::Extra), 1);
        QCOMPARE(found[u"customers"_s].count(Kind::Changed), 0);

        QCOMPARE(recovery.apply(chosen, {}, job).error().kind, ErrorKind::Usage);
        const Result<QString> done = recovery.apply(chosen, name(), job);
        VERIFY_OK(done);
        for (const restore::TableDifferences &table : recovery.tables())
            QCOMPARE(table.count(Kind::Missing) + table.count(Kind::Changed), 0);
        QCOMPARE(contents(name())[u"retail.sales_transactions"_s], before[u"retail.sales_transactions"_s]);
        QCOMPARE(contents(name())[u"retail.sales_transaction_items"_s],
                 before[u"retail.sales_transaction_items"_s]);
        QCOMPARE(rows("SELECT md5(string_agg(t::text, '' ORDER BY product_id)) FROM retail.products t WHERE "
                      "store_id <> "
                      "'seattle'"),
                 others);
        QCOMPARE(rows("SELECT count(*) FROM retail.customers WHERE email = 'new@one.example'"), u"1"_s);
        QCOMPARE(
            rows("SELECT count(*) FROM retail.audit_log WHERE action = 'store_rows_restored' AND store_id = "
                 "'seattle' AND user_name = 'sandbox_ops'"),
            u"1"_s);

        // A row that somebody changed since the comparison is not overwritten.
        QVERIFY(found[u"customers"_s].count(Kind::Extra) == 1);
        run(name(), "UPDATE retail.customers SET phone = '1' WHERE email = 'new@one.example'");
        const Result<QString> late = recovery.apply({{u"customers"_s, {Kind::Extra}, {}}}, name(), job);
        QVERIFY(!late);
        QCOMPARE(late.error().kind, ErrorKind::Conflict);
        QCOMPARE(rows("SELECT count(*) FROM retail.customers WHERE email = 'new@one.example'"), u"1"_s);
        run(name(), "DELETE FROM retail.customers WHERE email = 'new@one.example'");
    }

    void whoWasErasedDoesNotComeBackWithTheStoresRowsOfAnOldBackup()
    {
        const TestDatabase old; // than erasures
        run(old.name(), "DROP FUNCTION retail.apply_erasures(uuid[]), retail.list_erased_customers()");
        const backup::StoredBackup stored = makeOf(old);
        const TestDatabase live;
        const QString id = someCustomer(live.name());
        const QString mail =
            ask(live.name(), "SELECT email FROM retail.customers WHERE customer_id = $1::uuid", {id})
                .text(0, 0);
        erase(live.name(), id);
        WatchedJob job;
        using Kind = restore::RowDifference::Kind;
        const auto recovery = restore::StoreRecovery::open(
            ops(), {stored.dumpPath(), u"seattle"_s, live.name(), {}}, localMeans(), job);
        VERIFY_OK(recovery);
        QList<restore::Chosen> chosen;
        for (const restore::TableDifferences &table : (*recovery)->tables()) {
            if (table.table == u"customers")
                QCOMPARE(table.count(Kind::Missing), 1);
            chosen.append({table.table, {Kind::Missing, Kind::Changed}, {}});
        }
        const Result<QString> done = (*recovery)->apply(chosen, live.name(), job);
        VERIFY_OK(done);
        QVERIFY2(done->endsWith(u"erased again: 1."), qPrintable(*done));
        QVERIFY(!hasCustomer(live.name(), id));
        QCOMPARE(placesOf(live.name(), mail), QStringList());
    }

    void aStoresRowsAreEqualInWhateverTimeZoneTheDatabaseIs()
    {
        const TestDatabase live;
        const backup::StoredBackup stored = makeOf(live);
        run(u"postgres"_s, "ALTER DATABASE " + quoteIdentifier(live.name()) + " SET timezone = 'Asia/Tokyo'");
        WatchedJob job;
        const auto recovery = restore::StoreRecovery::open(
            ops(), {stored.dumpPath(), u"seattle"_s, live.name(), {}}, localMeans(), job);
        VERIFY_OK(recovery);
        for (const restore::TableDifferences &table : (*recovery)->tables())
            QCOMPARE(table.count(restore::RowDifference::Kind::Changed), 0);
    }
};

QTEST_GUILESS_MAIN(TestRestore)
#include "tst_restore.moc"
