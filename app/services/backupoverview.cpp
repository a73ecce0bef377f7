// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/backupoverview.h"

#include "app/core/diskspace.h"
#include "app/services/backupfolder.h"
#include "app/services/uploadtarget.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSet>

#include <sys/stat.h>

using namespace Qt::StringLiterals;

namespace backup {

namespace {
constexpr int recentJobs = 500;
constexpr int presentHours = 50; // as old as a daily backup may be before it is an alarm

/// What fails together: a disk of this machine, else the place itself.
QString mediumOf(const QString &place)
{
    struct stat status = {};
    return place.startsWith(u'/') && ::stat(QFile::encodeName(place).constData(), &status) == 0
               ? u"disk %1"_s.arg(status.st_dev)
               : place;
}

bool onThisMachine(const QString &target)
{
    const QString host = target.section(u'@', 1).section(u'/', 0, 0).section(u':', 0, 0);
    return host.isEmpty() || host == u"local socket" || host == u"localhost" || host == u"127.0.0.1" ||
           host.startsWith(u'[');
}
} // namespace

QString Copies::text() const
{
    return u"%1 copies, %2 media, %3 off-site"_s.arg(copies).arg(media).arg(offSite);
}

Copies countCopies(const std::optional<StoredBackup> &lastGood, const QList<BackupProof> &proofs)
{
    Copies count;
    if (!lastGood)
        return count;
    const Manifest &manifest = lastGood->manifest;
    QSet<QString> media{onThisMachine(manifest.target) ? mediumOf(lastGood->folder) : u"server"_s,
                        mediumOf(lastGood->folder)};
    count.places += lastGood->folder;
    for (const BackupProof &proof : proofs) {
        const bool present = proof.made >= manifest.created.addSecs(-3600 * presentHours);
        if (proof.kind != u"upload" || proof.series != manifest.series() || !present ||
            count.places.contains(proof.place))
            continue;
        count.places += proof.place;
        media.insert(mediumOf(proof.place));
        count.offSite += UploadTarget::isOffSite(proof.place) ? 1 : 0;
    }
    count.copies += int(count.places.size());
    count.media = int(media.size());
    return count;
}

QDateTime Overview::nextRun() const
{
    QDateTime next;
    for (const ScheduleState &state : schedules)
        if (!next.isValid() || state.next < next)
            next = state.next;
    return next;
}

QList<ScheduleState> Overview::badRuns() const
{
    QList<ScheduleState> bad;
    for (const ScheduleState &state : schedules)
        if (state.bad())
            bad += state;
    return bad;
}

Overview overview(const QString &folder, const QString &database, const QString &systemIdentifier,
                  const LocalStore &history, const QList<ScheduleState> &schedules)
{
    Overview all;
    all.folder = folder;
    all.schedules = schedules;
    if (!folder.isEmpty()) {
        all.backups = listBackups(folder, &all.problems);
        // Before the first backup there is no folder yet, and its disk is the one of what is above it.
        QString there = QDir::cleanPath(folder);
        while (!QFileInfo::exists(there) && !QDir(there).isRoot())
            there = QFileInfo(there).path();
        all.freeBytes = freeDiskSpace(there);
    }
    for (StoredBackup &each : all.backups) {
        each.lost = !each.whole();
        const Manifest &manifest = each.manifest;
        if (manifest.database != database || manifest.scope != Scope::Database)
            continue;
        if (!systemIdentifier.isEmpty() && manifest.systemIdentifier != systemIdentifier)
            continue;
        if (!all.last)
            all.last = each;
        if (all.lastGood || !manifest.good())
            continue;
        if (!each.lost) {
            all.lastGood = each;
            all.lastBytes = manifest.bytes();
        } else {
            all.problems +=
                u"Files of %1 are missing or cut short: it is no backup any more."_s.arg(each.dumpPath());
        }
    }
    if (const Result<QList<BackupProof>> proofs = history.proofs()) {
        // Of an export of some tables nothing is proven for the database.
        const QString whole = database + u'/' + scopeName(Scope::Database);
        for (const BackupProof &proof : *proofs) {
            const bool own = proof.series.section(u'/', 1) == whole &&
                             (systemIdentifier.isEmpty() || proof.series.startsWith(systemIdentifier + u'/'));
            std::optional<BackupProof> &last = proof.kind == u"drill" ? all.lastDrill : all.lastUpload;
            if (own && !last)
                last = proof;
        }
        all.copies = countCopies(all.lastGood, *proofs);
    } else {
        all.problems += proofs.error().message;
    }
    const Result<QList<JobRecord>> jobs = history.jobs(recentJobs);
    if (!jobs) {
        all.problems += jobs.error().message;
        return all;
    }
    static const QStringList kinds{u"backup"_s, u"verification"_s, u"restore"_s,
                                   u"prune"_s,  u"upload"_s,       u"drill"_s};
    const QDateTime since = QDateTime::currentDateTimeUtc().addDays(-failureDays);
    for (const JobRecord &record : *jobs)
        if (kinds.contains(record.kind) && record.state == u"failed" && record.started >= since)
            all.failures += record;
    return all;
}

} // namespace backup
