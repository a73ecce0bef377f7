// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/savedsearches.h"
#include "tests/support/testcluster.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTest>

#include <sys/resource.h>

using namespace Qt::StringLiterals;

/// Runs the real program, as a script would.
class TestCli final : public QObject
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
    QTemporaryDir m_home;

    QProcessEnvironment environment() const
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const QString &name : {u"XDG_CONFIG_HOME"_s, u"XDG_DATA_HOME"_s, u"XDG_STATE_HOME"_s})
            environment.insert(name, m_home.path());
        for (const QString &name : {u"DISPLAY"_s, u"WAYLAND_DISPLAY"_s, u"QT_QPA_PLATFORM"_s})
            environment.remove(name);
        return environment;
    }

    Run run(const QStringList &arguments, const QHash<QString, QString> &variables = {}) const
    {
        QProcess process;
        QProcessEnvironment environment = this->environment();
        for (auto it = variables.cbegin(); it != variables.cend(); ++it)
            environment.insert(it.key(), it.value());
        process.setProcessEnvironment(environment);
        process.start(qEnvironmentVariable("RETAIL_ADMIN"), arguments);
        if (!process.waitForFinished(60'000))
            return {};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                process.readAllStandardOutput(), process.readAllStandardError()};
    }

    QString profile(const QString &user) const
    {
        const Login login = m_database->login(user);
        return login.profile.conninfo + u" passfile="_s + login.profile.passfile;
    }

private slots:
    void initTestCase()
    {
        QVERIFY2(qEnvironmentVariableIsSet("RETAIL_ADMIN"),
                 "run by ctest, or set RETAIL_ADMIN to the program");
        m_database = std::make_unique<TestDatabase>();
    }
    void cleanupTestCase() { m_database.reset(); }

    void aCrashWritesNoMemoryToTheDisk()
    {
        QTcpServer silent; // takes the connection and says nothing
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        // The limit is mostly 0 by itself: the program gets the highest there is.
        rlimit cores{};
        QCOMPARE(::getrlimit(RLIMIT_CORE, &cores), 0);
        QVERIFY2(cores.rlim_max != 0, "no program here writes a core file: see ulimit -Hc");
        cores.rlim_cur = cores.rlim_max;
        QProcess process;
        process.setProcessEnvironment(environment());
        process.setChildProcessModifier([cores] { ::setrlimit(RLIMIT_CORE, &cores); });
        process.start(qEnvironmentVariable("RETAIL_ADMIN"),
                      {u"stores"_s, u"list"_s, u"--profile"_s,
                       u"host=127.0.0.1 port=%1 user=u sslmode=disable"_s.arg(silent.serverPort())});
        QVERIFY(silent.waitForNewConnection(20'000));
        QFile limits(u"/proc/%1/limits"_s.arg(process.processId()));
        QVERIFY(limits.open(QIODevice::ReadOnly));
        static const QRegularExpression none(u"Max core file size +0 "_s);
        QVERIFY(none.match(QString::fromLatin1(limits.readAll())).hasMatch());
        process.kill();
        QVERIFY(process.waitForFinished());
    }

    void helpNamesTheCommandAndWhatItTakes()
    {
        const Run backup = run({u"backup"_s, u"--help"_s});
        QVERIFY2(backup.out.startsWith("Usage: retail-admin backup [options] "), backup.out.constData());
        QVERIFY(backup.out.contains("--csv"));
        QVERIFY(!run({u"search"_s, u"--help"_s}).out.contains("--csv")); // it prints one object
        QCOMPARE(run({u"search"_s, u"--csv"_s}).exitCode, 2);
    }

    void exitCodesAreAsDocumented_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        const auto row = [](const char *name, const QStringList &arguments, int code) {
            QTest::newRow(name) << arguments << code;
        };
        const QString good = profile(u"sandbox_manager"_s);
        const QString conninfo = m_database->login(u"sandbox_manager"_s).profile.conninfo;
        const QString earlier = m_home.filePath(u"earlier.csv"_s);
        QVERIFY(QFile(earlier).open(QIODevice::WriteOnly));
        row("help", {u"--help"_s}, 0);
        row("version", {u"--version"_s}, 0);
        row("an unknown command", {u"fly"_s}, 2);
        row("a dry run of what has none", {u"backup"_s, u"create"_s, u"--dry-run"_s}, 2);
        row("a dry run of a drop", {u"restore"_s, u"--drop"_s, u"x"_s, u"--dry-run"_s}, 2);
        row("an unknown option", {u"stores"_s, u"list"_s, u"--fast"_s}, 2);
        row("no action", {u"stores"_s}, 2);
        row("no table", {u"browse"_s, u"--store"_s, u"seattle"_s}, 2);
        row("a foreign table", {u"browse"_s, u"pg_authid"_s, u"--store"_s, u"seattle"_s}, 2);
        row("no store", {u"browse"_s, u"customers"_s}, 2);
        row("an upload target's folder that is not there",
            {u"backup"_s, u"target"_s, u"set"_s, u"disk"_s, u"--folder"_s, u"/nowhere/at/all"_s}, 2);
        row("a limit that is no number",
            {u"browse"_s, u"customers"_s, u"--store"_s, u"seattle"_s, u"--limit"_s, u"x"_s}, 2);
        row("an unknown profile", {u"stores"_s, u"list"_s, u"--profile"_s, u"nowhere"_s}, 2);
        row("no server", {u"stores"_s, u"list"_s, u"--profile"_s, u"host=/nowhere user=x dbname=x"_s}, 3);
        row("a wrong password", {u"stores"_s, u"list"_s, u"--profile"_s, conninfo + u" password=wrong"_s}, 3);
        row("no such database",
            {u"stores"_s, u"list"_s, u"--profile"_s,
             profile(u"sandbox_dba"_s).replace(m_database->name(), u"nowhere"_s)},
            3);
        row("no schema",
            {u"stores"_s, u"list"_s, u"--profile"_s,
             profile(u"postgres"_s).replace(m_database->name(), u"template1"_s)},
            3);
        row("a foreign store",
            {u"browse"_s, u"customers"_s, u"--store"_s, u"redmond"_s, u"--profile"_s, good}, 1);
        row("a filter on no column",
            {u"browse"_s, u"customers"_s, u"--store"_s, u"seattle"_s, u"--filter"_s, u"x=1"_s}, 2);
        row("a filter that cannot be",
            {u"browse"_s, u"products"_s, u"--store"_s, u"seattle"_s, u"--filter"_s, u"price=cheap"_s}, 2);
        row("an export to nowhere", {u"export"_s, u"customers"_s, u"--store"_s, u"seattle"_s}, 2);
        row("an export in a format that is none",
            {u"export"_s, u"customers"_s, u"--store"_s, u"seattle"_s, u"--out"_s, u"-"_s, u"--format"_s,
             u"doc"_s},
            2);
        row("a workbook on standard output",
            {u"export"_s, u"customers"_s, u"--store"_s, u"seattle"_s, u"--out"_s, u"-"_s, u"--format"_s,
             u"xlsx"_s, u"--profile"_s, good},
            2);
        row("an export of a foreign store",
            {u"export"_s, u"customers"_s, u"--store"_s, u"redmond"_s, u"--out"_s, u"-"_s, u"--profile"_s,
             good},
            1);
        row("stores", {u"stores"_s, u"list"_s, u"--profile"_s, good}, 0);
        const auto quality = [&](QStringList more) {
            return QStringList{u"search-quality"_s, u"--profile"_s, good} + more;
        };
        row("search quality of the own store", quality({u"--store"_s, u"seattle"_s, u"--samples"_s, u"2"_s}),
            0);
        row("search quality of a foreign store",
            quality({u"--store"_s, u"redmond"_s, u"--samples"_s, u"2"_s}), 1);
        row("search quality of no store", quality({}), 2);
        row("an ef_search that cannot be", quality({u"--store"_s, u"seattle"_s, u"--ef-search"_s, u"0"_s}),
            2);
        row("changing ef_search as a manager", quality({u"--set-ef-search"_s, u"100"_s}), 1);
        row("the plan as a manager", quality({u"--store"_s, u"seattle"_s, u"--plan"_s}), 1);
        row("what is embedded", {u"embed"_s, u"--status"_s, u"--profile"_s, good}, 0);
        row("a search that nobody saved",
            {u"search"_s, u"--saved"_s, u"gifts"_s, u"--store"_s, u"seattle"_s, u"--profile"_s, good}, 2);
        row("the embedding servers", {u"embedding-server"_s, u"list"_s}, 0);
        row("an embedding server of an unknown kind", {u"embedding-server"_s, u"set"_s, u"nobody"_s}, 2);
        row("an embedding server without an address", {u"embedding-server"_s, u"set"_s, u"azure"_s}, 2);
        row("forgetting a server that is none", {u"embedding-server"_s, u"remove"_s, u"nobody"_s}, 2);
        row("a page", {u"browse"_s, u"customers"_s, u"--store"_s, u"seattle"_s, u"--profile"_s, good}, 0);
        row("the audit log of no store", {u"audit"_s}, 2);
        row("a time that is none", {u"audit"_s, u"--store"_s, u"seattle"_s, u"--since"_s, u"tomorrow"_s}, 2);
        row("evidence in a form that is none",
            {u"audit"_s, u"--store"_s, u"seattle"_s, u"--evidence"_s, u"x.doc"_s}, 2);
        row("evidence over what is there", {u"audit"_s, u"--store"_s, u"seattle"_s, u"--evidence"_s, earlier},
            1);
        row("the audit log of a foreign store",
            {u"audit"_s, u"--store"_s, u"redmond"_s, u"--profile"_s, good}, 1);
        row("a page of the audit log",
            {u"audit"_s, u"--store"_s, u"seattle"_s, u"--table"_s, u"products"_s, u"--profile"_s, good}, 0);
        row("migrating twice", {u"migrate"_s, u"--profile"_s, profile(u"postgres"_s)}, 0);
        row("migrating without the right", {u"migrate"_s, u"--profile"_s, good}, 1);
        const auto statistics = [&](const QString &user, QStringList more) {
            return QStringList{u"stats"_s, u"--json"_s, u"--profile"_s, profile(user)} + more;
        };
        row("statistics of nothing", statistics(u"sandbox_dba"_s, {}), 2);
        row("statistics of what nobody counts", statistics(u"sandbox_dba"_s, {u"weather"_s}), 2);
        row("indexes", statistics(u"sandbox_dba"_s, {u"indexes"_s}), 0);
        row("advice about indexes", statistics(u"sandbox_ops"_s, {u"indexes"_s, u"--advice"_s}), 0);
        row("tables", statistics(u"sandbox_dba"_s, {u"tables"_s}), 0);
        row("activity as who is not told of others", statistics(u"sandbox_manager"_s, {u"activity"_s}), 0);
        row("settings", statistics(u"sandbox_dba"_s, {u"settings"_s}), 0);
        row("the window without a display", {}, 1);
    }
    void exitCodesAreAsDocumented()
    {
        QFETCH(QStringList, arguments);
        const Run done = run(arguments);
        QTEST(done.exitCode, "code");
        // What went wrong is told on standard error, in words, and standard output stays clean for scripts.
        if (done.exitCode != 0) {
            QVERIFY(!done.err.trimmed().isEmpty());
            QVERIFY2(done.out.isEmpty(), done.out.constData());
            QVERIFY(!done.err.contains("wrong"));
        }
    }

    void helpNamesEachCommandApartFromItsText()
    {
        const QString help = QString::fromUtf8(run({u"--help"_s}).out);
        const QStringList commands = help.section(u"Commands:\n"_s, 1).section(u"\n\n"_s, 0, 0).split(u'\n');
        QVERIFY(commands.size() > 20);
        static const QRegularExpression row(u"^  [a-z-]+ {2,}\\S"_s);
        for (const QString &command : commands)
            QVERIFY2(row.match(command).hasMatch(), qPrintable(command));
    }

    void aCheckIsALineForNagios_data()
    {
        QTest::addColumn<QString>("user");
        QTest::addColumn<QStringList>("limits");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("start");
        // Other tests' sessions on the same server are not to be judged here.
        const QStringList calm{u"--blocked"_s, u"off"_s, u"--idle-in-transaction"_s, u"off"_s};
        QTest::newRow("all is well") << u"sandbox_dba"_s << calm << 0 << QByteArray("RETAIL OK - ");
        QTest::newRow("a warning") << u"sandbox_dba"_s << calm + QStringList{u"--connections"_s, u"0,100"_s}
                                   << 1 << QByteArray("RETAIL WARNING - WARNING: ");
        QTest::newRow("a limit that is reached")
            << u"sandbox_dba"_s << calm + QStringList{u"--invalid-indexes"_s, u"0,0"_s} << 2
            << QByteArray("RETAIL CRITICAL - CRITICAL: ");
        QTest::newRow("what the login is not told is unknown")
            << u"sandbox_manager"_s << QStringList{u"--blocked"_s, u"off"_s} << 3
            << QByteArray("RETAIL UNKNOWN - UNKNOWN: ");
    }
    void aCheckIsALineForNagios()
    {
        QFETCH(QString, user);
        QFETCH(QStringList, limits);
        QFETCH(QByteArray, start);
        const Run done = run(QStringList{u"check"_s, u"--profile"_s, profile(user)} + limits);
        QTEST(done.exitCode, "code");
        QVERIFY2(done.out.startsWith(start), done.out.constData());
        QCOMPARE(done.out.count('\n'), 1);
        QVERIFY2(done.out.mid(done.out.indexOf(" | ")).contains("'connections'="), done.out.constData());
    }

    void filtersAreTakenAsTheWindowTakesThem()
    {
        const QStringList page{u"browse"_s,  u"customers"_s, u"--store"_s,
                               u"seattle"_s, u"--profile"_s, profile(u"sandbox_manager"_s),
                               u"--json"_s,  u"--filter"_s,  u"loyalty_tier=:in gold,silver"_s};
        const QJsonArray rows = run(page).json()[u"rows"].toArray();
        QVERIFY(!rows.isEmpty());
        for (const QJsonValue &row : rows)
            QVERIFY(row[u"loyalty_tier"].toString() == u"gold" ||
                    row[u"loyalty_tier"].toString() == u"silver");
        const Run hostile =
            run(page + QStringList{u"--filter"_s, u"last_name='; DROP TABLE retail.customers; -- %_\\"_s});
        QCOMPARE(hostile.exitCode, 0);
        QVERIFY(hostile.json()[u"rows"].toArray().isEmpty());
    }

    void exportsGoToFilesAndPipes()
    {
        const QString file = m_home.filePath(u"products.csv"_s);
        const QStringList call{u"export"_s,    u"products"_s,  u"--store"_s,
                               u"seattle"_s,   u"--profile"_s, profile(u"sandbox_manager"_s),
                               u"--columns"_s, u"sku,price"_s};
        const Run written = run(call + QStringList{u"--out"_s, file, u"--header"_s});
        QCOMPARE(written.exitCode, 0);
        QFile read(file);
        QVERIFY(read.open(QIODevice::ReadOnly));
        const QByteArray content = read.readAll();
        QVERIFY(content.startsWith("# table: products\n# store: seattle\n# database: sandbox_manager@"));
        const Run again = run(call + QStringList{u"--out"_s, file});
        QCOMPARE(again.exitCode, 1); // it exists
        const Run piped = run(call + QStringList{u"--out"_s, u"-"_s});
        QCOMPARE(piped.exitCode, 0);
        QCOMPARE(piped.out, content.mid(content.indexOf("sku,price")));
        const Run lines = run(call + QStringList{u"--out"_s, u"-"_s, u"--format"_s, u"jsonl"_s});
        QCOMPARE(lines.out.count('\n'), piped.out.count('\n') - 1);
    }

    void variablesOfLibpqWorkAsInPsql()
    {
        const SandboxStatus &status = TestCluster::shared().status();
        const Run done =
            run({u"stores"_s, u"list"_s, u"--json"_s}, {{u"PGHOST"_s, status.host},
                                                        {u"PGPORT"_s, QString::number(status.port)},
                                                        {u"PGUSER"_s, u"sandbox_manager"_s},
                                                        {u"PGDATABASE"_s, m_database->name()},
                                                        {u"PGPASSFILE"_s, status.passfile}});
        QVERIFY2(done.exitCode == 0, done.err.constData());
        QCOMPARE(done.json()[u"rows"].toArray().size(), 1);
    }

    void jsonHasOneShapeForLists()
    {
        const QString good = profile(u"sandbox_manager"_s);
        const Run first = run({u"browse"_s, u"products"_s, u"--store"_s, u"seattle"_s, u"--limit"_s, u"2"_s,
                               u"--json"_s, u"--profile"_s, good});
        QVERIFY2(first.exitCode == 0, first.err.constData());
        QCOMPARE(first.json().keys(), (QStringList{u"next"_s, u"rows"_s}));
        QCOMPARE(first.json()[u"rows"].toArray().size(), 2);
        const QJsonObject product = first.json()[u"rows"][0].toObject();
        QVERIFY(product[u"product_id"].isString() && product[u"price"].isDouble() &&
                product[u"is_active"].isBool() && product[u"tags"].isArray());
        const Run next =
            run({u"browse"_s, u"products"_s, u"--store"_s, u"seattle"_s, u"--limit"_s, u"10000"_s,
                 u"--json"_s, u"--after"_s, first.json()[u"next"].toString(), u"--profile"_s, good});
        QVERIFY2(next.exitCode == 0, next.err.constData());
        QVERIFY(next.json()[u"next"].isNull());
        QVERIFY(next.json()[u"rows"][0][u"product_id"] != product[u"product_id"]);
    }

    void csvQuotesWhatNeedsIt()
    {
        VERIFY_OK(m_database->superuser().execute(
            "UPDATE retail.customers SET phone = E'a,\"b\"\\nc' WHERE customer_id = (SELECT customer_id "
            "FROM retail.customers WHERE store_id = 'seattle' ORDER BY created_at, customer_id LIMIT 1)"));
        const Run done =
            run({u"browse"_s, u"customers"_s, u"--store"_s, u"seattle"_s, u"--sort"_s, u"created_at"_s,
                 u"--limit"_s, u"1"_s, u"--csv"_s, u"--profile"_s, profile(u"sandbox_manager"_s)});
        QVERIFY2(done.exitCode == 0, done.err.constData());
        QVERIFY(done.out.startsWith("customer_id,first_name,"));
        QVERIFY2(done.out.contains("\"a,\"\"b\"\"\nc\""), done.out.constData());
    }

    void aTableForPeopleHoldsNothingThatATerminalObeys()
    {
        VERIFY_OK(m_database->superuser().execute(
            "UPDATE retail.customers SET first_name = E'A\\x1b[2J\\x07\\u009b' WHERE customer_id = (SELECT "
            "customer_id FROM retail.customers WHERE store_id = 'seattle' ORDER BY created_at, customer_id "
            "LIMIT 1)"));
        const QStringList page{
            u"browse"_s,     u"customers"_s, u"--store"_s, u"seattle"_s,   u"--sort"_s,
            u"created_at"_s, u"--limit"_s,   u"1"_s,       u"--profile"_s, profile(u"sandbox_manager"_s)};
        const Run table = run(page);
        QVERIFY2(table.exitCode == 0, table.err.constData());
        const QString text = QString::fromUtf8(table.out);
        QVERIFY(text.contains(u"A\uFFFD[2J\uFFFD\uFFFD"_s));
        for (const QChar character : text)
            QVERIFY(character == u'\n' || character.category() != QChar::Other_Control);
        // Programs get what is there.
        QCOMPARE(run(page + QStringList{u"--json"_s}).json()[u"rows"][0][u"first_name"].toString(),
                 u"A\x1b[2J\x07\x9b"_s);
        QVERIFY(run(page + QStringList{u"--csv"_s}).out.contains("A\x1b[2J\x07"));
    }

    void wrongUsesOfTheCatalogueCommandsAreTold_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        const QString good = profile(u"sandbox_manager"_s);
        const auto row = [&](const char *name, const QStringList &arguments, int code) {
            QTest::newRow(name) << arguments + QStringList{u"--profile"_s, good} << code;
        };
        row("a search without a store", {u"search"_s, u"lamp"_s}, 2);
        row("a search for nothing", {u"search"_s, u"--store"_s, u"seattle"_s}, 2);
        row("an unknown mode", {u"search"_s, u"lamp"_s, u"--store"_s, u"seattle"_s, u"--mode"_s, u"magic"_s},
            2);
        row("a search in a foreign store", {u"search"_s, u"lamp"_s, u"--store"_s, u"redmond"_s}, 1);
        row("an unknown provider", {u"embed"_s, u"--provider"_s, u"nobody"_s}, 2);
        row("azure without an address", {u"embed"_s, u"--provider"_s, u"azure"_s}, 2);
        row("activating as a manager", {u"embed"_s, u"--activate"_s}, 1);
        row("an import of what nobody knows", {u"import"_s, u"shops"_s, u"x.csv"_s}, 2);
        row("an import of a missing file",
            {u"import"_s, u"products"_s, u"/nowhere.csv"_s, u"--store"_s, u"seattle"_s}, 1);
        row("a mapping that is none",
            {u"import"_s, u"products"_s, u"x.csv"_s, u"--store"_s, u"seattle"_s, u"--map"_s, u"sku"_s}, 2);
        row("sample data as a manager", {u"sample-data"_s}, 1);
        row("sample data until no day", {u"sample-data"_s, u"--until"_s, u"yesterday"_s}, 2);
    }
    void wrongUsesOfTheCatalogueCommandsAreTold()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        const Run done = run(arguments);
        QCOMPARE(done.exitCode, code);
        QVERIFY(!done.err.isEmpty());
    }

    void aKeyThatOthersCanReadIsRefused()
    {
        QFile file(m_home.filePath(u"key"_s));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("sk-secret\n") > 0);
        file.close();
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup));
        const Run done = run({u"embed"_s, u"--provider"_s, u"openai"_s, u"--key-file"_s, file.fileName(),
                              u"--profile"_s, profile(u"sandbox_manager"_s)});
        QCOMPARE(done.exitCode, 2);
        QVERIFY(!done.err.contains("sk-secret"));
    }

    void searchAndEmbedPrintOneObject()
    {
        const QString login = profile(u"sandbox_manager"_s);
        const Run search = run({u"search"_s, u"couch"_s, u"--store"_s, u"seattle"_s, u"--limit"_s, u"2"_s,
                                u"--json"_s, u"--profile"_s, login});
        QCOMPARE(search.exitCode, 0);
        const QJsonArray results = search.json()[u"results"].toArray();
        QCOMPARE(results.size(), 2);
        QVERIFY(results[0].toObject()[u"similarity"].isDouble());
        QCOMPARE(search.json()[u"mode"].toString(), u"hybrid"_s);
        QCOMPARE(search.json()[u"model"].toString(), u"retail-offline-1"_s);
        QVERIFY(search.json()[u"elapsed_ms"].isDouble());
        const Run alike = run({u"search"_s, u"--like"_s, results[0].toObject()[u"product_id"].toString(),
                               u"--store"_s, u"seattle"_s, u"--json"_s, u"--profile"_s, login});
        QCOMPARE(alike.exitCode, 0);
        QCOMPARE(alike.json()[u"results"].toArray().size(), 10);
        const Run embed = run({u"embed"_s, u"--dry-run"_s, u"--json"_s, u"--profile"_s, login});
        QCOMPARE(embed.exitCode, 0);
        QCOMPARE(embed.json()[u"texts"].toInt(-1), 0);
    }

    void whatIsGivenGoesBeforeWhatASavedSearchSays()
    {
        const QString login = profile(u"sandbox_manager"_s);
        QVERIFY(QDir(m_home.path()).mkpath(u"retail-admin"_s));
        LocalStore local(m_home.filePath(u"retail-admin/local.db"_s));
        QVERIFY(local.prepare().ok());
        const Result<Login> opened = ProfileStore(m_home.path()).resolve(login);
        VERIFY_OK(opened);
        SearchRequest request;
        request.text = u"couch"_s;
        request.limit = 3;
        VERIFY_OK(SavedSearches(local, opened->profile.name, u"seattle"_s).save({u"couches"_s, request}));
        const auto search = [&](const QStringList &more) {
            return run(QStringList{u"search"_s, u"--saved"_s, u"couches"_s, u"--store"_s, u"seattle"_s,
                                   u"--json"_s, u"--profile"_s, login} +
                       more);
        };
        const QJsonObject saved = search({}).json();
        QCOMPARE(saved[u"mode"].toString(), u"hybrid"_s);
        QCOMPARE(saved[u"results"].toArray().size(), 3);
        const QJsonObject other = search({u"--mode"_s, u"vector"_s, u"--limit"_s, u"1"_s}).json();
        QCOMPARE(other[u"mode"].toString(), u"vector"_s);
        QCOMPARE(other[u"results"].toArray().size(), 1);
        const Run nobodys = search({u"--brand"_s, u"nobody's"_s});
        QCOMPARE(nobodys.exitCode, 0);
        QVERIFY(nobodys.json()[u"results"].toArray().isEmpty());
        QVERIFY(search({u"--model"_s, u"no-such-model"_s}).exitCode != 0);
    }

    void doctorIsContentWithAFreshDatabase()
    {
        const Run done = run({u"doctor"_s, u"--json"_s, u"--profile"_s, profile(u"postgres"_s)});
        QVERIFY2(done.exitCode == 0, (done.out + done.err).constData());
        QVERIFY2(done.out.contains("1 policy") && !done.out.contains("1 policies"), done.out.constData());
    }

    void doctorFindsAPolicyThatWasDropped()
    {
        const TestDatabase broken;
        VERIFY_OK(
            broken.superuser().executeScript("DROP POLICY customers_store_isolation ON retail.customers"));
        const Login login = broken.login(u"postgres"_s);
        const Run done = run(
            {u"doctor"_s, u"--profile"_s, login.profile.conninfo + u" passfile="_s + login.profile.passfile});
        QCOMPARE(done.exitCode, 5);
        QVERIFY2(done.out.contains("customers"), done.out.constData());
    }

    void isolationIsProvedForScripts()
    {
        const auto prove = [this](const TestDatabase &database, const QString &login,
                                  const QStringList &more) {
            const Login as = database.login(login);
            return run(QStringList{u"prove-isolation"_s, u"--profile"_s,
                                   as.profile.conninfo + u" passfile="_s + as.profile.passfile} +
                       more);
        };
        const QStringList asManager{u"--role"_s, u"sandbox_manager"_s};
        Run proved = prove(*m_database, u"sandbox_owner"_s, asManager + QStringList{u"--json"_s});
        QVERIFY2(proved.exitCode == 0, proved.err.constData());
        QCOMPARE(proved.json()[u"verdict"].toString(), u"passed"_s);
        QCOMPARE(proved.json()[u"broken"].toInt(), 0);
        QCOMPARE(proved.json()[u"role"].toString(), u"sandbox_manager"_s);
        QVERIFY(proved.json()[u"rows"].toArray().size() > 70);
        QCOMPARE(prove(*m_database, u"sandbox_manager"_s, {}).exitCode, 0);
        QCOMPARE(prove(*m_database, u"sandbox_owner"_s, {}).exitCode, 2); // bound by no policy
        QCOMPARE(prove(*m_database, u"sandbox_manager"_s, {u"--role"_s, u"sandbox_owner"_s}).exitCode, 1);

        const TestDatabase broken;
        VERIFY_OK(broken.superuser().execute("DROP POLICY products_store_isolation ON retail.products"));
        proved = prove(broken, u"sandbox_owner"_s, asManager);
        QCOMPARE(proved.exitCode, 5);
        QVERIFY2(proved.out.contains("BROKEN"), proved.out.constData());
    }
};

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
