// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/profile.h"
#include "app/jobs/job.h"
#include "app/services/backupmanifest.h"
#include "app/services/backuptools.h"

class Session;

namespace backup {

/// What a verification may use.
struct Means
{
    QStringList toolFolders;
    QString identity;           ///< file of age's secret keys, for sealed backups
    std::optional<Login> login; ///< where a scratch database may be made when this machine has no such server
};

/// The dump is what the manifest says: sizes and checksums of all files. Error kind Verification when not.
Result<void> verifyChecksums(const StoredBackup &backup, JobContext &job);

/// The table of contents of a dump (of a sealed one through `identity`), read by pg_restore.
Result<QList<TocEntry>> readToc(const StoredBackup &backup, const Means &means, const CancelToken &token);

/// The contents name every table of the manifest.
Result<void> verifyListed(const StoredBackup &backup, const Means &means, JobContext &job);

/// What of the manifest the database that `session` is connected to lacks or has otherwise, in words: rows,
/// policies, grants, row security, constraints, indexes, triggers. The session sees all rows.
Result<QStringList> differences(Session &session, const Manifest &manifest, JobContext &job);

/// Restores into a throw-away server of this machine or else into a scratch database of the login's server,
/// what a restore would and with no more rights, and compares rows, policies, row security, constraints,
/// indexes and triggers. Returns where that was.
/// Errors: Verification when the copy differs, Unverified when it could not be tried.
Result<QString> verifyRestored(const StoredBackup &backup, const Means &means, JobContext &job);

/// All of it up to `wanted`, recorded in the manifest that is there afterwards. What was found wrong stays so
/// until a verification that goes further passes. Errors: Verification (recorded as failed), Unverified when
/// the level could not be reached, Conflict when the backup was removed meanwhile, and what stood in the way
/// of looking.
Result<StoredBackup> verify(const StoredBackup &backup, Level wanted, const Means &means, JobContext &job);

} // namespace backup
