// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/windowtest.h"
#include "ui/shared/chartpanel.h"
#include "ui/shared/tableview.h"

#include <QAbstractButton>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QCompleter>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QRegularExpression>
#include <QTabWidget>

using namespace Qt::StringLiterals;

namespace {

const QString mark = u"Xq7Foreign"_s; // in every text of every other store
const QString ownMark = u"Xq7Own"_s;  // in a shown column of the manager's own rows

} // namespace

/// A manager's login sees one store in every page there is: each text of each widget, each row of each table,
/// each chart, each export. Pages that are added later are walked too.
class TestManagerWalk final : public WindowTest
{
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanupTestCase();

    void theMarkIsFoundByWhoMaySeeIt();
    void everyPageShowsTheManagersStoreAlone_data();
    void everyPageShowsTheManagersStoreAlone();
    void errorsTellNothingOfOtherStores();

private:
    QString shownBy(QWidget *root);
    QString exportedBy(QWidget *root);
    void open(const QString &login);
    void look(const QString &text, const QString &where);

    QSet<QString> m_foreignIds;
    Prompt m_prompt;
};

void TestManagerWalk::initTestCase()
{
    m_database = std::make_unique<TestDatabase>();
    Session session = m_database->superuser();
    const auto run = [&](const QString &sql) {
        const Result<Rows> done = session.execute(sql.toUtf8());
        if (!done)
            qFatal("%s", qPrintable(done.error().text()));
        return *done;
    };
    const QString others = u" WHERE store_id <> 'seattle'"_s;
    run(u"UPDATE retail.stores SET store_name = '%1 ' || store_id, store_location = '%1'"_s.arg(mark) +
        others);
    run(u"UPDATE retail.customers SET first_name = '%1', last_name = '%1', phone = '%1'"_s.arg(mark) +
        others);
    run(u"UPDATE retail.products SET product_name = '%1', brand = '%1', product_description = '%1', "
        u"supplier_name = '%1', "
        "tags = ARRAY['%1'], current_stock = 0"_s.arg(mark) +
        others);
    run(u"UPDATE retail.sales_transactions SET receipt_number = '%1', cashier_id = '%1', notes = '%1', "
        u"payment_method = "
        "'%1'"_s.arg(mark) +
        others);
    for (const QString &column :
         {u"customers SET last_name"_s, u"products SET brand"_s, u"sales_transactions SET receipt_number"_s})
        run(u"UPDATE retail.%1 = '%2' WHERE store_id = 'seattle'"_s.arg(column, ownMark));
    const Rows ids =
        run(u"SELECT customer_id::text FROM retail.customers WHERE store_id <> 'seattle' UNION ALL "
            "SELECT product_id::text FROM retail.products WHERE store_id <> 'seattle' UNION ALL "
            "SELECT transaction_id::text FROM retail.sales_transactions WHERE store_id <> 'seattle'"_s);
    for (int row = 0; row < ids.count(); ++row)
        m_foreignIds.insert(ids.text(row, 0));
    QVERIFY(m_foreignIds.size() > 100);
    open(u"sandbox_manager"_s);
    chooseStore(u"seattle"_s);
}

void TestManagerWalk::cleanupTestCase()
{
    closeWindow();
    m_database.reset();
}

void TestManagerWalk::open(const QString &login)
{
    openWindow(m_prompt, {login});
    connectAs(login);
}

/// Every text that eye, screen reader or mouse can reach.
QString TestManagerWalk::shownBy(QWidget *root)
{
    QStringList texts;
    QList<QWidget *> widgets = root->findChildren<QWidget *>();
    widgets.prepend(root);
    for (QWidget *widget : std::as_const(widgets)) {
        const auto isPage = [](const QWidget *one) { return qobject_cast<const Page *>(one) != nullptr; };
        const QWidget *page = widget;
        while (page && !isPage(page))
            page = page->parentWidget();
        if (page && m_window && page != m_window->currentPage())
            continue; // it was read when it was shown
        texts << widget->windowTitle() << widget->toolTip() << widget->accessibleName()
              << widget->accessibleDescription();
        if (const auto *label = qobject_cast<QLabel *>(widget))
            texts << label->text();
        if (const auto *button = qobject_cast<QAbstractButton *>(widget))
            texts << button->text();
        if (const auto *text = qobject_cast<QPlainTextEdit *>(widget))
            texts << text->toPlainText();
        if (const auto *box = qobject_cast<QComboBox *>(widget))
            for (int i = 0; i < box->count(); ++i)
                texts << box->itemText(i) << box->itemData(i).toString();
        if (const auto *edit = qobject_cast<QLineEdit *>(widget)) {
            texts << edit->text() << edit->placeholderText();
            if (const QCompleter *completer = edit->completer())
                for (int row = 0; row < completer->model()->rowCount(); ++row)
                    texts << completer->model()->index(row, 0).data().toString();
        }
        if (const auto *view = qobject_cast<QAbstractItemView *>(widget); view && view->model()) {
            const QAbstractItemModel *model = view->model();
            for (int row = 0; row < model->rowCount(); ++row)
                for (int column = 0; column < model->columnCount(); ++column)
                    for (const int role :
                         {int(Qt::DisplayRole), int(Qt::ToolTipRole), int(Qt::AccessibleTextRole)})
                        texts << model->index(row, column).data(role).toString();
        }
    }
    return texts.join(u'\n');
}

/// The bytes that copying every table and saving every chart would take along.
QString TestManagerWalk::exportedBy(QWidget *root)
{
    QString all;
    const QList<TableView *> tables = root->findChildren<TableView *>();
    for (TableView *table : tables) {
        table->selectAll();
        QGuiApplication::clipboard()->clear();
        table->copySelection();
        all += QGuiApplication::clipboard()->text();
        table->clearSelection();
    }
    const QList<ChartPanel *> charts = root->findChildren<ChartPanel *>();
    for (const ChartPanel *chart : charts)
        for (const QString &suffix : {u"csv"_s, u"svg"_s}) {
            const QString file = m_home.filePath(u"chart."_s + suffix);
            if (const Result<void> saved = chart->saveTo(file); !saved)
                qFatal("%s", qPrintable(saved.error().text()));
            QFile written(file);
            if (!written.open(QIODevice::ReadOnly))
                qFatal("%s", qPrintable(written.errorString()));
            all += QString::fromUtf8(written.readAll());
        }
    return all;
}

void TestManagerWalk::look(const QString &text, const QString &where)
{
    const qsizetype at = text.indexOf(mark);
    QVERIFY2(at < 0, qPrintable(where + u": "_s + text.mid(std::max<qsizetype>(0, at - 60), 160)));
    static const QRegularExpression uuid(u"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"_s);
    for (auto match = uuid.globalMatch(text); match.hasNext();) {
        const QString id = match.next().captured();
        QVERIFY2(!m_foreignIds.contains(id), qPrintable(where + u": "_s + id));
    }
}

void TestManagerWalk::theMarkIsFoundByWhoMaySeeIt()
{
    // Else the walk below would find nothing because it cannot.
    ConnectionPool pool(1);
    OPEN_POOL(pool, *m_database, u"sandbox_owner"_s);
    StoreService stores(pool);
    const auto list = stores.stores().result();
    VERIFY_OK(list);
    QVERIFY(std::any_of(list->begin(), list->end(),
                        [](const StoreSummary &store) { return store.name.contains(mark); }));
    QLabel label(mark);
    QVERIFY(shownBy(&label).contains(mark));
}

void TestManagerWalk::everyPageShowsTheManagersStoreAlone_data()
{
    QTest::addColumn<QString>("page");
    const QList<PageInfo> pages = allPages();
    for (const PageInfo &page : pages)
        QTest::newRow(qPrintable(page.id)) << page.id;
}

void TestManagerWalk::everyPageShowsTheManagersStoreAlone()
{
    QFETCH(QString, page);
    const bool hasRows = QStringList{u"customers"_s, u"products"_s, u"sales"_s}.contains(page);
    if (!m_window->registry().usable(page)) {
        QVERIFY(!hasRows);
        look(m_window->registry().indexOf(page).data(Qt::ToolTipRole).toString(), page);
        return;
    }
    m_window->showPage(page);
    Page *shown = m_window->currentPage();
    shown->showExample();
    QTRY_VERIFY_WITH_TIMEOUT(!shown->loading(), 30'000);
    if (hasRows) // an empty page would show nothing foreign either
        QTRY_VERIFY(shownBy(m_window.get()).contains(ownMark));
    look(shownBy(m_window.get()), page);
    const QString exported = exportedBy(shown);
    QVERIFY(!hasRows || exported.contains(ownMark));
    look(exported, page + u", exported"_s);
    const QList<QTabWidget *> tabs = shown->findChildren<QTabWidget *>();
    for (QTabWidget *tab : tabs)
        for (int i = 0; i < tab->count(); ++i) {
            tab->setCurrentIndex(i);
            QTRY_VERIFY_WITH_TIMEOUT(!shown->loading(), 30'000);
            look(shownBy(m_window.get()), page + u", tab "_s + tab->tabText(i));
            look(exportedBy(shown), page + u", tab "_s + tab->tabText(i) + u", exported"_s);
        }
    // Deeper rows come as the table is scrolled.
    const QList<TableView *> tables = shown->findChildren<TableView *>();
    for (TableView *table : tables) {
        table->scrollToBottom();
        QTRY_VERIFY_WITH_TIMEOUT(!shown->loading(), 30'000);
    }
    look(shownBy(shown), page + u", further rows"_s);
}

void TestManagerWalk::errorsTellNothingOfOtherStores()
{
    const auto refusal = [this](const QString &store) {
        auto choice = m_app->stores.choose(store);
        while (!choice.isFinished())
            QTest::qWait(5);
        const Result<StoreSummary> chosen = choice.result();
        return chosen ? u"no error"_s : chosen.error().text().replace(store, u"STORE"_s);
    };
    const QString foreign = refusal(u"redmond"_s);
    QCOMPARE(foreign, refusal(u"nowhere"_s));
    look(foreign, u"the refusal"_s);
    QCOMPARE(m_app->stores.current().storeId, u"seattle"_s);
}

QTEST_MAIN(TestManagerWalk)
#include "tst_managerwalk.moc"
