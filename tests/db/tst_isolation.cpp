// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/isolationservice.h"
#include "tests/support/testcluster.h"

#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;

/// The proof of isolation: it holds on the schema as it is, and says so where somebody broke it.
class TestIsolation final : public QObject
{
    Q_OBJECT

    static QString broken(const IsolationReport &report)
    {
        QStringList lines;
        for (const IsolationAttempt &attempt : report.attempts)
            if (attempt.verdict != Verdict::Passed)
                lines += u"%1, %2: %3 %4"_s.arg(attempt.attempt, attempt.setting, attempt.sqlstate,
                                                attempt.answer);
        return lines.join(u'\n');
    }

    static Result<IsolationReport> prove(const TestDatabase &database, const QString &login,
                                         const QString &role)
    {
        ConnectionPool pool(2);
        const Login as = database.login(login);
        const Result<Capabilities> opened = pool.open(as.profile, as.password, {}).result();
        if (!opened)
            return opened.error();
        return IsolationService(pool).prove(role).result();
    }

    static qint64 number(const TestDatabase &database, const QByteArray &query)
    {
        Session session = database.superuser();
        const Result<Rows> rows = session.execute(query);
        return rows && rows->count() > 0 ? rows->integer(0, 0) : -1;
    }

private slots:
    void aManagerReachesNoOtherStore_data()
    {
        QTest::addColumn<QString>("login");
        QTest::addColumn<QString>("role");
        QTest::addColumn<QString>("own");
        QTest::addColumn<bool>("known");
        QTest::newRow("proved by the owner")
            << u"sandbox_owner"_s << u"sandbox_manager"_s << u"seattle"_s << true;
        QTest::newRow("proved by ops") << u"sandbox_ops"_s << u"sandbox_manager"_s << u"seattle"_s << true;
        QTest::newRow("proved by a superuser")
            << u"postgres"_s << u"sandbox_manager"_s << u"seattle"_s << true;
        QTest::newRow("by itself, who knows no other")
            << u"sandbox_manager"_s << QString() << u"seattle"_s << false;
        QTest::newRow("a DBA, who enters none") << u"sandbox_dba"_s << QString() << QString() << true;
        QTest::newRow("a group without a store") << u"postgres"_s << u"retail_manager"_s << QString() << true;
    }
    void aManagerReachesNoOtherStore()
    {
        QFETCH(QString, login);
        QFETCH(QString, role);
        static const TestDatabase database;
        const qint64 entries = number(database, "SELECT count(*) FROM retail.audit_log");
        const Result<IsolationReport> report = prove(database, login, role);
        VERIFY_OK(report);
        QVERIFY2(report->verdict() == Verdict::Passed, qPrintable(broken(*report)));
        QTEST(report->ownStore, "own");
        QTEST(report->otherKnown, "known");
        QVERIFY2(report->attempts.size() > 70, qPrintable(QString::number(report->attempts.size())));
        QCOMPARE(report->role, role.isEmpty() ? login : role);
        // Nothing of it stays.
        QCOMPARE(number(database, "SELECT count(*) FROM retail.audit_log"), entries);
        QCOMPARE(number(database, "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND "
                                  "datname = current_database()"),
                 0);
    }

    void whatCannotBeProvedIsRefused_data()
    {
        QTest::addColumn<QString>("login");
        QTest::addColumn<QString>("role");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("the owner as itself")
            << u"sandbox_owner"_s << QString() << u"not bound by row security"_s;
        QTest::newRow("a role the login may not take")
            << u"sandbox_manager"_s << u"sandbox_owner"_s << u"cannot take the role"_s;
        QTest::newRow("a role that is not there")
            << u"sandbox_owner"_s << u"nobody\"; DROP TABLE x; --"_s << u"cannot take the role"_s;
    }
    void whatCannotBeProvedIsRefused()
    {
        QFETCH(QString, login);
        QFETCH(QString, role);
        QFETCH(QString, sentence);
        static const TestDatabase database;
        const Result<IsolationReport> report = prove(database, login, role);
        QVERIFY(!report);
        QVERIFY2(report.error().message.contains(sentence), qPrintable(report.error().text()));
        QVERIFY(!report.error().hint.isEmpty());
    }

    void brokenIsolationIsToldLoudly_data()
    {
        QTest::addColumn<QByteArray>("breaking");
        QTest::addColumn<QString>("attempt");
        const auto row = [](const char *name, const QByteArray &breaking, const QString &attempt) {
            QTest::newRow(name) << breaking << attempt;
        };
        row("a policy dropped", "DROP POLICY products_store_isolation ON retail.products",
            u"no policy guards"_s);
        row("row security switched off", "ALTER TABLE retail.customers DISABLE ROW LEVEL SECURITY",
            u"Read other stores’ customers"_s);
        row("a policy that lets everything through",
            "CREATE POLICY helpful ON retail.sales_transactions USING (true)", u"Read other stores’ sales"_s);
        row("audit entries for everybody",
            "CREATE POLICY helpful ON retail.audit_log FOR SELECT USING (true)",
            u"Read other stores’ audit entries"_s);
        row("the right to close stores",
            "GRANT UPDATE ON retail.stores TO retail_manager; CREATE POLICY helpful ON retail.stores USING "
            "(true)",
            u"Close another store"_s);
        row("the right to rewrite the audit log",
            "DROP TRIGGER IF EXISTS x ON retail.audit_log; GRANT INSERT ON retail.audit_log TO "
            "retail_manager;"
            "CREATE POLICY helpful ON retail.audit_log FOR INSERT WITH CHECK (true)",
            u"Forge an audit entry"_s);
        row("a look into who may enter what",
            "GRANT USAGE ON SCHEMA retail_sec TO retail_manager; GRANT SELECT ON retail_sec.store_access TO "
            "retail_manager",
            u"Read who may enter which store"_s);
        row("the function that grants rights",
            "GRANT EXECUTE ON FUNCTION retail.grant_store_access(name, varchar) TO retail_manager",
            u"Take the right to another store"_s);
        row("a view made by the owner",
            "CREATE VIEW retail.vip AS SELECT * FROM retail.customers; GRANT SELECT ON retail.vip TO "
            "retail_manager",
            u"reads with its owner’s rights"_s);
        row("a new table of the stores without row security",
            "CREATE TABLE retail.gift_cards (store_id text); GRANT SELECT ON retail.gift_cards TO "
            "retail_manager",
            u"no policy guards"_s);
        row("an old reference by id alone",
            "ALTER TABLE retail.product_embeddings DROP CONSTRAINT product_embeddings_product_fkey",
            u"Learn by an embedding"_s);
        row("a function that follows the caller's search_path",
            "CREATE FUNCTION retail.helpful() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';"
            "GRANT EXECUTE ON FUNCTION retail.helpful() TO retail_manager",
            u"search_path"_s);
        row("tables for everybody to make", "GRANT CREATE ON SCHEMA public TO PUBLIC", u"Make a table"_s);
        row("large objects for everybody", "GRANT EXECUTE ON FUNCTION pg_catalog.lo_create(oid) TO PUBLIC",
            u"large object"_s);
        row("a check that says yes to everybody",
            "CREATE OR REPLACE FUNCTION retail.current_store_id() RETURNS varchar(50) LANGUAGE sql STABLE "
            "SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ SELECT "
            "current_setting('app.current_store_id', true)::varchar $$",
            u"Read other stores’ products"_s);
    }
    void brokenIsolationIsToldLoudly()
    {
        QFETCH(QByteArray, breaking);
        QFETCH(QString, attempt);
        const TestDatabase database;
        Session breaker = database.superuser();
        VERIFY_OK(breaker.executeScript(breaking));
        const Result<IsolationReport> report = prove(database, u"sandbox_owner"_s, u"sandbox_manager"_s);
        VERIFY_OK(report);
        QVERIFY(report->verdict() == Verdict::Broken);
        const QString found = broken(*report);
        QVERIFY2(found.contains(attempt), qPrintable(found));
        // And it stayed an attempt.
        QCOMPARE(number(database, "SELECT count(*) FROM retail.stores WHERE NOT is_active"),
                 number(TestDatabase(), "SELECT count(*) FROM retail.stores WHERE NOT is_active"));
    }

    void aSecondMembershipIsTold()
    {
        // Roles belong to the cluster: made here, and gone at the end.
        const TestDatabase database;
        Session superuser = database.superuser();
        VERIFY_OK(superuser.executeScript(
            "CREATE ROLE careless LOGIN; GRANT retail_manager, sandbox_owner TO careless;"
            "SELECT retail.grant_store_access('careless', 'seattle')"));
        const Result<IsolationReport> report = prove(database, u"postgres"_s, u"careless"_s);
        VERIFY_OK(superuser.executeScript(
            "SELECT retail.revoke_store_access('careless', 'seattle'); DROP ROLE careless"));
        VERIFY_OK(report);
        QVERIFY(report->verdict() == Verdict::Broken);
        QVERIFY(broken(*report).contains(u"Take a role that policies do not bind"));
    }

    void anApplicationOfOneStoreReachesNoOther()
    {
        const TestDatabase database;
        Session superuser = database.superuser();
        VERIFY_OK(superuser.executeScript("CREATE ROLE till LOGIN IN ROLE retail_app;"
                                          "SELECT retail.grant_store_access('till', 'redmond')"));
        const Result<IsolationReport> report = prove(database, u"postgres"_s, u"till"_s);
        VERIFY_OK(
            superuser.executeScript("SELECT retail.revoke_store_access('till', 'redmond'); DROP ROLE till"));
        VERIFY_OK(report);
        QVERIFY2(report->verdict() == Verdict::Passed, qPrintable(broken(*report)));
        QCOMPARE(report->ownStore, u"redmond"_s);
    }

    void itCanBeCancelled()
    {
        const TestDatabase database;
        ConnectionPool pool(1);
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        const CancelToken token;
        token.cancel();
        const Result<IsolationReport> report =
            IsolationService(pool).prove(u"sandbox_manager"_s, token).result();
        QVERIFY(!report);
        QCOMPARE(report.error().kind, ErrorKind::Cancelled);
    }

    void rolesAreOfferedToWhoMayTakeOrStudyThem()
    {
        const TestDatabase database;
        const auto roles = [&](const QString &login) {
            ConnectionPool pool(1);
            const Login as = database.login(login);
            QHash<QString, bool> found;
            if (!pool.open(as.profile, as.password, {}).result())
                return found;
            const Result<QList<WorkingRole>> all = IsolationService(pool).roles().result();
            for (const WorkingRole &role : all ? *all : QList<WorkingRole>())
                found[role.name] = role.takeable;
            return found;
        };
        QCOMPARE(roles(u"sandbox_owner"_s).value(u"sandbox_manager"_s), true);
        QVERIFY(!roles(u"sandbox_owner"_s).contains(u"sandbox_owner"_s));
        QVERIFY(roles(u"sandbox_manager"_s).size() <= 1); // its own group
        const QHash<QString, bool> ofDba = roles(u"sandbox_dba"_s);
        QVERIFY(ofDba.contains(u"sandbox_manager"_s));
        QCOMPARE(ofDba.value(u"sandbox_manager"_s), false);
    }

    void aDbaStudiesPoliciesAndPlansWithoutARow()
    {
        const TestDatabase database;
        ConnectionPool pool(1);
        OPEN_POOL(pool, database, u"sandbox_dba"_s);
        const Result<QList<TableRights>> rights =
            IsolationService(pool).rights(u"sandbox_manager"_s, false).result();
        VERIFY_OK(rights);
        const auto table = [&](const QString &name) {
            return *std::find_if(rights->cbegin(), rights->cend(),
                                 [&](const TableRights &each) { return each.table == name; });
        };
        const TableRights customers = table(u"customers"_s);
        QVERIFY2(customers.privileges.contains(u"SELECT, UPDATE (some columns)"),
                 qPrintable(customers.privileges));
        QVERIFY(customers.rowSecurity);
        QCOMPARE(customers.policies, u"customers_store_isolation"_s);
        QVERIFY(customers.condition.contains(u"current_store_id"));
        QVERIFY2(customers.plan.join(u'\n').contains(u"customers"), qPrintable(customers.plan.join(u'\n')));
        QCOMPARE(table(u"stores"_s).policies, u"stores_visible"_s);
    }
};

QTEST_GUILESS_MAIN(TestIsolation)
#include "tst_isolation.moc"
