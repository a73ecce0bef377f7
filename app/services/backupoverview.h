// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/local/localstore.h"
#include "app/services/backupmanifest.h"
#include "app/services/schedule.h"

namespace backup {

/// How far the data are from being lost with one mishap: three copies, the database counted, on two media,
/// one of them away from the house. Counted is what was proven: a good backup, and uploads that were read
/// back.
struct Copies
{
    int copies = 1; ///< the database itself
    int media = 1;
    int offSite = 0;
    QStringList places; ///< of the copies

    bool enough() const { return copies >= 3 && media >= 2 && offSite >= 1; }
    QString text() const; ///< "3 copies, 2 media, 1 off-site"
};

/// Of the newest good backup. A copy of a backup that is two days older than it is none of the present data.
/// A database on this machine is taken to lie on the same medium as the backup folder.
Copies countCopies(const std::optional<StoredBackup> &lastGood, const QList<BackupProof> &proofs);

/// What ops staff look at first: is there a backup that can be relied on, how old is it, was it tried, is it
/// elsewhere too, when does the next one run, and is there room for it.
struct Overview
{
    QString folder;
    QList<StoredBackup> backups;          ///< newest first, of all databases of the folder
    QStringList problems;                 ///< files that cannot be read, backups that lost theirs
    std::optional<StoredBackup> lastGood; ///< of `database`
    std::optional<StoredBackup> last;     ///< of `database`, good or not
    qint64 freeBytes = -1;                ///< -1: unknown
    qint64 lastBytes = 0;                 ///< of the last good one
    QList<JobRecord> failures;            ///< failed backups, verifications and restores of seven days
    std::optional<BackupProof> lastDrill; ///< of all of `database`, that went well
    std::optional<BackupProof> lastUpload;
    Copies copies;
    QList<ScheduleState> schedules;

    QDateTime nextRun() const;            ///< of any schedule; invalid without one
    QList<ScheduleState> badRuns() const; ///< failed or missed
};

/// Reads a folder and the history of jobs. `systemIdentifier` may be empty, where the login is not told.
/// Blocks for some small files; any thread.
Overview overview(const QString &folder, const QString &database, const QString &systemIdentifier,
                  const LocalStore &history, const QList<ScheduleState> &schedules = {});

constexpr int failureDays = 7;

} // namespace backup
