// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/browseservice.h"
#include "app/services/storeservice.h"
#include "tests/support/proxied.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

struct Asked
{
    QString database;
    QString store;
    CancelToken token;
    QFuture<Result<RecordPage>> page;
};

const QStringList stores{u"seattle"_s, u"redmond"_s, u"bellevue"_s, u"online"_s};

} // namespace

/// Ten thousand events in an order that nobody thought of. RETAIL_SEED repeats a run, RETAIL_EVENTS changes
/// the number.
class TestRandom final : public QObject
{
    Q_OBJECT

private slots:
    void noRowOfAnotherStoreAndNoDeadlock()
    {
        const quint32 seed = qEnvironmentVariableIsSet("RETAIL_SEED")
                                 ? qEnvironmentVariable("RETAIL_SEED").toUInt()
                                 : QRandomGenerator::system()->generate();
        const int events = qEnvironmentVariableIsSet("RETAIL_EVENTS")
                               ? qEnvironmentVariableIntValue("RETAIL_EVENTS")
                               : 10'000;
        qInfo("RETAIL_SEED=%u", seed);
        QRandomGenerator random(seed);

        // Two databases with the same keys and other names.
        const TestDatabase one;
        const TestDatabase two;
        for (const TestDatabase *database : {&one, &two})
            VERIFY_OK(
                database->superuser().execute("UPDATE retail.customers SET first_name = current_database()"));
        QHash<QString, QString> storeOf;
        const Result<Rows> all =
            one.superuser().execute("SELECT customer_id, store_id FROM retail.customers");
        VERIFY_OK(all);
        for (int row = 0; row < all->count(); ++row)
            storeOf.insert(all->text(row, 0), all->text(row, 1));

        TcpProxy proxy(clusterSocket());
        ConnectionPool pool(3);
        StoreService store(pool);
        BrowseService browse(pool);
        QString current; // database of the last open() that succeeded
        QList<Asked> asked;
        QList<QFuture<Result<Capabilities>>> opens;
        QList<CancelToken> opening;
        int answered = 0;
        int refused = 0;
        QHash<int, int> counts;

        const auto connectTo = [&](const TestDatabase &database) {
            const Login login =
                proxied(database.login(u"sandbox_owner"_s), proxy, u"sandbox_owner"_s, database.name());
            opening.append(CancelToken());
            opens.append(pool.open(login.profile, {}, opening.last()));
        };
        const auto check = [&](const Asked &question) {
            const Result<RecordPage> page = question.page.result();
            if (!page) {
                ++refused;
                return true;
            }
            ++answered;
            const int key = page->rows.column("customer_id");
            const int name = page->rows.column("first_name");
            for (int row = 0; row < page->rows.count(); ++row)
                if (storeOf.value(page->rows.text(row, key)) != question.store ||
                    page->rows.text(row, name) != question.database)
                    return false;
            return page->rows.count() > 0;
        };
        const auto collect = [&] {
            for (qsizetype i = asked.size() - 1; i >= 0; --i)
                if (asked[i].page.isFinished()) {
                    QVERIFY2(check(asked[i]), qPrintable(u"asked for %1 of %2, seed %3"_s.arg(asked[i].store)
                                                             .arg(asked[i].database)
                                                             .arg(seed)));
                    asked.removeAt(i);
                }
            opens.removeIf([](const auto &open) { return open.isFinished(); });
        };

        connectTo(one);
        QTRY_COMPARE(pool.state(), ConnectionPool::State::Open);
        QElapsedTimer clock;
        clock.start();
        QElapsedTimer stalled;
        for (int event = 0; event < events; ++event) {
            const int dice = int(random.bounded(1000));
            ++counts[dice < 650 ? 0 : dice < 800 ? 1 : dice < 960 ? 2 : 3];
            if (dice < 650) {
                // Mostly as an operator, who asks when the connection is there; else every machine that is
                // quicker at asking than at connecting would see refusals alone.
                if (random.bounded(4) != 0)
                    (void)QTest::qWaitFor([&] { return pool.state() == ConnectionPool::State::Open; }, 200);
                BrowseRequest request;
                request.table = "customers";
                request.limit = 20;
                // As a page does: the store of the bar, on the database of the bar. A request that began
                // under one and ends under another is refused, never answered with the other's rows.
                const int epoch = pool.epoch(); // before the names: another database may come at any time
                Asked question{pool.capabilities().database,
                               store.hasCurrent() ? store.current().storeId : stores[random.bounded(4)],
                               {},
                               {}};
                question.page = browse.page(question.store, request, question.token);
                if (epoch == pool.epoch())
                    asked.append(question);
            } else if (dice < 800) {
                if (!asked.isEmpty())
                    asked[random.bounded(asked.size())].token.cancel();
            } else if (dice < 960) {
                (void)store.choose(stores[random.bounded(4)]);
            } else if (dice < 975) {
                connectTo(random.bounded(2) ? one : two);
            } else if (dice < 978) {
                if (!opening.isEmpty())
                    opening.last().cancel();
            } else if (dice < 984) {
                proxy.cut();
            } else if (dice < 988) {
                proxy.halfClose();
            } else if (dice < 992) {
                proxy.stall();
                stalled.start();
            } else if (dice < 994) {
                pool.close();
                connectTo(random.bounded(2) ? one : two);
            } else {
                store.clear();
            }
            QTest::qWait(event % 4 == 0 ? 1 : 0);
            collect();
            // Bounded, as a window bounds its pages; what waits moves on in its own time.
            while ((asked.size() > 12 || opens.size() > 3) && !QTest::currentTestFailed()) {
                QTest::qWait(1);
                if (stalled.isValid() && stalled.elapsed() > 20) {
                    proxy.resume();
                    stalled.invalidate();
                }
                collect();
                QVERIFY2(clock.elapsed() < 250'000,
                         qPrintable(u"stuck at event %1, seed %2"_s.arg(event).arg(seed)));
            }
            if (stalled.isValid() && stalled.elapsed() > 20) {
                proxy.resume();
                stalled.invalidate();
            }
            if (pool.state() == ConnectionPool::State::Closed && opens.isEmpty())
                connectTo(one);
            if (QTest::currentTestFailed())
                return;
        }
        proxy.resume();
        for (const Asked &question : asked) {
            QTRY_VERIFY_WITH_TIMEOUT(question.page.isFinished(), 30'000);
            QVERIFY(check(question));
        }
        for (const auto &open : opens)
            QTRY_VERIFY_WITH_TIMEOUT(open.isFinished(), 30'000);
        // And after all this it still works.
        connectTo(two);
        QTRY_VERIFY_WITH_TIMEOUT(opens.last().isFinished(), 30'000);
        VERIFY_OK(opens.last().result());
        BrowseRequest request;
        request.table = "customers";
        auto page = browse.page(u"online"_s, request);
        QTRY_VERIFY_WITH_TIMEOUT(page.isFinished(), 30'000);
        VERIFY_OK(page.result());
        QVERIFY(pool.openConnections() <= 3);
        qInfo("%d events in %lld s: %d pages answered, %d refused or cancelled; %d links", events,
              clock.elapsed() / 1000, answered, refused, proxy.accepted());
        QVERIFY(answered > events / 20);
        pool.close();
        QTRY_COMPARE_WITH_TIMEOUT(proxy.links(), 0, 10'000);
    }
};

QTEST_GUILESS_MAIN(TestRandom)
#include "tst_random.moc"
