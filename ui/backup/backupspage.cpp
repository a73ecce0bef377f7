// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/backupspage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "app/core/paths.h"
#include "app/services/backupverify.h"
#include "ui/backup/asidedialog.h"
#include "ui/backup/backupdialog.h"
#include "ui/backup/inspectdialog.h"
#include "ui/backup/proofpanel.h"
#include "ui/backup/prunedialog.h"
#include "ui/backup/recoverydialog.h"
#include "ui/backup/restoredialog.h"
#include "ui/shared/figuretile.h"
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

namespace {

/// Only what was verified is green.
cell::Tone toneOf(const backup::Manifest &manifest)
{
    if (manifest.verification.failed)
        return cell::Tone::Bad;
    return manifest.good() ? cell::Tone::Good : cell::Tone::Warning;
}

QString iconOf(const backup::Manifest &manifest)
{
    if (manifest.verification.failed)
        return u"state-error"_s;
    return manifest.good() ? u"dialog-ok-apply"_s : u"state-warning"_s;
}

QList<ListColumn<StoredBackup>> columns()
{
    const auto tr = [](const char *text) { return BackupsPage::tr(text); };
    return {
        {.title = tr("Made"),
         .value = [](const StoredBackup &b) { return QVariant(b.manifest.created); },
         .text =
             [](const StoredBackup &b) {
                 return format::relative(b.manifest.created, QDateTime::currentDateTimeUtc());
             },
         .toolTip = [](const StoredBackup &b) { return format::exact(b.manifest.created.toLocalTime()); }},
        {.title = tr("Verified"),
         .value = [](const StoredBackup &b) { return QVariant(int(b.manifest.verification.level)); },
         .text = [](const StoredBackup &b) { return b.manifest.levelText(); },
         .tone = [](const StoredBackup &b) { return toneOf(b.manifest); },
         .icon = [](const StoredBackup &b) { return iconOf(b.manifest); },
         .toolTip =
             [](const StoredBackup &b) {
                 const backup::Verification &v = b.manifest.verification;
                 return (v.at.isValid() ? format::exact(v.at.toLocalTime()) : QString()) +
                        (v.where.isEmpty() ? QString() : u"\n"_s + v.where) +
                        (v.reason.isEmpty() ? QString() : u"\n"_s + v.reason);
             },
         .explanation =
             tr("listed: checksum right and every table in the contents. restored: put back for a test and "
                "compared with what was backed up.")},
        {.title = tr("Database"),
         .value = [](const StoredBackup &b) { return QVariant(b.manifest.database); }},
        {.title = tr("Scope"),
         .value = [](const StoredBackup &b) { return QVariant(backup::scopeName(b.manifest.scope)); },
         .text =
             [](const StoredBackup &b) {
                 switch (b.manifest.scope) {
                 case backup::Scope::Database:
                     return BackupsPage::tr("whole database");
                 case backup::Scope::Schema:
                     return BackupsPage::tr("retail schema");
                 case backup::Scope::Tables:
                     break;
                 }
                 return BackupsPage::tr("%1 tables").arg(b.manifest.tables.size());
             }},
        {.title = tr("Size"),
         .value = [](const StoredBackup &b) { return QVariant(b.manifest.bytes()); },
         .text = [](const StoredBackup &b) { return format::bytes(b.manifest.bytes()); },
         .number = true},
        {.title = tr("Rows"),
         .value = [](const StoredBackup &b) { return QVariant(b.manifest.rows()); },
         .text = [](const StoredBackup &b) { return format::count(b.manifest.rows()); },
         .number = true},
        {.title = tr("Took"),
         .value =
             [](const StoredBackup &b) { return QVariant(b.manifest.created.msecsTo(b.manifest.finished)); },
         .text =
             [](const StoredBackup &b) {
                 return format::duration(b.manifest.created.msecsTo(b.manifest.finished));
             },
         .number = true},
        {.title = tr("Sealed"),
         .value = [](const StoredBackup &b) { return QVariant(b.manifest.sealed()); },
         .text =
             [](const StoredBackup &b) {
                 return b.manifest.sealed()
                            ? (b.manifest.recipients.size() == 1
                                   ? BackupsPage::tr("to 1 key")
                                   : BackupsPage::tr("to %1 keys").arg(b.manifest.recipients.size()))
                            : u"–"_s;
             }},
        {.title = tr("File"),
         .value = [](const StoredBackup &b) { return QVariant(b.manifest.dump); },
         .toolTip = [](const StoredBackup &b) { return b.dumpPath(); }},
    };
}

} // namespace

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
          columns(), [](const StoredBackup &each) { return each.manifestPath(); }, this))
    , m_proxy(new QSortFilterProxyModel(this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"backupsTable"_s, this))
    , m_last(new FigureTile(ui.theme, u"lastBackupTile"_s, tr("Last verified backup"), this))
    , m_space(new FigureTile(ui.theme, u"freeDiskTile"_s, tr("Free disk"), this))
    , m_failed(new FigureTile(ui.theme, u"failuresTile"_s, tr("Failures, 7 days"), this))
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

    auto *tiles = new QHBoxLayout;
    tiles->setSpacing(12);
    for (FigureTile *tile : {m_last, m_space, m_failed})
        tiles->addWidget(tile, 1);
    auto *actions = new QHBoxLayout;
    actions->setSpacing(8);
    auto *menu = new QMenu(m_more);
    m_recover = menu->addAction(tr("Bring back a &store's rows…"), this, [this] {
        if (const std::optional<StoredBackup> chosen = selected())
            openDialog(new RecoveryDialog(m_ui, chosen->dumpPath(), this));
    });
    menu->addAction(tr("Databases set &aside…"), this, [this] { openDialog(new AsideDialog(m_ui, this)); });
    menu->addAction(tr("Run a &drill"), m_proofs, &ProofPanel::drill);
    QMenu *uploads = menu->addMenu(tr("&Upload the newest to"));
    uploads->setObjectName(u"uploadBackup"_s);
    connect(uploads, &QMenu::aboutToShow, this, [this, uploads] { m_proofs->fillUploads(uploads); });
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
    layout->addLayout(tiles);
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
    connect(m_last, &FigureTile::actionRequested, this, &BackupsPage::openCreate);
    connect(&ui.app.jobs, &JobRunner::finished, this, [this](const Job *job) {
        static const QStringList ours{u"backup"_s,  u"verification"_s, u"prune"_s,
                                      u"restore"_s, u"drill"_s,        u"upload"_s};
        if (ours.contains(job->spec().kind) && isVisible())
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
    for (FigureTile *tile : {m_last, m_space, m_failed})
        tile->setFigure(u"–"_s, {});
    m_proofs->clear();
    updateActions();
}

void BackupsPage::show(const backup::Overview &overview)
{
    m_overview = overview;
    m_model->setRows(overview.backups);
    m_proofs->show(overview);
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const QString database = m_ui.app.pool.capabilities().database;
    if (!overview.lastGood) {
        m_last->setFigure(tr("none"),
                          overview.last ? tr("The last one of %1 is not verified").arg(database)
                                        : tr("No backup of %1 is in this folder").arg(database),
                          cell::Tone::Bad);
        m_last->setAction(tr("Back up now…"));
    } else {
        const QDateTime made = overview.lastGood->manifest.created;
        const qint64 hours = made.secsTo(now) / 3600;
        m_last->setFigure(format::relative(made, now),
                          tr("%1: %2").arg(database, overview.lastGood->manifest.levelText()),
                          hours < 26       ? cell::Tone::Good
                          : hours < 7 * 24 ? cell::Tone::Warning
                                           : cell::Tone::Bad);
        m_last->setAction({});
    }
    const bool tight =
        overview.freeBytes >= 0 && overview.lastBytes > 0 && overview.freeBytes < 3 * overview.lastBytes;
    m_space->setFigure(overview.freeBytes < 0 ? tr("unknown") : format::bytes(overview.freeBytes),
                       overview.lastBytes > 0
                           ? tr("room for %1 backups like the last")
                                 .arg(format::count(overview.freeBytes / overview.lastBytes))
                           : tr("where the backups are kept"),
                       tight ? cell::Tone::Bad : cell::Tone::Normal);
    m_failed->setFigure(format::count(overview.failures.size()),
                        overview.failures.isEmpty() ? tr("backups, verifications and restores from here")
                                                    : overview.failures.first().summary,
                        overview.failures.isEmpty() ? cell::Tone::Normal : cell::Tone::Bad);
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
    m_ui.app.jobs.start({u"verification"_s, tr("Verify a backup"), chosen->manifest.dump,
                         u"retail-admin backup verify --level restored %1"_s.arg(chosen->dumpPath())},
                        [stored = *chosen, means](JobContext &job) -> Result<QString> {
                            const Level wanted = stored.manifest.sealed() ? Level::Checksum : Level::Restored;
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
        "The backups of a folder, and whether there is one to rely on. Only what was verified is "
        "green: “listed” "
        "means that the checksum is right and every table is in it, “restored” that it was put back "
        "for a test "
        "and compared. Verify restores into a throw-away server. Restore shows its plan first and "
        "makes a new "
        "database unless the name of an existing one is typed. A drill restores the newest backup somewhere "
        "harmless and tells how long that takes; three copies on two media, one off-site, survive one "
        "mishap. A backup file can be dropped on this "
        "page. Enter "
        "looks inside the selected backup.");
}
