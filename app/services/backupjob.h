// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/profile.h"
#include "app/jobs/job.h"
#include "app/services/backupmanifest.h"

namespace backup {

struct Options
{
    QString folder;   ///< made if it is not there
    QString database; ///< empty: the profile's
    Format format = Format::Custom;
    int jobs = 1;      ///< of pg_dump; above 1 with Format::Directory only
    int compress = -1; ///< 0 to 9, or -1 for pg_dump's own choice
    Scope scope = Scope::Database;
    QStringList tables;     ///< for Scope::Tables: "customers", "schema.table"
    QStringList recipients; ///< public keys of age; Format::Custom only
    Level level = Level::Listed;
    QString preferredTools; ///< folder where pg_dump is looked for first
};

/// Whether the options fit each other; kind Usage.
Result<void> checkOptions(const Options &options);

/// Makes a backup: the dump, the roles beside it and the manifest, each under a temporary name until it is
/// written, on the disk and verified. Blocks; any thread, which must live until it returns. On any error, and
/// when the job is cancelled, nothing of it stays, neither here nor on the server, with two exceptions that
/// keep the backup: the level Restored could not be reached (kind Unverified) or the restored copy differs
/// (kind Verification, and the manifest says failed).
Result<StoredBackup> create(const Login &login, const Options &options, JobContext &job);

/// A sentence about a backup that was made.
QString summary(const StoredBackup &backup);

} // namespace backup
