// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/durable.h"
#include "tests/support/restoretest.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QScopeGuard>

using namespace Qt::StringLiterals;

/// The commands that change something, write a file or answer with a code of their own, through the real
/// program as a script runs it: HOME and nothing else.
class TestCommands final : public QObject
{
    Q_OBJECT

    struct Run
    {
        int exitCode = -1;
        QByteArray out;
        QByteArray err;
        QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
        QJsonArray rows() const { return json()[u"rows"].toArray(); }
    };

    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<QTemporaryDir> m_home;

    QString file(const QString &name) const { return m_home->filePath(name); }
    QString written(const QString &name, const QByteArray &content) const
    {
        return durable::write(file(name), content) ? file(name) : u"/not/written"_s;
    }
    static QByteArray content(const QString &path)
    {
        QFile read(path);
        return read.open(QIODevice::ReadOnly) ? read.readAll() : QByteArray();
    }

    /// `words` have blanks between them, `more` may hold some.
    Run run(const QString &words, const QStringList &more = {}) const
    {
        QProcess process;
        QProcessEnvironment bare;
        bare.insert(u"HOME"_s, m_home->path());
        bare.insert(u"PATH"_s, u"/usr/bin:/bin"_s);
        process.setProcessEnvironment(bare);
        process.start(qEnvironmentVariable("RETAIL_ADMIN"), words.split(u' ') + more);
        if (!process.waitForFinished(120'000))
            return {};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                process.readAllStandardOutput(), process.readAllStandardError()};
    }

    /// The same for what has to go well.
    Run must(const QString &words, const QStringList &more = {}) const
    {
        const Run done = run(words, more);
        QTest::qVerify(done.exitCode == 0, qPrintable(words), done.err.constData(), __FILE__, __LINE__);
        return done;
    }

    /// The dump of a new backup.
    QString backUp(const QString &folder, const QString &more = {}) const
    {
        const Run made = must(u"backup create --json --profile ops --out "_s + folder + more);
        return made.json()[u"file"].toString();
    }

    /// The first value that the database answers; empty without a row.
    QString ask(const QByteArray &sql, const Params &params = {}) const
    {
        const Rows rows = restoretest::ask(m_database->name(), sql, params);
        return rows.count() > 0 ? rows.text(0, 0) : QString();
    }

    static QStringList column(const QJsonArray &rows, QStringView key)
    {
        QStringList texts;
        for (const QJsonValue &row : rows)
            texts += row[key].toString();
        return texts;
    }
    QStringList jobs(const QString &kind) const
    {
        return column(run(u"jobs list --json --kind "_s + kind).rows(), u"state");
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
        ProfileStore profiles(file(u".config/retail-admin/profiles"_s));
        const auto add = [&](const QString &name, const Login &login) {
            Profile profile = login.profile;
            profile.name = name;
            VERIFY_OK(profiles.save(profile));
        };
        for (const QString &name : {u"manager"_s, u"dba"_s, u"ops"_s, u"owner"_s})
            add(name, m_database->login(u"sandbox_"_s + name));
        add(u"root"_s, m_database->login(u"postgres"_s));
        add(u"bare"_s, TestCluster::shared().login(u"postgres"_s, u"postgres"_s)); // without the schema
    }

    void whatCannotBeDoneEndsWithItsCode_data()
    {
        QTest::addColumn<QString>("words");
        QTest::addColumn<int>("code");
        const auto row = [](int code, const char *name, const char *words) {
            QTest::newRow(name) << QString::fromLatin1(words) << code;
        };
        row(2, "a store without a name", "store add walla --profile owner");
        row(2, "to close what is no store", "store deactivate nowhere --confirm nowhere --profile owner");
        row(2, "a right to no store", "store grant nowhere mcp_user --confirm mcp_user --profile owner");
        row(2, "to take a store from nobody", "store revoke seattle nobody --confirm nobody --profile owner");
        row(1, "to close one as a manager", "store deactivate seattle --confirm seattle --profile manager");
        row(1, "who has access, for a manager", "store access --profile manager");
        row(2, "a customer on the terminal", "customer export a@b --store seattle");
        row(2, "nobody's data", "customer export a@b --store seattle --out /nowhere/x --profile manager");
        row(1, "another store's", "customer export a@b --store redmond --out /nowhere/x --profile manager");
        row(2, "no backup yet", "backup list");
        row(2, "CSV of what is no list", "backup prune --dir /tmp --csv");
        row(2, "to look into what is no backup", "backup inspect /nowhere.dump");
        row(2, "to drop what is in use", "restore --drop postgres --confirm postgres --profile ops");
        row(1, "what swaps left, for a manager", "restore --list --profile manager");
        row(3, "what swaps left on no server", "restore --list --profile host=/nowhere");
        row(3, "a plan without the schema", "maintain plan --profile bare");
        row(2, "a task that is none", "maintain run --tasks walk:retail.dog --profile owner");
        row(2, "maintenance until yesterday", "maintain run --until yesterday --profile owner");
        row(1, "maintenance by a DBA", "maintain run --profile dba");
        row(2, "a statement that nobody counted", "explain 1 --profile dba");
        row(2, "slow statements as CSV", "stats slow --csv --profile dba");
        row(2, "an unknown profile", "profile export nobody");
        row(1, "a profile's file that is not there", "profile import /nowhere.json");
    }
    void whatCannotBeDoneEndsWithItsCode()
    {
        QFETCH(QString, words);
        const Run done = run(words);
        QTEST(done.exitCode, "code");
        QVERIFY2(done.err.contains("retail-admin "), done.err.constData());
        QCOMPARE(ask("SELECT is_active FROM retail.stores WHERE store_id = 'seattle'"), u"t"_s);
    }

    void storesAndAccessChangeOnceTheWordIsGiven()
    {
        const QString login = u"t_commands_%1"_s.arg(::getpid());
        const auto gone = qScopeGuard([&] {
            Session session = m_database->superuser();
            (void)session.execute("DROP OWNED BY " + quoteIdentifier(login));
            (void)session.execute("DROP ROLE " + quoteIdentifier(login));
        });
        const QByteArray store = "SELECT concat_ws(',', store_name, store_location, store_type, region, "
                                 "is_active) FROM retail.stores WHERE store_id = $1";
        const QByteArray access =
            "SELECT concat_ws(',', string_agg(store_id, ',' ORDER BY store_id), bool_or(rolcanlogin)) FROM "
            "pg_roles LEFT JOIN retail_sec.store_access ON role_name = rolname WHERE rolname = $1";
        const auto change = [&](const QString &words, const QString &word, const QByteArray &query,
                                const QString &after) {
            const QString before = ask(query, {word});
            for (const QString &wrong : {QString(), u" --confirm other"_s}) {
                const Run refused = run(words + wrong);
                QVERIFY2(refused.exitCode == 2 && refused.out.contains("COMMIT;"), refused.err.constData());
                QCOMPARE(ask(query, {word}), before);
            }
            must(words + u" --confirm "_s + word);
            QCOMPARE(ask(query, {word}), after);
        };
        change(u"store add walla --name Walla --location Main --type outlet --region west --profile owner"_s,
               u"walla"_s, store, u"Walla,Main,outlet,west,t"_s);
        change(u"store deactivate walla --profile owner"_s, u"walla"_s, store, u"Walla,Main,outlet,west,f"_s);
        change(u"store activate walla --profile owner"_s, u"walla"_s, store, u"Walla,Main,outlet,west,t"_s);

        // Who may not make logins gets the SQL for who can, and it holds no password.
        const QString secret = file(u"secret"_s);
        const QString handed = file(u"handed.json"_s);
        const QString make = u"store new-manager %1 --store seattle --password-file %2"_s.arg(login, secret);
        const Run owners = run(make + u" --profile owner --confirm "_s + login);
        const QByteArray password = content(secret).trimmed();
        QCOMPARE(owners.exitCode, 1);
        QVERIFY(owners.out.contains("SCRAM-SHA-256$") && !owners.out.contains(password));
        QVERIFY(password.size() >= 12 && ask(access, {login}).isEmpty());
        change(make + u" --profile root --profile-out "_s + handed, login, access, u"seattle,t"_s);
        QVERIFY(!content(handed).contains(password));
        written(u".pgpass"_s, "*:*:*:*:" + password);
        must(u"profile import "_s + handed);
        const QJsonArray theirs = must(u"stores list --json --profile "_s + login).rows();
        QCOMPARE(column(theirs, u"store_id"), QStringList{u"seattle"_s});
        QVERIFY(QFile(secret).setPermissions(QFile::ReadOwner | QFile::ReadOther));
        QCOMPARE(run(make + u" --profile root"_s).exitCode, 2);

        change(u"store grant walla %1 --profile owner"_s.arg(login), login, access, u"seattle,walla,t"_s);
        const QJsonArray people = run(u"store access --json --profile owner"_s).rows();
        const QJsonValue person = people.at(column(people, u"login").indexOf(login));
        QCOMPARE(person[u"stores"].toArray(), (QJsonArray{u"seattle"_s, u"walla"_s}));
        QVERIFY(person[u"can_login"].toBool());
        change(u"store revoke walla %1 --profile owner"_s.arg(login), login, access, u"seattle,t"_s);
        change(u"store lock %1 --profile root"_s.arg(login), login, access, u"f"_s);
    }

    void aCustomerIsExportedAndErased()
    {
        const Rows someone = restoretest::ask(
            m_database->name(),
            "SELECT customer_id, email, count(*) FROM retail.customers JOIN retail.sales_transactions USING "
            "(store_id, customer_id) WHERE store_id = 'seattle' GROUP BY 1, 2 ORDER BY 1 LIMIT 1");
        const QString id = someone.text(0, 0);
        const qint64 sales = someone.integer(0, 2);
        const QString exported = file(u"customer.json"_s);
        const QString words = u"customer export %1 --store seattle --profile manager --out %2"_s.arg(
            someone.text(0, 1), exported);
        must(words);
        const QJsonObject known = QJsonDocument::fromJson(content(exported)).object();
        QCOMPARE(known[u"customer"][u"customer_id"].toString(), id);
        QCOMPARE(known[u"sales"].toArray().size(), sales);
        QVERIFY(!(QFile(exported).permissions() & (QFile::ReadGroup | QFile::ReadOther)));
        QCOMPARE(run(words).exitCode, 2); // it is there

        const QString erase = u"customer erase %1 --store seattle --profile "_s.arg(id);
        const QStringList reason{u"--reason"_s, u"asked for it"_s};
        const QByteArray left =
            "SELECT (SELECT count(*) FROM retail.customers WHERE customer_id = $1::uuid) "
            "|| ' ' || count(*) FROM retail.sales_transactions WHERE customer_id = $1::uuid";
        QCOMPARE(run(erase + u"owner --confirm "_s + id).exitCode, 2); // no reason
        QCOMPARE(run(erase + u"owner"_s, reason).exitCode, 2);
        QCOMPARE(run(erase + u"manager --confirm "_s + id, reason).exitCode, 1);
        QCOMPARE(ask(left, {id}), u"1 %1"_s.arg(sales));
        const Run erased =
            must(erase + u"owner --json --backup-folder %1 --confirm %2"_s.arg(m_home->path(), id), reason);
        QCOMPARE(erased.json()[u"sales"].toInt(), sales);
        QCOMPARE(ask(left, {id}), u"0 0"_s);
        QVERIFY(content(file(u"erased.json"_s)).contains(id.toUtf8()));
        QCOMPARE(run(erase + u"owner --confirm "_s + id, reason).exitCode, 2); // nobody of that id
    }

    void backupsAreListedLookedIntoVerifiedAndRemoved()
    {
        const QString folder = file(u"backups"_s);
        QStringList made; // newest first, as they are listed
        while (made.size() < 2)
            made.prepend(backUp(folder));
        QCOMPARE(column(run(u"backup list --json"_s).rows(), u"file"), made); // the last one's folder
        const QByteArrayList csv = run(u"backup list --csv --dir "_s + folder).out.trimmed().split('\n');
        QCOMPARE(csv.size(), 3);
        QCOMPARE(csv[0], QByteArray("file,manifest,database,scope,format,sealed,created,bytes,rows,level,"
                                    "good,verification,verified"));
        QVERIFY2(csv[1].startsWith(made[0].toUtf8() + ',') && csv[1].contains(",listed,true,"),
                 csv[1].constData());

        const Run inspected = must(u"backup inspect --json "_s + made[0]);
        QCOMPARE(inspected.json()[u"database"].toString(), m_database->name());
        QVERIFY(!inspected.json()[u"details"][u"tables"].toArray().isEmpty());
        QVERIFY(column(inspected.json()[u"objects"].toArray(), u"type").contains(u"TABLE DATA"_s));
        QVERIFY(must(u"backup verify --json "_s + made[0]).json()[u"good"].toBool());

        for (const bool dry : {true, false}) {
            const Run pruned = must(u"backup prune --keep-last 1 --json --dir "_s + folder +
                                    (dry ? u" --dry-run"_s : QString()));
            QCOMPARE(pruned.json()[u"executed"], QJsonValue(!dry));
            QCOMPARE(column(pruned.rows(), u"file"), made);
            QVERIFY(!pruned.rows()[0][u"remove"].toBool() && pruned.rows()[1][u"remove"].toBool());
            QVERIFY(QFile::exists(made[0]) && QFile::exists(made[1]) == dry);
        }
        QCOMPARE(column(run(u"backup list --json"_s).rows(), u"file"), QStringList{made[0]});
        QCOMPARE(jobs(u"prune"_s), QStringList{u"succeeded"_s});

        QFile dump(made[0]);
        QVERIFY(dump.open(QIODevice::ReadWrite) && dump.seek(dump.size() / 2) && dump.write("XXXX") == 4);
        dump.close();
        QCOMPARE(run(u"backup verify "_s + made[0]).exitCode, 5);
        QCOMPARE(run(u"backup list --json"_s).rows()[0][u"good"], QJsonValue(false));
    }

    void aSealedBackupIsNotVerifiedWithoutItsKey()
    {
        const QString key = file(u"key"_s);
        QProcess keygen;
        keygen.start(u"age-keygen"_s, {u"-o"_s, key});
        QVERIFY(keygen.waitForFinished());
        const QString recipient = QString::fromUtf8(content(key)).section(u'\n', 1, 1).section(u": "_s, 1);
        const QString sealed = backUp(file(u"backups"_s), u" --recipient "_s + recipient);
        QCOMPARE(run(u"backup verify "_s + sealed).exitCode, 4);
        const QJsonObject inspected = must(u"backup inspect --json "_s + sealed).json();
        QVERIFY(inspected[u"sealed"].toBool() && inspected[u"objects"].isNull());
        must(u"backup verify --identity %1 %2"_s.arg(key, sealed));
    }

    void whatASwapSetsAsideIsListedAndDropped()
    {
        const QString copy = m_database->name() + u"_copy"_s;
        const auto gone = qScopeGuard([&] { restoretest::dropLike(copy); });
        const QString restore = u"restore %1 --profile ops --into %2"_s.arg(backUp(file(u"backups"_s)), copy);
        // A dry run is no run, refused or not.
        QCOMPARE(run(u"restore /nowhere.dump --dry-run --profile ops"_s).exitCode, 2);
        const Run planned = must(restore + u" --dry-run --json"_s);
        QVERIFY(!planned.json().isEmpty() && !restoretest::exists(copy));
        QCOMPARE(jobs(u"restore"_s), QStringList());
        QCOMPARE(run(u"restore /nowhere.dump --profile ops"_s).exitCode, 2);
        QCOMPARE(jobs(u"restore"_s), QStringList{u"failed"_s});

        must(restore);
        QCOMPARE(run(restore + u" --swap"_s).exitCode, 2);
        QCOMPARE(restoretest::databasesLike(copy), QStringList{copy});
        must(restore + u" --swap --confirm "_s + copy);
        QString former; // other tests restore on this server too
        for (const QJsonValue &row : must(u"restore --list --json --profile ops"_s).rows())
            if (row[u"of"].toString() == copy && row[u"state"].toString() == u"set aside")
                former = row[u"database"].toString();
        QVERIFY(former != copy && restoretest::exists(former));
        const QString drop = u"restore --profile ops --drop "_s + former;
        QCOMPARE(run(drop).exitCode, 2);
        QVERIFY(restoretest::exists(former));
        must(drop + u" --confirm "_s + former);
        QCOMPARE(restoretest::databasesLike(copy), QStringList{copy});
    }

    void maintenanceRunsWhatIsNamedAndConfirmed()
    {
        const QString rewrite = u"vacuum-full:retail.customers"_s;
        const Run proposed = must(u"maintain plan --json --profile owner"_s);
        QVERIFY(column(proposed.rows(), u"id").contains(u"analyze:retail.customers"_s));
        const QJsonArray all = run(u"maintain plan --all --json --profile owner"_s).rows();
        QCOMPARE(all.at(column(all, u"id").indexOf(rewrite))[u"confirm"].toString(), u"customers"_s);

        const QByteArray place = "SELECT pg_relation_filenode('retail.customers')";
        const QString before = ask(place);
        const QString tasks =
            u"maintain run --json --profile owner --tasks analyze:retail.customers,"_s + rewrite;
        QCOMPARE(run(tasks).exitCode, 2);
        QCOMPARE(run(tasks + u" --confirm products"_s).exitCode, 2);
        QCOMPARE(ask(place), before);
        const Run done = must(tasks + u" --confirm customers"_s);
        QCOMPARE(column(done.rows(), u"id"), (QStringList{u"analyze:retail.customers"_s, rewrite}));
        QCOMPARE(column(done.rows(), u"state"), (QStringList{u"done"_s, u"done"_s}));
        QVERIFY(done.json()[u"completed"].toBool());
        QVERIFY(ask(place) != before);
        QCOMPARE(ask("SELECT user_name FROM retail.audit_log WHERE table_name = 'maintenance' AND action = "
                     "'automated_maintenance_completed'"),
                 u"sandbox_owner"_s);
    }

    void aStatementIsExplainedAndAWriteRunOnlyWhenAccepted()
    {
        const QString read = written(u"read.sql"_s, "SELECT * FROM retail.customers");
        const QString write = written(
            u"write.sql"_s, "UPDATE retail.products SET price = price + 1 WHERE store_id = 'seattle'");
        const Run plan = must(u"explain --json --store seattle --profile manager --file "_s + read);
        QCOMPARE(plan.json()[u"analyzed"], QJsonValue(false));
        QVERIFY(!plan.json()[u"plan"][0][u"Plan"][u"Node Type"].toString().isEmpty());

        const QByteArray prices = "SELECT sum(price) FROM retail.products";
        const QString before = ask(prices);
        const QString words = u"explain --json --profile owner --file "_s + write;
        must(words); // planned and not run
        QCOMPARE(run(words + u" --analyze"_s).exitCode, 2);
        QVERIFY(must(words + u" --analyze --accept-writes"_s).json()[u"analyzed"].toBool());
        QCOMPARE(ask(prices), before);
    }

    void slowStatementsAreListedAndExplainedByTheirId()
    {
        ask("SELECT count(*) AS told_by_statistics FROM retail.products WHERE price > 1");
        const Run slow = must(u"stats slow --threshold 0 --limit 100000 --json --profile dba"_s);
        QVERIFY(QDateTime::fromString(slow.json()[u"since"].toString(), Qt::ISODateWithMs).isValid());
        QJsonObject found;
        for (const QJsonValue &row : slow.rows()) {
            QVERIFY(!row[u"query"].toString().startsWith(u"/* retail-admin */"));
            if (row[u"query"].toString().contains(u"told_by_statistics"))
                found = row.toObject();
        }
        QVERIFY(found[u"calls"].toInt() >= 1 && found[u"total_ms"].toDouble() > 0);
        const Run plan = must(u"explain --json --profile dba "_s + found[u"queryid"].toString());
        QVERIFY(plan.json()[u"generic"].toBool());
        QVERIFY(!plan.json()[u"plan"][0][u"Plan"].toObject().isEmpty());
    }

    void thePlanOfASearchIsOneObject()
    {
        const QJsonObject plan = must(u"search-quality --store seattle --plan --json --profile dba"_s).json();
        QVERIFY(QStringList({u"exact"_s, u"index"_s}).contains(plan[u"used"].toString()));
        QVERIFY(plan[u"plan"].toString().contains(u"rows="));
    }

    void productsAreImported()
    {
        const QString words = u"import products --json --store seattle --profile owner "_s;
        const QByteArray products = "SELECT string_agg(sku || ' ' || price, ',' ORDER BY sku) FROM "
                                    "retail.products WHERE store_id = 'seattle' AND sku LIKE 'cmd-%'";
        const Run added = must(
            words + written(u"new.csv"_s, "sku,product_name,price\ncmd-1,Chair,5.50\ncmd-2,\"A lamp\",7\n"));
        QCOMPARE(added.json()[u"inserted"].toInt(), 2);
        QCOMPARE(ask(products), u"cmd-1 5.50,cmd-2 7.00"_s);

        const QString mixed =
            written(u"mixed.csv"_s, "sku,product_name,price\ncmd-1,Chair,6\ncmd-3,Cup,cheap\ncmd-4,Mug,1\n");
        const Run refused = run(words + mixed);
        QCOMPARE(refused.exitCode, 1);
        QCOMPARE(refused.json()[u"bad"].toInt(), 2); // one is there, one has no price
        QCOMPARE(ask(products), u"cmd-1 5.50,cmd-2 7.00"_s);
        const Run some = must(words + mixed + u" --skip-bad --update"_s);
        QCOMPARE(some.json()[u"inserted"].toInt(), 1);
        QCOMPARE(some.json()[u"updated"].toInt(), 1);
        QCOMPARE(some.json()[u"bad_rows"][0][u"line"].toInt(), 3);
        QCOMPARE(ask(products), u"cmd-1 6.00,cmd-2 7.00,cmd-4 1.00"_s);
    }

    void evidenceIsWrittenOnce()
    {
        ask("UPDATE retail.products SET price = price + 1 WHERE store_id = 'seattle'");
        const QString path = file(u"evidence.jsonl"_s);
        const QString words =
            u"audit --store seattle --table products --profile manager --evidence "_s + path;
        must(words);
        const QByteArray lines = content(path);
        const QJsonObject manifest = QJsonDocument::fromJson(content(path + u".manifest.json"_s)).object();
        QVERIFY(!lines.isEmpty() && manifest[u"rows"].toInt() == lines.count('\n'));
        QCOMPARE(manifest[u"sha256"].toString(), *durable::sha256(path, {}));
        QCOMPARE(manifest[u"filter"][u"table"].toString(), u"products"_s);
        QCOMPARE(run(words).exitCode, 1);
        QCOMPARE(content(path), lines);
    }

    void aProfileIsHandedOverWithoutItsSecrets()
    {
        const QString kept = file(u".config/retail-admin/profiles/owner.json"_s);
        const Run exported = must(u"profile export owner"_s);
        QVERIFY(exported.json()[u"conninfo"].toString().contains(m_database->name()));
        QVERIFY(!exported.json().contains(u"passfile"));
        const QString import = u"profile import "_s + written(u"owner.json"_s, exported.out);
        QCOMPARE(run(import).exitCode, 1); // it is there
        QVERIFY(QFile::remove(kept));
        must(import);
        QVERIFY(QFile::exists(kept));
        const QJsonArray all = must(u"profile list --json"_s).json()[u"profiles"].toArray();
        QVERIFY(column(all, u"name").contains(u"owner"_s));
        QCOMPARE(run(u"profile import "_s + written(u"other.json"_s, "{}")).exitCode, 2);
    }
};

QTEST_GUILESS_MAIN(TestCommands)
#include "tst_commands.moc"
