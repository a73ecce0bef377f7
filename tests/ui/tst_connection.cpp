// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/conninfo.h"
#include "tests/support/keyring.h"
#include "tests/support/windowtest.h"
#include "ui/shell/connectdialog.h"
#include "ui/shell/profilemenu.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDeadlineTimer>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QProcess>
#include <QScopeGuard>
#include <QSpinBox>
#include <QTableView>
#include <QThread>

using namespace Qt::StringLiterals;

namespace {

BrowseRequest requestFor(const QByteArray &table)
{
    BrowseRequest request;
    request.table = table;
    return request;
}

/// Of one of the cluster's logins, from its pass file.
QString passwordOf(const Login &login)
{
    QFile file(login.profile.passfile);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray place = "localhost:*:*:" + login.profile.name.toUtf8() + ':';
    const QList<QByteArray> lines = file.readAll().split('\n');
    for (const QByteArray &line : lines)
        if (line.startsWith(place))
            return QString::fromUtf8(line.mid(place.size()));
    return {};
}

} // namespace

/// What the window tells about its connection, what it guards, and through whom it looks.
class TestConnection final : public WindowTest
{
    Q_OBJECT

private slots:
    void initTestCase() { m_database = std::make_unique<TestDatabase>(); }
    void cleanupTestCase() { m_database.reset(); }
    void init();
    void cleanup() { closeWindow(); }

    void theBannerSaysWhatTheLinkDoes();
    void theBannerLeavesOtherNewsAlone();
    void aStoppedPoolOffersTheNextAction();
    void aSessionLeftBehindCanBeEnded();
    void disconnectingClearsEveryPage();
    void withoutAKeyringThePasswordHoldsForThisSession();
    void aPasswordInAConnectionStringIsNotShown();
    void aConnectionMadeInSpiteOfACancelIsShown();
    void storesThatCannotBeListedAreTold();
    void aPaletteThatIsOpenedEarlyLeavesTheOnlyStore();
    void sampleDataGoesWhereItWasAskedForOrNowhere();
    void theSandboxInterruptsNoDialog();

    void productionNeverConnectsByItself();
    void productionIsMarkedOnEveryDialog();

    void aViewShowsWhatTheRoleSees();
    void aViewThatIsRefusedChangesNothing();
    void aDbaStudiesARole();
    void isolationIsProvedInAClick();

    void theEditorKeepsWhatItDoesNotKnow();
    void theEditorTakesNoPassword();
    void aRenamedProfileTakesItsPasswordAlong();
    void profilesAreImportedAndExported();

private:
    QString banner() const
    {
        const auto *label = find<QLabel>(u"notifierText"_s);
        return label->isVisible() ? label->text() : QString();
    }
    void press(const QString &name) const { find<QAbstractButton>(name)->click(); }
    int tenants() const { return find<QTableView>(u"tenantsTable"_s)->model()->rowCount(); }

    Prompt m_prompt;
};

void TestConnection::init()
{
    openWindow(m_prompt, {u"sandbox_owner"_s, u"sandbox_manager"_s, u"sandbox_dba"_s});
    Profile live = m_database->login(u"sandbox_owner"_s).profile;
    live.name = u"live"_s;
    live.environment = Environment::Production;
    VERIFY_OK(m_app->profiles.save(live));
}

void TestConnection::theBannerSaysWhatTheLinkDoes()
{
    connectAs(u"sandbox_manager"_s);
    ConnectionPool &pool = m_app->pool;
    emit pool.linkLost(u"The connection to the server was lost. Reconnecting…"_s);
    QVERIFY(banner().contains(u"was lost"));
    auto *action = find<QAbstractButton>(u"notifierAction"_s);
    QCOMPARE(action->text(), u"Try now"_s);
    emit pool.reconnectFailed({ErrorKind::Connect, u"No server answers at north:5432."_s}, 3'000);
    QCOMPARE(banner(), u"No server answers at north:5432. Next try in 3 s."_s);
    // It counts by itself, and a try in between begins the count anew.
    QTRY_COMPARE(banner(), u"No server answers at north:5432. Next try in 2 s."_s);
    action->click();
    QVERIFY(banner().contains(u"Trying"));
    emit pool.reconnectFailed({ErrorKind::Connect, u"No server answers at north:5432."_s}, 60'000);
    QVERIFY(banner().contains(u"60 s"));
    // Whoever has read it may put it away.
    press(u"notifierClose"_s);
    emit pool.reconnectFailed({ErrorKind::Connect, u"No server answers at north:5432."_s}, 60'000);
    QCOMPARE(banner(), QString());
    emit pool.linkRestored();
    QVERIFY(banner().contains(u"is back"));
}

void TestConnection::theBannerLeavesOtherNewsAlone()
{
    connectAs(u"sandbox_dba"_s);
    emit m_app->pool.linkLost(u"The connection to the server was lost."_s);
    m_window->chooseStore(u"seattle"_s); // says why not
    const QString other = banner();
    QVERIFY(!other.contains(u"was lost"));
    emit m_app->pool.reconnectFailed({ErrorKind::Connect, u"No server answers."_s}, 3'000);
    emit m_app->pool.linkRestored();
    QCOMPARE(banner(), other);
}

void TestConnection::aStoppedPoolOffersTheNextAction()
{
    connectAs(u"sandbox_manager"_s);
    const Error refused{ErrorKind::Connect,
                        u"The server did not accept the password of “sandbox_manager”."_s,
                        u"Type it again; it may have been changed."_s,
                        u"FATAL"_s,
                        u"28P01"_s,
                        connectStepName(ConnectStep::Authentication)};
    emit m_app->pool.stopped(refused);
    QVERIFY(banner().contains(u"did not accept"));
    QVERIFY(banner().contains(u"Type it again"));
    press(u"notifierAction"_s);
    auto *dialog = find<QDialog>(u"connectDialog"_s);
    QTRY_VERIFY(dialog->isVisible());
    QVERIFY(dialog->findChild<QLineEdit *>(u"password"_s)->isVisible());
    QCOMPARE(dialog->findChild<QLabel *>(u"errorMessage"_s)->text(), refused.message);

    emit m_app->stores.currentRefused(
        {ErrorKind::Permission, u"Invalid or inactive store: seattle"_s, {}, {}, u"42501"_s});
    QVERIFY(banner().contains(u"may no longer enter"));
    QCOMPARE(find<QAbstractButton>(u"notifierAction"_s)->text(), u"Choose a store…"_s);
}

void TestConnection::aSessionLeftBehindCanBeEnded()
{
    connectAs(u"sandbox_manager"_s);
    // One of this login, as a cancel that was not answered leaves it.
    const Login login = m_database->login(u"sandbox_manager"_s);
    Result<Session> left = openSession(login, u"Products"_s, {});
    VERIFY_OK(left);
    const Result<Rows> own = left->read({}, {"test", "SELECT pg_backend_pid()"});
    VERIFY_OK(own);
    emit m_app->pool.sessionLeft(int(own->integer(0, 0)), u"Products"_s);
    QVERIFY(banner().contains(u"“Products” was cancelled"));
    press(u"notifierAction"_s);
    QTRY_COMPARE(banner(), u"The session was ended."_s);
    QVERIFY(!left->read({}, {"test", "SELECT 1"}));
    emit m_app->pool.sessionLeft(int(own->integer(0, 0)), u"Products"_s);
    press(u"notifierAction"_s);
    QTRY_COMPARE(banner(), u"The session had ended by itself."_s);
}

void TestConnection::disconnectingClearsEveryPage()
{
    connectAs(u"sandbox_owner"_s);
    m_window->chooseStore(u"seattle"_s);
    QTRY_VERIFY(m_app->stores.hasCurrent());
    m_window->showPage(u"customers"_s);
    auto *customers = find<QTableView>(u"customersTable"_s);
    QTRY_VERIFY(customers->model()->rowCount() > 0);
    find<QAction>(u"actionDisconnect"_s)->trigger();
    QTRY_VERIFY(banner().contains(u"was closed"));
    QCOMPARE(customers->model()->rowCount(), 0);
    QVERIFY(!m_app->stores.hasCurrent());
    QCOMPARE(find<QLabel>(u"connectionLabel"_s)->text(), u"Not connected"_s);
    QCOMPARE(m_window->windowTitle(), u"Retail Admin"_s);
    press(u"notifierAction"_s);
    QTRY_VERIFY(find<QDialog>(u"connectDialog"_s)->isVisible());
}

void TestConnection::withoutAKeyringThePasswordHoldsForThisSession()
{
    const QByteArray bus = qgetenv("DBUS_SESSION_BUS_ADDRESS");
    qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    Profile profile = m_database->login(u"sandbox_manager"_s).profile;
    const QString password = passwordOf(m_database->login(u"sandbox_manager"_s));
    profile.name = u"forgot"_s;
    profile.passfile.clear();
    VERIFY_OK(m_app->profiles.save(profile));
    m_window->connectTo(u"forgot"_s);
    auto *dialog = find<QDialog>(u"connectDialog"_s);
    auto *edit = dialog->findChild<QLineEdit *>(u"password"_s);
    QTRY_VERIFY_WITH_TIMEOUT(edit->isVisible(), 30'000);
    dialog->findChild<QAbstractButton *>(u"rememberPassword"_s)->setChecked(true);
    QTest::keyClicks(edit, password);
    const QSignalSpy connected(m_window.get(), &MainWindow::connected);
    QTest::keyClick(edit, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(connected.count(), 1, 30'000);
    QTRY_VERIFY_WITH_TIMEOUT(banner().contains(u"for this session only"), 30'000);
    QVERIFY(banner().contains(u"keyring"));
    QVERIFY(!banner().contains(password));
    qputenv("DBUS_SESSION_BUS_ADDRESS", bus);
}

void TestConnection::aPasswordInAConnectionStringIsNotShown()
{
    m_window->connectTo(u"postgresql://nobody:s3cret@/shop?host=/nonexistent"_s);
    auto *dialog = find<QDialog>(u"connectDialog"_s);
    QTRY_VERIFY(dialog->isVisible());
    auto *search = dialog->findChild<QLineEdit *>(u"connectTarget"_s);
    auto *edit = dialog->findChild<QLineEdit *>(u"password"_s);
    QVERIFY2(search->text().contains(u"/nonexistent") && !search->text().contains(u"s3cret"),
             qPrintable(search->text()));
    QVERIFY(edit->isVisible());
    QCOMPARE(edit->text(), u"s3cret"_s);
    // It would be remembered by the name of a profile, and there is none.
    QVERIFY(!dialog->findChild<QAbstractButton *>(u"rememberPassword"_s)->isVisible());

    // Typed, it is seen until the try begins.
    const Login login = m_database->login(u"sandbox_manager"_s);
    const QString password = passwordOf(login);
    QVERIFY(!password.isEmpty());
    search->setText(login.profile.conninfo + u' ' + conninfo::pair(u"password"_s, password));
    const QSignalSpy connected(m_window.get(), &MainWindow::connected);
    QTest::keyClick(search, Qt::Key_Return);
    QVERIFY(!search->text().contains(password));
    QCOMPARE(edit->text(), password);
    QTRY_COMPARE(connected.count(), 1);
    QTRY_VERIFY(!dialog->isVisible());
    QCOMPARE(search->text() + edit->text(), QString());
    QVERIFY(!m_app->pool.profile().conninfo.contains(password));

    // One that libpq does not understand is no exception.
    m_window->connectTo(u"postgresql://nobody:s3cret@north:port/shop?no_such_setting=1"_s);
    QTRY_VERIFY(dialog->isVisible());
    QVERIFY2(!search->text().contains(u"s3cret"), qPrintable(search->text()));
}

void TestConnection::aConnectionMadeInSpiteOfACancelIsShown()
{
    connectAs(u"sandbox_manager"_s);
    QTRY_COMPARE(tenants(), 1);
    const int before = m_app->pool.epoch();
    m_window->connectTo(u"sandbox_owner"_s);
    // The pool is on the other database, and this thread has not heard of it yet.
    const QDeadlineTimer patience(20'000);
    while (m_app->pool.epoch() == before && !patience.hasExpired())
        QThread::msleep(1);
    QVERIFY(m_app->pool.epoch() != before);
    press(u"notifierAction"_s); // Cancel
    QTRY_COMPARE(tenants(), 4);
    QVERIFY2(m_window->windowTitle().contains(u"sandbox_owner"), qPrintable(m_window->windowTitle()));
}

void TestConnection::storesThatCannotBeListedAreTold()
{
    Session superuser = m_database->superuser();
    VERIFY_OK(superuser.execute("ALTER FUNCTION retail.store_summary() RENAME TO no_summary"));
    const auto back = qScopeGuard(
        [&] { (void)superuser.execute("ALTER FUNCTION retail.no_summary() RENAME TO store_summary"); });
    connectAs(u"sandbox_owner"_s);
    QTRY_VERIFY(banner().contains(u"stores could not be listed"));
    press(u"notifierClose"_s);
    m_window->openPalette();
    QTRY_VERIFY(banner().contains(u"stores could not be listed"));
}

void TestConnection::aPaletteThatIsOpenedEarlyLeavesTheOnlyStore()
{
    connect(m_window.get(), &MainWindow::connected, m_window.get(), &MainWindow::openPalette);
    connectAs(u"sandbox_manager"_s);
    QTRY_COMPARE(m_app->stores.current().storeId, u"seattle"_s);
}

void TestConnection::sampleDataGoesWhereItWasAskedForOrNowhere()
{
    connectAs(u"sandbox_owner"_s);
    find<QAction>(u"actionLoadSampleData"_s)->trigger();
    auto *question = find<QMessageBox>(u"confirm"_s);
    QTRY_VERIFY(question && question->isVisible());
    connectAs(u"sandbox_manager"_s);
    const QList<QAbstractButton *> buttons = question->buttons();
    for (QAbstractButton *button : buttons)
        if (question->buttonRole(button) == QMessageBox::AcceptRole)
            button->click();
    QTRY_VERIFY2(banner().contains(u"no sample data was loaded"), qPrintable(banner()));
    QVERIFY(m_app->jobs.jobs().isEmpty());
}

void TestConnection::theSandboxInterruptsNoDialog()
{
    connectAs(u"sandbox_owner"_s);
    m_prompt.confirm(m_window->currentPage(), u"Sure?"_s, u"Really?"_s, u"Do it"_s, [](bool) {});
    auto *question = find<QDialog>(u"confirm"_s);
    QTRY_VERIFY(question->isVisible());
    auto *dialog = find<QDialog>(u"connectDialog"_s);
    const QSignalSpy finished(&m_app->jobs, &JobRunner::finished);
    const auto start = [this] {
        m_app->jobs.start({u"sandbox"_s, u"Start the sandbox"_s, {}, {}},
                          [](JobContext &) -> Result<QString> { return u"It runs."_s; });
    };
    start();
    QTRY_COMPARE(finished.count(), 1);
    QVERIFY(!dialog->isVisible());
    QVERIFY2(banner().contains(u"sandbox is ready"), qPrintable(banner()));
    question->close();
    press(u"notifierAction"_s);
    QTRY_VERIFY(dialog->isVisible());
    // Where nothing is open the dialog comes by itself.
    dialog->reject();
    start();
    QTRY_COMPARE(finished.count(), 2);
    QVERIFY(dialog->isVisible());
}

void TestConnection::productionNeverConnectsByItself()
{
    m_app->settings.set(settings::lastProfile, u"live"_s);
    m_window->start({});
    auto *dialog = find<QDialog>(u"connectDialog"_s);
    QTRY_VERIFY(dialog->isVisible());
    QCOMPARE(m_app->pool.state(), ConnectionPool::State::Closed);
    QCOMPARE(dialog->property("production"), QVariant(true));
    auto *button = dialog->findChild<QAbstractButton *>(u"connect"_s);
    QVERIFY(button->text().contains(u"PRODUCTION"));
    const QSignalSpy connected(m_window.get(), &MainWindow::connected);
    button->click();
    QTRY_COMPARE(connected.count(), 1);
    // Another one does, and so does a production one that was asked for by name.
    m_app->settings.set(settings::lastProfile, u"sandbox_manager"_s);
    m_window->start({});
    QTRY_COMPARE(connected.count(), 2);
    m_window->start(u"live"_s);
    QTRY_COMPARE(connected.count(), 3);
}

void TestConnection::productionIsMarkedOnEveryDialog()
{
    connectAs(u"live"_s);
    find<QAction>(u"actionLog"_s)->trigger();
    auto *dialog = find<QDialog>(u"logDialog"_s);
    QTRY_VERIFY(dialog->isVisible());
    QVERIFY(dialog->windowTitle().startsWith(u"PRODUCTION"));
    auto *strip = dialog->findChild<QLabel *>(u"productionStrip"_s);
    QVERIFY(strip && strip->isVisible());
    QVERIFY(strip->text().contains(m_database->name()));
    dialog->close();
    // A question of a page's too.
    m_prompt.confirm(m_window->currentPage(), u"Sure?"_s, u"Really?"_s, u"Do it"_s, [](bool) {});
    auto *question = find<QDialog>(u"confirm"_s);
    QTRY_VERIFY(question->isVisible());
    QVERIFY(question->findChild<QLabel *>(u"productionStrip"_s)->isVisible());
    QVERIFY(question->windowTitle().startsWith(u"PRODUCTION"));
    question->close();
    connectAs(u"sandbox_manager"_s);
    find<QAction>(u"actionLog"_s)->trigger();
    QTRY_VERIFY(find<QDialog>(u"logDialog"_s) && find<QDialog>(u"logDialog"_s)->isVisible());
    QVERIFY(!find<QDialog>(u"logDialog"_s)->findChild<QLabel *>(u"productionStrip"_s));
}

void TestConnection::aViewShowsWhatTheRoleSees()
{
    connectAs(u"sandbox_owner"_s);
    QTRY_COMPARE(tenants(), 4);
    m_window->chooseStore(u"seattle"_s);
    QTRY_VERIFY(m_app->stores.hasCurrent());
    QVERIFY(find<QLabel>(u"bypassBadge"_s)->isVisible());

    const QSignalSpy connected(m_window.get(), &MainWindow::connected);
    find<QAbstractButton>(u"viewAsButton"_s)->click();
    auto *edit = find<QLineEdit>(u"paletteEdit"_s);
    QTRY_VERIFY(edit->isVisible());
    QTest::keyClicks(edit, u"as sandbox_manager"_s);
    QTest::keyClick(edit, Qt::Key_Return);
    QTRY_COMPARE(connected.count(), 1);
    auto *strip = find<QLabel>(u"viewAsText"_s);
    QVERIFY(strip->isVisible());
    QVERIFY(strip->text().contains(u"sandbox_manager"));
    QVERIFY(m_window->windowTitle().contains(u"viewing as sandbox_manager"));
    QVERIFY(find<QLabel>(u"connectionLabel"_s)->text().contains(u"sandbox_owner / sandbox_manager"));
    QVERIFY(!find<QLabel>(u"bypassBadge"_s)->isVisible());
    QVERIFY(find<QLabel>(u"readOnlyBadge"_s)->isVisible());
    // Every page anew, and the store that was chosen, because this role may enter it.
    QTRY_COMPARE(tenants(), 1);
    QTRY_COMPARE(m_app->stores.current().storeId, u"seattle"_s);
    m_window->showPage(u"customers"_s);
    QTRY_VERIFY(find<QTableView>(u"customersTable"_s)->model()->rowCount() > 0);

    // The server refuses what is not the role's, and every change: on a lease, and on a connection of its
    // own.
    const Result<RecordPage> foreign = m_app->browse.page(u"redmond"_s, requestFor("customers")).result();
    QVERIFY(!foreign);
    QCOMPARE(foreign.error().kind, ErrorKind::Permission);
    const Statement change{"test", "UPDATE retail.products SET price = price"};
    const auto written =
        m_app->pool
            .run<QList<Rows>>(u"Test"_s, {},
                              [&](Session &session) { return session.write(u"seattle"_s, {{change}}); })
            .result();
    QVERIFY(!written);
    QCOMPARE(written.error().sqlstate, u"25006"_s);
    Result<Session> direct = ConnectionPool::direct(m_app->pool.origin(), u"Test"_s, {});
    VERIFY_OK(direct);
    const Result<Rows> who = direct->execute("SELECT current_user");
    VERIFY_OK(who);
    QCOMPARE(who->text(0, 0), u"sandbox_manager"_s);
    const Result<Rows> changed = direct->execute(change.sql);
    QVERIFY(!changed);
    QCOMPARE(changed.error().sqlstate, u"25006"_s);

    press(u"viewAsLeave"_s);
    QTRY_COMPARE(connected.count(), 2);
    QVERIFY(!strip->isVisible());
    QVERIFY(find<QLabel>(u"bypassBadge"_s)->isVisible());
    QVERIFY(!m_window->windowTitle().contains(u"viewing"));
    QTRY_COMPARE(m_app->stores.current().storeId, u"seattle"_s);
    m_window->showPage(u"tenants"_s);
    QTRY_COMPARE(tenants(), 4);

    // Another connection ends a view without being asked.
    find<QAction>(u"actionViewAs"_s)->trigger();
    QTRY_VERIFY(edit->isVisible());
    QTest::keyClicks(edit, u"as sandbox_manager"_s);
    QTest::keyClick(edit, Qt::Key_Return);
    QTRY_COMPARE(connected.count(), 3);
    connectAs(u"sandbox_dba"_s);
    QVERIFY(!strip->isVisible());
    QVERIFY(!m_app->pool.profile().readOnly);
}

void TestConnection::aViewThatIsRefusedChangesNothing()
{
    connectAs(u"sandbox_manager"_s);
    // A manager is a member of its group only, which enters no store of its own: nothing more is offered.
    find<QAction>(u"actionViewAs"_s)->trigger();
    auto *edit = find<QLineEdit>(u"paletteEdit"_s);
    QTRY_VERIFY(edit->isVisible() || !banner().isEmpty());
    QCOMPARE(m_app->pool.profile().role, QString());
    QVERIFY(!find<QLabel>(u"viewAsText"_s)->isVisible());
}

void TestConnection::aDbaStudiesARole()
{
    connectAs(u"sandbox_dba"_s);
    find<QAction>(u"actionRights"_s)->trigger();
    auto *edit = find<QLineEdit>(u"paletteEdit"_s);
    QTRY_VERIFY(edit->isVisible());
    QTest::keyClicks(edit, u"plans of sandbox_manager"_s);
    QTest::keyClick(edit, Qt::Key_Return);
    QTRY_VERIFY(find<QDialog>(u"rightsDialog"_s));
    auto *rights = find<QTableView>(u"rightsTable"_s);
    QTRY_VERIFY(rights->model()->rowCount() > 5);
    for (int row = 0; row < rights->model()->rowCount(); ++row)
        if (rights->model()->index(row, 0).data().toString() == u"customers")
            rights->selectRow(row);
    auto *details = find<QWidget>(u"rightsDetails"_s);
    QTRY_VERIFY(details->property("plainText").toString().contains(u"current_store_id"));
}

void TestConnection::isolationIsProvedInAClick()
{
    connectAs(u"sandbox_manager"_s);
    find<QAction>(u"actionProveIsolation"_s)->trigger();
    QTRY_VERIFY(find<QDialog>(u"isolationDialog"_s));
    auto *verdict = find<QLabel>(u"isolationVerdict"_s);
    QTRY_VERIFY_WITH_TIMEOUT(verdict->text().contains(u"were refused"), 20'000);
    const int attempts = find<QTableView>(u"isolationTable"_s)->model()->rowCount();
    QVERIFY(attempts > 70);
    // One of them is no attack: it has to see rows.
    QVERIFY2(verdict->text().contains(u"all %1 attacks"_s.arg(attempts - 1)), qPrintable(verdict->text()));
    find<QDialog>(u"isolationDialog"_s)->close();
    QTRY_VERIFY(!find<QDialog>(u"isolationDialog"_s));

    // The owner is bound by no policy: as whom is asked. And broken is said first.
    const TestDatabase broken;
    VERIFY_OK(broken.superuser().execute("ALTER TABLE retail.customers DISABLE ROW LEVEL SECURITY"));
    Profile profile = broken.login(u"sandbox_owner"_s).profile;
    profile.name = u"broken"_s;
    VERIFY_OK(m_app->profiles.save(profile));
    connectAs(u"broken"_s);
    find<QAction>(u"actionProveIsolation"_s)->trigger();
    auto *edit = find<QLineEdit>(u"paletteEdit"_s);
    QTRY_VERIFY(edit->isVisible());
    QTest::keyClicks(edit, u"isolation of sandbox_manager"_s);
    QTest::keyClick(edit, Qt::Key_Return);
    QTRY_VERIFY(find<QDialog>(u"isolationDialog"_s));
    QTRY_VERIFY_WITH_TIMEOUT(find<QLabel>(u"isolationVerdict"_s)->text().contains(u"BROKEN"), 20'000);
    QCOMPARE(find<QTableView>(u"isolationTable"_s)->model()->index(0, 0).data().toString(), u"BROKEN"_s);
    connectAs(u"sandbox_manager"_s); // leaves the database that is dropped now
}

void TestConnection::theEditorKeepsWhatItDoesNotKnow()
{
    Profile uri;
    uri.name = u"two hosts"_s;
    uri.conninfo =
        u"postgresql://me@one:5433,two:5434/shop?target_session_attrs=prefer-standby&options=-c%20x.y%3D1"_s;
    VERIFY_OK(m_app->profiles.save(uri));
    m_window->connectTo({});
    auto *menu = find<ProfileMenu>(u"profileMenu"_s);
    menu->setCurrent(u"two hosts"_s);
    const auto edit = [&] {
        menu->findChild<QAction *>(u"profileEdit"_s)->trigger();
        QDialog *editor = nullptr;
        for (QDialog *each : m_window->findChildren<QDialog *>(u"profileEditor"_s))
            if (each->isVisible())
                editor = each;
        return editor;
    };
    QDialog *editor = edit();
    QVERIFY(editor);
    QCOMPARE(editor->findChild<QLineEdit *>(u"profileHost"_s)->text(), u"one,two"_s);
    QCOMPARE(editor->findChild<QLineEdit *>(u"profilePort"_s)->text(), u"5433,5434"_s);
    QCOMPARE(editor->findChild<QComboBox *>(u"profileServerKind"_s)->currentData().toString(),
             u"prefer-standby"_s);
    QVERIFY(editor->findChild<QLabel *>(u"profileExplanation"_s)->text().contains(u"certificate"));
    // Only the environment changes: the URI stays as it was written.
    editor->findChild<QComboBox *>(u"profileEnvironment"_s)->setCurrentIndex(2);
    editor->findChild<QSpinBox *>(u"profileStatementTimeout"_s)->setValue(90);
    editor->findChild<QAbstractButton *>(u"profileSave"_s)->click();
    Result<Profile> saved = m_app->profiles.byName(u"two hosts"_s);
    VERIFY_OK(saved);
    QCOMPARE(saved->conninfo, uri.conninfo);
    QVERIFY(saved->environment == Environment::Production);
    QCOMPARE(saved->statementTimeoutMs, 90'000);

    editor = edit();
    QVERIFY(editor);
    editor->findChild<QLineEdit *>(u"profileName"_s)->setText(u"live"_s); // taken
    editor->findChild<QAbstractButton *>(u"profileSave"_s)->click();
    QVERIFY(editor->isVisible());
    QVERIFY(editor->findChild<QLabel *>(u"errorMessage"_s)->text().contains(u"already"));
    editor->findChild<QLineEdit *>(u"profileName"_s)->setText(u"one host"_s);
    editor->findChild<QLineEdit *>(u"profileHost"_s)->setText(u"one"_s);
    editor->findChild<QLineEdit *>(u"profilePort"_s)->setText(u"5433"_s);
    editor->findChild<QLineEdit *>(u"profileSsh"_s)->setText(u"jump"_s);
    editor->findChild<QComboBox *>(u"profileSslmode"_s)->setCurrentText(u"require"_s);
    editor->findChild<QLineEdit *>(u"profileRole"_s)->setText(u"retail_owner"_s);
    editor->findChild<QAbstractButton *>(u"profileReadOnly"_s)->setChecked(true);
    editor->findChild<QAbstractButton *>(u"profileSave"_s)->click();
    saved = m_app->profiles.byName(u"one host"_s);
    VERIFY_OK(saved);
    QVERIFY(!m_app->profiles.byName(u"two hosts"_s));
    for (const QString &part : {u"host='one'"_s, u"port='5433'"_s, u"dbname='shop'"_s, u"user='me'"_s,
                                u"sslmode='require'"_s, u"options='-c x.y=1'"_s})
        QVERIFY2(saved->conninfo.contains(part), qPrintable(saved->conninfo));
    QCOMPARE(saved->ssh, u"jump"_s);
    QCOMPARE(saved->role, u"retail_owner"_s);
    QVERIFY(saved->readOnly);
    QCOMPARE(find<ConnectDialog>(u"connectDialog"_s)->isVisible(), true);
}

void TestConnection::theEditorTakesNoPassword()
{
    m_window->connectTo({});
    auto *menu = find<ProfileMenu>(u"profileMenu"_s);
    menu->findChild<QAction *>(u"profileNew"_s)->trigger();
    auto *editor = find<QDialog>(u"profileEditor"_s);
    QVERIFY(editor && editor->isVisible());
    editor->findChild<QLineEdit *>(u"profilePaste"_s)
        ->setText(u"postgresql://me:s3cret@north.example:5433/shop?sslmode=verify-full"_s);
    QCOMPARE(editor->findChild<QLineEdit *>(u"profileUser"_s)->text(), u"me"_s);
    QVERIFY(editor->findChild<QLabel *>(u"profileExplanation"_s)->text().contains(u"password was left out"));
    QVERIFY(!editor->findChild<QLineEdit *>(u"profileFurther"_s)->text().contains(u"s3cret"));
    editor->findChild<QAbstractButton *>(u"profileSave"_s)->click();
    const Result<Profile> saved = m_app->profiles.byName(u"shop north.example"_s);
    VERIFY_OK(saved);
    QVERIFY(!saved->conninfo.contains(u"s3cret"));
    QCOMPARE(saved->environment, Environment::Development);
    // Whoever types one into the last field is told.
    menu->findChild<QAction *>(u"profileNew"_s)->trigger();
    for (QDialog *each : m_window->findChildren<QDialog *>(u"profileEditor"_s))
        if (each->isVisible())
            editor = each;
    editor->findChild<QLineEdit *>(u"profileName"_s)->setText(u"careless"_s);
    editor->findChild<QLineEdit *>(u"profileFurther"_s)->setText(u"password=s3cret"_s);
    editor->findChild<QAbstractButton *>(u"profileSave"_s)->click();
    QVERIFY(editor->isVisible());
    QVERIFY(editor->findChild<QLabel *>(u"errorMessage"_s)->text().contains(u"keeps no password"));
    QVERIFY(!m_app->profiles.byName(u"careless"_s));
}

void TestConnection::aRenamedProfileTakesItsPasswordAlong()
{
    if (!keyring::isThere()) {
        // Again, below a session bus of its own with an unlocked gnome-keyring.
        const QByteArray failure = keyring::run("aRenamedProfileTakesItsPasswordAlong", {}, 240'000);
        QVERIFY2(failure.isEmpty(), failure.constData());
        return;
    }
    SecretStore &secrets = m_app->secrets;
    const auto kept = [&secrets](const QString &name) {
        const auto read = secrets.read(name);
        while (!read.isFinished())
            QTest::qWait(5);
        return read.result() ? *read.result() : read.result().error().message;
    };
    const auto written = secrets.write(u"sandbox_manager"_s, u"s3cret"_s);
    QTRY_VERIFY_WITH_TIMEOUT(written.isFinished(), 12'000);
    VERIFY_OK(written.result());
    m_window->connectTo({});
    auto *menu = find<ProfileMenu>(u"profileMenu"_s);
    menu->setCurrent(u"sandbox_manager"_s);
    menu->findChild<QAction *>(u"profileEdit"_s)->trigger();
    auto *editor = find<QDialog>(u"profileEditor"_s);
    QVERIFY(editor && editor->isVisible());
    editor->findChild<QLineEdit *>(u"profileName"_s)->setText(u"shop"_s);
    editor->findChild<QAbstractButton *>(u"profileSave"_s)->click();
    VERIFY_OK(m_app->profiles.byName(u"shop"_s));
    QTRY_COMPARE_WITH_TIMEOUT(secrets.rememberedBackend(u"sandbox_manager"_s), QString(), 12'000);
    QCOMPARE(kept(u"shop"_s), u"s3cret"_s);
    QVERIFY2(kept(u"sandbox_manager"_s).contains(u"holds no password"),
             qPrintable(kept(u"sandbox_manager"_s)));
}

void TestConnection::profilesAreImportedAndExported()
{
    const QString services = m_home.filePath(u"services.conf"_s);
    QFile file(services);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[zava-live]\nhost=north.example\ndbname=retail\npassword=s3cret\n");
    file.close();
    qputenv("PGSERVICEFILE", services.toUtf8());
    qputenv("PGPASSFILE", "/nonexistent");
    m_window->connectTo({});
    auto *menu = find<ProfileMenu>(u"profileMenu"_s);
    menu->findChild<QAction *>(u"profileImportFound"_s)->trigger();
    QVERIFY(find<QLabel>(u"connectNews"_s)->text().contains(u"1 profile"));
    const Result<Profile> imported = m_app->profiles.byName(u"zava-live"_s);
    VERIFY_OK(imported);
    QVERIFY(imported->environment == Environment::Production);
    menu->setCurrent(u"zava-live"_s);
    const QString out = m_home.filePath(u"out.json"_s);
    menu->exportTo(out);
    QFile exported(out);
    QVERIFY(exported.open(QIODevice::ReadOnly));
    const QByteArray content = exported.readAll();
    QVERIFY(content.contains("zava-live") && !content.contains("s3cret"));
    menu->exportTo(m_home.filePath(u"no/such/folder.json"_s));
    QVERIFY(find<QLabel>(u"errorMessage"_s));
    menu->importFile(services); // no profile
    qunsetenv("PGSERVICEFILE");
    qunsetenv("PGPASSFILE");
}

QTEST_MAIN(TestConnection)
#include "tst_connection.moc"
