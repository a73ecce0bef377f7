// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/backupspage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "app/core/paths.h"
#include "app/core/shellcommand.h"
#include "app/services/backupverify.h"
#include "ui/backup/asidedialog.h"
#include "ui/backup/backupcolumns.h"
#include "ui/backup/backupdialog.h"
#include "ui/backup/backupfigures.h"
#include "ui/backup/inspectdialog.h"
#include "ui/backup/proofpanel.h"
#include "ui/backup/prunedialog.h"
#include "ui/backup/recoverydialog.h"
#include "ui/backup/restoredialog.h"
#include "ui/backup/schedulesdialog.h"
#include "ui/backup/targetsdialog.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;
using backup::Level;
using backup::StoredBackup;

QString backupsUnavailable(const Capabilities &can)
{
    if (can.ops || can.superuser)
        return {};
    return BackupsPage::tr("Backups hold the rows of every store: they are made and restored by ops staff "
                           "(a login in retail_ops).");
}

BackupsPage::BackupsPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Backups"), Scope::Database, parent)
    , m_model(new ListModel<StoredBackup>(
          backupColumns(), [](const StoredBackup &each) { return each.manifestPath(); }, this))
    , m_proxy(new QSortFilterProxyModel(this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"backupsTable"_s, this))
    , m_figures(new BackupFigures(ui.theme, this))
    , m_proofs(new ProofPanel(ui, this))
    , m_folder(new QLabel(this))
    , m_create(new QPushButton(tr("&Back up now…"), this))
    , m_verify(new QPushButton(tr("&Verify"), this))
    , m_inspect(new QPushButton(tr("&Look inside"), this))
    , m_restore(new QPushButton(tr("&Restore…"), this))
    , m_prune(new QPushButton(tr("Remove &old ones…"), this))
    , m_more(new QPushButton(tr("&More"), this))
    , m_request(this)
{
    setObjectName(u"backupsPage"_s);
    setAcceptDrops(true);
    m_proxy->setSourceModel(m_model);
    m_proxy->setSortRole(cell::Raw);
    m_proxy->sort(0, Qt::DescendingOrder);
    m_view->setLeastStretch(160);
    m_view->setModel(m_proxy);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setSortIndicator(0, Qt::DescendingOrder);
    m_view->setAccessibleName(tr("Backups"));
    m_create->setObjectName(u"createBackup"_s);
    m_create->setDefault(true);
    m_verify->setObjectName(u"verifyBackup"_s);
    m_inspect->setObjectName(u"inspectBackup"_s);
    m_restore->setObjectName(u"restoreBackup"_s);
    m_prune->setObjectName(u"pruneBackups"_s);
    m_folder->setObjectName(u"backupFolder"_s);
    m_folder->setProperty("secondary", true);
    m_folder->setTextFormat(Qt::PlainText);
    auto *change = new QPushButton(tr("Choose &folder…"), this);
    change->setObjectName(u"chooseBackupFolder"_s);
    change->setProperty("flat", true);

    auto *actions = new QHBoxLayout;
    actions->setSpacing(8);
    auto *menu = new QMenu(m_more);
    m_recover = menu->addAction(tr("Bring back a &store's rows…"), this, [this] {
        if (const std::optional<StoredBackup> chosen = selected())
            openDialog(new RecoveryDialog(m_ui, chosen->dumpPath(), this));
    });
    menu->addAction(tr("Databases set &aside…"), this, [this] { openDialog(new AsideDialog(m_ui, this)); });
    menu->addAction(tr("S&chedules…"), this, &BackupsPage::openSchedules);
    menu->addAction(tr("Run a &drill"), m_proofs, &ProofPanel::drill);
    QMenu *uploads = menu->addMenu(tr("&Upload the newest to"));
    uploads->setObjectName(u"uploadBackup"_s);
    connect(uploads, &QMenu::aboutToShow, this, [this, uploads] { m_proofs->fillUploads(uploads); });
    const auto openTargets = [this] { openDialog(new TargetsDialog(m_ui, this)); };
    menu->addAction(tr("Upload &targets…"), this, openTargets);
    m_more->setObjectName(u"moreBackups"_s);
    m_more->setMenu(menu);
    for (QPushButton *button : {m_create, m_verify, m_inspect, m_restore, m_prune, m_more})
        actions->addWidget(button);
    actions->addStretch();
    auto *place = new QHBoxLayout;
    place->setSpacing(8);
    place->addWidget(m_folder, 1);
    place->addWidget(change);
    auto *content = new QWidget(this);
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(16, 12, 16, 0);
    layout->setSpacing(12);
    layout->addWidget(m_figures);
    layout->addWidget(m_proofs);
    layout->addLayout(actions);
    layout->addLayout(place);
    layout->addWidget(m_view, 1);
    setContent(content);

    connect(m_view, &TableView::sortRequested, this,
            [this](int column, Qt::SortOrder order) { m_proxy->sort(column, order); });
    connect(m_view, &TableView::currentRowChanged, this, &BackupsPage::updateActions);
    connect(m_view, &QAbstractItemView::activated, this, &BackupsPage::inspectSelected);
    connect(m_create, &QPushButton::clicked, this, &BackupsPage::openCreate);
    connect(m_verify, &QPushButton::clicked, this, &BackupsPage::verifySelected);
    connect(m_inspect, &QPushButton::clicked, this, &BackupsPage::inspectSelected);
    connect(m_restore, &QPushButton::clicked, this, [this] { openRestore(); });
    connect(m_prune, &QPushButton::clicked, this, &BackupsPage::openPrune);
    connect(change, &QPushButton::clicked, this, &BackupsPage::chooseFolder);
    connect(m_proofs, &ProofPanel::schedulesRequested, this, &BackupsPage::openSchedules);
    connect(m_proofs, &ProofPanel::targetsRequested, this, openTargets);
    connect(m_figures, &BackupFigures::backupRequested, this, &BackupsPage::openCreate);
    connect(&ui.app.jobs, &JobRunner::finished, this, [this](const Job *job) {
        static const QStringList ours{u"backup"_s,  u"verification"_s, u"prune"_s,
                                      u"restore"_s, u"drill"_s,        u"upload"_s};
        if (ours.contains(job->spec().kind))
            refresh();
    });
    updateActions();
}

QString BackupsPage::folder() const
{
    const QString last = m_ui.app.settings.get(settings::backupFolder);
    return last.isEmpty() ? paths::data() + u"/backups"_s : last;
}

void BackupsPage::load()
{
    showContent();
    setLoading(true);
    const Capabilities can = m_ui.app.pool.capabilities();
    const QString identifier = can.systemIdentifier == 0 ? QString() : QString::number(can.systemIdentifier);
    m_request.run(
        [this, identifier, database = can.database, where = folder()](const CancelToken &) {
            return QtConcurrent::run([&app = m_ui.app, where, database, identifier] {
                return Result<backup::Overview>(
                    backup::overview(where, database, identifier, app.local,
                                     app.schedules.states(QDateTime::currentDateTimeUtc())));
            });
        },
        [this](const Result<backup::Overview> &overview) {
            setLoading(false);
            if (overview)
                show(*overview);
            else
                showError(overview.error(), m_model->rowCount() == 0);
        });
}

void BackupsPage::clear()
{
    m_request.cancel();
    m_model->setRows({});
    m_overview = {};
    m_figures->clear();
    m_proofs->clear();
    updateActions();
}

void BackupsPage::show(const backup::Overview &overview)
{
    m_overview = overview;
    m_model->setRows(overview.backups);
    m_proofs->show(overview);
    m_figures->show(overview, m_ui.app.pool.capabilities().database);
    m_folder->setText(tr("Folder: %1").arg(overview.folder) +
                      (overview.problems.isEmpty() ? QString() : u" · "_s + overview.problems.join(u' ')));
    const int count = m_model->rowCount();
    setStatus(count == 1 ? tr("1 backup") : tr("%1 backups").arg(format::count(count)));
    if (!m_view->currentIndex().isValid() && count > 0)
        m_view->selectRow(0);
    updateActions();
}

std::optional<StoredBackup> BackupsPage::selected() const
{
    const QModelIndex current = m_view->currentIndex();
    const int row = current.isValid() ? m_model->rowOf(current.data(cell::Key).toString()) : -1;
    return row < 0 ? std::nullopt : std::optional(m_model->row(row));
}

void BackupsPage::updateActions()
{
    const bool any = selected().has_value();
    m_verify->setEnabled(any);
    m_inspect->setEnabled(any);
    m_recover->setEnabled(any);
    m_prune->setEnabled(m_model->rowCount() > 0);
}

void BackupsPage::chooseFolder()
{
    auto *dialog = new QFileDialog(this, tr("Folder of the backups"), folder());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &chosen) {
        m_ui.app.settings.set(settings::backupFolder, chosen);
        refresh();
    });
    dialog->open();
}

void BackupsPage::openDialog(QDialog *dialog)
{
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void BackupsPage::openCreate()
{
    openDialog(new BackupDialog(m_ui, folder(), this));
}

void BackupsPage::openRestore(const QString &file)
{
    const std::optional<StoredBackup> chosen = selected();
    openDialog(new RestoreDialog(m_ui, file.isEmpty() && chosen ? chosen->dumpPath() : file, folder(), this));
}

void BackupsPage::openPrune()
{
    openDialog(new PruneDialog(m_ui, folder(), this));
}

void BackupsPage::openSchedules()
{
    auto *dialog = new SchedulesDialog(m_ui, folder(), this);
    connect(dialog, &QDialog::finished, this, &BackupsPage::refresh);
    openDialog(dialog);
}

void BackupsPage::inspectSelected()
{
    if (const std::optional<StoredBackup> chosen = selected())
        openDialog(new InspectDialog(m_ui, *chosen, this));
}

void BackupsPage::verifySelected()
{
    const std::optional<StoredBackup> chosen = selected();
    if (!chosen)
        return;
    const backup::Means means{
        backup::toolFolders(m_ui.app.settings.get(settings::toolFolder)), {}, m_ui.app.pool.login()};
    // What is sealed is opened by its key alone, which is not here.
    const Level wanted = chosen->manifest.sealed() ? Level::Checksum : Level::Restored;
    m_ui.app.jobs.start({u"verification"_s, tr("Verify a backup"), chosen->manifest.dump,
                         shellCommand(QStringList{u"backup"_s, u"verify"_s, u"--level"_s,
                                                  backup::levelName(wanted), chosen->dumpPath()} +
                                      means.login->profile.words())},
                        [stored = *chosen, means, wanted](JobContext &job) -> Result<QString> {
                            const Result<StoredBackup> checked = backup::verify(stored, wanted, means, job);
                            if (!checked)
                                return checked.error();
                            return u"%1: %2."_s.arg(checked->manifest.dump, checked->manifest.levelText());
                        });
}

void BackupsPage::dragEnterEvent(QDragEnterEvent *event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() == 1 && urls.first().isLocalFile())
        event->acceptProposedAction();
}

void BackupsPage::dropEvent(QDropEvent *event)
{
    event->acceptProposedAction();
    openRestore(event->mimeData()->urls().value(0).toLocalFile());
}

QString BackupsPage::help() const
{
    return tr(
        "The backups of a folder, and whether there is one to rely on. Only what was verified is green: "
        "“listed” means that the checksum is right and every table is in it, “restored” that it was put back "
        "for a test and compared. Verify restores into a throw-away server. Restore shows its plan first and "
        "makes a new database unless the name of an existing one is typed. A drill restores the newest "
        "backup somewhere harmless and tells how long that takes; three copies on two media, one off-site, "
        "survive one mishap. Upload targets… sets up where copies go, Schedules… makes backups, drills, "
        "uploads and maintenance run by themselves. A backup file can be dropped on this page. Enter looks "
        "inside the selected backup.");
}
