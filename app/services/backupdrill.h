// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/local/localstore.h"
#include "app/services/backupverify.h"

namespace backup {

struct Drilled
{
    StoredBackup backup;
    QString place;         ///< "a throw-away PostgreSQL 15.20 on this machine"
    qint64 recoveryMs = 0; ///< from the files to a copy that was compared: how long a loss would last

    QString summary() const;
    BackupProof proof() const;
};

/// The backup that a drill takes: of a file, or the newest one of a folder, good or not, of `database` where
/// that is not empty. One of a schema or of tables, or one that is dated in the future, is taken only where
/// there is no other. Kind NotFound when there is none.
Result<StoredBackup> backupForDrill(const QString &fileOrFolder, const QString &database);

/// Restores a backup somewhere harmless and compares the copy with the manifest, as the level “restored” of a
/// verification, and measures how long that takes. What it finds is noted in the manifest; the copy is
/// removed. Errors: Verification when the backup is damaged, Unverified when it could not be tried.
Result<Drilled> drill(const StoredBackup &backup, const Means &means, JobContext &job);

} // namespace backup
