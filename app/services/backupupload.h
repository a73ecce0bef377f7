// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/local/localstore.h"
#include "app/services/rclone.h"
#include "app/services/retention.h"

namespace backup {

struct Uploaded
{
    StoredBackup backup;
    QString place; ///< the target's text
    int sent = 0;  ///< files that went over the line now
    int files = 0; ///< of the backup, with its manifest
    qint64 ms = 0;

    QString summary() const;
    BackupProof proof() const;
};

/// Copies a backup to the target: first what is here is verified, then the dump and the roles are sent and
/// their SHA-256 compared with the manifest's, and last goes the manifest, without which it is no backup. Cut
/// off anywhere, the next upload goes on with the file it was at. The list of erased customers of the target
/// and of the backup's folder become one. Errors: Verification when the backup here is damaged or the target
/// gives back other bytes, and Rclone's. Blocks; one worker thread.
Result<Uploaded> upload(const StoredBackup &backup, Rclone &target, JobContext &job);

/// Removes backups of the target that no rule keeps, as prune() does in a folder: nothing without a manifest
/// of ours, and nothing of a series before its newest good one was read back, `known` excepted, which was
/// just now. Returns a summary.
Result<QString> pruneTarget(Rclone &target, const KeepRules &rules, const QString &known, JobContext &job);

/// Whether the target answers, and how many backups lie there: manifests that have their dump. Without
/// `keyring` it is asked as a timer would. Errors: Rclone's, and those of UploadTargets::secret(). Blocks.
Result<int> countOnTarget(const UploadTarget &target, bool keyring, const CancelToken &token);

/// What was read of the target's manifests; with `fetched` the folder that holds them now.
Result<QList<StoredBackup>> readTarget(Rclone &target, const QHash<QString, qint64> &files,
                                       const QString &fetched, JobContext &job);

} // namespace backup
