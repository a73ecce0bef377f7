// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/accessservice.h"
#include "app/services/browseservice.h"
#include "tests/support/testcluster.h"

#include <QTest>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace {

constexpr auto password = "a-long-Enough-word-7"_L1;

/// A login of the test's own, since roles belong to the whole cluster; gone at the end.
class OwnLogin final
{
public:
    explicit OwnLogin(const TestDatabase &database)
        : m_database(database)
    {
        static int counter = 0;
        m_name = u"t_%1_%2"_s.arg(::getpid()).arg(++counter);
    }
    ~OwnLogin()
    {
        Session session = m_database.superuser();
        const QByteArray name = quoteIdentifier(m_name);
        (void)session.execute("DROP OWNED BY " + name);
        (void)session.execute("DROP ROLE " + name);
    }
    Q_DISABLE_COPY_MOVE(OwnLogin)
    QString name() const { return m_name; }

    Login login(const QString &secret = password) const
    {
        Login own = m_database.login(m_name);
        own.profile.passfile.clear();
        own.password = secret;
        return own;
    }
    Result<Capabilities> open(ConnectionPool &pool, const QString &secret = password) const
    {
        return pool.open(login(secret).profile, secret, {}).result();
    }

    /// Made and let into a store by the superuser, as the plan says.
    void make(const QStringList &stores) const
    {
        ConnectionPool pool(1);
        OPEN_POOL(pool, m_database, u"postgres"_s);
        AccessService service(pool);
        const Result<AccessChange> plan = service.planManager(m_name, password, stores).result();
        VERIFY_OK(plan);
        QCOMPARE(plan->refusal, QString());
        VERIFY_OK(service.apply(*plan).result());
    }

private:
    const TestDatabase &m_database;
    QString m_name;
};

Result<Rows> customersOf(ConnectionPool &pool, const QString &store)
{
    return pool
        .run<Rows>(u"Test"_s, {},
                   [store](Session &session) {
                       return session.read(
                           store,
                           {"test", "SELECT customer_id FROM retail.customers WHERE store_id = $1 LIMIT 5"},
                           {store});
                   })
        .result();
}

} // namespace

/// A manager's first day and last, and the life of a store.
class TestAccess final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestDatabase> m_database;

private slots:
    void initTestCase() { m_database = std::make_unique<TestDatabase>(); }
    void cleanupTestCase() { m_database.reset(); }

    void aNewManagerLogsInAndSeesTheirStoresAlone()
    {
        const OwnLogin manager(*m_database);
        manager.make({u"redmond"_s, u"bellevue"_s});
        ConnectionPool pool(1);
        const Result<Capabilities> opened = manager.open(pool);
        VERIFY_OK(opened);
        QVERIFY(opened->manager && !opened->owner);
        QCOMPARE(customersOf(pool, u"redmond"_s)->count(), 5);
        QCOMPARE(customersOf(pool, u"bellevue"_s)->count(), 5);
        QVERIFY(!customersOf(pool, u"seattle"_s));
        // The owner can look through the new manager's eyes.
        ConnectionPool owner(1);
        Login view = m_database->login(u"sandbox_owner"_s);
        view.profile.role = manager.name();
        VERIFY_OK(owner.open(view.profile, {}, {}).result());
        QVERIFY(!customersOf(owner, u"seattle"_s));
    }

    void thePlanHoldsAVerifierAndNeverThePassword()
    {
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"postgres"_s);
        const auto plan = AccessService(pool).planManager(u"somebody"_s, password, {u"seattle"_s}).result();
        VERIFY_OK(plan);
        QVERIFY(plan->sql().contains(u"SCRAM-SHA-256$"));
        QVERIFY(!plan->sql().contains(password) && !plan->explanation.contains(password));
        QCOMPARE(plan->confirmWord, u"somebody"_s);
    }

    void whoMayNotMakeLoginsGetsTheSqlForWhoCan()
    {
        const OwnLogin manager(*m_database);
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_owner"_s);
        AccessService service(pool);
        const auto plan = service.planManager(manager.name(), password, {u"redmond"_s}).result();
        VERIFY_OK(plan);
        QVERIFY2(plan->refusal.contains(u"CREATEROLE") && plan->refusal.contains(u"postgres"),
                 qPrintable(plan->refusal));
        QVERIFY(plan->steps.isEmpty());
        QVERIFY(!service.apply(*plan).result());
        // It works as handed over.
        VERIFY_OK(m_database->superuser().executeScript(plan->handOver.toUtf8()));
        ConnectionPool theirs(1);
        VERIFY_OK(manager.open(theirs));
        QCOMPARE(customersOf(theirs, u"redmond"_s)->count(), 5);
    }

    void aRevokedLoginLosesTheStoreInItsOpenSession()
    {
        const OwnLogin manager(*m_database);
        manager.make({u"redmond"_s});
        ConnectionPool theirs(1);
        VERIFY_OK(manager.open(theirs));
        QCOMPARE(customersOf(theirs, u"redmond"_s)->count(), 5);
        // One that chose its store for the whole session, as applications do.
        Result<Session> open = openSession(manager.login(), u"Test"_s, {});
        VERIFY_OK(open);
        VERIFY_OK(open->execute("SELECT retail.set_store_context('redmond')"));
        QVERIFY(open->execute("SELECT FROM retail.customers")->count() > 0);

        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_owner"_s);
        AccessService service(pool);
        const auto plan = service.planRevoke(manager.name(), u"redmond"_s).result();
        VERIFY_OK(plan);
        VERIFY_OK(service.apply(*plan).result());

        QCOMPARE(open->execute("SELECT FROM retail.customers")->count(), 0);
        QVERIFY(!open->execute("SELECT retail.use_store('redmond')"));
        const Result<Rows> after = customersOf(theirs, u"redmond"_s);
        QVERIFY(!after);
        QCOMPARE(after.error().kind, ErrorKind::Permission);
        const Result<Rows> audited = m_database->superuser().execute(
            "SELECT user_name FROM retail.audit_log WHERE table_name = 'store_access' AND action = 'DELETE'"
            " AND old_values ->> 'role_name' = $1",
            {manager.name()});
        VERIFY_OK(audited);
        QCOMPARE(audited->count(), 1);
        QCOMPARE(audited->text(0, 0), u"sandbox_owner"_s);
        const auto again = service.planRevoke(manager.name(), u"redmond"_s).result();
        QVERIFY(!again);
        QCOMPARE(again.error().kind, ErrorKind::NotFound);
    }

    void aLockedLoginHasNoStoreAndNoWayIn()
    {
        const OwnLogin manager(*m_database);
        manager.make({u"redmond"_s, u"seattle"_s});
        ConnectionPool theirs(1);
        VERIFY_OK(manager.open(theirs));
        theirs.setPatience(1'000); // its sessions are ended
        QCOMPARE(customersOf(theirs, u"redmond"_s)->count(), 5);
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"postgres"_s);
        AccessService service(pool);
        const auto plan = service.planLock(manager.name()).result();
        VERIFY_OK(plan);
        QVERIFY(plan->sql().contains(u"NOLOGIN"));
        VERIFY_OK(service.apply(*plan).result());
        QVERIFY(!customersOf(theirs, u"redmond"_s));
        ConnectionPool again(1);
        QVERIFY(!manager.open(again));
        const auto people = service.people().result();
        VERIFY_OK(people);
        const auto found = std::find_if(people->cbegin(), people->cend(),
                                        [&](const Person &person) { return person.login == manager.name(); });
        QVERIFY(found != people->cend());
        QVERIFY(!found->canLogin && found->stores.isEmpty());
    }

    void whoConnectsBetweenPlanAndLockIsPutOutToo()
    {
        const OwnLogin manager(*m_database);
        manager.make({u"redmond"_s});
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"postgres"_s);
        AccessService service(pool);
        const auto plan = service.planLock(manager.name()).result();
        VERIFY_OK(plan);
        // It is shown as it is done: sessions are ended once the lock is saved.
        const QString sql = plan->sql();
        const qsizetype saved = sql.indexOf(u"COMMIT;"_s);
        QVERIFY2(sql.left(saved).contains(u"NOLOGIN") && sql.mid(saved).contains(u"pg_terminate_backend"),
                 qPrintable(sql));
        Result<Session> late = openSession(manager.login(), u"Test"_s, {});
        VERIFY_OK(late);
        VERIFY_OK(late->execute("SELECT 1"));
        VERIFY_OK(service.apply(*plan).result());
        QTRY_VERIFY(!late->execute("SELECT 1"));
        // Locked, without store and session: there is nothing left to do.
        QTRY_VERIFY(service.planLock(manager.name()).result()->refusal.contains(u"is locked"));
    }

    void aLockWhoseSessionsCannotBeEndedSaysSo()
    {
        const OwnLogin manager(*m_database);
        manager.make({u"redmond"_s});
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"postgres"_s);
        AccessService service(pool);
        const auto plan = service.planLock(manager.name()).result();
        VERIFY_OK(plan);
        AccessChange change = *plan;
        QVERIFY(change.steps.last().afterwards);
        change.steps.last().command = Command{{"test", "SELECT 1 / 0"}, {}};
        const Result<QString> done = service.apply(change).result();
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::OutcomeUnknown);
        QVERIFY2(done.error().message.contains(u"can no longer log in") &&
                     done.error().message.contains(u"may still be open"),
                 qPrintable(done.error().message));
        ConnectionPool theirs(1);
        QVERIFY(!manager.open(theirs));
    }

    void nobodyLocksTheirOwnLogin_data()
    {
        QTest::addColumn<QString>("role");
        QTest::newRow("as it is") << QString();
        QTest::newRow("through a profile that sets a role") << u"retail_owner"_s;
    }

    void nobodyLocksTheirOwnLogin()
    {
        QFETCH(const QString, role);
        Login login = m_database->login(u"sandbox_ops"_s);
        login.profile.role = role;
        ConnectionPool pool(1);
        VERIFY_OK(pool.open(login.profile, login.password, {}).result());
        const auto plan = AccessService(pool).planLock(u"sandbox_ops"_s).result();
        QVERIFY(!plan);
        QCOMPARE(plan.error().kind, ErrorKind::Usage);
    }

    void anOwnerWithoutCreateroleRevokesAndHandsTheLockOver()
    {
        const OwnLogin manager(*m_database);
        manager.make({u"redmond"_s});
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_ops"_s);
        AccessService service(pool);
        const auto plan = service.planLock(manager.name()).result();
        VERIFY_OK(plan);
        QVERIFY(plan->handOver.contains(u"NOLOGIN") && !plan->sql().contains(u"NOLOGIN"));
        // Who logs in before the other one locks is put out by what is handed over.
        QVERIFY2(plan->handOver.section(u"COMMIT;"_s, 1).contains(u"pg_terminate_backend"),
                 qPrintable(plan->handOver));
        const Result<QString> done = service.apply(*plan).result();
        VERIFY_OK(done);
        QVERIFY2(done->contains(u"can still log in"), qPrintable(*done));
        ConnectionPool theirs(1);
        VERIFY_OK(manager.open(theirs));
        QVERIFY(!customersOf(theirs, u"redmond"_s));
    }

    void onesOwnPasswordIsChanged()
    {
        const OwnLogin manager(*m_database);
        manager.make({u"redmond"_s});
        ConnectionPool pool(1);
        VERIFY_OK(manager.open(pool));
        AccessService service(pool);
        QVERIFY(!service.changeOwnPassword(u"short"_s).result());
        VERIFY_OK(service.changeOwnPassword(u"quite-Another-word-8"_s).result());
        ConnectionPool old(1);
        QVERIFY(!manager.open(old));
        ConnectionPool fresh(1);
        VERIFY_OK(manager.open(fresh, u"quite-Another-word-8"_s));
    }

    void onesOwnPasswordIsChangedFromAProfileWithARole()
    {
        const OwnLogin manager(*m_database);
        manager.make({u"redmond"_s});
        Login login = m_database->login(manager.name());
        login.profile.passfile.clear();
        login.profile.role = u"retail_manager"_s;
        ConnectionPool pool(1);
        VERIFY_OK(pool.open(login.profile, password, {}).result());
        VERIFY_OK(AccessService(pool).changeOwnPassword(u"quite-Another-word-8"_s).result());
        ConnectionPool old(1);
        QVERIFY(!manager.open(old));
        ConnectionPool fresh(1);
        VERIFY_OK(manager.open(fresh, u"quite-Another-word-8"_s));
    }

    void aStoreIsAddedClosedAndOpened()
    {
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_owner"_s);
        AccessService service(pool);
        const auto add =
            service.planStore({u"tacoma"_s, u"Zava \"Tacoma\" O'Hara"_s, {}, {}, u"west"_s}).result();
        VERIFY_OK(add);
        VERIFY_OK(service.apply(*add).result());
        const Result<QString> twice = service.apply(*add).result();
        QVERIFY(!twice);
        QCOMPARE(twice.error().kind, ErrorKind::Conflict);

        const OwnLogin manager(*m_database);
        manager.make({u"tacoma"_s});
        ConnectionPool theirs(1);
        VERIFY_OK(manager.open(theirs));
        VERIFY_OK(customersOf(theirs, u"tacoma"_s));
        for (const bool active : {false, true}) {
            const auto plan = service.planActive(u"tacoma"_s, active).result();
            VERIFY_OK(plan);
            QCOMPARE(plan->confirmWord, u"tacoma"_s);
            VERIFY_OK(service.apply(*plan).result());
            QCOMPARE(customersOf(theirs, u"tacoma"_s).ok(), active);
        }
        const Result<Rows> audited = m_database->superuser().execute(
            "SELECT count(*) FROM retail.audit_log WHERE table_name = 'stores' AND store_id = 'tacoma' AND "
            "user_name = 'sandbox_owner'");
        VERIFY_OK(audited);
        QCOMPARE(audited->integer(0, 0), 3);
    }

    void whatCannotBeIsRefusedInWords_data()
    {
        QTest::addColumn<QString>("login");
        QTest::addColumn<QString>("secret");
        QTest::addColumn<QStringList>("stores");
        const QString good = password;
        const QStringList seattle{u"seattle"_s};
        QTest::newRow("no name") << QString() << good << seattle;
        QTest::newRow("a name of the server's") << u"pg_monitor2"_s << good << seattle;
        QTest::newRow("an injection") << u"x\" SUPERUSER --"_s << good << seattle;
        QTest::newRow("a name that is too long") << QString(64, u'a') << good << seattle;
        QTest::newRow("a short password") << u"anna"_s << u"kurz"_s << seattle;
        QTest::newRow("the name in the password") << u"anna"_s << u"anna-is-my-name"_s << seattle;
        QTest::newRow("one letter again and again") << u"anna"_s << QString(20, u'x') << seattle;
        QTest::newRow("no store") << u"anna"_s << good << QStringList();
    }
    void whatCannotBeIsRefusedInWords()
    {
        QFETCH(QString, login);
        QFETCH(QString, secret);
        QFETCH(QStringList, stores);
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"postgres"_s);
        const auto plan = AccessService(pool).planManager(login, secret, stores).result();
        QVERIFY(!plan);
        QCOMPARE(plan.error().kind, ErrorKind::Usage);
        QVERIFY(!plan.error().text().contains(secret) || secret.isEmpty());
    }

    void anUnknownStoreLeavesNoHalfMadeLogin()
    {
        const OwnLogin manager(*m_database);
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"postgres"_s);
        AccessService service(pool);
        const auto plan = service.planManager(manager.name(), password, {u"nowhere"_s}).result();
        VERIFY_OK(plan);
        const Result<QString> done = service.apply(*plan).result();
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::NotFound);
        const Result<Rows> roles =
            m_database->superuser().execute("SELECT FROM pg_roles WHERE rolname = $1", {manager.name()});
        VERIFY_OK(roles);
        QCOMPARE(roles->count(), 0);
    }

    void aManagerMayChangeNothingOfIt()
    {
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_manager"_s);
        AccessService service(pool);
        const auto people = service.people().result();
        QVERIFY(!people);
        QCOMPARE(people.error().kind, ErrorKind::Permission);
        QVERIFY2(people.error().message.contains(u"sandbox_owner"), qPrintable(people.error().message));
        for (const auto &plan : {service.planGrant(u"sandbox_manager"_s, u"redmond"_s).result(),
                                 service.planActive(u"redmond"_s, false).result()}) {
            VERIFY_OK(plan);
            QVERIFY(plan->refusal.contains(u"sandbox_owner"));
            QVERIFY(!service.apply(*plan).result());
        }
    }

    void aPlanIsCarriedOutWhereItWasMadeOrNowhere()
    {
        const TestDatabase other;
        ConnectionPool pool(1);
        OPEN_POOL(pool, *m_database, u"sandbox_owner"_s);
        AccessService service(pool);
        const auto plan = service.planActive(u"redmond"_s, false).result();
        VERIFY_OK(plan);
        OPEN_POOL(pool, other, u"sandbox_owner"_s);
        const Result<QString> done = service.apply(*plan).result();
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Conflict);
        QVERIFY2(done.error().message.contains(u"nothing was done"), qPrintable(done.error().message));
        for (const TestDatabase *each : {&std::as_const(*m_database), &other}) {
            const Result<Rows> open = each->superuser().execute(
                "SELECT FROM retail.stores WHERE store_id = 'redmond' AND is_active");
            VERIFY_OK(open);
            QCOMPARE(open->count(), 1);
        }
    }

    void aReadOnlyProfileEndsNoSessions()
    {
        const OwnLogin manager(*m_database);
        manager.make({u"redmond"_s});
        // With no right left to take away, all there is to do is what the server allows in a read-only
        // transaction.
        VERIFY_OK(m_database->superuser().execute("DELETE FROM retail_sec.store_access WHERE role_name = $1",
                                                  {manager.name()}));
        Result<Session> theirs = openSession(manager.login(), u"Test"_s, {});
        VERIFY_OK(theirs);
        Login login = m_database->login(u"sandbox_ops"_s);
        login.profile.readOnly = true;
        ConnectionPool pool(1);
        VERIFY_OK(pool.open(login.profile, login.password, {}).result());
        AccessService service(pool);
        const auto plan = service.planLock(manager.name()).result();
        VERIFY_OK(plan);
        QVERIFY2(plan->sql().contains(u"pg_terminate_backend"), qPrintable(plan->sql()));
        const Result<QString> done = service.apply(*plan).result();
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Permission);
        QVERIFY2(done.error().message.contains(u"read only"), qPrintable(done.error().message));
        VERIFY_OK(theirs->execute("SELECT 1"));
    }

    void theProfileToHandOverHoldsNoSecret()
    {
        const Login ours = m_database->login(u"sandbox_owner"_s);
        const Profile theirs = AccessService::profileFor(ours.profile, u"anna"_s);
        QVERIFY(theirs.conninfo.contains(u"user='anna'") && theirs.conninfo.contains(m_database->name()));
        const QByteArray file = exportProfile(theirs);
        QVERIFY(!file.contains("password") && !file.contains("passfile"));
        VERIFY_OK(importProfile(file));
    }
};

QTEST_GUILESS_MAIN(TestAccess)
#include "tst_access.moc"
