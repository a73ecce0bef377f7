// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/pagetest.h"
#include "ui/performance/queriespage.h"
#include "ui/performance/statementsview.h"
#include "ui/shared/plantree.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace {

StatementStat statementOf(int number)
{
    StatementStat s;
    s.queryId = QString::number(number);
    s.query = u"SELECT %1 FROM a WHERE b = $1"_s.arg(number);
    s.line = s.query;
    s.calls = number;
    s.meanMs = number;
    s.totalMs = double(number) * number;
    return s;
}

} // namespace

class TestQueriesPage final : public PageTest
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        Session worker = m_database->superuser();
        VERIFY_OK(worker.execute("CREATE TABLE public.shown AS SELECT i AS id, i % 10 AS a, i % 10 AS b FROM "
                                 "generate_series(1, 20000) i"));
        VERIFY_OK(worker.execute("ANALYZE public.shown"));
        VERIFY_OK(worker.execute("GRANT ALL ON public.shown TO PUBLIC"));
    }
    void cleanupTestCase() { m_database.reset(); }

    void init() { startProgram(); }
    void cleanup() { endProgram(); }

    void slowStatementsAreShownAndFiltered()
    {
        Session worker = m_database->superuser();
        VERIFY_OK(worker.execute("SELECT pg_sleep(0.15) AS slow_in_the_window"));
        VERIFY_OK(worker.execute("SELECT 1 AS quick_in_the_window"));
        open<QueriesPage>(u"sandbox_dba"_s);
        const QAbstractItemModel *model = find<QTableView>(u"statementsTable"_s)->model();
        QTRY_VERIFY(row(u"slow_in_the_window"_s) >= 0);
        QCOMPARE(row(u"quick_in_the_window"_s), -1);
        QVERIFY(find<QLabel>(u"pageStatus"_s)->text().contains(u"counted since"_s));
        find<QDoubleSpinBox>(u"statementThreshold"_s)->setValue(0);
        QVERIFY(row(u"quick_in_the_window"_s) >= 0);
        const int all = model->rowCount();
        find<QCheckBox>(u"statementOurs"_s)->setChecked(true);
        QVERIFY(model->rowCount() > all);
        find<QLineEdit>(u"statementSearch"_s)->setText(u"QUICK_in"_s);
        QCOMPARE(model->rowCount(), 1);
        QTRY_VERIFY(
            find<QPlainTextEdit>(u"statementText"_s)->toPlainText().contains(u"quick_in_the_window"_s));
        QTRY_VERIFY(!find<QLabel>(u"statementRunning"_s)->text().isEmpty());
    }

    void aResetIsConfirmedFirst()
    {
        Session worker = m_database->superuser();
        // Of another shape than the others: names of columns alone do not make another statement.
        VERIFY_OK(worker.execute("SELECT 1, 2, 3 AS reset_in_the_window"));
        open<QueriesPage>(u"sandbox_dba"_s);
        find<QDoubleSpinBox>(u"statementThreshold"_s)->setValue(0);
        find<QLineEdit>(u"statementSearch"_s)->setText(u"reset_in_the_window"_s);
        QTRY_COMPARE(find<QTableView>(u"statementsTable"_s)->model()->rowCount(), 1);
        find<QTableView>(u"statementsTable"_s)->selectRow(0);
        QTRY_VERIFY(find<QToolButton>(u"resetStatement"_s)->isEnabled());
        m_prompt.answer = false;
        find<QToolButton>(u"resetStatement"_s)->click();
        QCOMPARE(m_prompt.asked.size(), 1);
        m_page->refresh();
        QTRY_VERIFY(!m_page->loading());
        QVERIFY(row(u"reset_in_the_window"_s) >= 0);
        m_prompt.answer = true;
        find<QToolButton>(u"resetStatement"_s)->click();
        QTRY_COMPARE(row(u"reset_in_the_window"_s), -1);
    }

    void whatIsMissingIsACardWithItsStatement()
    {
        open<QueriesPage>(u"sandbox_manager"_s);
        QTRY_VERIFY(find<QLabel>(u"gapSql"_s));
        QCOMPARE(find<QLabel>(u"gapSql"_s)->text(), u"GRANT pg_monitor TO \"sandbox_manager\";"_s);
        find<QToolButton>(u"gapCopy"_s)->click();
        QCOMPARE(QGuiApplication::clipboard()->text(), u"GRANT pg_monitor TO \"sandbox_manager\";"_s);
        QVERIFY(!find<QPushButton>(u"resetAllStatements"_s)->isEnabled());
        find<QDoubleSpinBox>(u"statementThreshold"_s)->setValue(0);
        QVERIFY(row(u"<insufficient privilege>"_s) >= 0);
    }

    void enterExplainsTheWholeStatement()
    {
        // The list has the first 2,000 characters of it.
        Session worker = m_database->superuser();
        VERIFY_OK(worker.execute("SELECT count(*) AS long_in_the_window FROM public.shown /* " +
                                 QByteArray(2'500, 'x') + " */ WHERE a = 1 AND b < 2"));
        open<QueriesPage>(u"sandbox_dba"_s);
        find<QDoubleSpinBox>(u"statementThreshold"_s)->setValue(0);
        find<QLineEdit>(u"statementSearch"_s)->setText(u"long_in_the_window"_s);
        auto *view = find<QTableView>(u"statementsTable"_s);
        QTRY_COMPARE(view->model()->rowCount(), 1);
        view->selectRow(0);
        QTest::keyClick(view, Qt::Key_Return);
        const auto *asked = find<QPlainTextEdit>(u"explainSql"_s);
        QTRY_VERIFY(!asked->toPlainText().isEmpty());
        QVERIFY(asked->toPlainText().endsWith(u"WHERE a = $1 AND b < $2"_s));
    }

    void theStoreOfAPlanIsTheOneThatIsNamed()
    {
        open<QueriesPage>(u"sandbox_owner"_s);
        showExplain();
        const auto *in = find<QCheckBox>(u"explainStore"_s);
        QVERIFY(in->isHidden());
        for (const QString &store : {u"seattle"_s, u"bellevue"_s}) {
            (void)m_app->stores.choose(store);
            QTRY_COMPARE(m_app->stores.current().storeId, store);
            QVERIFY(in->isVisible());
            QCOMPARE(in->text(), u"in "_s + m_app->stores.current().name);
        }
        m_app->stores.clear();
        QVERIFY(in->isHidden());
    }

    void aStatementIsExplainedWithItsFindings()
    {
        open<QueriesPage>(u"sandbox_owner"_s);
        showExplain();
        auto *role = find<QComboBox>(u"explainRole"_s);
        QTRY_VERIFY(role->count() > 1);
        find<QPlainTextEdit>(u"explainSql"_s)
            ->setPlainText(u"SELECT count(*) FROM public.shown WHERE a = $1 AND b = $2"_s);
        find<QPushButton>(u"explainRun"_s)->click();
        const QAbstractItemModel *plan = find<PlanTree>(u"planTree"_s)->model();
        QTRY_COMPARE(plan->rowCount(), 1);
        QVERIFY(find<QLabel>(u"planSummary"_s)->text().contains(u"nothing was run"_s));
        find<QCheckBox>(u"explainAnalyze"_s)->setChecked(true);
        auto *first = m_page->findChild<QLineEdit *>(u"explainValue1"_s);
        QVERIFY(first && first->isVisible());
        first->setText(u"7"_s);
        m_page->findChild<QLineEdit *>(u"explainValue2"_s)->setText(u"7"_s);
        find<QPushButton>(u"explainRun"_s)->click();
        QTRY_VERIFY(find<QLabel>(u"planSummary"_s)->text().startsWith(u"Ran "_s));
        find<QToolButton>(u"planCopyJson"_s)->click();
        QVERIFY(QGuiApplication::clipboard()->text().contains(u"\"Actual Rows\""_s));
        find<QToolButton>(u"planCopyText"_s)->click();
        QVERIFY(QGuiApplication::clipboard()->text().contains(u"Seq Scan on shown"_s));
        QVERIFY(find<QListWidget>(u"planFindings"_s)->count() > 0);
    }

    void aStatementThatWritesIsRunAfterAWarningOnly()
    {
        open<QueriesPage>(u"sandbox_owner"_s);
        showExplain();
        find<QPlainTextEdit>(u"explainSql"_s)->setPlainText(u"DELETE FROM public.shown"_s);
        find<QCheckBox>(u"explainAnalyze"_s)->setChecked(true);
        m_prompt.answer = false;
        find<QPushButton>(u"explainRun"_s)->click();
        QTRY_COMPARE(m_prompt.asked.size(), 1);
        QCOMPARE(find<PlanTree>(u"planTree"_s)->model()->rowCount(), 0);
        m_prompt.answer = true;
        find<QPushButton>(u"explainRun"_s)->click();
        QTRY_COMPARE(find<PlanTree>(u"planTree"_s)->model()->rowCount(), 1);
        Session worker = m_database->superuser();
        QCOMPARE(worker.execute("SELECT count(*) FROM public.shown")->integer(0, 0), 20'000);
    }

    void fiveThousandStatementsAreUpAtOnce()
    {
        ListModel<StatementStat> model(statementColumns(), [](const StatementStat &s) { return s.key(); });
        const QAbstractItemModelTester tester(&model);
        StatementFilter filter(model);
        const QAbstractItemModelTester filterTester(&filter);
        QList<StatementStat> many;
        for (int i = 1; i <= 5'000; ++i)
            many.append(statementOf(i));
        filter.sort(1, Qt::DescendingOrder);
        model.setRows(many);
        QCOMPARE(filter.rowCount(), 4'900); // those above 100 ms
        QCOMPARE(filter.index(0, 4).data().toString(), u"5,000"_s);
        filter.setThreshold(0);
        QCOMPARE(filter.rowCount(), 5'000);
        model.setRows(many.mid(10));
        QCOMPARE(filter.rowCount(), 4'990);
    }

    void aPlanIsASoundTree()
    {
        // No raw string: moc would stop reading at it.
        const Result<QueryPlan> plan = QueryPlan::parse(
            "[{\"Plan\": {\"Node Type\": \"Hash Join\", \"Startup Cost\": 0, \"Total Cost\": 40, "
            "\"Plan Rows\": 10, \"Plans\": ["
            "{\"Node Type\": \"Seq Scan\", \"Relation Name\": \"a\", \"Startup Cost\": 0, "
            "\"Total Cost\": 10, \"Plan Rows\": 1},"
            "{\"Node Type\": \"Hash\", \"Startup Cost\": 0, \"Total Cost\": 20, \"Plan Rows\": 1, \"Plans\": "
            "["
            "{\"Node Type\": \"Seq Scan\", \"Relation Name\": \"b\", \"Startup Cost\": 0, "
            "\"Total Cost\": 15, \"Plan Rows\": 3}]}]}}]");
        VERIFY_OK(plan);
        PlanModel model;
        const QAbstractItemModelTester tester(&model);
        model.setPlan(*plan);
        const QModelIndex leaf = model.indexOf({1, 0});
        QCOMPARE(leaf.data().toString(), u"Seq Scan on b"_s);
        QCOMPARE(leaf.parent().data().toString(), u"Hash"_s);
        QCOMPARE(leaf.parent().parent().data().toString(), u"Hash Join"_s);
        model.clear();
        QCOMPARE(model.rowCount(), 0);
    }

private:
    void showExplain() const
    {
        auto *tabs = find<QTabWidget>(u"queriesTabs"_s);
        for (int tab = 0; tab < tabs->count(); ++tab)
            if (tabs->tabText(tab) == u"Explain")
                tabs->setCurrentIndex(tab);
    }
    int row(const QString &words) const
    {
        const QAbstractItemModel *model = find<QTableView>(u"statementsTable"_s)->model();
        for (int i = 0; i < model->rowCount(); ++i)
            if (model->index(i, 0).data().toString().contains(words))
                return i;
        return -1;
    }
};

QTEST_MAIN(TestQueriesPage)
#include "tst_queriespage.moc"
