// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/pagetest.h"
#include "ui/performance/activitypage.h"
#include "ui/performance/indexespage.h"
#include "ui/performance/queriespage.h"
#include "ui/performance/tablespage.h"
#include "ui/shared/chartpanel.h"

#include <QComboBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabWidget>

using namespace Qt::StringLiterals;

/// The charts of the DBA's pages on a real server, and advice that is carried out.
class TestDbaDashboards final : public PageTest
{
    Q_OBJECT

    void showTab(const QString &tabs, const QString &page) const
    {
        auto *widget = find<QTabWidget>(tabs);
        QWidget *wanted = m_page->findChild<QWidget *>(page);
        QVERIFY(wanted && widget->indexOf(wanted) >= 0);
        widget->setCurrentWidget(wanted);
    }

    bool selectFinding(const QString &object) const
    {
        auto *view = find<QTableView>(u"indexFindings"_s);
        for (int row = 0; row < view->model()->rowCount(); ++row)
            if (view->model()->index(row, 1).data().toString() == object) {
                view->setCurrentIndex(view->model()->index(row, 0));
                return true;
            }
        return false;
    }

    bool exists(const QByteArray &index) const
    {
        return !m_database->superuser().execute("SELECT to_regclass('" + index + "')")->isNull(0, 0);
    }

    /// A minute of the history, as the sampler would have kept it.
    void remember(const QString &kind, int minutesAgo) const
    {
        for (const MetricProbe &probe : ServerHistory::probes()) {
            if (probe.kind.name != kind)
                continue;
            Result<Session> session = openSession(m_database->login(u"sandbox_dba"_s), u"Test"_s, {});
            VERIFY_OK(session);
            Result<MetricReading> reading = probe.read(*session);
            VERIFY_OK(reading);
            reading->at = QDateTime::currentDateTimeUtc().addSecs(-60 * minutesAgo);
            VERIFY_OK(m_app->metrics.record(MetricSampler::serverKey(m_app->pool.capabilities()), probe.kind,
                                            *reading));
        }
    }

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        VERIFY_OK(m_database->superuser().executeScript(
            "SET ROLE retail_owner;"
            "CREATE TABLE retail.twice (a int, \"Odd one\" int);"
            "CREATE INDEX twice_first ON retail.twice (a); CREATE INDEX twice_again ON retail.twice (a)"));
    }
    void cleanupTestCase() { m_database.reset(); }

    void init() { startProgram(); }
    void cleanup() { endProgram(); }

    void chartsHaveAPastAtOnce()
    {
        OPEN_POOL(m_app->pool, *m_database, u"sandbox_dba"_s);
        for (const int minutesAgo : {12, 11, 10})
            remember(u"server"_s, minutesAgo);
        open<ActivityPage>(u"sandbox_dba"_s);
        showTab(u"activityTabs"_s, u"activityCharts"_s);
        auto *chart = find<ChartPanel>(u"transactionsChart"_s);
        QTRY_VERIFY(!chart->data().isEmpty());
        QVERIFY(chart->data().times.first().secsTo(QDateTime::currentDateTime()) > 9 * 60);
        QTRY_VERIFY(!find<ChartPanel>(u"connectionsChart"_s)->data().isEmpty());
        QTRY_VERIFY(!find<ChartPanel>(u"wraparoundChart"_s)->data().isEmpty());
        // No standby: the chart says why it is empty.
        QVERIFY(find<ChartPanel>(u"lagChart"_s)->data().isEmpty());
        find<QComboBox>(u"activitySpan"_s)->setCurrentIndex(1);
        QTRY_COMPARE(chart->data().times.size(), 1); // minutes are joined, and nothing live is among them
    }

    void chartsGoOnWhileTheyAreLookedAt()
    {
        open<ActivityPage>(u"sandbox_dba"_s);
        showTab(u"activityTabs"_s, u"activityCharts"_s);
        auto *chart = find<ChartPanel>(u"connectionsChart"_s);
        QTRY_VERIFY(!chart->data().isEmpty());
        const QDateTime before = chart->data().times.last();
        m_page->refresh(); // as the timer does
        QTRY_VERIFY(chart->data().times.last() > before);
        m_page->hide();
        const QDateTime last = chart->data().times.last();
        m_page->refresh();
        QTRY_VERIFY(!m_page->loading());
        QCOMPARE(chart->data().times.last(), last);
    }

    void whatOthersDoIsNotToldAsZero()
    {
        open<ActivityPage>(u"sandbox_manager"_s);
        showTab(u"activityTabs"_s, u"activityCharts"_s);
        QTRY_VERIFY(!find<ChartPanel>(u"connectionsChart"_s)->data().isEmpty());
        QTRY_VERIFY(!find<ChartPanel>(u"wraparoundChart"_s)->data().isEmpty());
        QVERIFY(find<ChartPanel>(u"waitingChart"_s)->data().isEmpty());
    }

    void theTopTenLeadsToItsStatement()
    {
        Session worker = m_database->superuser();
        VERIFY_OK(worker.execute("SELECT pg_sleep(0.3) AS leads_the_list"));
        open<QueriesPage>(u"sandbox_dba"_s);
        showTab(u"queriesTabs"_s, u"topStatements"_s);
        auto *chart = find<ChartPanel>(u"topStatementsChart"_s);
        QTRY_VERIFY(!chart->data().isEmpty());
        qsizetype bar = -1;
        for (qsizetype i = 0; i < chart->data().categories.size(); ++i)
            if (chart->data().categories[i].contains(u"leads_the_list"_s))
                bar = i;
        QVERIFY(bar >= 0);
        emit chart->activated(int(bar));
        const auto *view = find<QTableView>(u"statementsTable"_s);
        QTRY_COMPARE(view->model()->rowCount(), 1);
        QTRY_VERIFY(find<QPlainTextEdit>(u"statementText"_s)->toPlainText().contains(u"leads_the_list"_s));
    }

    void tablesAreBarsAndGrow()
    {
        OPEN_POOL(m_app->pool, *m_database, u"sandbox_owner"_s);
        remember(u"table"_s, 40);
        remember(u"table"_s, 20);
        open<TablesPage>(u"sandbox_owner"_s);
        showTab(u"tableTabs"_s, u"tableCharts"_s);
        auto *bars = find<ChartPanel>(u"tableBarsChart"_s);
        QVERIFY(bars->data().categories.contains(u"retail.sales_transactions"_s));
        QTRY_VERIFY(!find<ChartPanel>(u"tableGrowthChart"_s)->data().isEmpty());
        showTab(u"tableTabs"_s, u"storeRows"_s);
        QTRY_VERIFY(!find<ChartPanel>(u"storeRowsChart"_s)->data().isEmpty());
    }

    void whoMayNotIsToldSoAndRunsNothing()
    {
        open<IndexesPage>(u"sandbox_dba"_s);
        QTRY_VERIFY(selectFinding(u"retail.twice_again"_s));
        auto *button = find<QPushButton>(u"runIndexJob"_s);
        QVERIFY(!button->isHidden() && !button->isEnabled());
        QVERIFY(button->toolTip().contains(u"sandbox_dba may not run it"_s));
    }

    void adviceIsCarriedOutWhenConfirmed()
    {
        open<IndexesPage>(u"sandbox_owner"_s);
        QTRY_VERIFY(selectFinding(u"retail.twice_again"_s));
        auto *button = find<QPushButton>(u"runIndexJob"_s);
        QVERIFY(button->isEnabled());
        m_prompt.answer = false;
        button->click();
        QVERIFY(m_prompt.explanation.contains(u"DROP INDEX CONCURRENTLY retail.twice_again"_s));
        QVERIFY(m_prompt.explanation.contains(u"SHARE UPDATE EXCLUSIVE"_s));
        QVERIFY(m_app->jobs.jobs().isEmpty());
        m_prompt.answer = true;
        button->click();
        QCOMPARE(m_app->jobs.jobs().size(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(m_app->jobs.jobs().first()->finished(), 60'000);
        QVERIFY2(m_app->jobs.jobs().first()->state() == JobState::Succeeded,
                 qPrintable(m_app->jobs.jobs().first()->error().text()));
        QVERIFY(!exists("retail.twice_again"));
        QVERIFY(exists("retail.twice_first"));
        QTRY_VERIFY(!selectFinding(u"retail.twice_again"_s));
    }

    void whyAJobFailedStaysToldAndItMayRunAgain()
    {
        VERIFY_OK(m_database->superuser().executeScript(
            "SET ROLE retail_owner; CREATE TABLE retail.gone (a int);"
            "CREATE INDEX gone_first ON retail.gone (a); CREATE INDEX gone_again ON retail.gone (a)"));
        open<IndexesPage>(u"sandbox_owner"_s);
        QTRY_VERIFY(selectFinding(u"retail.gone_again"_s));
        VERIFY_OK(m_database->superuser().execute("DROP INDEX retail.gone_again"));
        auto *button = find<QPushButton>(u"runIndexJob"_s);
        button->click();
        QVERIFY(!button->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(m_app->jobs.jobs().first()->finished(), 60'000);
        QCOMPARE(m_app->jobs.jobs().first()->state(), JobState::Failed);
        const auto told = [this] {
            const QList<QLabel *> labels = m_page->findChildren<QLabel *>(u"errorMessage"_s);
            return std::any_of(labels.cbegin(), labels.cend(), [](const QLabel *label) {
                return label->isVisible() && label->text().contains(u"gone_again"_s);
            });
        };
        QTRY_VERIFY(told());
        QVERIFY(button->isEnabled());
    }

    void aFindingBecomesTheTaskOfItsOwnStatement_data()
    {
        QTest::addColumn<IndexFinding>("finding");
        QTest::addColumn<QString>("sql");
        QTest::newRow("an index that is missing")
            << IndexFinding{.kind = IndexFinding::MissingForKey,
                            .table = u"retail.\"Odd \"\"one\""_s,
                            .columns = {u"a"_s, u"\"Second Column\""_s},
                            .sql = createIndexStatement(u"retail.\"Odd \"\"one\""_s,
                                                        {u"a"_s, u"\"Second Column\""_s}, false)}
            << u"CREATE INDEX CONCURRENTLY idx_odd_one_a_second_column ON retail.\"Odd \"\"one\" (a, \"Second Column\")"_s;
        QTest::newRow("of a partitioned table")
            << IndexFinding{.kind = IndexFinding::MissingForKey,
                            .table = u"retail.parts"_s,
                            .columns = {u"a"_s},
                            .sql = createIndexStatement(u"retail.parts"_s, {u"a"_s}, true)}
            << QString();
        QTest::newRow("a table that is read as a whole")
            << IndexFinding{.kind = IndexFinding::LargeScans, .table = u"retail.parts"_s} << QString();
        QTest::newRow("swollen") << IndexFinding{.kind = IndexFinding::Bloated,
                                                 .indexId = 7,
                                                 .sql = u"REINDEX INDEX CONCURRENTLY retail.some;"_s}
                                 << u"REINDEX INDEX CONCURRENTLY retail.some"_s;
        QTest::newRow("gone meanwhile")
            << IndexFinding{.indexId = 8, .sql = u"DROP INDEX CONCURRENTLY retail.gone;"_s} << QString();
    }
    void aFindingBecomesTheTaskOfItsOwnStatement()
    {
        QFETCH(IndexFinding, finding);
        QFETCH(QString, sql);
        IndexReport report;
        IndexInfo index;
        index.id = 7;
        index.schema = u"retail"_s;
        index.table = u"parts"_s;
        index.name = u"some"_s;
        report.indexes = {index};
        const Result<maintenance::Task> task = indexFindingTask(finding, report);
        QCOMPARE(task ? QString::fromUtf8(task->sql) : QString(), sql);
        if (task && finding.indexId == 0)
            QCOMPARE(task->schema + u'/' + task->table, u"retail/Odd \"one"_s);
        if (!task)
            QVERIFY(!task.error().message.isEmpty());
    }
};

QTEST_MAIN(TestDbaDashboards)
#include "tst_dbadashboards.moc"
