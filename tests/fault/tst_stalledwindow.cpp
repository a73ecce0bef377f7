// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"
#include "tests/support/proxied.h"
#include "tests/support/watchdog.h"
#include "ui/shared/theme.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/prompt.h"

#include <QAbstractButton>
#include <QApplication>
#include <QLabel>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

constexpr int stallMs = 60'000;
// A window that waits for the link waits until it is given up, 9 s; bench_stall has the figure.
constexpr qint64 longestPauseMs = 4'500;

BrowseRequest requestFor(const QByteArray &table)
{
    BrowseRequest request;
    request.table = table;
    return request;
}

} // namespace

/// The window while nothing comes through any link for a minute.
class TestStalledWindow final : public QObject
{
    Q_OBJECT

private slots:
    void threePagesLoadThroughAStallOfAMinute()
    {
        const QTemporaryDir home;
        for (const char *variable : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"})
            qputenv(variable, QFile::encodeName(home.path()));
        const TestDatabase database;
        TcpProxy proxy(clusterSocket());
        AppContext app;
        Login login =
            proxied(database.login(u"sandbox_manager"_s), proxy, u"sandbox_manager"_s, database.name());
        login.profile.name = u"far"_s;
        VERIFY_OK(app.profiles.save(login.profile));
        Theme theme(*qApp, app.settings);
        Prompt prompt;
        MainWindow window({app, theme, prompt}, allPages());
        window.resize(1280, 800);
        window.show();
        const QSignalSpy connected(&window, &MainWindow::connected);
        window.connectTo(u"far"_s);
        QTRY_COMPARE(connected.count(), 1);
        QTRY_VERIFY(app.stores.hasCurrent());
        QTRY_VERIFY(!window.currentPage()->loading());
        // Made beforehand, so that what is measured is the link's and not a first layout.
        QList<Page *> pages;
        for (const QString &id : {u"customers"_s, u"products"_s, u"sales"_s}) {
            window.showPage(id);
            pages += window.currentPage();
            QTRY_VERIFY(!window.currentPage()->loading());
        }

        proxy.stall();
        const Watchdog watchdog;
        QElapsedTimer clock;
        clock.start();
        for (const QString &id : {u"customers"_s, u"products"_s, u"sales"_s}) {
            window.showPage(id);
            window.currentPage()->refresh();
            QVERIFY(window.currentPage()->loading());
        }
        const auto banner = [&] { return window.findChild<QLabel *>(u"notifierText"_s); };
        QTRY_VERIFY_WITH_TIMEOUT(banner()->isVisible(), 15'000);
        QVERIFY2(banner()->text().contains(u"lost"), qPrintable(banner()->text()));
        // The window is used meanwhile, and what was under way can be given up at once.
        QElapsedTimer cancelling;
        cancelling.start();
        const CancelToken token;
        auto given = app.browse.page(u"seattle"_s, requestFor("products"), token);
        token.cancel();
        QTRY_VERIFY(given.isFinished());
        QVERIFY2(cancelling.elapsed() < 1'000, qPrintable(QString::number(cancelling.elapsed())));
        QCOMPARE(given.result().error().kind, ErrorKind::Cancelled);
        while (clock.elapsed() < stallMs) {
            window.showPage(u"products"_s);
            QTest::qWait(250);
            window.showPage(u"customers"_s);
            QTest::qWait(250);
        }
        proxy.resume();
        clock.restart();
        for (Page *page : std::as_const(pages)) {
            QTRY_VERIFY_WITH_TIMEOUT(!page->loading(), 45'000);
            QVERIFY(page->findChild<QTableView *>()->model()->rowCount() > 0);
        }
        QTRY_COMPARE(app.pool.state(), ConnectionPool::State::Open);
        qInfo(
            "healed %lld ms after the link returned; longest pause of the GUI thread %lld ms (%lld ms on the "
            "clock of a shared machine)",
            clock.elapsed(), watchdog.worst(), watchdog.worstOnTheClock());
        QVERIFY2(watchdog.worst() <= longestPauseMs, qPrintable(QString::number(watchdog.worst())));
    }
};

QTEST_MAIN(TestStalledWindow)
#include "tst_stalledwindow.moc"
