// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/backupfigures.h"

#include "app/core/format.h"
#include "ui/shared/figuretile.h"

#include <QHBoxLayout>

using namespace Qt::StringLiterals;

BackupFigures::BackupFigures(Theme &theme, QWidget *parent)
    : QWidget(parent)
    , m_last(new FigureTile(theme, u"lastBackupTile"_s, tr("Last verified backup"), this))
    , m_space(new FigureTile(theme, u"freeDiskTile"_s, tr("Free disk"), this))
    , m_failed(new FigureTile(theme, u"failuresTile"_s, tr("Failures, 7 days"), this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(12);
    for (FigureTile *tile : {m_last, m_space, m_failed})
        layout->addWidget(tile, 1);
    connect(m_last, &FigureTile::actionRequested, this, &BackupFigures::backupRequested);
}

void BackupFigures::clear()
{
    for (FigureTile *tile : {m_last, m_space, m_failed})
        tile->setFigure(u"–"_s, {});
}

void BackupFigures::show(const backup::Overview &overview, const QString &database)
{
    const QDateTime now = QDateTime::currentDateTimeUtc();
    if (!overview.lastGood) {
        m_last->setFigure(tr("none"),
                          overview.last ? tr("The last one of %1 is not verified").arg(database)
                                        : tr("No backup of %1 is in this folder").arg(database),
                          cell::Tone::Bad);
        m_last->setAction(tr("Back up now…"));
    } else {
        const backup::Manifest &last = overview.lastGood->manifest;
        const qint64 hours = last.created.secsTo(now) / 3600;
        const bool ahead = last.ahead(now);
        m_last->setFigure(
            format::relative(last.created, now),
            ahead ? tr("The last one of %1 is dated in the future: a clock is or was wrong").arg(database)
                  : tr("%1: %2").arg(database, last.levelText()),
            ahead || hours >= 7 * 24 ? cell::Tone::Bad
            : hours < 26             ? cell::Tone::Good
                                     : cell::Tone::Warning);
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
}
