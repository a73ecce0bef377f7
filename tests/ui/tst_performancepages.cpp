// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/pagetest.h"
#include "ui/performance/activitypage.h"
#include "ui/performance/indexespage.h"
#include "ui/performance/settingspage.h"
#include "ui/performance/tablespage.h"
#include "ui/shared/cellrole.h"

#include <QComboBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScopeGuard>
#include <QTabWidget>

using namespace Qt::StringLiterals;

/// The pages of a DBA on a real server: each fills, its models are sound, and it says what it does not know.
class TestPerformancePages final : public PageTest
{
    Q_OBJECT

    int rowOf(const QString &view, int column, const QString &text) const
    {
        const QAbstractItemModel *model = find<QTableView>(view)->model();
        for (int row = 0; row < model->rowCount(); ++row)
            if (model->index(row, column).data().toString().contains(text))
                return row;
        return -1;
    }

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        Session session = m_database->superuser();
        VERIFY_OK(session.executeScript("CREATE TABLE public.twice (a int); CREATE INDEX twice_first ON "
                                        "public.twice (a); CREATE INDEX twice_again ON public.twice (a)"));
    }
    void cleanupTestCase() { m_database.reset(); }

    void init() { startProgram(); }
    void cleanup() { endProgram(); }

    void aDuplicateIndexIsListedWithItsStatement()
    {
        open<IndexesPage>(u"sandbox_dba"_s);
        QTRY_VERIFY(rowOf(u"indexFindings"_s, 1, u"twice_again"_s) >= 0);
        auto *view = find<QTableView>(u"indexFindings"_s);
        const int row = rowOf(u"indexFindings"_s, 1, u"twice_again"_s);
        view->setCurrentIndex(view->model()->index(row, 0));
        QList<QPlainTextEdit *> statements = m_page->findChildren<QPlainTextEdit *>(u"adviceSql"_s);
        QVERIFY(std::any_of(statements.begin(), statements.end(), [](const QPlainTextEdit *statement) {
            return statement->toPlainText() == u"DROP INDEX CONCURRENTLY public.twice_again;";
        }));
        QVERIFY(find<QTableView>(u"indexTable"_s)->model()->rowCount() > 20);
        m_page->refresh();
        QTRY_VERIFY(!m_page->loading());
        QVERIFY(rowOf(u"indexFindings"_s, 1, u"twice_again"_s) >= 0);
    }

    void aNewDatabaseSaysWhyNothingIsUnused()
    {
        open<IndexesPage>(u"sandbox_dba"_s);
        QTRY_VERIFY(find<QLabel>(u"serverNoteText"_s)->text().contains(u"No index is called unused"_s));
        QTRY_VERIFY(rowOf(u"indexFindings"_s, 0, u"Duplicate"_s) >= 0);
        QCOMPARE(rowOf(u"indexFindings"_s, 0, u"Unused"_s), -1);
    }

    void tablesAndTheirStoresAreListed()
    {
        open<TablesPage>(u"sandbox_owner"_s);
        QVERIFY(rowOf(u"tableTable"_s, 0, u"retail.products"_s) >= 0);
        find<QTabWidget>(u"tableTabs"_s)->setCurrentIndex(1);
        QTRY_VERIFY(find<QTableView>(u"storeRowsTable"_s)->model()->rowCount() > 1);
    }

    void sessionsAreListedAndNarrowed()
    {
        const Result<Session> other = openSession(m_database->login(u"sandbox_owner"_s), u"Other"_s, {});
        VERIFY_OK(other);
        open<ActivityPage>(u"sandbox_dba"_s);
        QTRY_VERIFY(rowOf(u"sessionTable"_s, 1, u"sandbox_owner"_s) >= 0);
        QVERIFY(find<QLabel>(u"pageStatus"_s)->text().contains(u" active "_s));
        find<QComboBox>(u"sessionPreset"_s)->setCurrentIndex(ActivityPage::Waiting);
        QTRY_COMPARE(rowOf(u"sessionTable"_s, 1, u"sandbox_owner"_s), -1);
    }

    void whoBlocksIsOpenedFromTheTree()
    {
        Session holder = m_database->superuser();
        const QString process = holder.execute("SELECT pg_backend_pid()")->text(0, 0);
        VERIFY_OK(holder.executeScript("BEGIN; LOCK TABLE public.twice"));
        Session waiter = m_database->superuser();
        const QFuture<void> waiting = QtConcurrent::run(
            [&waiter] { (void)waiter.executeScript("BEGIN; LOCK TABLE public.twice; COMMIT"); });
        const auto let = qScopeGuard([&] {
            (void)holder.execute("ROLLBACK");
            QFuture<void>(waiting).waitForFinished();
        });
        open<ActivityPage>(u"sandbox_dba"_s);
        auto *tree = find<QTableView>(u"blockedTable"_s);
        auto *button = find<QPushButton>(u"openBlocked"_s);
        QTRY_VERIFY_WITH_TIMEOUT(tree->model()->rowCount() == 2, 20'000);
        find<QTabWidget>(u"activityTabs"_s)->setCurrentWidget(tree->parentWidget());
        tree->setCurrentIndex(tree->model()->index(0, 0)); // who is waited for
        QCOMPARE(tree->currentIndex().data(cell::Key).toString(), process);
        button->click();
        QCOMPARE(find<QTableView>(u"sessionTable"_s)->currentIndex().data(cell::Key).toString(), process);
        QVERIFY(find<QPushButton>(u"endSession"_s)->isVisible());
    }

    void whyASessionWasNotEndedStaysTold()
    {
        Result<Session> other = openSession(m_database->login(u"sandbox_owner"_s), u"Other"_s, {});
        VERIFY_OK(other);
        const QString process = other->execute("SELECT pg_backend_pid()")->text(0, 0);
        Session superuser = m_database->superuser();
        VERIFY_OK(superuser.execute("ALTER FUNCTION retail.signal_session(integer, timestamptz, boolean) "
                                    "RENAME TO no_signal"));
        const auto back = qScopeGuard([&superuser] {
            (void)superuser.execute("ALTER FUNCTION retail.no_signal(integer, timestamptz, boolean) RENAME "
                                    "TO signal_session");
        });
        open<ActivityPage>(u"sandbox_dba"_s);
        auto *view = find<QTableView>(u"sessionTable"_s);
        const auto found = [&] {
            return view->model()->match(view->model()->index(0, 0), cell::Key, process, 1, Qt::MatchExactly);
        };
        QTRY_VERIFY(!found().isEmpty());
        view->setCurrentIndex(found().first());
        QVERIFY(find<QPushButton>(u"endSession"_s)->isEnabled());
        find<QPushButton>(u"endSession"_s)->click();
        const auto told = [this] {
            const QList<QLabel *> labels = m_page->findChildren<QLabel *>(u"errorMessage"_s);
            return std::any_of(labels.cbegin(), labels.cend(),
                               [](const QLabel *label) { return label->isVisible(); });
        };
        QTRY_VERIFY(told());
        // The page asks again by itself, and has its answer.
        const auto *status = find<QLabel>(u"pageStatus"_s);
        const QString before = status->text();
        QTRY_VERIFY_WITH_TIMEOUT(status->text() != before, 15'000);
        QVERIFY(told());
        m_page->refresh();
        QVERIFY(!told());
    }

    void whoIsNotToldOfOthersReadsSo()
    {
        const Result<Session> other = openSession(m_database->login(u"sandbox_owner"_s), u"Other"_s, {});
        VERIFY_OK(other);
        open<ActivityPage>(u"sandbox_manager"_s);
        QTRY_VERIFY(rowOf(u"sessionTable"_s, 1, u"sandbox_owner"_s) >= 0);
        QVERIFY(!find<QLabel>(u"pageStatus"_s)->text().contains(u"active"_s));
        auto *view = find<QTableView>(u"sessionTable"_s);
        view->setCurrentIndex(view->model()->index(rowOf(u"sessionTable"_s, 1, u"sandbox_owner"_s), 0));
        QVERIFY(!find<QPushButton>(u"endSession"_s)->isEnabled());
    }

    void settingsAreJudgedAndMayNotBeChangedByEverybody()
    {
        open<SettingsPage>(u"sandbox_dba"_s);
        QVERIFY(rowOf(u"settingTable"_s, 0, u"work_mem"_s) >= 0);
        QVERIFY(rowOf(u"settingTable"_s, 1, u"obsolete"_s) >= 0);
        QVERIFY(find<QLabel>(u"settingsNote"_s)->text().contains(u"GRANT ALTER SYSTEM"_s));
    }
};

QTEST_MAIN(TestPerformancePages)
#include "tst_performancepages.moc"
