// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/filelock.h"
#include "app/services/backupmanifest.h"

/// The names of a folder of backups, and who may touch them. Blocks; any thread.
namespace backup {

/// A name of its own for a backup that is being made: `{database}_{scope}_{UTC}`, held by a lock file that
/// tells of a process that was killed. What was written under it is removed with this object, unless keep()
/// was called. In a folder that others may write to, nobody can prepare what is written into: that is below a
/// folder of our own, which is made with the reservation.
class Reservation final
{
public:
    /// Removes first what killed processes left in the folder. The folder is made if it is not there, closed
    /// to others.
    static Result<Reservation> take(const QString &folder, const QString &database, Scope scope,
                                    const QDateTime &now);

    Reservation(Reservation &&) noexcept = default;
    Reservation &operator=(Reservation &&) = delete;
    ~Reservation();

    QString folder() const { return m_folder; }
    QString base() const { return m_base; }
    /// Where the file is written, below folder(): its later name in a folder of this backup alone.
    QString temporary(const QString &suffix) const;
    /// Only temporary files are removed from now on: the manifest is there.
    void keep() { m_kept = true; }

private:
    Reservation(QString folder, QString base, FileLock lock);

    QString m_folder;
    QString m_base;
    std::optional<FileLock> m_lock;
    bool m_kept = false;
};

/// What processes that were killed left behind: temporary files and dumps without a manifest, only under
/// names with a lock file of ours that nobody holds. Returns what was removed.
QStringList removeLeftovers(const QString &folder);

/// The lock on a finished backup, for changing its manifest or removing it; nothing when another has it. On a
/// share where a lock is its own machine's alone, another machine's counts for two days.
std::optional<FileLock> lockBackup(const StoredBackup &backup);

/// Backups of a folder, newest first; `problems` gets what cannot be read.
QList<StoredBackup> listBackups(const QString &folder, QStringList *problems = nullptr);

} // namespace backup
