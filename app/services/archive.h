// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/job.h"
#include "app/jobs/processrunner.h"
#include "app/services/backupmanifest.h"
#include "app/services/backuptools.h"
#include "app/services/backupverify.h"

#include <QTemporaryFile>

namespace backup {

/// A dump that pg_restore can read, whoever wrote it: a backup of ours, a file or folder of pg_dump, or one
/// inside gzip as the seed's script makes it. A plain value; the functions below block, on any thread.
struct Archive
{
    enum class Packing { Plain, Gzip, Sealed };

    QString path;
    Packing packing = Packing::Plain;
    int toolMajor = 0; ///< of the pg_dump that wrote it, or 0 where only its contents tell
    std::optional<StoredBackup> stored;

    /// Read through another program: one table after the other, and not twice at a time.
    bool stream() const { return packing != Packing::Plain; }
};

Archive archiveOf(const StoredBackup &backup);

/// What the path means, by its first bytes. Kind Usage for what pg_restore does not read (a script of SQL),
/// Verification for a damaged manifest beside it.
Result<Archive> openArchive(const QString &path);

/// A call of pg_restore that reads the archive: of a packed one through gzip or age, so that no plain copy
/// touches a disk.
Result<ProcessCall> restoreCall(const Archive &archive, const Means &means, const QStringList &arguments,
                                const CancelToken &token);

/// Why the program that unpacks failed.
Error unpackFailed(const Archive &archive, const QString &said);

/// The table of contents.
Result<QList<TocEntry>> readToc(const Archive &archive, const Means &means, const CancelToken &token);

/// Reads all of an archive that has no manifest, to its last byte, and notes what a restored copy must have:
/// tables with their exact rows, row security, policies. Kind Verification when it cannot be read to the end.
Result<Manifest> readThrough(const Archive &archive, const Means &means, JobContext &job);

/// The roles that grants and policies of the archive name: a restore needs them.
Result<QStringList> rolesNamed(const Archive &archive, const Means &means, const CancelToken &token);

/// What an ops login may restore: everything but extensions, which retail_template has, what else only a
/// superuser makes (event triggers, foreign data wrappers, publications, subscriptions), and the grants that
/// belong to the server or to extensions.
QList<TocEntry> withoutTheServers(const QList<TocEntry> &toc);

/// Of single tables: their rows, and what needs no other object.
QList<TocEntry> standingAlone(const QList<TocEntry> &toc);

/// A file with these entries, for pg_restore --use-list; nothing when it cannot be written.
std::unique_ptr<QTemporaryFile> listFile(const QList<TocEntry> &entries);

} // namespace backup
