// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/storeservice.h"
#include "tests/support/testcluster.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace Qt::StringLiterals;

class TestStoreService final : public QObject
{
    Q_OBJECT

private slots:
    void aManagerIsShownTheirStoreAlone()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_manager"_s);
        StoreService stores(pool);
        const auto list = stores.stores().result();
        VERIFY_OK(list);
        QCOMPARE(list->size(), 1);
        QCOMPARE(list->first().storeId, u"seattle"_s);
        QVERIFY(list->first().customers > 0 && list->first().sales30Days > 0);
    }

    void aDbaIsToldCountsAndNoSales()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_dba"_s);
        StoreService stores(pool);
        const auto list = stores.stores().result();
        VERIFY_OK(list);
        QVERIFY(list->size() >= 4);
        QVERIFY(list->first().customers > 0);
        QVERIFY(std::isnan(list->first().sales30Days));
    }

    void refusalsAreAlike_data()
    {
        QTest::addColumn<QString>("store");
        QTest::newRow("another's store") << u"redmond"_s;
        QTest::newRow("no store") << u"nowhere"_s;
        QTest::newRow("an injection") << u"seattle'; DROP TABLE retail.stores; --"_s;
    }
    void refusalsAreAlike()
    {
        QFETCH(QString, store);
        static const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_manager"_s);
        StoreService stores(pool);
        QSignalSpy changed(&stores, &StoreService::currentChanged);
        auto choice = stores.choose(store);
        QTRY_VERIFY(choice.isFinished());
        QVERIFY(!choice.result());
        QCOMPARE(choice.result().error().sqlstate, u"42501"_s);
        QCOMPARE(choice.result().error().message, u"Invalid or inactive store: "_s + store);
        QVERIFY(changed.isEmpty() && !stores.hasCurrent());
    }

    void aChoiceIsAuditedAndLeavesNothingOnTheConnection()
    {
        const TestDatabase database;
        ConnectionPool pool(1);
        OPEN_POOL(pool, database, u"sandbox_manager"_s);
        StoreService stores(pool);
        auto choice = stores.choose(u"seattle"_s);
        QTRY_VERIFY(stores.hasCurrent());
        VERIFY_OK(choice.result());
        QCOMPARE(stores.current().name, u"Zava Retail Seattle"_s);
        const Result<Rows> audited =
            database.superuser().execute("SELECT user_name FROM retail.audit_log WHERE action = "
                                         "'store_context_set' AND store_id = 'seattle'");
        VERIFY_OK(audited);
        QCOMPARE(audited->count(), 1);
        QCOMPARE(audited->text(0, 0), u"sandbox_manager"_s);
        const auto left =
            pool.run<Rows>(
                    u"Test"_s, {},
                    [](Session &session) {
                        return session.read(
                            {},
                            {"test", "SELECT coalesce(current_setting('app.current_store_id', true), '')"});
                    })
                .result();
        VERIFY_OK(left);
        QCOMPARE(left->text(0, 0), QString());
        stores.clear();
        QVERIFY(!stores.hasCurrent());
    }

    void aReadOnlyProfileChoosesWithoutAnAuditRow()
    {
        const TestDatabase database;
        ConnectionPool pool(1);
        Login login = database.login(u"sandbox_manager"_s);
        login.profile.readOnly = true;
        VERIFY_OK(pool.open(login.profile, {}, {}).result());
        StoreService stores(pool);
        auto choice = stores.choose(u"seattle"_s);
        QTRY_VERIFY(stores.hasCurrent());
        const Result<Rows> audited = database.superuser().execute(
            "SELECT count(*) FROM retail.audit_log WHERE action = 'store_context_set'");
        VERIFY_OK(audited);
        QCOMPARE(audited->integer(0, 0), 0);
    }

    void theNewestChoiceWins()
    {
        const TestDatabase database;
        ConnectionPool pool(4);
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        StoreService stores(pool);
        for (const QString &store : {u"seattle"_s, u"redmond"_s, u"bellevue"_s, u"online"_s})
            (void)stores.choose(store);
        QTRY_COMPARE(stores.current().storeId, u"online"_s);
        QTest::qWait(200);
        QCOMPARE(stores.current().storeId, u"online"_s);
    }
};

QTEST_GUILESS_MAIN(TestStoreService)
#include "tst_storeservice.moc"
