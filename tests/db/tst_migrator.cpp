// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/migrator.h"
#include "tests/support/proxied.h"

#include <QTest>

using namespace Qt::StringLiterals;

class TestMigrator final : public QObject
{
    Q_OBJECT

    static Result<MigrationReport> migrate(const TestDatabase &database, const QString &user = u"postgres"_s,
                                           const MigrationOptions &options = {})
    {
        return migrate(database.login(user), options);
    }
    static Result<MigrationReport> migrate(const Login &login, const MigrationOptions &options = {})
    {
        Result<Session> session = openSession(login, u"Test"_s, {});
        if (!session)
            return session.error();
        Migrator migrator(
            *session, [&](const QString &name) { return openSession(login, u"Test"_s, {}, name); },
            [](const QString &) {});
        return migrator.run(options);
    }

private slots:
    void onlyASuperuserMigrates()
    {
        const TestDatabase database(TestDatabase::Empty);
        const Result<MigrationReport> report = migrate(database, u"sandbox_owner"_s);
        QVERIFY(!report);
        QCOMPARE(report.error().kind, ErrorKind::Permission);
    }

    void aDryRunChangesNothing()
    {
        const TestDatabase database(TestDatabase::Empty);
        const Result<MigrationReport> report = migrate(database, u"postgres"_s, {true, false});
        VERIFY_OK(report);
        QCOMPARE(report->applied.size(), sqlcatalog::migrations().size());
        const Result<Rows> schemas =
            database.superuser().execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'retail%'");
        VERIFY_OK(schemas);
        QCOMPARE(schemas->integer(0, 0), 0);
    }

    void aSecondRunFindsNothingToDo()
    {
        const TestDatabase database(TestDatabase::Empty);
        const Result<MigrationReport> first = migrate(database);
        VERIFY_OK(first);
        QCOMPARE(first->to, sqlcatalog::migrations().last().version);
        const Result<MigrationReport> second = migrate(database);
        VERIFY_OK(second);
        QVERIFY(second->applied.isEmpty());
        QCOMPARE(second->from, first->to);
    }

    void theAnswerToACommitIsLost()
    {
        const TestDatabase database(TestDatabase::Empty);
        TcpProxy proxy(clusterSocket());
        proxy.cutOnAnswerTo(QByteArray("Q\0\0\0\013COMMIT\0", 12));
        const Result<MigrationReport> report =
            migrate(proxied(database.login(u"postgres"_s), proxy, u"postgres"_s, database.name()));
        QVERIFY(!report);
        QVERIFY2(report.error().kind == ErrorKind::OutcomeUnknown, qPrintable(report.error().text()));
        QVERIFY(!report.error().text().contains(u"undone"));
        // It was applied, and the next run knows.
        const Result<MigrationReport> second = migrate(database);
        VERIFY_OK(second);
        QCOMPARE(second->from, sqlcatalog::migrations().first().version);
        QCOMPARE(second->applied.size(), sqlcatalog::migrations().size() - 1);
    }

    void anEditedFileIsRefusedByName()
    {
        const TestDatabase database;
        VERIFY_OK(database.superuser().execute(
            "UPDATE retail_sec.schema_migrations SET checksum = 'x' WHERE version = 2"));
        const Result<MigrationReport> report = migrate(database);
        QVERIFY(!report);
        QCOMPARE(report.error().kind, ErrorKind::Schema);
        QVERIFY2(report.error().message.contains(sqlcatalog::migrations()[1].name),
                 qPrintable(report.error().text()));
    }

    void aNewerDatabaseIsRefused()
    {
        const TestDatabase database;
        VERIFY_OK(database.superuser().execute(
            "INSERT INTO retail_sec.schema_migrations (version, name, checksum) VALUES (9999, 'x', 'x')"));
        const Result<MigrationReport> report = migrate(database);
        QVERIFY(!report);
        QCOMPARE(report.error().kind, ErrorKind::Schema);
    }

    void twoAtOnceDoTheWorkOnce()
    {
        const TestDatabase database(TestDatabase::Empty);
        const auto one = QtConcurrent::run([&] { return migrate(database); });
        const auto two = QtConcurrent::run([&] { return migrate(database); });
        VERIFY_OK(one.result());
        VERIFY_OK(two.result());
        QCOMPARE(one.result()->applied.size() + two.result()->applied.size(),
                 sqlcatalog::migrations().size());
    }
};

QTEST_GUILESS_MAIN(TestMigrator)
#include "tst_migrator.moc"
