// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"
#include "app/core/paths.h"
#include "tests/support/readyprompt.h"
#include "tests/support/testcluster.h"
#include "ui/access/accessdialogs.h"
#include "ui/access/accesspage.h"
#include "ui/access/passwordchange.h"
#include "ui/browse/customerspage.h"
#include "ui/maintenance/maintenancemodel.h"
#include "ui/maintenance/maintenancepage.h"
#include "ui/shared/cellrole.h"
#include "ui/shared/theme.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QInputDialog>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace {

/// Answers every question beforehand.
} // namespace

/// The pages Maintenance and Access, and how a customer is erased, by what a person sees and presses.
class TestMaintenancePage final : public QObject
{
    Q_OBJECT

    QTemporaryDir m_home;
    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<AppContext> m_app;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<ReadyPrompt> m_prompt;

    template <typename P>
    std::unique_ptr<P> open(const QString &login)
    {
        const Login chosen = m_database->login(login);
        auto opening = m_app->pool.open(chosen.profile, chosen.password, {});
        while (!opening.isFinished())
            QTest::qWait(5);
        auto page = std::make_unique<P>(UiContext{*m_app, *m_theme, *m_prompt}, nullptr);
        page->resize(1200, 700);
        page->show();
        return page;
    }

    static int rowOf(const QAbstractItemModel &model, const QString &key)
    {
        for (int row = 0; row < model.rowCount(); ++row)
            if (model.index(row, 0).data(cell::Key).toString() == key)
                return row;
        return -1;
    }

    static bool says(const QWidget &page, const QString &text)
    {
        for (const QLabel *label : page.findChildren<QLabel *>())
            if (label->isVisible() && label->text().contains(text))
                return true;
        return false;
    }

    static bool errorShown(const QWidget &page)
    {
        const QList<QLabel *> labels = page.findChildren<QLabel *>(u"errorMessage"_s);
        return std::any_of(labels.cbegin(), labels.cend(),
                           [](const QLabel *label) { return label->isVisible(); });
    }

private slots:
    void initTestCase()
    {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
        qputenv("XDG_CONFIG_HOME", m_home.filePath(u"config"_s).toUtf8());
        qputenv("XDG_DATA_HOME", m_home.filePath(u"data"_s).toUtf8());
        qputenv("XDG_STATE_HOME", m_home.filePath(u"state"_s).toUtf8());
        m_database = std::make_unique<TestDatabase>();
    }
    void cleanupTestCase() { m_database.reset(); }
    void init()
    {
        m_app = std::make_unique<AppContext>();
        m_theme = std::make_unique<Theme>(*qApp, m_app->settings);
        m_prompt = std::make_unique<ReadyPrompt>();
    }
    void cleanup()
    {
        m_app.reset();
        m_theme.reset();
    }

    void thePlanIsTickedOrderedRunAndReported()
    {
        const auto page = open<MaintenancePage>(u"sandbox_owner"_s);
        auto *view = page->findChild<QTableView *>(u"maintenanceTable"_s);
        auto *model = qobject_cast<MaintenanceModel *>(view->model());
        QVERIFY(model);
        const QAbstractItemModelTester tester(model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QTRY_VERIFY(model->rowCount() > 0);
        QVERIFY(view->isColumnHidden(MaintenanceModel::State));
        auto *run = page->findChild<QPushButton *>(u"maintenanceRun"_s);
        // What has something to do is ticked, and nothing else.
        for (int row = 0; row < model->rowCount(); ++row)
            QCOMPARE(model->index(row, 0).data(Qt::CheckStateRole).toInt() == Qt::Checked,
                     model->task(row).chosen);

        // Only two of them, and the later one first.
        for (int row = 0; row < model->rowCount(); ++row)
            model->setData(model->index(row, 0), Qt::Unchecked, Qt::CheckStateRole);
        QVERIFY(!run->isEnabled());
        for (const QString &id : {u"analyze:retail.customers"_s, u"analyze:retail.products"_s})
            model->setData(model->index(rowOf(*model, id), 0), Qt::Checked, Qt::CheckStateRole);
        QCOMPARE(run->text(), u"&Run 2 tasks"_s);
        view->setCurrentIndex(model->index(rowOf(*model, u"analyze:retail.products"_s), 0));
        page->findChild<QToolButton *>(u"maintenanceUp"_s)->click();
        QCOMPARE(model->ticked().first().id(), u"analyze:retail.products"_s);

        run->click();
        QVERIFY(m_prompt->explanation.contains(u"ANALYZE retail.products\nANALYZE retail.customers"));
        // What is done is not offered again: the plan is read anew, with its reasons and times.
        QTRY_COMPARE(run->text(), u"&Run 0 tasks"_s);
        QVERIFY(!view->isColumnHidden(MaintenanceModel::State));
        const int row = rowOf(*model, u"analyze:retail.customers"_s);
        QVERIFY2(model->index(row, MaintenanceModel::State).data().toString().startsWith(u"done in"),
                 qPrintable(model->index(row, MaintenanceModel::State).data().toString()));
        QTRY_VERIFY(model->index(row, MaintenanceModel::Why).data().toString().startsWith(u"0 rows changed"));
        QVERIFY(model->index(row, MaintenanceModel::Time).data().toString() != u"not yet known");
        QTRY_COMPARE(m_app->jobs.jobs().size(), 1);
        QCOMPARE(m_app->jobs.jobs().first()->state(), JobState::Succeeded);
        QVERIFY(m_app->jobs.jobs().first()->log().join(u'\n').contains(u"ANALYZE retail.customers"));
    }

    void whatLocksEverybodyOutIsTyped()
    {
        const auto page = open<MaintenancePage>(u"sandbox_owner"_s);
        auto *view = page->findChild<QTableView *>(u"maintenanceTable"_s);
        auto *model = qobject_cast<MaintenanceModel *>(view->model());
        QTRY_VERIFY(model->rowCount() > 0);
        page->findChild<QCheckBox *>(u"maintenanceAll"_s)->click();
        for (int row = 0; row < model->rowCount(); ++row)
            model->setData(model->index(row, 0), Qt::Unchecked, Qt::CheckStateRole);
        const int full = rowOf(*model, u"vacuum-full:retail.stores"_s);
        QVERIFY(full >= 0);
        model->setData(model->index(full, 0), Qt::Checked, Qt::CheckStateRole);
        m_prompt->answer = false;
        page->findChild<QPushButton *>(u"maintenanceRun"_s)->click();
        QVERIFY(m_app->jobs.jobs().isEmpty());
        m_prompt->answer = true;
        page->findChild<QPushButton *>(u"maintenanceRun"_s)->click();
        QCOMPARE(m_prompt->words, QStringList{u"stores"_s});
        QVERIFY2(m_prompt->explanation.contains(u"Nobody can read or write") &&
                     m_prompt->explanation.contains(u"free"),
                 qPrintable(m_prompt->explanation));
        QTRY_COMPARE(m_app->jobs.jobs().size(), 1);
        QTRY_COMPARE(m_app->jobs.jobs().first()->state(), JobState::Succeeded);
    }

    void whoMayNotSeesThePlanAndWhoCan()
    {
        const auto page = open<MaintenancePage>(u"sandbox_dba"_s);
        auto *view = page->findChild<QTableView *>(u"maintenanceTable"_s);
        QTRY_VERIFY(view->model()->rowCount() > 0);
        QVERIFY(!page->findChild<QPushButton *>(u"maintenanceRun"_s)->isEnabled());
        QTRY_VERIFY(says(*page, u"sandbox_ops"_s));
    }

    void whoMayNotMakeLoginsGetsSqlToCopy()
    {
        const auto page = open<AccessPage>(u"sandbox_owner"_s);
        auto *stores = page->findChild<QTableView *>(u"accessStoresTable"_s);
        auto *people = page->findChild<QTableView *>(u"peopleTable"_s);
        QTRY_VERIFY(stores->model()->rowCount() >= 4 && people->model()->rowCount() > 2);
        const QAbstractItemModelTester tester(people->model(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        page->findChild<QPushButton *>(u"newManager"_s)->click();
        auto *dialog = page->findChild<ManagerDialog *>();
        QVERIFY(dialog);
        auto *ok = dialog->findChild<QPushButton *>(u"act"_s);
        QVERIFY(!ok->isEnabled());
        QTest::keyClicks(dialog->findChild<QLineEdit *>(u"managerLogin"_s), u"ui.manager"_s);
        const QString password = dialog->password();
        QVERIFY(password.size() >= 20);
        dialog->findChild<QListWidget *>(u"managerStores"_s)->item(0)->setCheckState(Qt::Checked);
        QVERIFY(ok->isEnabled());
        ok->click();
        QTRY_VERIFY(page->findChild<SqlDialog *>());
        auto *sql = page->findChild<SqlDialog *>();
        sql->findChild<QPushButton *>(u"copySql"_s)->click();
        const QString copied = QGuiApplication::clipboard()->text();
        QVERIFY(copied.contains(u"SCRAM-SHA-256$") && copied.contains(u"GRANT retail_manager"));
        QVERIFY(!copied.contains(password));
        QVERIFY(m_prompt->words.isEmpty());
    }

    void whatIsHandedOverIsShownBeforeItIsAgreedTo()
    {
        const auto page = open<AccessPage>(u"sandbox_owner"_s);
        auto *people = page->findChild<QTableView *>(u"peopleTable"_s);
        QTRY_VERIFY(rowOf(*people->model(), u"sandbox_manager"_s) >= 0);
        people->setCurrentIndex(people->model()->index(rowOf(*people->model(), u"sandbox_manager"_s), 0));
        auto *lock = page->findChild<QPushButton *>(u"lockLogin"_s);
        QTRY_VERIFY(lock->isEnabled());
        m_prompt->answer = false;
        lock->click();
        QTRY_COMPARE(m_prompt->words, QStringList{u"sandbox_manager"_s});
        QVERIFY2(m_prompt->explanation.contains(u"loses the store seattle,") &&
                     m_prompt->explanation.contains(u"NOLOGIN"),
                 qPrintable(m_prompt->explanation));
    }

    void aStoreIsClosedAfterItsIdWasTyped()
    {
        const auto page = open<AccessPage>(u"sandbox_owner"_s);
        auto *stores = page->findChild<QTableView *>(u"accessStoresTable"_s);
        QTRY_VERIFY(stores->model()->rowCount() >= 4);
        // The status is of the tab that is shown.
        auto *people = page->findChild<QTableView *>(u"peopleTable"_s);
        QTRY_VERIFY(says(*page, u"%1 logins"_s.arg(people->model()->rowCount())));
        page->findChild<QTabWidget *>(u"accessTabs"_s)->setCurrentIndex(1);
        QVERIFY(says(*page, u"%1 stores"_s.arg(stores->model()->rowCount())));
        auto *toggle = page->findChild<QPushButton *>(u"toggleStore"_s);
        for (const QString &state : {u"closed"_s, u"open"_s}) {
            stores->setCurrentIndex(stores->model()->index(rowOf(*stores->model(), u"redmond"_s), 0));
            QTRY_VERIFY(toggle->isEnabled());
            toggle->click();
            QTRY_VERIFY(m_prompt->words.contains(u"redmond"_s));
            QTRY_COMPARE(stores->model()->index(rowOf(*stores->model(), u"redmond"_s), 3).data().toString(),
                         state);
            m_prompt->words.clear();
            // What was done stays to be read after the lists were read anew.
            QTRY_VERIFY(!page->loading());
            QVERIFY(says(*page, u"redmond is "_s));
        }
        QVERIFY(m_prompt->explanation.contains(u"UPDATE retail.stores"));
    }

    void aSecondClickDoesNotEndTheChangeThatRuns()
    {
        const auto page = open<AccessPage>(u"sandbox_owner"_s);
        auto *stores = page->findChild<QTableView *>(u"accessStoresTable"_s);
        QTRY_VERIFY(stores->model()->rowCount() >= 4);
        page->findChild<QTabWidget *>(u"accessTabs"_s)->setCurrentIndex(1);
        stores->setCurrentIndex(stores->model()->index(rowOf(*stores->model(), u"redmond"_s), 0));
        auto *toggle = page->findChild<QPushButton *>(u"toggleStore"_s);
        QTRY_VERIFY(toggle->isEnabled());
        Session blocker = m_database->superuser();
        VERIFY_OK(
            blocker.executeScript("BEGIN; SELECT FROM retail.stores WHERE store_id = 'redmond' FOR UPDATE"));
        toggle->click();
        QTRY_COMPARE(m_prompt->words, QStringList{u"redmond"_s});
        for (const QString &name : {u"newManager"_s, u"addStore"_s, u"toggleStore"_s})
            QVERIFY2(!page->findChild<QPushButton *>(name)->isEnabled(), qPrintable(name));
        QVERIFY(says(*page, u"Carrying it out"_s) && page->loading());
        toggle->click();
        VERIFY_OK(blocker.executeScript("ROLLBACK"));
        const auto state = [stores] {
            return stores->model()->index(rowOf(*stores->model(), u"redmond"_s), 3).data().toString();
        };
        QTRY_COMPARE(state(), u"closed"_s);
        QVERIFY(!errorShown(*page));
        QCOMPARE(m_prompt->words.size(), 1);
        for (const QString &name : {u"newManager"_s, u"addStore"_s, u"toggleStore"_s})
            QVERIFY2(page->findChild<QPushButton *>(name)->isEnabled(), qPrintable(name));
        toggle->click();
        QTRY_COMPARE(state(), u"open"_s);
    }

    void aChangeThatFailsWhileThePageIsHiddenIsTold()
    {
        Session superuser = m_database->superuser();
        VERIFY_OK(superuser.execute(
            "ALTER TABLE retail.stores ADD CONSTRAINT stays_open CHECK (is_active) NOT VALID"));
        const auto back = qScopeGuard(
            [&] { (void)superuser.execute("ALTER TABLE retail.stores DROP CONSTRAINT stays_open"); });
        const auto page = open<AccessPage>(u"sandbox_owner"_s);
        auto *stores = page->findChild<QTableView *>(u"accessStoresTable"_s);
        QTRY_VERIFY(stores->model()->rowCount() >= 4);
        page->findChild<QTabWidget *>(u"accessTabs"_s)->setCurrentIndex(1);
        stores->setCurrentIndex(stores->model()->index(rowOf(*stores->model(), u"redmond"_s), 0));
        auto *toggle = page->findChild<QPushButton *>(u"toggleStore"_s);
        QTRY_VERIFY(toggle->isEnabled());
        Session blocker = m_database->superuser();
        VERIFY_OK(
            blocker.executeScript("BEGIN; SELECT FROM retail.stores WHERE store_id = 'redmond' FOR UPDATE"));
        toggle->click();
        QTRY_COMPARE(m_prompt->words, QStringList{u"redmond"_s});
        page->hide();
        VERIFY_OK(blocker.executeScript("ROLLBACK"));
        QTRY_VERIFY(toggle->isEnabled());
        page->show();
        QTRY_VERIFY(!page->loading());
        QVERIFY(errorShown(*page));
        // Reading the page again would not carry it out.
        const QList<QPushButton *> actions = page->findChildren<QPushButton *>(u"errorAction"_s);
        for (const QPushButton *action : actions)
            QVERIFY(!action->isVisible());
        // Until something else is looked at.
        page->findChild<QTabWidget *>(u"accessTabs"_s)->setCurrentIndex(0);
        QVERIFY(!errorShown(*page));
    }

    void aListOfStoresThatCannotBeReadIsTold()
    {
        Session superuser = m_database->superuser();
        VERIFY_OK(superuser.execute("ALTER FUNCTION retail.store_summary() RENAME TO no_summary"));
        const auto back = qScopeGuard(
            [&] { (void)superuser.execute("ALTER FUNCTION retail.no_summary() RENAME TO store_summary"); });
        const auto page = open<AccessPage>(u"sandbox_owner"_s);
        auto *people = page->findChild<QTableView *>(u"peopleTable"_s);
        QTRY_VERIFY(people->model()->rowCount() > 2);
        QTRY_VERIFY(errorShown(*page));
        QTRY_VERIFY(!page->loading());
        QVERIFY(errorShown(*page) && people->isVisible());
    }

    void aKeyringThatDoesNotTakeTheNewPasswordIsTold()
    {
        const QByteArray bus = qgetenv("DBUS_SESSION_BUS_ADDRESS");
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        // A login of the test's own, since roles belong to the whole cluster.
        const QString user = u"t_ui_%1"_s.arg(QCoreApplication::applicationPid());
        const QByteArray name = quoteIdentifier(user);
        Session superuser = m_database->superuser();
        const auto back = qScopeGuard([&] {
            qputenv("DBUS_SESSION_BUS_ADDRESS", bus);
            (void)superuser.execute("DROP OWNED BY " + name);
            (void)superuser.execute("DROP ROLE " + name);
        });
        VERIFY_OK(superuser.execute("CREATE ROLE " + name +
                                    " LOGIN PASSWORD 'a-long-Enough-word-7' IN ROLE retail_manager"));
        VERIFY_OK(superuser.execute("GRANT CONNECT ON DATABASE " + quoteIdentifier(m_database->name()) +
                                    " TO " + name));
        VERIFY_OK(paths::writePrivate(paths::config() + u"/secrets.json"_s,
                                      QJsonDocument(QJsonObject{{user, u"Secret Service"_s}}).toJson()));
        Login login = m_database->login(user);
        login.profile.passfile.clear();
        VERIFY_OK(m_app->pool.open(login.profile, u"a-long-Enough-word-7"_s, {}).result());
        QWidget window;
        window.show();
        changeOwnPassword(UiContext{*m_app, *m_theme, *m_prompt}, &window);
        auto *dialog = window.findChild<PasswordDialog *>();
        QVERIFY(dialog);
        const QString password = u"quite-Another-word-8"_s;
        for (const QString &field : {u"newPassword"_s, u"newPasswordAgain"_s})
            dialog->findChild<QLineEdit *>(field)->setText(password);
        dialog->findChild<QPushButton *>(u"act"_s)->click();
        QTRY_COMPARE_WITH_TIMEOUT(m_prompt->asked, QStringList{u"The password is changed"_s}, 15'000);
        QVERIFY2(m_prompt->explanation.contains(u"The keyring did not take the new one"),
                 qPrintable(m_prompt->explanation));
        QVERIFY(!m_prompt->explanation.contains(password));
    }

    void aSecondErasureWaitsForTheFirst()
    {
        const auto page = open<CustomersPage>(u"sandbox_owner"_s);
        (void)m_app->stores.choose(u"seattle"_s);
        QTRY_VERIFY(m_app->stores.hasCurrent());
        page->contextChanged(); // as the window does
        auto *customers = page->findChild<QTableView *>(u"customersTable"_s);
        QTRY_VERIFY(customers->model()->rowCount() > 1);
        auto *erase = page->findChild<QPushButton *>(u"eraseCustomer"_s);
        QTRY_VERIFY(erase->isEnabled());
        const QString first = customers->model()->index(0, 0).data(cell::Key).toString();
        customers->setCurrentIndex(customers->model()->index(0, 0));
        Session blocker = m_database->superuser();
        VERIFY_OK(blocker.execute("BEGIN"));
        VERIFY_OK(
            blocker.execute("SELECT FROM retail.customers WHERE customer_id = $1::uuid FOR UPDATE", {first}));
        erase->click();
        auto *reason = page->findChild<QInputDialog *>(u"erasureReason"_s);
        QVERIFY(reason);
        reason->accept();
        QTRY_COMPARE(m_prompt->words.size(), 1);
        QCOMPARE(erase->text(), u"Erasing…"_s);
        QVERIFY(!erase->isEnabled());
        // Another customer may be looked at, and not be erased yet.
        customers->setCurrentIndex(customers->model()->index(1, 0));
        QVERIFY(!erase->isEnabled());
        QVERIFY(page->findChild<QPushButton *>(u"exportCustomer"_s)->isEnabled());
        VERIFY_OK(blocker.execute("ROLLBACK"));
        QTRY_VERIFY(m_prompt->asked.contains(u"The customer is erased"_s));
        QCOMPARE(erase->text(), u"Erase…"_s);
        QTRY_VERIFY(erase->isEnabled());
        const Result<Rows> left = m_database->superuser().execute(
            "SELECT FROM retail.customers WHERE customer_id = $1::uuid", {first});
        VERIFY_OK(left);
        QCOMPARE(left->count(), 0);
    }

    void theCustomerThatWasChosenIsErasedWhateverArrives()
    {
        const auto page = open<CustomersPage>(u"sandbox_owner"_s);
        (void)m_app->stores.choose(u"seattle"_s);
        QTRY_VERIFY(m_app->stores.hasCurrent());
        page->contextChanged(); // as the window does
        auto *customers = page->findChild<QTableView *>(u"customersTable"_s);
        QTRY_VERIFY(customers->model()->rowCount() > 2);
        QTRY_VERIFY(!page->loading());
        const int email = browseTable("customers")->column("email");
        customers->setCurrentIndex(customers->model()->index(2, email));
        const QString wanted = customers->currentIndex().data().toString();
        page->findChild<QPushButton *>(u"eraseCustomer"_s)->click();
        auto *reason = page->findChild<QInputDialog *>(u"erasureReason"_s);
        QVERIFY(reason);
        page->refresh();
        QTRY_VERIFY(!page->loading());
        customers->setCurrentIndex(customers->model()->index(0, email)); // as rows that arrive do
        m_prompt->answer = false;
        reason->accept();
        QTRY_COMPARE(m_prompt->words, QStringList{wanted});
    }

    void anErasureThatFailsStaysTold()
    {
        VERIFY_OK(m_database->superuser().execute(
            "ALTER FUNCTION retail.erase_customer(varchar, uuid, text) RENAME TO no_erasure"));
        const auto page = open<CustomersPage>(u"sandbox_owner"_s);
        (void)m_app->stores.choose(u"seattle"_s);
        QTRY_VERIFY(m_app->stores.hasCurrent());
        page->contextChanged(); // as the window does
        auto *customers = page->findChild<QTableView *>(u"customersTable"_s);
        QTRY_VERIFY(customers->model()->rowCount() > 0);
        QTRY_VERIFY(!page->loading());
        auto *erase = page->findChild<QPushButton *>(u"eraseCustomer"_s);
        QTRY_VERIFY(erase->isEnabled());
        erase->click();
        auto *reason = page->findChild<QInputDialog *>(u"erasureReason"_s);
        QVERIFY(reason);
        reason->accept();
        QTRY_VERIFY(errorShown(*page));
        QCOMPARE(m_prompt->words.size(), 1); // the customer's address
        QTRY_VERIFY(!page->loading());
        QVERIFY(errorShown(*page));
        QCOMPARE(erase->text(), u"Erase…"_s);
        QVERIFY(erase->isEnabled());
    }
};

QTEST_MAIN(TestMaintenancePage)
#include "tst_maintenancepage.moc"
