// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/backupoverview.h"

#include "app/services/backupfolder.h"

#include <QStorageInfo>

using namespace Qt::StringLiterals;

namespace backup {

namespace {
constexpr int recentJobs = 500;
}

Overview overview(const QString &folder, const QString &database, const QString &systemIdentifier,
                  const LocalStore &history)
{
    Overview all;
    all.folder = folder;
    if (!folder.isEmpty()) {
        all.backups = listBackups(folder, &all.problems);
        all.freeBytes = QStorageInfo(folder).bytesAvailable();
    }
    for (const StoredBackup &each : std::as_const(all.backups)) {
        const Manifest &manifest = each.manifest;
        if (manifest.database != database || manifest.scope != Scope::Database)
            continue;
        if (!systemIdentifier.isEmpty() && manifest.systemIdentifier != systemIdentifier)
            continue;
        if (!all.last)
            all.last = each;
        if (!all.lastGood && manifest.good()) {
            all.lastGood = each;
            all.lastBytes = manifest.bytes();
        }
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
