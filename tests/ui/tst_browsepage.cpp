// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/readyprompt.h"
#include "tests/support/windowtest.h"
#include "ui/browse/browsepage.h"
#include "ui/browse/conflictdialog.h"
#include "ui/shared/cellrole.h"
#include "ui/shared/filterbar.h"
#include "ui/shared/filtereditor.h"
#include "ui/shared/recordmodel.h"

#include <QAbstractButton>
#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScrollBar>
#include <QTableView>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace {

const QString hostile = QStringLiteral("'; DROP TABLE retail.products; -- %_\\");

} // namespace

/// Browsing, filtering, editing and exporting in the real window on a real database, as a store's manager.
class TestBrowsePage final : public WindowTest
{
    Q_OBJECT

private slots:
    void initTestCase() { m_database = std::make_unique<TestDatabase>(); }
    void cleanupTestCase() { m_database.reset(); }
    void init();
    void cleanup() { closeWindow(); }

    void aFilterIsAddedSwitchedOffAndRemoved();
    void theCurrentValueBecomesAFilter();
    void hostileTextIsAnOrdinaryFilterInEveryColumn();
    void noRowThatFitsIsSaidAndLeavesTheFilters();
    void aPlaceWhoseFilterCannotBeReadSaysSo();
    void referencesAreFollowedAndWalkedBack();
    void theLastRowsAreOneKeyAway();
    void rowsThatComeMeanwhileAreNeitherDoubledNorLost();
    void anExactCountIsMadeOnRequest();
    void changesAreSavedTogether();
    void aConflictIsShownAndDecided();
    void changesWaitWhileAnotherStoreIsShown();
    void whatMayNotBeChangedOpensNoEditor();
    void copiesCarryTheDatabasesValues();
    void exportsAreJobsThatHoldWhatIsShown();
    void aCancelledExportLeavesNoFile();
    void viewsComeBackByName();
    void detailsAreSearched();
    void anIdBreaksInTheDetailsAndIsCopiedAsItIs();
    void longAndForeignTextsAreShown();

private:
    template <typename T>
    T *find(const QString &name) const
    {
        return m_window->currentPage()->findChild<T *>(name);
    }
    BrowsePage *showPage(const QString &id, const QString &store = u"seattle"_s);
    QTableView *table(const QByteArray &name) const
    {
        return find<QTableView>(QString::fromUtf8(name) + u"Table"_s);
    }
    int column(const QByteArray &table, const QByteArray &name) const
    {
        return browseTable(table)->column(name);
    }
    void loaded() const;
    QString value(const QByteArray &sql, const QString &parameter) const;
    Job *startExport(const QString &file);

    ReadyPrompt m_prompt;
};

void TestBrowsePage::init()
{
    openWindow(m_prompt, {u"sandbox_owner"_s, u"sandbox_manager"_s}, {1440, 900});
    const bool owner = qstrcmp(QTest::currentTestFunction(), "changesWaitWhileAnotherStoreIsShown") == 0;
    connectAs(owner ? u"sandbox_owner"_s : u"sandbox_manager"_s);
}

BrowsePage *TestBrowsePage::showPage(const QString &id, const QString &store)
{
    chooseStore(store);
    m_window->showPage(id);
    loaded();
    return qobject_cast<BrowsePage *>(m_window->currentPage());
}

void TestBrowsePage::loaded() const
{
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->currentPage()->loading(), 20'000);
}

QString TestBrowsePage::value(const QByteArray &sql, const QString &parameter) const
{
    const Result<Rows> rows = m_database->superuser().execute(sql, {parameter});
    return rows && rows->count() == 1 ? rows->text(0, 0) : QString();
}

void TestBrowsePage::aFilterIsAddedSwitchedOffAndRemoved()
{
    showPage(u"customers"_s);
    QAbstractItemModel *model = table("customers")->model();
    const int all = model->rowCount();
    QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier);
    auto *editor = find<FilterEditor>(u"filterEditor"_s);
    QVERIFY(editor && editor->isVisible());
    auto *columns = editor->findChild<QComboBox *>(u"filterColumn"_s);
    columns->setCurrentIndex(columns->findData("loyalty_tier"_ba));
    QTest::keyClicks(editor->findChild<QComboBox *>(u"filterChoice"_s), u"gold"_s);
    QTest::keyClick(editor, Qt::Key_Return);
    loaded();
    const int tier = column("customers", "loyalty_tier");
    QVERIFY(model->rowCount() > 0 && model->rowCount() < all);
    for (int row = 0; row < model->rowCount(); ++row)
        QCOMPARE(model->index(row, tier).data().toString(), u"Gold"_s);
    QVERIFY(find<QLabel>(u"pageStatus"_s)->text().contains("filtered"_L1));
    auto *chip = find<QAbstractButton>(u"filterChipText0"_s);
    QVERIFY(chip->text().contains("Gold"_L1));
    chip->click();
    loaded();
    QCOMPARE(model->rowCount(), all);
    find<QAbstractButton>(u"filterChipText0"_s)->click();
    loaded();
    QVERIFY(model->rowCount() < all);
    find<QAbstractButton>(u"filterChipRemove0"_s)->click();
    loaded();
    QCOMPARE(model->rowCount(), all);
    QVERIFY(find<FilterBar>(u"filterBar"_s)->chips().isEmpty());
}

void TestBrowsePage::theCurrentValueBecomesAFilter()
{
    showPage(u"products"_s);
    QTableView *view = table("products");
    const int brand = column("products", "brand");
    const QString value = view->model()->index(3, brand).data().toString();
    view->setCurrentIndex(view->model()->index(3, brand));
    view->findChild<QAction *>(u"filterByValue"_s)->trigger();
    loaded();
    QVERIFY(view->model()->rowCount() > 0);
    for (int row = 0; row < view->model()->rowCount(); ++row)
        QCOMPARE(view->model()->index(row, brand).data().toString(), value);
    find<FilterBar>(u"filterBar"_s)->setChips({});
    loaded();
    view->setCurrentIndex(view->model()->index(3, brand));
    view->findChild<QAction *>(u"leaveOut"_s)->trigger();
    loaded();
    for (int row = 0; row < view->model()->rowCount(); ++row)
        QVERIFY(view->model()->index(row, brand).data().toString() != value);
}

void TestBrowsePage::hostileTextIsAnOrdinaryFilterInEveryColumn()
{
    chooseStore(u"seattle"_s);
    for (const QString &id : {u"customers"_s, u"products"_s, u"sales"_s, u"items"_s, u"categories"_s}) {
        m_window->showPage(id);
        loaded();
        auto *bar = find<FilterBar>(u"filterBar"_s);
        const auto *model = m_window->currentPage()->findChild<RecordModel *>();
        for (const ColumnDef &column : model->table().columns)
            for (const FilterOp op : {FilterOp::Contains, FilterOp::StartsWith, FilterOp::Equals})
                if (column.type == ColumnType::Text) {
                    bar->setFilters({{column.name, op, {hostile}}});
                    loaded();
                    QCOMPARE(model->rowCount(), 0);
                    QVERIFY(find<QLabel>(u"errorMessage"_s)->isHidden() ||
                            !find<QLabel>(u"errorMessage"_s)->isVisible());
                }
    }
    QVERIFY(value("SELECT count(*) FROM retail.products WHERE $1 <> ''", u"x"_s).toInt() > 0);
}

void TestBrowsePage::noRowThatFitsIsSaidAndLeavesTheFilters()
{
    showPage(u"products"_s);
    auto *bar = find<FilterBar>(u"filterBar"_s);
    bar->add({"brand", FilterOp::Contains, {u"no such brand"_s}});
    loaded();
    QVERIFY(bar->isVisible());
    QList<QAbstractButton *> actions =
        m_window->currentPage()->findChildren<QAbstractButton *>(u"emptyAction"_s);
    const auto shown = std::find_if(actions.cbegin(), actions.cend(),
                                    [](QAbstractButton *button) { return button->isVisible(); });
    QVERIFY(shown != actions.cend());
    (*shown)->click();
    loaded();
    QVERIFY(table("products")->model()->rowCount() > 0);
    QVERIFY(table("products")->isVisible());
    QCOMPARE(bar->chips().size(), 1); // switched off, not lost
}

void TestBrowsePage::aPlaceWhoseFilterCannotBeReadSaysSo()
{
    BrowsePage *page = showPage(u"products"_s);
    page->open({u"is_active==true"_s, u"colour==red"_s});
    loaded();
    const auto told = [this] {
        const QList<QLabel *> labels = m_window->currentPage()->findChildren<QLabel *>(u"errorMessage"_s);
        return std::any_of(labels.cbegin(), labels.cend(), [](const QLabel *label) {
            return label->isVisible() && label->text().contains("colour"_L1);
        });
    };
    QTRY_VERIFY(told());
    QCOMPARE(find<FilterBar>(u"filterBar"_s)->filters().size(), 1);
    find<FilterBar>(u"filterBar"_s)
        ->add({"brand", FilterOp::IsNotNull, {}}); // the user's own question has no such gap
    loaded();
    QVERIFY(!told());
}

void TestBrowsePage::referencesAreFollowedAndWalkedBack()
{
    showPage(u"sales"_s);
    QTableView *sales = table("sales_transactions");
    const int customer = column("sales_transactions", "customer_id");
    int row = 0;
    while (!sales->model()->index(row, customer).data(cell::Raw).isValid())
        ++row;
    sales->setCurrentIndex(sales->model()->index(row, column("sales_transactions", "receipt_number")));
    const QString key = sales->currentIndex().data(cell::Key).toString();
    const QString wanted = sales->model()->index(row, customer).data(cell::Raw).toString();
    auto *related = sales->findChild<QMenu *>(u"relatedMenu"_s);
    emit related->aboutToShow(); // a menu that pops up would take the keys
    related->findChild<QAction *>(u"goTo-customers"_s)->trigger();
    loaded();
    QCOMPARE(m_window->currentPage()->objectName(), u"customersPage"_s);
    QTableView *customers = table("customers");
    QTRY_COMPARE(customers->model()->rowCount(), 1);
    QCOMPARE(customers->model()->index(0, 0).data(cell::Key).toString(), wanted);

    auto *sold = customers->findChild<QMenu *>(u"relatedMenu"_s);
    emit sold->aboutToShow();
    sold->findChild<QAction *>(u"goTo-sales_transactions"_s)->trigger();
    loaded();
    QCOMPARE(m_window->currentPage()->objectName(), u"sales_transactionsPage"_s);
    QTRY_VERIFY(table("sales_transactions")->model()->rowCount() > 0);
    for (int each = 0; each < sales->model()->rowCount(); ++each)
        QCOMPARE(sales->model()->index(each, customer).data(cell::Raw).toString(), wanted);

    QTest::keyClick(m_window.get(), Qt::Key_Left, Qt::AltModifier);
    QCOMPARE(m_window->currentPage()->objectName(), u"customersPage"_s);
    QCOMPARE(table("customers")->model()->rowCount(), 1); // as it was left
    QTest::keyClick(m_window.get(), Qt::Key_Left, Qt::AltModifier);
    QCOMPARE(m_window->currentPage()->objectName(), u"sales_transactionsPage"_s);
    loaded();
    QVERIFY(find<FilterBar>(u"filterBar"_s)->filters().isEmpty());
    QTRY_COMPARE(sales->model()->index(row, 0).data(cell::Key).toString(), key);
    QTest::keyClick(m_window.get(), Qt::Key_Right, Qt::AltModifier);
    QCOMPARE(m_window->currentPage()->objectName(), u"customersPage"_s);
}

void TestBrowsePage::theLastRowsAreOneKeyAway()
{
    showPage(u"sales"_s);
    QTableView *view = table("sales_transactions");
    auto *model = qobject_cast<RecordModel *>(view->model());
    view->setFocus();
    QTest::keyClick(view, Qt::Key_End, Qt::ControlModifier);
    loaded();
    QVERIFY(model->atEnd());
    QTRY_COMPARE(view->currentIndex().row(), model->rowCount() - 1);
    QVERIFY(view->verticalScrollBar()->value() == view->verticalScrollBar()->maximum());
    // Up from there: what is seen stays in place while rows come before it.
    const QString seen = view->indexAt({10, 10}).data(cell::Key).toString();
    QTRY_VERIFY(!model->loading());
    QTRY_COMPARE(view->indexAt({10, 10}).data(cell::Key).toString(), seen);
    QTest::keyClick(view, Qt::Key_Home, Qt::ControlModifier);
    loaded();
    QTRY_VERIFY(model->atStart());
    QTRY_COMPARE(view->currentIndex().row(), 0);
}

void TestBrowsePage::rowsThatComeMeanwhileAreNeitherDoubledNorLost()
{
    const Result<Rows> before = m_database->superuser().execute(
        "SELECT transaction_id FROM retail.sales_transactions WHERE store_id = 'seattle'");
    VERIFY_OK(before);
    showPage(u"sales"_s);
    auto *model = qobject_cast<RecordModel *>(table("sales_transactions")->model());
    int made = 0;
    const auto sell = [&] {
        VERIFY_OK(m_database->superuser().execute(
            "INSERT INTO retail.sales_transactions (store_id, transaction_date, subtotal, total_amount, "
            "receipt_number) VALUES ('seattle', now() - $1::int * interval '20 days', 1, 1, 'MEANWHILE')",
            {made++}));
    };
    const auto walk = [&](bool forwards) {
        while (forwards ? !model->atEnd() : !model->atStart()) {
            sell();
            if (forwards)
                model->fetchMore({});
            else
                model->fetchPrevious();
            QTRY_VERIFY(!model->loading());
        }
        QHash<QString, int> seen;
        for (int row = 0; row < model->rowCount(); ++row)
            ++seen[model->key(row)];
        for (const int times : std::as_const(seen))
            QCOMPARE(times, 1);
        for (int row = 0; row < before->count(); ++row)
            QVERIFY(seen.contains(before->text(row, 0)));
    };
    walk(true);
    model->toEnd();
    QTRY_VERIFY(!model->loading());
    walk(false);
}

void TestBrowsePage::anExactCountIsMadeOnRequest()
{
    // So many that the page itself does not count them.
    VERIFY_OK(m_database->superuser().executeScript(
        "INSERT INTO retail.customers (store_id, first_name, last_name, email) SELECT 'bellevue', 'f', 'l' "
        "|| n, "
        "'c' || n || '@many.example' FROM generate_series(1, 60000) n; ANALYZE retail.customers"));
    const QSignalSpy connected(m_window.get(), &MainWindow::connected);
    m_window->connectTo(u"sandbox_owner"_s);
    QTRY_COMPARE(connected.count(), 1);
    showPage(u"customers"_s, u"bellevue"_s);
    auto *button = find<QAbstractButton>(u"customersTableCount"_s);
    auto *status = find<QLabel>(u"pageStatus"_s);
    QTRY_VERIFY(status->text().contains(u"≈"_s));
    QVERIFY(button->isVisible());
    button->click();
    loaded();
    const QString exact = QLocale().toString(
        value("SELECT count(*) FROM retail.customers WHERE store_id = $1", u"bellevue"_s).toLongLong());
    QVERIFY2(status->text().contains(exact), qPrintable(status->text()));
    QVERIFY(!button->isVisible());
}

void TestBrowsePage::changesAreSavedTogether()
{
    showPage(u"products"_s);
    QTableView *view = table("products");
    auto *model = qobject_cast<RecordModel *>(view->model());
    const int price = column("products", "price");
    QTRY_VERIFY(model->editable(price));
    auto *bar = find<QWidget>(u"editBar"_s);
    QVERIFY(!bar->isVisible());
    // By keyboard: F2, the value, Return.
    view->setFocus();
    view->setCurrentIndex(model->index(0, price));
    QTest::keyClick(view, Qt::Key_F2);
    auto *editor = view->findChild<QLineEdit *>(u"cellEditor"_s);
    QVERIFY(editor);
    editor->selectAll();
    QTest::keyClicks(editor, u"77.70"_s);
    QTest::keyClick(editor, Qt::Key_Return);
    QTRY_COMPARE(model->edits().cells(), 1);
    QVERIFY(bar->isVisible());
    QVERIFY(model->setData(model->index(1, column("products", "is_active")), u"No"_s, Qt::EditRole));
    QVERIFY(model->setData(model->index(1, price), u"1"_s, Qt::EditRole));
    QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(model->edits().cells(), 2);
    const QString first = model->key(0);
    const QString second = model->key(1);
    QTest::keyClick(m_window.get(), Qt::Key_S, Qt::ControlModifier);
    QTRY_VERIFY(model->edits().isEmpty());
    QTRY_VERIFY(!bar->isVisible());
    QCOMPARE(value("SELECT price FROM retail.products WHERE product_id = $1::uuid", first), u"77.70"_s);
    QCOMPARE(value("SELECT is_active FROM retail.products WHERE product_id = $1::uuid", second), u"f"_s);
    QCOMPARE(model->index(0, price).data().toString(), u"77.70"_s);
    // Ctrl+S saves what stands in an editor that is still open.
    view->setFocus();
    view->setCurrentIndex(model->index(0, price));
    QTest::keyClick(view, Qt::Key_F2);
    editor = view->findChild<QLineEdit *>(u"cellEditor"_s);
    editor->selectAll();
    QTest::keyClicks(editor, u"78.80"_s);
    QTest::keyClick(editor, Qt::Key_S, Qt::ControlModifier);
    QTRY_COMPARE(value("SELECT price FROM retail.products WHERE product_id = $1::uuid", first), u"78.80"_s);
    QTRY_VERIFY(model->edits().isEmpty());
    // A wrong value is told and changes nothing.
    QVERIFY(!model->setData(model->index(0, price), u"cheap"_s, Qt::EditRole));
    QTRY_VERIFY(find<QLabel>(u"errorMessage"_s));
    QVERIFY(model->edits().isEmpty());
}

void TestBrowsePage::aConflictIsShownAndDecided()
{
    showPage(u"products"_s);
    auto *model = qobject_cast<RecordModel *>(table("products")->model());
    const int price = column("products", "price");
    const int stock = column("products", "current_stock");
    QTRY_VERIFY(model->editable(price));
    const QString key = model->key(2);
    QVERIFY(model->setData(model->index(2, price), u"5.55"_s, Qt::EditRole));
    QVERIFY(model->setData(model->index(2, stock), u"55"_s, Qt::EditRole));
    VERIFY_OK(m_database->superuser().execute(
        "UPDATE retail.products SET price = 6.66, current_stock = 66 WHERE product_id = $1::uuid", {key}));
    find<QAbstractButton>(u"editSave"_s)->click();
    QTRY_VERIFY(find<ConflictDialog>(u"conflictDialog"_s));
    auto *dialog = find<ConflictDialog>(u"conflictDialog"_s);
    QCOMPARE(value("SELECT price FROM retail.products WHERE product_id = $1::uuid", key), u"6.66"_s);
    // Columns come in the order of their names: stock theirs, price mine.
    dialog->findChild<QComboBox *>(u"conflictChoice0"_s)->setCurrentIndex(0);
    dialog->findChild<QComboBox *>(u"conflictChoice1"_s)->setCurrentIndex(1);
    dialog->findChild<QAbstractButton *>(u"conflictSave"_s)->click();
    QTRY_VERIFY(model->edits().isEmpty());
    QTRY_COMPARE(value("SELECT price FROM retail.products WHERE product_id = $1::uuid", key), u"5.55"_s);
    QCOMPARE(value("SELECT current_stock FROM retail.products WHERE product_id = $1::uuid", key), u"66"_s);
    QCOMPARE(model->index(2, stock).data().toString(), u"66"_s);
}

void TestBrowsePage::changesWaitWhileAnotherStoreIsShown()
{
    showPage(u"products"_s);
    auto *model = qobject_cast<RecordModel *>(table("products")->model());
    QTRY_VERIFY(model->editable(column("products", "price")));
    QVERIFY(model->setData(model->index(0, column("products", "price")), u"8.88"_s, Qt::EditRole));
    QVERIFY(!m_window->currentPage()->unsaved().isEmpty());
    chooseStore(u"bellevue"_s);
    loaded();
    QVERIFY(model->edits().isEmpty());
    QVERIFY(!m_window->currentPage()->unsaved().isEmpty()); // the window says so before it closes
    chooseStore(u"seattle"_s);
    loaded();
    QCOMPARE(model->edits().cells(), 1);
    QVERIFY(find<QWidget>(u"editBar"_s)->isVisible());
    model->edit([](RecordEdits &edits) { edits.discard(); });
}

void TestBrowsePage::whatMayNotBeChangedOpensNoEditor()
{
    showPage(u"products"_s);
    QTableView *view = table("products");
    auto *model = qobject_cast<RecordModel *>(view->model());
    QTRY_VERIFY(model->editable(column("products", "price")));
    view->setCurrentIndex(model->index(0, column("products", "product_name")));
    QTest::keyClick(view, Qt::Key_F2);
    QVERIFY(!view->findChild<QLineEdit *>(u"cellEditor"_s));
    m_window->showPage(u"sales"_s);
    loaded();
    QCOMPARE(table("sales_transactions")->editTriggers(), QAbstractItemView::NoEditTriggers);
}

void TestBrowsePage::copiesCarryTheDatabasesValues()
{
    showPage(u"products"_s);
    QTableView *view = table("products");
    view->selectRow(0);
    const QString sku = view->model()->index(0, column("products", "sku")).data().toString();
    const auto copied = [&](const QString &action) {
        view->findChild<QAction *>(action)->trigger();
        return QGuiApplication::clipboard()->text();
    };
    QVERIFY(copied(u"copyCsv"_s).startsWith(u"sku,product_name,price,current_stock,brand,category_name,"_s));
    QVERIFY(QGuiApplication::clipboard()->text().contains(sku));
    QVERIFY(copied(u"copyJson"_s).startsWith(u"[\n  {\"sku\":\""_s + sku));
    const QString insert = copied(u"copyInsert"_s);
    QVERIFY(
        insert.startsWith(u"INSERT INTO retail.products (sku, product_name, price, current_stock, brand,"_s));
    QVERIFY(insert.trimmed().endsWith(u"'seattle');"_s));
}

Job *TestBrowsePage::startExport(const QString &file)
{
    Job *job = nullptr;
    connect(&m_app->jobs, &JobRunner::added, this, [&job](Job *added) { job = added; });
    QTest::keyClick(m_window.get(), Qt::Key_E, Qt::ControlModifier);
    auto *dialog = find<ExportDialog>(u"exportDialog"_s);
    if (!dialog)
        return nullptr;
    dialog->findChild<QLineEdit *>(u"exportFile"_s)->setText(file);
    dialog->findChild<QAbstractButton *>(u"exportAccept"_s)->click();
    m_app->jobs.disconnect(this);
    return job;
}

void TestBrowsePage::exportsAreJobsThatHoldWhatIsShown()
{
    showPage(u"customers"_s);
    find<FilterBar>(u"filterBar"_s)->add({"loyalty_tier", FilterOp::Equals, {u"gold"_s}});
    loaded();
    const QString file = m_home.filePath(u"gold.csv"_s);
    Job *job = startExport(file);
    QVERIFY(job);
    QTRY_VERIFY(job->finished());
    QVERIFY2(job->state() == JobState::Succeeded, qPrintable(job->error().text()));
    QFile read(file);
    QVERIFY(read.open(QIODevice::ReadOnly));
    const QByteArray content = read.readAll();
    QVERIFY(content.contains("(seattle)") &&
            content.contains("loyalty_tier==gold")); // the lines above the data
    const qint64 gold =
        value("SELECT count(*) FROM retail.customers WHERE store_id = 'seattle' AND loyalty_tier = $1",
              u"gold"_s)
            .toLongLong();
    QCOMPARE(content.count(",gold,"), gold);
    QCOMPARE(content.count(",silver,"), 0);
}

void TestBrowsePage::aCancelledExportLeavesNoFile()
{
    showPage(u"customers"_s);
    Session blocker = m_database->superuser();
    VERIFY_OK(blocker.executeScript("BEGIN; LOCK TABLE retail.customers IN ACCESS EXCLUSIVE MODE"));
    const QString file = m_home.filePath(u"cancelled.csv"_s);
    Job *job = startExport(file);
    QVERIFY(job);
    QTRY_COMPARE(job->state(), JobState::Running);
    job->cancel();
    QTRY_COMPARE(job->state(), JobState::Cancelled);
    VERIFY_OK(blocker.executeScript("ROLLBACK"));
    QVERIFY(!QFile::exists(file));
    QVERIFY(!QFile::exists(file + u".part"_s));
}

void TestBrowsePage::viewsComeBackByName()
{
    showPage(u"customers"_s);
    auto *bar = find<FilterBar>(u"filterBar"_s);
    bar->setChips({{{"loyalty_tier", FilterOp::Equals, {u"gold"_s}}, true},
                   {{"last_name", FilterOp::Contains, {hostile}}, false}});
    loaded();
    auto *menu = find<QToolButton>(u"viewsMenu"_s)->menu();
    menu->popup({});
    menu->findChild<QAction *>(u"viewSave"_s)->trigger();
    menu->close();
    auto *name = m_window->currentPage()->findChild<QDialog *>(u"viewName"_s);
    QTRY_VERIFY(name->isVisible());
    QTest::keyClicks(name->findChild<QLineEdit *>(), u"Gold & old"_s);
    QTest::keyClick(name->findChild<QLineEdit *>(), Qt::Key_Return);
    bar->setChips({});
    loaded();
    menu->popup({});
    const QList<QAction *> actions = menu->actions();
    QCOMPARE(actions.first()->text(), u"Gold && old"_s);
    actions.first()->trigger();
    menu->close();
    loaded();
    QCOMPARE(bar->chips().size(), 2);
    QVERIFY(bar->chips()[0].on && !bar->chips()[1].on);
    QCOMPARE(bar->chips()[1].filter.values.first(), hostile);
}

void TestBrowsePage::detailsAreSearched()
{
    VERIFY_OK(m_database->superuser().execute("UPDATE retail.products SET metadata = '{\"material\": "
                                              "\"cotton\", \"care\": {\"wash\": 30}}' WHERE store_id = "
                                              "'seattle'"));
    showPage(u"products"_s);
    auto *details = find<QWidget>(u"details"_s);
    QTRY_VERIFY(details->isVisible());
    const auto visible = [&] {
        int count = 0;
        for (const QLabel *label : details->findChildren<QLabel *>())
            count += label->isVisible() && label->text().contains("\"wash\": 30"_L1) ? 1 : 0;
        return count;
    };
    QCOMPARE(visible(), 1); // JSON on lines of its own
    QTest::keyClicks(details->findChild<QLineEdit *>(u"detailsSearch"_s), u"cotton"_s);
    QCOMPARE(visible(), 1);
    int fields = 0;
    for (const QLabel *label : details->findChildren<QLabel *>())
        fields += label->isVisible() ? 1 : 0;
    QVERIFY(fields <= 4); // the heading, and the one column with its name
}

void TestBrowsePage::anIdBreaksInTheDetailsAndIsCopiedAsItIs()
{
    showPage(u"products"_s);
    const QString key = table("products")->currentIndex().data(cell::Key).toString();
    QCOMPARE(key.size(), 36);
    auto *details = find<QWidget>(u"details"_s);
    QLabel *id = nullptr;
    for (QLabel *label : details->findChildren<QLabel *>())
        if (label->accessibleName() == u"Id"_s)
            id = label;
    QVERIFY(id && id->isVisible());
    QVERIFY(id->heightForWidth(150) > id->heightForWidth(1000));
    id->setFocus();
    QTest::keyClick(id, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), key);
    // Over a hyphen.
    QTest::keyClicks(details->findChild<QLineEdit *>(u"detailsSearch"_s), key.mid(5, 8));
    QVERIFY(id->isVisible());
    QCOMPARE(id->selectedText().remove(QChar(0x200b)), key.mid(5, 8));
}

void TestBrowsePage::longAndForeignTextsAreShown()
{
    const QString texts[] = {QString(200, u'x'), u"കേരളത്തിലെ ഏറ്റവും നല്ല ചായ"_s, u"מעיל גשם — معطف المطر"_s,
                             u"<b>not bold</b> & co"_s, hostile};
    int number = 0;
    for (const QString &text : texts)
        VERIFY_OK(m_database->superuser().execute(
            "INSERT INTO retail.products (store_id, sku, product_name, price, product_description) VALUES "
            "('seattle', 'ODD-' || $1::text, $2::text, 1, repeat($2::text, 20))",
            {QString::number(number++), text}));
    showPage(u"products"_s);
    find<FilterBar>(u"filterBar"_s)->add({"sku", FilterOp::StartsWith, {u"odd-"_s}});
    loaded();
    auto *model = qobject_cast<RecordModel *>(table("products")->model());
    QCOMPARE(model->rowCount(), int(std::size(texts)));
    QSet<QString> shown;
    for (int row = 0; row < model->rowCount(); ++row) {
        shown.insert(model->index(row, column("products", "product_name")).data().toString());
        table("products")->selectRow(row);
        QCOMPARE(find<QLabel>(u"detailsHeading"_s)->text(), model->heading(row));
        QCOMPARE(find<QLabel>(u"detailsHeading"_s)->textFormat(), Qt::PlainText);
    }
    for (const QString &text : texts)
        QVERIFY(shown.contains(text));
    (void)m_window->grab(); // painted, with all of them in sight
}

QTEST_MAIN(TestBrowsePage)
#include "tst_browsepage.moc"
