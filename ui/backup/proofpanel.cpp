// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/proofpanel.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "app/core/shellcommand.h"
#include "app/services/backupdrill.h"
#include "app/services/backuptools.h"
#include "app/services/backupupload.h"
#include "app/services/schedulerequest.h"
#include "ui/shared/figuretile.h"

#include <QHBoxLayout>
#include <QMenu>

#include <algorithm>

using namespace Qt::StringLiterals;

ProofPanel::ProofPanel(const UiContext &ui, QWidget *parent)
    : QWidget(parent)
    , m_ui(ui)
    , m_next(new FigureTile(ui.theme, u"nextRunTile"_s, tr("Next run"), this))
    , m_drill(new FigureTile(ui.theme, u"lastDrillTile"_s, tr("Last drill"), this))
    , m_copies(new FigureTile(ui.theme, u"copiesTile"_s, tr("Copies (3-2-1)"), this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(12);
    for (FigureTile *tile : {m_next, m_drill, m_copies})
        layout->addWidget(tile, 1);
    connect(m_next, &FigureTile::actionRequested, this, &ProofPanel::schedulesRequested);
    connect(m_drill, &FigureTile::actionRequested, this, &ProofPanel::drill);
}

void ProofPanel::clear()
{
    for (FigureTile *tile : {m_next, m_drill, m_copies})
        tile->setFigure(u"–"_s, {});
}

void ProofPanel::show(const backup::Overview &overview)
{
    m_folder = overview.folder;
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const QList<ScheduleState> bad = overview.badRuns();
    if (!bad.isEmpty())
        m_next->setFigure(
            outcomeName(bad.first().outcome),
            tr("%1, due %2: %3")
                .arg(bad.first().schedule.name(), format::relative(bad.first().last, now), bad.first().text),
            cell::Tone::Bad);
    else if (const auto off = std::find_if(
                 overview.schedules.cbegin(), overview.schedules.cend(),
                 [](const ScheduleState &state) { return !scheduleunit::isEnabled(state.schedule); });
             off != overview.schedules.cend())
        m_next->setFigure(tr("off"), tr("The timer of %1 is not enabled").arg(off->schedule.name()),
                          cell::Tone::Warning);
    else if (overview.schedules.isEmpty())
        m_next->setFigure(tr("none"), tr("Nothing runs by itself"), cell::Tone::Warning);
    else
        m_next->setFigure(format::relative(overview.nextRun(), now),
                          overview.schedules.size() == 1
                              ? tr("1 schedule, not failed or missed")
                              : tr("%1 schedules, none failed or missed").arg(overview.schedules.size()),
                          cell::Tone::Good);
    m_next->setAction(tr("Schedules…"));
    if (overview.lastDrill)
        m_drill->setFigure(format::relative(overview.lastDrill->at, now),
                           tr("recovered in %1").arg(format::duration(overview.lastDrill->ms)),
                           cell::Tone::Good);
    else
        m_drill->setFigure(tr("never"), tr("Whether a backup can be restored was not tried"),
                           cell::Tone::Warning);
    m_drill->setAction(overview.last ? tr("Run a drill") : QString());
    if (!overview.lastGood) {
        m_copies->setFigure(tr("none"), tr("Only the database itself: there is no good backup"),
                            cell::Tone::Warning);
        return;
    }
    m_copies->setFigure(tr("%1 - %2 - %3")
                            .arg(overview.copies.copies)
                            .arg(overview.copies.media)
                            .arg(overview.copies.offSite),
                        overview.lastUpload ? tr("copies, media, off-site; last upload %1")
                                                  .arg(format::relative(overview.lastUpload->at, now))
                                            : tr("copies, media, off-site; nothing was uploaded"),
                        overview.copies.enough() ? cell::Tone::Good : cell::Tone::Warning);
}

void ProofPanel::drill()
{
    const QString database = m_ui.app.pool.capabilities().database;
    const backup::Means means{
        backup::toolFolders(m_ui.app.settings.get(settings::toolFolder)), {}, m_ui.app.pool.login()};
    m_ui.app.jobs.start(
        {u"drill"_s, tr("Drill: restore and compare"), m_folder,
         shellCommand({u"drill"_s, u"--from"_s, m_folder})},
        [folder = m_folder, database, means, &history = m_ui.app.local](JobContext &job) -> Result<QString> {
            const auto stored = backup::backupForDrill(folder, database);
            if (!stored)
                return stored.error();
            const Result<backup::Drilled> drilled = backup::drill(*stored, means, job);
            if (!drilled)
                return drilled.error();
            if (const Result<void> noted = history.proven(drilled->proof()); !noted)
                job.log(noted.error().text());
            return drilled->summary();
        });
}

void ProofPanel::upload(const UploadTarget &target)
{
    const QString database = m_ui.app.pool.capabilities().database;
    m_ui.app.jobs.start(
        {u"upload"_s, tr("Upload a backup"), target.text(),
         shellCommand({u"backup"_s, u"upload"_s, u"newest"_s, u"--dir"_s, m_folder, u"--to"_s, target.name})},
        [folder = m_folder, database, target, &history = m_ui.app.local](JobContext &job) -> Result<QString> {
            const auto stored = backup::backupForDrill(folder, database);
            if (!stored)
                return stored.error();
            const Result<QString> secret = UploadTargets::secret(target, true, job.token());
            if (!secret)
                return secret.error();
            Result<Rclone> rclone = Rclone::open(target, *secret);
            if (!rclone)
                return rclone.error();
            const Result<backup::Uploaded> uploaded = backup::upload(*stored, *rclone, job);
            if (!uploaded)
                return uploaded.error();
            if (const Result<void> noted = history.proven(uploaded->proof()); !noted)
                job.log(noted.error().text());
            return uploaded->summary();
        });
}

void ProofPanel::fillUploads(QMenu *menu)
{
    menu->clear();
    const Result<QList<UploadTarget>> targets = m_ui.app.uploadTargets.all();
    if (targets)
        for (const UploadTarget &target : *targets)
            menu->addAction(tr("%1 (%2)").arg(target.name, target.text()), this,
                            [this, target] { upload(target); });
    if (!targets)
        menu->addAction(targets.error().message)->setEnabled(false);
    else if (menu->isEmpty())
        menu->addAction(tr("&Set up a target…"), this, &ProofPanel::targetsRequested);
}
