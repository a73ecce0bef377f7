// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/keyring.h"
#include "tests/support/restoretest.h"
#include "tests/support/windowtest.h"
#include "ui/backup/backupspage.h"
#include "ui/backup/targetdialog.h"
#include "ui/backup/targetsdialog.h"
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
    QString explained;
    bool yes = true;
    void notify(const QString &title, const QString &) override { notified += title; }
    void confirm(QWidget *, const QString &, const QString &explanation, const QString &,
                 std::function<void(bool)> answer) override
    {
        explained = explanation;
        answer(yes);
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

    using Fields = QHash<QString, QString>;
    UiContext ui() { return {*m_app, *m_theme, m_prompt}; }
    QList<UploadTarget> targets() const { return m_app->uploadTargets.all().value(); }
    void press(const QString &button) const { find<QPushButton>(button)->click(); }
    void fill(const Fields &fields) const
    {
        for (auto field = fields.cbegin(); field != fields.cend(); ++field)
            find<QLineEdit>(field.key())->setText(field.value());
    }
    /// As long as that of an account, and no account's.
    static QString key() { return QString::fromLatin1(QByteArray(64, 'k').toBase64()); }

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
        m_prompt.yes = true;
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
        QVERIFY(tree->topLevelItem(0)->text(5).contains(u"not enabled"));
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

    void aTargetIsAddedTriedEditedAndRemoved()
    {
        const QTemporaryDir disk;
        for (const QString &name : {u"shop.json"_s, u"shop.dump"_s, u"other.json"_s, u"erased.json"_s})
            QVERIFY(QFile(disk.filePath(name)).open(QIODevice::WriteOnly));
        connectAs(u"sandbox_ops"_s);
        m_window->showPage(u"backups"_s);
        QTRY_VERIFY(!page()->loading());
        auto *menu = find<QMenu>(u"uploadBackup"_s);
        emit menu->aboutToShow();
        QCOMPARE(menu->actions().size(), 1);
        QVERIFY(menu->actions().first()->isEnabled());
        menu->actions().first()->trigger();
        const auto *tree = find<QTreeWidget>(u"targetsTree"_s);
        const auto *note = find<QLabel>(u"targetsNote"_s);
        QVERIFY(tree && note && !find<QPushButton>(u"tryTarget"_s)->isEnabled());

        press(u"addTarget"_s);
        fill({{u"targetName"_s, u"disk"_s}, {u"targetFolder"_s, disk.path() + u'/'}});
        press(u"targetSave"_s);
        QTRY_COMPARE(tree->topLevelItemCount(), 1);
        QCOMPARE(tree->topLevelItem(0)->text(0), u"disk"_s);
        QCOMPARE(tree->topLevelItem(0)->text(1), disk.path());
        QCOMPARE(tree->topLevelItem(0)->text(3), u"none needed"_s);
        QTRY_VERIFY(!find<QDialog>(u"targetDialog"_s));
        press(u"tryTarget"_s);
        QTRY_COMPARE_WITH_TIMEOUT(note->text(), u"disk answers: 1 backup is there."_s, 20'000);

        const QString below = disk.filePath(u"below"_s);
        QVERIFY(QDir().mkdir(below));
        press(u"editTarget"_s);
        QVERIFY(find<QLineEdit>(u"targetName"_s)->isReadOnly());
        QCOMPARE(find<QLineEdit>(u"targetFolder"_s)->text(), disk.path());
        fill({{u"targetFolder"_s, below}});
        press(u"targetSave"_s);
        QTRY_COMPARE(tree->topLevelItem(0)->text(1), below);
        QCOMPARE(targets().size(), 1);
        QVERIFY(QDir().rmdir(below));
        press(u"tryTarget"_s);
        QTRY_VERIFY_WITH_TIMEOUT(note->text().startsWith(u"There is no folder "_s + below), 20'000);

        m_prompt.yes = false;
        press(u"removeTarget"_s);
        QVERIFY2(m_prompt.explained.contains(u"stay"), qPrintable(m_prompt.explained));
        QCOMPARE(targets().size(), 1);
        m_prompt.yes = true;
        press(u"removeTarget"_s);
        QTRY_COMPARE(tree->topLevelItemCount(), 0);
        QVERIFY(targets().isEmpty());
        QVERIFY(QFile::exists(disk.filePath(u"shop.dump"_s)));
        press(u"targetsClose"_s);
    }

    void aTargetThatCannotBeIsNotSaved_data()
    {
        QTest::addColumn<int>("kind"); // as the form lists them
        QTest::addColumn<int>("place");
        QTest::addColumn<Fields>("fields");
        QTest::addColumn<QString>("word");
        const auto folder = [](const char *row, const QString &name, const QString &path,
                               const QString &word) {
            QTest::newRow(row) << 0 << 0 << Fields{{u"targetName"_s, name}, {u"targetFolder"_s, path}}
                               << word;
        };
        folder("no name", {}, u"/tmp"_s, u"needs a name"_s);
        folder("a name of two words", u"my disk"_s, u"/tmp"_s, u"“my disk” cannot be the name"_s);
        folder("a name that is taken", u"taken"_s, u"/tmp"_s, u"There is a target “taken” already"_s);
        folder("no folder", u"disk"_s, {}, u"absolute path"_s);
        folder("a folder that is relative", u"disk"_s, u"backups"_s, u"absolute path"_s);
        folder("a folder that is not there", u"disk"_s, u"/nowhere/at/all"_s,
               u"There is no folder /nowhere/at/all"_s);
        QTest::newRow("an option instead of a remote")
            << 2 << 0 << Fields{{u"targetName"_s, u"mine"_s}, {u"targetRemote"_s, u"--config"_s}}
            << u"cannot be a remote"_s;
        const auto azure = [](const char *row, int place, Fields fields, const QString &word) {
            fields.insert({{u"targetName"_s, u"cloud"_s}, {u"targetAccount"_s, u"shop"_s}});
            if (!fields.contains(u"targetContainer"_s))
                fields.insert(u"targetContainer"_s, u"backups"_s);
            QTest::newRow(row) << 1 << place << fields << word;
        };
        azure("a container in capitals", 0, {{u"targetContainer"_s, u"Backups"_s}},
              u"“Backups” cannot be a container"_s);
        azure("no key", 0, {}, u"Type the key"_s);
        azure("a word instead of a key", 0, {{u"targetSecret"_s, u"hunter2!"_s}}, u"neither"_s);
        azure("no file of the key", 1, {}, u"Name the file"_s);
        azure("a file of the key that is not there", 1, {{u"targetSecretFile"_s, u"/nowhere/key"_s}},
              u"cannot be read"_s);
        azure("a file of the key that is relative", 1, {{u"targetSecretFile"_s, u"key"_s}},
              u"absolute path"_s);
        azure("a key into a file that is another's", 1,
              {{u"targetSecretFile"_s, u"/etc/passwd"_s}, {u"targetSecret"_s, key()}},
              u"There is a file /etc/passwd already"_s);
    }
    void aTargetThatCannotBeIsNotSaved()
    {
        QFETCH(int, kind);
        QFETCH(int, place);
        QFETCH(Fields, fields);
        QFETCH(QString, word);
        VERIFY_OK(m_app->uploadTargets.save({u"taken"_s, UploadTarget::Kind::Folder, u"/tmp"_s}));
        (new TargetDialog(ui(), {}, m_window.get()))->open();
        find<QComboBox>(u"targetKind"_s)->setCurrentIndex(kind);
        find<QComboBox>(u"targetPlace"_s)->setCurrentIndex(place);
        QCOMPARE(find<QLineEdit>(u"targetFolder"_s)->isVisible(), kind == 0);
        QCOMPARE(find<QLineEdit>(u"targetSecretFile"_s)->isVisible(), kind == 1 && place == 1);
        fill(fields);
        press(u"targetSave"_s);
        QTRY_VERIFY(find<QPushButton>(u"targetSave"_s)->isEnabled());
        const QString said = find<QLabel>(u"targetSaid"_s)->text();
        QVERIFY2(said.contains(word) && !said.contains(u"hunter2"), qPrintable(said));
        QCOMPARE(targets().size(), 1);
        QCOMPARE(targets().first().name, u"taken"_s);
    }

    void withoutAKeyringTheListStaysAsItWas()
    {
        const QByteArray bus = qgetenv("DBUS_SESSION_BUS_ADDRESS");
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        const auto back = qScopeGuard([bus] { qputenv("DBUS_SESSION_BUS_ADDRESS", bus); });
        const QTemporaryDir folder;
        UploadTarget former{u"cloud"_s, UploadTarget::Kind::Azure, {}, u"shop"_s, u"backups"_s};
        former.secretFile = folder.filePath(u"azure.key"_s);
        VERIFY_OK(m_app->uploadTargets.save(former));
        (new TargetsDialog(ui(), m_window.get()))->open();
        const auto *tree = find<QTreeWidget>(u"targetsTree"_s);
        QTRY_COMPARE(tree->topLevelItemCount(), 1);
        QCOMPARE(tree->topLevelItem(0)->text(3), former.secretFile);
        press(u"editTarget"_s);
        QCOMPARE(find<QComboBox>(u"targetPlace"_s)->currentIndex(), 1);
        find<QComboBox>(u"targetPlace"_s)->setCurrentIndex(0);
        fill({{u"targetSecret"_s, key()}});
        press(u"targetSave"_s);
        auto *save = find<QPushButton>(u"targetSave"_s);
        QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), 15'000);
        const QString said = find<QLabel>(u"targetSaid"_s)->text();
        QVERIFY2(said.contains(u"Nothing was saved"), qPrintable(said));
        QCOMPARE(targets().first().secretPlace(), u"file"_s);
        QVERIFY(!QFile::exists(former.secretFile));

        // What was typed can go into the file instead, and nowhere else.
        find<QComboBox>(u"targetPlace"_s)->setCurrentIndex(1);
        save->click();
        QTRY_VERIFY(!find<QDialog>(u"targetDialog"_s));
        const Result<QString> kept = UploadTargets::secret(targets().first(), false, {});
        VERIFY_OK(kept); // others may not read it
        QCOMPARE(*kept, key());
        const QHash<QString, QByteArray> files = contentsOf(m_home.path());
        QVERIFY(!files.isEmpty());
        for (auto file = files.cbegin(); file != files.cend(); ++file)
            QVERIFY2(!file->contains(key().toUtf8()), qPrintable(file.key()));
    }

    // Runs this program again below a session bus of its own with an unlocked gnome-keyring.
    void aKeyComesIntoTheKeyringAndOutOfIt()
    {
        if (keyring::isThere()) {
            (new TargetsDialog(ui(), m_window.get()))->open();
            press(u"addTarget"_s);
            find<QComboBox>(u"targetKind"_s)->setCurrentIndex(1);
            fill({{u"targetName"_s, u"cloud"_s},
                  {u"targetAccount"_s, u"shop"_s},
                  {u"targetContainer"_s, u"backups"_s},
                  {u"targetSecret"_s, key()}});
            press(u"targetSave"_s);
            const auto *tree = find<QTreeWidget>(u"targetsTree"_s);
            QTRY_COMPARE_WITH_TIMEOUT(tree->topLevelItemCount(), 1, 15'000);
            QCOMPARE(tree->topLevelItem(0)->text(3), u"in the keyring"_s);
            const Result<QString> kept = UploadTargets::secret(targets().first(), true, {});
            VERIFY_OK(kept);
            QCOMPARE(*kept, key());
            const QString entry = targets().first().keyName();
            press(u"removeTarget"_s);
            QTRY_COMPARE(tree->topLevelItemCount(), 0);
            QTRY_VERIFY_WITH_TIMEOUT(m_app->secrets.rememberedBackend(entry).isEmpty(), 15'000);
            const Result<QString> gone = SecretStore::readHere(entry, {});
            QVERIFY(!gone);
            QCOMPARE(gone.error().kind, ErrorKind::NotFound);
            return;
        }
        const QByteArray failure = keyring::run("aKeyComesIntoTheKeyringAndOutOfIt", {}, 120'000);
        QVERIFY2(failure.isEmpty(), failure.constData());
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
