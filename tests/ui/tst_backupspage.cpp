// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/restoretest.h"
#include "tests/support/windowtest.h"
#include "ui/backup/backupspage.h"
#include "ui/jobs/jobspage.h"
#include "ui/shared/figuretile.h"
#include "ui/shared/jobmodel.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScopeGuard>
#include <QTableView>
#include <QTimeEdit>
#include <QTreeWidget>

using namespace Qt::StringLiterals;
using namespace restoretest;

namespace {

class NotedPrompt final : public Prompt
{
public:
    QStringList notified;
    void notify(const QString &title, const QString &) override { notified += title; }
    void confirm(QWidget *, const QString &, const QString &, const QString &,
                 std::function<void(bool)> answer) override
    {
        answer(true);
    }
};

} // namespace

/// The page of ops staff on a real database, by widgets found by name.
class TestBackupsPage final : public WindowTest
{
    Q_OBJECT

    BackupsPage *page() const { return find<BackupsPage>(u"backupsPage"_s); }
    QTableView *table() const { return find<QTableView>(u"backupsTable"_s); }

    void backUp()
    {
        find<QPushButton>(u"createBackup"_s)->click();
        QTRY_VERIFY(find<QPushButton>(u"startBackup"_s));
        QVERIFY(find<QLabel>(u"backupPlan"_s)->text().contains(u"sandbox_ops"));
        find<QPushButton>(u"startBackup"_s)->click();
        QTRY_VERIFY_WITH_TIMEOUT(m_app->jobs.jobs().last()->finished(), 60'000);
        QVERIFY2(m_app->jobs.jobs().last()->state() == JobState::Succeeded,
                 qPrintable(m_app->jobs.jobs().last()->error().text()));
        QTRY_COMPARE(table()->model()->rowCount(), 1);
    }

    NotedPrompt m_prompt;

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        run(u"postgres"_s,
            "ALTER DATABASE " + quoteIdentifier(m_database->name()) + " OWNER TO retail_owner");
    }
    void cleanupTestCase()
    {
        const QString name = m_database->name();
        m_database.reset();
        dropLike(name);
    }
    void init()
    {
        m_prompt.notified.clear();
        openWindow(m_prompt, {u"sandbox_ops"_s, u"sandbox_manager"_s});
    }
    void cleanup() { closeWindow(); }

    void aManagerIsToldWhyItIsGrey()
    {
        connectAs(u"sandbox_manager"_s);
        QTRY_VERIFY(!m_window->registry().usable(u"backups"_s));
        const QModelIndex index = m_window->registry().indexOf(u"backups"_s);
        QVERIFY(index.data(Qt::ToolTipRole).toString().contains(u"ops staff"));
        m_window->showPage(u"backups"_s);
        QVERIFY(!page());
    }

    void aBackupTurnsThePageGreen()
    {
        connectAs(u"sandbox_ops"_s);
        m_window->showPage(u"backups"_s);
        QTRY_VERIFY(!page()->loading());
        const QAbstractItemModelTester tester(table()->model());
        QVERIFY(!find<QPushButton>(u"verifyBackup"_s)->isEnabled());
        backUp();
        QVERIFY(table()->model()->index(0, 1).data().toString().contains(u"listed"));
        QCOMPARE(table()->model()->index(0, 1).data(cell::ToneRole).toInt(), int(cell::Tone::Good));
        QVERIFY(find<QPushButton>(u"verifyBackup"_s)->isEnabled());
    }

    void aBackupThatEndsUnseenIsListed()
    {
        connectAs(u"sandbox_ops"_s);
        m_window->showPage(u"backups"_s);
        QTRY_VERIFY(!page()->loading());
        find<QPushButton>(u"createBackup"_s)->click();
        QTRY_VERIFY(find<QPushButton>(u"startBackup"_s));
        const QSignalSpy ended(&m_app->jobs, &JobRunner::finished);
        find<QPushButton>(u"startBackup"_s)->click();
        m_window->showPage(u"jobs"_s);
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, 60'000);
        QCOMPARE(m_app->jobs.jobs().last()->state(), JobState::Succeeded);
        QCOMPARE(table()->model()->rowCount(), 0);
        m_window->showPage(u"backups"_s);
        QTRY_COMPARE(table()->model()->rowCount(), 1);
    }

    void aRestoreOfNoTableIsNotPlanned()
    {
        connectAs(u"sandbox_ops"_s);
        m_window->showPage(u"backups"_s);
        QTRY_VERIFY(!page()->loading());
        backUp();
        find<QPushButton>(u"restoreBackup"_s)->click();
        QTRY_VERIFY(find<QListWidget>(u"restoreTables"_s));
        auto *tables = find<QListWidget>(u"restoreTables"_s);
        auto *plan = find<QPushButton>(u"planRestore"_s);
        QVERIFY(tables->count() > 1 && plan->isEnabled());
        for (int row = 0; row < tables->count(); ++row)
            tables->item(row)->setCheckState(Qt::Unchecked);
        QVERIFY(!plan->isEnabled());
        const auto *text = find<QPlainTextEdit>(u"restorePlan"_s);
        QVERIFY(text->toPlainText().isEmpty());
        QVERIFY(text->placeholderText().contains(u"No table is ticked"_s));
        tables->item(0)->setCheckState(Qt::Checked);
        QVERIFY(plan->isEnabled());
        QVERIFY(!text->placeholderText().contains(u"No table is ticked"_s));
    }

    void theFilesOfARestoreHaveNamesAndKeys_data()
    {
        QTest::addColumn<QString>("edit");
        QTest::addColumn<QString>("label");
        QTest::newRow("the backup") << u"restoreFile"_s << u"&File"_s;
        QTest::newRow("the secret key") << u"restoreIdentity"_s << u"&Key"_s;
    }
    void theFilesOfARestoreHaveNamesAndKeys()
    {
        QFETCH(QString, edit);
        QFETCH(QString, label);
        connectAs(u"sandbox_ops"_s);
        m_window->showPage(u"backups"_s);
        QTRY_VERIFY(!page()->loading());
        page()->openRestore();
        QTRY_VERIFY(find<QLineEdit>(edit));
        const auto *field = find<QLineEdit>(edit);
        QCOMPARE(field->accessibleName(), QString(label).remove(u'&'));
        const QList<QLabel *> labels = field->window()->findChildren<QLabel *>();
        QVERIFY(std::any_of(labels.cbegin(), labels.cend(), [&](const QLabel *each) {
            return each->buddy() == field && each->text() == label;
        }));
    }

    void aDrillAndTheCopiesAreShown()
    {
        connectAs(u"sandbox_ops"_s);
        m_window->showPage(u"backups"_s);
        QTRY_VERIFY(!page()->loading());
        auto *drill = find<FigureTile>(u"lastDrillTile"_s);
        auto *copies = find<FigureTile>(u"copiesTile"_s);
        QCOMPARE(find<FigureTile>(u"nextRunTile"_s)->figure(), u"none"_s);
        QCOMPARE(copies->figure(), u"none"_s);
        backUp();
        QTRY_COMPARE(copies->figure(), u"2 - 1 - 0"_s);
        QCOMPARE(drill->figure(), u"never"_s);
        emit drill->actionRequested();
        const Job *job = m_app->jobs.jobs().last();
        QCOMPARE(job->spec().kind, u"drill"_s);
        QTRY_VERIFY_WITH_TIMEOUT(job->finished(), 120'000);
        QVERIFY2(job->state() == JobState::Succeeded, qPrintable(job->error().text()));
        QTRY_VERIFY(drill->figure() != u"never");
    }

    void aScheduleThatWasMissedIsRed()
    {
        VERIFY_OK(m_app->schedules.save({u"backup"_s,
                                         {},
                                         QTime(2, 0),
                                         0,
                                         {u"backup"_s},
                                         false,
                                         QDateTime::currentDateTimeUtc().addDays(-3)}));
        connectAs(u"sandbox_ops"_s);
        m_window->showPage(u"backups"_s);
        QTRY_VERIFY(!page()->loading());
        QTRY_COMPARE(find<FigureTile>(u"nextRunTile"_s)->figure(), u"missed"_s);
    }

    void aScheduleIsAddedAndRemoved()
    {
        // No timer of who runs this test is touched.
        const QTemporaryDir tools;
        QFile systemctl(tools.filePath(u"systemctl"_s));
        QVERIFY(systemctl.open(QIODevice::WriteOnly) && systemctl.write("#!/bin/sh\nexit 1\n") > 0);
        systemctl.close();
        QVERIFY(systemctl.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
        const QByteArray path = qgetenv("PATH");
        qputenv("PATH", QFile::encodeName(tools.path()) + ':' + path);
        const auto restored = qScopeGuard([path] { qputenv("PATH", path); });

        connectAs(u"sandbox_ops"_s);
        m_window->showPage(u"backups"_s);
        QTRY_VERIFY(!page()->loading());
        emit find<FigureTile>(u"nextRunTile"_s)->actionRequested();
        auto *tree = find<QTreeWidget>(u"schedulesTree"_s);
        QVERIFY(tree);
        find<QPushButton>(u"addSchedule"_s)->click();
        auto *command = find<QLabel>(u"scheduleCommand"_s);
        QVERIFY2(command->text().contains(u"backup create --no-password") &&
                     command->text().contains(u"--profile sandbox_ops"),
                 qPrintable(command->text()));
        find<QComboBox>(u"scheduleDay"_s)->setCurrentIndex(7);
        find<QTimeEdit>(u"scheduleTime"_s)->setTime(QTime(3, 30));
        QVERIFY(command->text().contains(u"Sunday at 03:30"));
        find<QPushButton>(u"scheduleAdd"_s)->click();
        QTRY_COMPARE(tree->topLevelItemCount(), 1);
        const QString note = find<QLabel>(u"schedulesNote"_s)->text();
        QVERIFY2(note.contains(u"does not run yet") && note.contains(u"systemctl --user enable --now"),
                 qPrintable(note));
        QCOMPARE(QDir(scheduleunit::folder()).entryList(QDir::Files).size(), 2);
        QTRY_VERIFY(find<QPushButton>(u"removeSchedule"_s)->isEnabled());
        find<QPushButton>(u"removeSchedule"_s)->click();
        QTRY_COMPARE(tree->topLevelItemCount(), 0);
        QVERIFY(QDir(scheduleunit::folder()).entryList(QDir::Files).isEmpty());
        find<QPushButton>(u"schedulesClose"_s)->click();
    }

    void aScheduleThatCouldNotLogInIsNotAdded()
    {
        Profile secretless = m_database->login(u"sandbox_ops"_s).profile;
        secretless.name = u"secretless"_s;
        secretless.passfile.clear();
        VERIFY_OK(m_app->profiles.save(secretless));
        connectAs(u"sandbox_ops"_s);
        m_window->showPage(u"backups"_s);
        QTRY_VERIFY(!page()->loading());
        emit find<FigureTile>(u"nextRunTile"_s)->actionRequested();
        find<QPushButton>(u"addSchedule"_s)->click();
        auto *profile = find<QComboBox>(u"scheduleProfile"_s);
        profile->setCurrentIndex(profile->findText(u"secretless"_s));
        auto *add = find<QPushButton>(u"scheduleAdd"_s);
        add->click();
        QTRY_VERIFY(add->isEnabled());
        const QString told = find<QLabel>(u"scheduleCommand"_s)->text();
        QVERIFY2(told.contains(u"Without you the job could not connect"), qPrintable(told));
        QVERIFY(m_app->schedules.all().isEmpty());
    }

    void anUploadToATargetThatIsSetUp()
    {
        QTemporaryDir disk;
        UploadTarget target;
        target.name = u"disk"_s;
        target.path = disk.path();
        VERIFY_OK(m_app->uploadTargets.save(target));
        connectAs(u"sandbox_ops"_s);
        m_window->showPage(u"backups"_s);
        QTRY_VERIFY(!page()->loading());
        backUp();
        auto *menu = find<QMenu>(u"uploadBackup"_s);
        emit menu->aboutToShow();
        QCOMPARE(menu->actions().size(), 1);
        menu->actions().first()->trigger();
        const Job *job = m_app->jobs.jobs().last();
        QCOMPARE(job->spec().kind, u"upload"_s);
        QTRY_VERIFY_WITH_TIMEOUT(job->finished(), 60'000);
        QVERIFY2(job->state() == JobState::Succeeded, qPrintable(job->error().text()));
        QCOMPARE(backup::listBackups(disk.path()).size(), 1);
        QTRY_COMPARE(find<FigureTile>(u"copiesTile"_s)->figure(), u"3 - 1 - 0"_s);
    }

    void aDroppedFileOnlyOpensTheDialog()
    {
        connectAs(u"sandbox_ops"_s);
        m_window->showPage(u"backups"_s);
        QTRY_VERIFY(!page()->loading());
        backUp();
        const QString file =
            backup::listBackups(m_app->settings.get(settings::backupFolder)).first().dumpPath();
        const QHash<QString, QString> before = contents(m_database->name());
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(file)});
        QDragEnterEvent enter(QPoint(5, 5), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(page(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(5, 5), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(page(), &drop);
        QTRY_VERIFY(find<QPushButton>(u"startRestore"_s));
        auto *start = find<QPushButton>(u"startRestore"_s);
        auto *word = find<QLineEdit>(u"restoreWord"_s);
        QCOMPARE(find<QLineEdit>(u"restoreFile"_s)->text(), file);
        QVERIFY(!start->isEnabled());

        for (const int how : {1, 2}) { // in the place of a live one, over an existing one
            find<QComboBox>(u"restoreHow"_s)->setCurrentIndex(how);
            find<QPushButton>(u"planRestore"_s)->click();
            QTRY_VERIFY_WITH_TIMEOUT(find<QPlainTextEdit>(u"restorePlan"_s)
                                         ->toPlainText()
                                         .contains(m_database->name() + u"” now"_s),
                                     60'000);
            QVERIFY(!start->isEnabled());
            word->setText(u"yes"_s);
            QVERIFY(!start->isEnabled());
            word->setText(m_database->name());
            QVERIFY(start->isEnabled());
            // Any change makes the plan void, and the typed name with it.
            find<QLineEdit>(u"restoreInto"_s)->setText(m_database->name() + u"x"_s);
            QVERIFY(!start->isEnabled() && word->text().isEmpty());
            find<QLineEdit>(u"restoreInto"_s)->setText(m_database->name());
        }
        QCOMPARE(contents(m_database->name()), before);

        find<QComboBox>(u"restoreHow"_s)->setCurrentIndex(0);
        find<QPushButton>(u"planRestore"_s)->click();
        QTRY_VERIFY_WITH_TIMEOUT(start->isEnabled(), 60'000);
        start->click();
        const Job *job = m_app->jobs.jobs().last();
        QTRY_VERIFY_WITH_TIMEOUT(job->finished(), 60'000);
        QVERIFY2(job->state() == JobState::Succeeded, qPrintable(job->error().text()));
        QVERIFY(exists(m_database->name() + u"_restored"_s));
        // A restore is never repeated by a click.
        QVERIFY(!m_app->jobs.repeat(job));
        m_window->showPage(u"jobs"_s);
        QTRY_VERIFY(find<QPushButton>(u"repeatJob"_s));
        auto *jobs = find<QTableView>(u"jobsTable"_s);
        QStringList titles;
        for (int row = 0; row < jobs->model()->rowCount(); ++row) {
            titles += jobs->model()->index(row, JobModel::Title).data().toString();
            if (!titles.last().startsWith(u"Restore"))
                continue;
            jobs->selectRow(row);
            QTRY_VERIFY(!find<QPushButton>(u"repeatJob"_s)->isEnabled());
        }
        QVERIFY2(!titles.filter(u"Restore"_s).isEmpty(), qPrintable(titles.join(u'\n')));
    }

    void aJobRunsAgainAndIsAnnounced()
    {
        m_window->showPage(u"jobs"_s);
        int runs = 0;
        Job *job =
            m_app->jobs.start({u"test"_s, u"Count"_s, {}, u"retail-admin count"_s},
                              [&runs](JobContext &) -> Result<QString> { return QString::number(++runs); });
        QTRY_VERIFY(job->finished());
        auto *jobs = find<QTableView>(u"jobsTable"_s);
        QTRY_COMPARE(jobs->model()->rowCount(), 1);
        jobs->selectRow(0);
        QTRY_VERIFY(find<QPushButton>(u"repeatJob"_s)->isEnabled());
        QVERIFY(m_prompt.notified.isEmpty()); // who looks at the window sees it
        QWidget other;
        other.show();
        other.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&other));
        QVERIFY(!m_window->isActiveWindow());
        find<QPushButton>(u"repeatJob"_s)->click();
        QTRY_COMPARE(jobs->model()->rowCount(), 2);
        QTRY_COMPARE(m_app->jobs.jobs().last()->summary(), u"2"_s);
        QTRY_VERIFY(m_prompt.notified.contains(u"Count: Done"_s));
        find<QLineEdit>(u"jobsFilter"_s)->setText(u"nothing like it"_s);
        QCOMPARE(jobs->model()->rowCount(), 0);
    }
};

QTEST_MAIN(TestBackupsPage)
#include "tst_backupspage.moc"
