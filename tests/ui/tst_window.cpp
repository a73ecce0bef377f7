// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/browseservice.h"
#include "tests/support/readyprompt.h"
#include "tests/support/windowtest.h"
#include "ui/shared/cellrole.h"
#include "ui/shared/elidedlabel.h"
#include "ui/shared/filterbar.h"
#include "ui/shared/jobmodel.h"
#include "ui/shared/recordmodel.h"
#include "ui/shell/page.h"

#include <QAbstractButton>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QDialog>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QScopeGuard>
#include <QTableView>
#include <QThread>

using namespace Qt::StringLiterals;

namespace {

BrowseRequest requestFor(const QByteArray &table, int limit, const QString &parent = {})
{
    BrowseRequest request;
    request.table = table;
    request.limit = limit;
    request.parent = parent;
    return request;
}

class TwoButtons final : public Page
{
public:
    TwoButtons(const UiContext &ui, QWidget *parent)
        : Page(ui, u"Two"_s, Scope::Program, parent)
        , on(new QPushButton(this))
        , off(new QPushButton(this))
    {
        setContent(new QWidget(this));
        addHeaderWidget(on);
        addHeaderWidget(off);
        off->setEnabled(false);
    }
    QString help() const override { return {}; }
    void load() override { showContent(); }
    void clear() override { showEmpty(u"store"_s, u"Nothing"_s, {}); }

    QPushButton *on;
    QPushButton *off;
};

} // namespace

/// The real window on a real database: what a person does, by widgets found by name.
class TestWindow final : public WindowTest
{
    Q_OBJECT

private slots:
    void initTestCase() { m_database = std::make_unique<TestDatabase>(); }
    void cleanupTestCase() { m_database.reset(); }
    void init();
    void cleanup() { closeWindow(); }

    void connectsFromTheDialogByKeyboard();
    void tellsWhichStepFailed();
    void aHangingConnectCanBeCancelled();
    void aWrongPasswordAsksForOne();
    void withoutAStoreNothingIsAsked();
    void aRefreshKeepsTheCurrentRowOfTheStores();
    void aStoreIsPickedByKeyboard();
    void aStoreSwitchInTheMiddleOfALoadShowsOnlyTheNewOne();
    void salesShowTheirItems();
    void copyTakesWhatIsShown();
    void jobsOfAllAreCountedAndTheNewestIsFirst();
    void theBarTellsWhatIsOutOfTheOrdinary();
    void aDbaSeesWhyPagesAreGrey();
    void controlsHaveNamesAndUniqueKeys();
    void aKeyLeadsIntoThePage();
    void tabGoesFromTheFiltersToTheRows();
    void changesAreOfOneDatabase();
    void quittingAsksForChangesAndForJobs();
    void whatAPageSwitchedOffStaysOff();
    void dataIsNeverTakenForMarkup();
    void zoomAndThemeApplyAtOnce();

private:
    /// Of the page's widgets of that name the one that is visible: a page has more than one way to be empty.
    template <typename T>
    T *onView(const QString &name) const
    {
        for (T *each : m_window->currentPage()->findChildren<T *>(name))
            if (each->isVisible())
                return each;
        return nullptr;
    }
    QTableView *table(const QString &name) const { return find<QTableView>(name); }
    qint64 statementsOnProducts() const;

    ReadyPrompt m_prompt;
};

void TestWindow::init()
{
    openWindow(m_prompt, {u"sandbox_owner"_s, u"sandbox_manager"_s, u"sandbox_dba"_s});
    Profile broken;
    broken.name = u"no-server"_s;
    broken.conninfo = u"host=/nonexistent dbname=retail_db user=nobody"_s;
    VERIFY_OK(m_app->profiles.save(broken));
}

qint64 TestWindow::statementsOnProducts() const
{
    Session session = m_database->superuser();
    const Result<Rows> rows = session.execute(
        "SELECT coalesce(sum(seq_scan + idx_scan), 0) FROM pg_stat_user_tables WHERE relname IN ('products', "
        "'customers', 'sales_transactions')");
    return rows ? rows->integer(0, 0) : -1;
}

void TestWindow::connectsFromTheDialogByKeyboard()
{
    m_window->connectTo({});
    auto *dialog = find<QDialog>(u"connectDialog"_s);
    QTRY_VERIFY(dialog->isVisible());
    auto *search = find<QLineEdit>(u"connectTarget"_s);
    QTRY_COMPARE(QApplication::focusWidget(), search);
    const QSignalSpy connected(m_window.get(), &MainWindow::connected);
    QTest::keyClicks(search, u"owner"_s);
    QTest::keyClick(search, Qt::Key_Return);
    QTRY_COMPARE(connected.count(), 1);
    QTRY_VERIFY(!dialog->isVisible());
    QTRY_COMPARE(table(u"tenantsTable"_s)->model()->rowCount(), 4);
    QVERIFY(find<QLabel>(u"connectionLabel"_s)->text().contains("sandbox_owner"_L1));
    QVERIFY(m_window->windowTitle().contains("sandbox_owner"_L1));
}

void TestWindow::tellsWhichStepFailed()
{
    m_window->connectTo(u"no-server"_s);
    auto *dialog = find<QDialog>(u"connectDialog"_s);
    QTRY_VERIFY(dialog->isVisible());
    auto *message = dialog->findChild<QLabel *>(u"errorMessage"_s);
    QTRY_VERIFY(message->isVisible());
    QVERIFY(!message->text().isEmpty());
    QVERIFY(dialog->findChild<QAbstractButton *>(u"connect"_s)->isEnabled());
    QCOMPARE(m_app->pool.state(), ConnectionPool::State::Closed);
}

void TestWindow::aHangingConnectCanBeCancelled()
{
    m_window->connectTo({});
    auto *dialog = find<QDialog>(u"connectDialog"_s);
    QTRY_VERIFY(dialog->isVisible());
    auto *search = find<QLineEdit>(u"connectTarget"_s);
    QTest::keyClicks(search,
                     u"host=192.0.2.1 dbname=x user=y connect_timeout=60"_s); // a net that answers nobody
    auto *button = dialog->findChild<QAbstractButton *>(u"connect"_s);
    QTest::keyClick(search, Qt::Key_Return);
    QVERIFY(!button->isEnabled());
    QTest::keyClick(dialog, Qt::Key_Escape);
    QVERIFY(button->isEnabled());
    QVERIFY(dialog->isVisible());
    QTest::keyClick(dialog, Qt::Key_Escape);
    QVERIFY(!dialog->isVisible());
}

void TestWindow::aWrongPasswordAsksForOne()
{
    Profile profile = m_database->login(u"sandbox_manager"_s).profile;
    const QString passfile = profile.passfile;
    profile.name = u"forgot"_s;
    profile.passfile.clear();
    QVERIFY(m_app->profiles.save(profile).ok());
    auto *dialog = find<QDialog>(u"connectDialog"_s);
    auto *password = dialog->findChild<QLineEdit *>(u"password"_s);
    auto *message = dialog->findChild<QLabel *>(u"errorMessage"_s);
    // Beside other tests the server or a keyring may not answer the first time, within the limit of
    // connecting.
    for (int tries = 0; tries < 3 && !password->isVisible(); ++tries) {
        m_window->connectTo(u"forgot"_s);
        (void)QTest::qWaitFor([&] { return password->isVisible(); }, 35'000);
        if (!password->isVisible())
            qInfo() << "not asked for a password:" << dialog->isVisible() << message->text();
    }
    QVERIFY2(password->isVisible(), qPrintable(message->text()));
    QTest::keyClicks(password, u"wrong"_s);
    QTest::keyClick(password, Qt::Key_Return);
    QTRY_VERIFY(message->isVisible());
    QVERIFY2(password->isVisible(), qPrintable(message->text()));
    QVERIFY(dialog->isVisible());
}

void TestWindow::withoutAStoreNothingIsAsked()
{
    connectAs(u"sandbox_owner"_s);
    QTRY_VERIFY(!m_window->currentPage()->loading());
    const qint64 before = statementsOnProducts();
    for (const QString &page : {u"customers"_s, u"products"_s, u"sales"_s}) {
        m_window->showPage(page);
        const auto *reason = onView<QLabel>(u"emptyReason"_s);
        QVERIFY(reason);
        QVERIFY(!reason->text().isEmpty());
        QVERIFY(!m_window->currentPage()->loading());
        m_window->currentPage()->refresh();
        QVERIFY(!m_window->currentPage()->loading());
    }
    QCOMPARE(statementsOnProducts(), before);
    // The next step is one key away.
    auto *next = onView<QAbstractButton>(u"emptyAction"_s);
    QVERIFY(next);
    QTest::mouseClick(next, Qt::LeftButton);
    QVERIFY(find<QLineEdit>(u"paletteEdit"_s)->isVisible());
}

void TestWindow::aRefreshKeepsTheCurrentRowOfTheStores()
{
    connectAs(u"sandbox_owner"_s);
    m_window->showPage(u"tenants"_s);
    QTableView *stores = table(u"tenantsTable"_s);
    QTRY_COMPARE(stores->model()->rowCount(), 4);
    stores->setCurrentIndex(stores->model()->index(2, 1));
    const QString key = stores->currentIndex().data(cell::Key).toString();
    const auto refresh = [this] {
        m_window->currentPage()->refresh();
        QTRY_VERIFY(!m_window->currentPage()->loading());
    };
    refresh();
    QCOMPARE(stores->currentIndex().data(cell::Key).toString(), key);
    // One more, before it.
    const auto remove = qScopeGuard([this] {
        (void)m_database->superuser().execute("DELETE FROM retail.stores WHERE store_id = 'first'");
    });
    VERIFY_OK(m_database->superuser().execute(
        "INSERT INTO retail.stores (store_id, store_name) VALUES ('first', 'A first store')"));
    refresh();
    QCOMPARE(stores->model()->rowCount(), 5);
    QCOMPARE(stores->currentIndex().row(), 3);
    QCOMPARE(stores->currentIndex().data(cell::Key).toString(), key);
}

void TestWindow::aStoreIsPickedByKeyboard()
{
    connectAs(u"sandbox_owner"_s);
    QTRY_COMPARE(table(u"tenantsTable"_s)->model()->rowCount(), 4);
    QTest::keyClick(m_window.get(), Qt::Key_3, Qt::ControlModifier);
    QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
    auto *edit = find<QLineEdit>(u"paletteEdit"_s);
    QTRY_VERIFY(edit->isVisible());
    auto *list = find<QAbstractItemView>(u"paletteList"_s);
    QTest::keyClicks(edit, u"seatt"_s);
    QTRY_VERIFY(list->currentIndex().data().toString().contains(
        "Seattle"_L1)); // the stores may still be on their way
    QTest::keyClick(edit, Qt::Key_Return);
    QVERIFY(!edit->isVisible());
    QTRY_COMPARE(m_app->stores.current().storeId, u"seattle"_s);
    QTRY_COMPARE(table(u"customersTable"_s)->model()->rowCount(), 200);
    QVERIFY(m_window->windowTitle().startsWith(m_app->stores.current().name));
    QVERIFY(find<QAbstractButton>(u"storeButton"_s)->text().contains("Seattle"_L1));
    QTRY_VERIFY(m_window->currentPage()->findChild<QLabel *>(u"pageStatus"_s)->text().startsWith(u"1 – "_s));
}

void TestWindow::aStoreSwitchInTheMiddleOfALoadShowsOnlyTheNewOne()
{
    connectAs(u"sandbox_owner"_s);
    chooseStore(u"seattle"_s);
    m_window->showPage(u"products"_s);
    QAbstractItemModel *model = table(u"productsTable"_s)->model();
    QTRY_VERIFY(model->rowCount() > 0);
    const Result<RecordPage> expected =
        m_app->browse.page(u"bellevue"_s, requestFor("products", 1000)).result();
    VERIFY_OK(expected);
    QSet<QString> keys;
    for (int row = 0; row < expected->rows.count(); ++row)
        keys.insert(expected->rows.text(row, 0));

    m_window->currentPage()->refresh(); // seattle is under way
    QVERIFY(m_window->currentPage()->loading());
    bool cleared = false;
    connect(
        &m_app->stores, &StoreService::currentChanged, model, [&] { cleared = model->rowCount() == 0; },
        Qt::DirectConnection);
    chooseStore(u"bellevue"_s);
    QVERIFY(cleared);
    QTRY_VERIFY(model->rowCount() > 0);
    QTRY_VERIFY(!m_window->currentPage()->loading());
    for (int row = 0; row < model->rowCount(); ++row)
        QVERIFY(keys.contains(model->index(row, 0).data(cell::Key).toString()));
}

void TestWindow::salesShowTheirItems()
{
    connectAs(u"sandbox_manager"_s);
    chooseStore(u"seattle"_s);
    m_window->showPage(u"sales"_s);
    QTRY_VERIFY(table(u"itemsTable"_s) && table(u"itemsTable"_s)->model()->rowCount() > 0);
    QTableView *sales = table(u"sales_transactionsTable"_s);
    const QString first = sales->currentIndex().data(cell::Key).toString();
    sales->setFocus();
    QTest::keyClick(sales, Qt::Key_Down);
    const QString second = sales->currentIndex().data(cell::Key).toString();
    QVERIFY(first != second);
    QTRY_VERIFY(table(u"itemsTable"_s)->model()->rowCount() > 0);
    const Result<RecordPage> expected =
        m_app->browse.page(u"seattle"_s, requestFor("sales_transaction_items", 100, second)).result();
    VERIFY_OK(expected);
    QTRY_COMPARE(table(u"itemsTable"_s)->model()->rowCount(), expected->rows.count());
}

void TestWindow::copyTakesWhatIsShown()
{
    connectAs(u"sandbox_manager"_s);
    chooseStore(u"seattle"_s);
    m_window->showPage(u"products"_s);
    QTableView *view = table(u"productsTable"_s);
    QTRY_VERIFY(view->model()->rowCount() > 1);
    view->selectRow(0);
    view->setFocus();
    QTest::keyClick(view, Qt::Key_Down, Qt::ShiftModifier);
    QTest::keyClick(view, Qt::Key_C, Qt::ControlModifier);
    const QStringList lines = QGuiApplication::clipboard()->text().split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 2);
    QVERIFY(!view->isColumnHidden(1));
    QCOMPARE(lines[0].section(u'\t', 0, 0), view->model()->index(0, 1).data().toString());
}

void TestWindow::jobsOfAllAreCountedAndTheNewestIsFirst()
{
    m_window->showPage(u"jobs"_s);
    QTRY_VERIFY(!m_window->currentPage()->loading());
    const auto status = [this] {
        return m_window->currentPage()->findChild<QLabel *>(u"pageStatus"_s)->text();
    };
    const auto run = [this](const QString &title) {
        return m_app->jobs.start({u"test"_s, title, {}, {}},
                                 [](JobContext &) -> Result<QString> { return QString(); });
    };
    const Job *job = run(u"of this window"_s);
    QCOMPARE(status(), u"1 job"_s);
    QTRY_VERIFY(job->finished());
    QTRY_VERIFY(QDateTime::currentDateTimeUtc() > job->started().addMSecs(1));
    VERIFY_OK(m_app->local.jobStarted({u"test"_s, u"of a timer"_s, {}, {}}, u"timer"_s));
    m_window->currentPage()->refresh();
    QTRY_COMPARE(status(), u"2 jobs"_s);
    const QAbstractItemModel *jobs = table(u"jobsTable"_s)->model();
    QCOMPARE(jobs->index(0, JobModel::Title).data().toString(), u"of a timer"_s);
    find<QLineEdit>(u"jobsFilter"_s)->setText(u"timer"_s);
    QCOMPARE(status(), u"1 of 2 jobs"_s);
    find<QLineEdit>(u"jobsFilter"_s)->clear();
    job = run(u"again"_s);
    QTRY_VERIFY(job->finished());
    QCOMPARE(status(), u"3 jobs"_s);
    QCOMPARE(jobs->index(0, JobModel::Title).data().toString(), u"again"_s);
}

void TestWindow::theBarTellsWhatIsOutOfTheOrdinary()
{
    Profile profile = m_database->login(u"sandbox_owner"_s).profile;
    profile.name = u"live"_s;
    profile.environment = Environment::Production;
    profile.readOnly = true;
    QVERIFY(m_app->profiles.save(profile).ok());
    connectAs(u"live"_s);
    for (const QString &badge : {u"productionBadge"_s, u"readOnlyBadge"_s, u"bypassBadge"_s})
        QVERIFY2(find<QLabel>(badge)->isVisible(), qPrintable(badge));
    QCOMPARE(find<QWidget>(u"windowFrame"_s)->property("production"), QVariant(true));
    QVERIFY(m_window->windowTitle().contains("PRODUCTION"_L1));
    connectAs(u"sandbox_manager"_s);
    for (const QString &badge : {u"productionBadge"_s, u"readOnlyBadge"_s, u"bypassBadge"_s})
        QVERIFY2(!find<QLabel>(badge)->isVisible(), qPrintable(badge));
}

void TestWindow::aDbaSeesWhyPagesAreGrey()
{
    connectAs(u"sandbox_dba"_s);
    QTRY_COMPARE(table(u"tenantsTable"_s)->model()->rowCount(), 4);
    QVERIFY(!m_window->registry().usable(u"products"_s));
    m_window->showPage(u"products"_s);
    QCOMPARE(m_window->currentPage()->objectName(), u"tenantsPage"_s);
    m_window->chooseStore(u"seattle"_s);
    QVERIFY(!m_app->stores.hasCurrent());
    QVERIFY(find<QLabel>(u"notifierText"_s)->isVisible());
}

void TestWindow::controlsHaveNamesAndUniqueKeys()
{
    connectAs(u"sandbox_manager"_s);
    for (const PageInfo &page : m_window->registry().pages())
        m_window->showPage(page.id);
    m_window->connectTo({});
    const QList<QWidget *> widgets = m_window->findChildren<QWidget *>();
    for (QWidget *widget : widgets) {
        const bool control =
            qobject_cast<QAbstractButton *>(widget) || qobject_cast<QLineEdit *>(widget) ||
            (qobject_cast<QAbstractItemView *>(widget) && !widget->objectName().startsWith("qt_"_L1));
        // Parts that Qt makes for itself (a line edit's clear button, a table's corner, the inside of a box)
        // have no names of ours.
        if (!control || qobject_cast<QLineEdit *>(widget->parentWidget()) || qobject_cast<QMenu *>(widget) ||
            qobject_cast<QAbstractSpinBox *>(widget->parentWidget()) ||
            qobject_cast<QAbstractItemView *>(widget->parentWidget()) || widget->inherits("QHeaderView") ||
            widget->inherits("QComboBoxListView") || qobject_cast<QMenuBar *>(widget->parentWidget()))
            continue;
        QVERIFY2(!widget->objectName().isEmpty(),
                 qPrintable(u"%1 in %2"_s.arg(QLatin1StringView(widget->metaObject()->className()),
                                              widget->parent()->objectName())));
        QAccessibleInterface *accessible = QAccessible::queryAccessibleInterface(widget);
        QVERIFY(accessible);
        // A button without text is hidden until it has one.
        if (auto *button = qobject_cast<QAbstractButton *>(widget); button && button->isHidden())
            continue;
        QVERIFY2(!accessible->text(QAccessible::Name).isEmpty(), qPrintable(widget->objectName()));
    }
    QSet<QString> keys;
    const QList<QAction *> actions = m_window->findChildren<QAction *>(Qt::FindDirectChildrenOnly);
    for (const QAction *action : actions)
        for (const QKeySequence &key : action->shortcuts()) {
            QVERIFY2(!keys.contains(key.toString()), qPrintable(key.toString()));
            keys.insert(key.toString());
        }
    QVERIFY(keys.contains(u"Ctrl+K"_s));
}

void TestWindow::aKeyLeadsIntoThePage()
{
    connectAs(u"sandbox_owner"_s);
    auto *sideBar = find<QAbstractItemView>(u"sideBar"_s);
    QVERIFY(sideBar);
    m_window->showPage(u"tenants"_s);
    QTRY_VERIFY(find<QTableView>(u"tenantsTable"_s)->model()->rowCount() > 0);
    sideBar->setFocus();
    QTest::keyClick(m_window.get(), Qt::Key_1, Qt::ControlModifier);
    QVERIFY(m_window->currentPage()->isAncestorOf(QApplication::focusWidget()));
}

void TestWindow::tabGoesFromTheFiltersToTheRows()
{
    connectAs(u"sandbox_manager"_s);
    chooseStore(u"seattle"_s);
    m_window->showPage(u"customers"_s);
    auto *page = m_window->currentPage();
    QTRY_VERIFY(!page->loading());
    page->findChild<FilterBar *>()->add({"loyalty_tier", FilterOp::Equals, {u"gold"_s}});
    QTRY_VERIFY(!page->loading());
    page->findChild<QAbstractButton *>(u"filterAdd"_s)->setFocus();
    QStringList passed;
    while (passed.size() < 20 && QApplication::focusWidget() != table(u"customersTable"_s)) {
        passed.append(QApplication::focusWidget()->objectName());
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
    }
    QCOMPARE(passed, (QStringList{u"filterAdd"_s, u"viewsMenu"_s, u"customersTableRelated"_s, u"zoneChoice"_s,
                                  u"filterChipText0"_s, u"filterChipRemove0"_s}));
}

void TestWindow::changesAreOfOneDatabase()
{
    // The way to both reads the same: a service, whose file names the other one later.
    const TestDatabase other;
    Profile shop = m_database->login(u"sandbox_owner"_s).profile;
    shop.name = u"shop"_s;
    shop.conninfo = u"service=shop user=sandbox_owner"_s;
    VERIFY_OK(m_app->profiles.save(shop));
    const QString file = m_home.filePath(u"services"_s);
    qputenv("PGSERVICEFILE", file.toUtf8());
    const auto unset = qScopeGuard([] { qunsetenv("PGSERVICEFILE"); });
    const auto showProducts = [&](const TestDatabase &database) {
        const SandboxStatus &server = TestCluster::shared().status();
        QFile services(file);
        QVERIFY(services.open(QIODevice::WriteOnly));
        services.write(u"[shop]\nhost=%1\nport=%2\ndbname=%3\n"_s
                           .arg(server.host, QString::number(server.port), database.name())
                           .toUtf8());
        services.close();
        connectAs(u"shop"_s);
        chooseStore(u"seattle"_s);
        m_window->showPage(u"products"_s);
        QTRY_VERIFY(!m_window->currentPage()->loading());
    };
    showProducts(*m_database);
    auto *model = qobject_cast<RecordModel *>(table(u"productsTable"_s)->model());
    const int price = browseTable("products")->column("price");
    QTRY_VERIFY(model->rowCount() > 0 && model->editable(price));
    QVERIFY(model->setData(model->index(0, price), u"8.88"_s, Qt::EditRole));
    showProducts(other);
    QVERIFY(model->rowCount() > 0);
    QVERIFY(model->edits().isEmpty());
    QVERIFY(!m_window->currentPage()->unsaved().isEmpty());
    showProducts(*m_database);
    QCOMPARE(model->edits().cells(), 1);
    model->edit([](RecordEdits &edits) { edits.discard(); });
}

void TestWindow::quittingAsksForChangesAndForJobs()
{
    connectAs(u"sandbox_manager"_s);
    chooseStore(u"seattle"_s);
    m_window->showPage(u"products"_s);
    auto *model = qobject_cast<RecordModel *>(find<QTableView>(u"productsTable"_s)->model());
    const int price = browseTable("products")->column("price");
    QTRY_VERIFY(model->rowCount() > 0 && model->editable(price));
    QVERIFY(model->setData(model->index(0, price), u"8.88"_s, Qt::EditRole));
    Job *job = m_app->jobs.start({u"test"_s, u"Wait"_s, {}, {}}, [](JobContext &context) -> Result<QString> {
        while (!context.cancelled())
            QThread::msleep(5);
        return Error{ErrorKind::Cancelled, u"Cancelled."_s};
    });
    // Each is agreed to, and one does not answer for the other.
    m_prompt.asked.clear();
    QVERIFY(!m_window->close());
    QCOMPARE(m_prompt.asked, QStringList{u"Quit without saving?"_s});
    QVERIFY(!m_window->close());
    QCOMPARE(m_prompt.asked.size(), 2);
    QVERIFY(m_prompt.asked.last().contains(u"job is still running"_s));
    job->cancel();
    QTRY_VERIFY(job->finished());
}

void TestWindow::whatAPageSwitchedOffStaysOff()
{
    TwoButtons page(UiContext{*m_app, *m_theme, m_prompt}, m_window.get());
    page.show();
    QVERIFY(page.on->isEnabled());
    QVERIFY(!page.off->isEnabled());
    page.clear();
    QVERIFY(!page.on->isEnabled());
    page.load();
    QVERIFY(page.on->isEnabled());
    QVERIFY(!page.off->isEnabled());
}

void TestWindow::dataIsNeverTakenForMarkup()
{
    Prompt prompt;
    const QString hostile = u"<a href=\"http://example.org\">x</a>"_s;
    prompt.confirm(m_window.get(), hostile, hostile, u"Go on"_s, [](bool) {});
    prompt.inform(m_window.get(), hostile, hostile);
    for (const char *name : {"confirm", "notice"}) {
        auto *box = find<QMessageBox>(QLatin1String(name));
        QVERIFY(box);
        int shown = 0;
        for (const QLabel *label : box->findChildren<QLabel *>()) {
            QVERIFY(label->textFormat() == Qt::PlainText);
            shown += label->text() == hostile ? 1 : 0;
        }
        QCOMPARE(shown, 2);
        box->close();
    }
    ElidedLabel label;
    label.setText(hostile);
    label.resize(20, 20);
    (void)label.grab();
    QVERIFY(!label.toolTip().contains(u"<a"_s));
    label.setText(u"another text that does not fit"_s);
    (void)label.grab();
    QVERIFY(label.toolTip().contains(u"another"_s));
}

void TestWindow::zoomAndThemeApplyAtOnce()
{
    const QColor before = m_window->palette().color(QPalette::Window);
    m_theme->setMode(m_theme->dark() ? Theme::Mode::Light : Theme::Mode::Dark);
    QVERIFY(m_window->palette().color(QPalette::Window) != before);
    const double size = m_window->font().pointSizeF();
    QTest::keyClick(m_window.get(), Qt::Key_Plus, Qt::ControlModifier);
    QVERIFY(m_window->font().pointSizeF() > size);
    QTest::keyClick(m_window.get(), Qt::Key_0, Qt::ControlModifier);
    QCOMPARE(m_window->font().pointSizeF(), size);
}

QTEST_MAIN(TestWindow)
#include "tst_window.moc"
