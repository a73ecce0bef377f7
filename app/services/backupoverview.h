// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/local/localstore.h"
#include "app/services/backupmanifest.h"

namespace backup {

/// What ops staff look at first: is there a backup that can be relied on, how old is it, and is there room
/// for the next one.
struct Overview
{
    QString folder;
    QList<StoredBackup> backups;          ///< newest first, of all databases of the folder
    QStringList problems;                 ///< files that cannot be read
    std::optional<StoredBackup> lastGood; ///< of `database`
    std::optional<StoredBackup> last;     ///< of `database`, good or not
    qint64 freeBytes = -1;                ///< -1: unknown
    qint64 lastBytes = 0;                 ///< of the last good one
    QList<JobRecord> failures;            ///< failed backups, verifications and restores of seven days
};

/// Reads a folder and the history of jobs. `systemIdentifier` may be empty, where the login is not told.
/// Blocks for some small files; any thread.
Overview overview(const QString &folder, const QString &database, const QString &systemIdentifier,
                  const LocalStore &history);

constexpr int failureDays = 7;

} // namespace backup
