// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/job.h"
#include "app/services/backupmanifest.h"

namespace backup {

/// What is kept; a rule of 0 keeps nothing by itself, and a backup stays if any rule wants it.
struct KeepRules
{
    int last = 0;
    int daily = 0; ///< the newest good one of each of so many days (UTC) that have one
    int weekly = 0;
    int monthly = 0;
    int days = 0; ///< everything not older than the newest good one by more than this
};

struct PrunePlan
{
    struct Item
    {
        StoredBackup backup;
        bool good = false;  ///< verified, and all its files are there
        bool ahead = false; ///< dated in the future: kept, and it replaces nothing
        bool remove = false;
        QString reason; ///< "newest good one", "daily", "older than 30 days"
    };
    QString folder;
    QList<Item> items; ///< newest first, series by series

    qint64 removedBytes() const;
    int removed() const;
    /// Of each series of which something goes: the newest good one, or nullptr where there is none.
    QList<const Item *> replacements() const;
    QString text() const; ///< a line each
};

/// Decides per series (Manifest::series()) and touches nothing. Never removed: the newest good one, what is
/// newer than it, and everything of a series without a good one. Ages count from the newest good backup and
/// not from `now`, so that a clock gone wrong, or backups that stopped, remove nothing. One that is dated in
/// the future stays and counts for no rule: it would make all that follow it old.
PrunePlan planPrune(const QString &folder, const KeepRules &rules,
                    const QDateTime &now = QDateTime::currentDateTimeUtc());

/// The same for backups that lie elsewhere: `whole` tells whether all files of one are there.
PrunePlan planPrune(const QString &folder, const QList<StoredBackup> &backups, const KeepRules &rules,
                    const std::function<bool(const StoredBackup &)> &whole,
                    const QDateTime &now = QDateTime::currentDateTimeUtc());

/// Executes exactly that plan, after reading the newest good backup of each series again: when its checksum
/// is no longer right nothing of the series goes, and the error is of kind Verification. Removes only files
/// that a manifest of the folder names. Returns a summary. Blocks; any thread.
Result<QString> prune(const PrunePlan &plan, JobContext &job);

} // namespace backup
