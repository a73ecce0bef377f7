// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/filelock.h"
#include "app/jobs/job.h"
#include "app/services/uploadtarget.h"

#include <QHash>

/// rclone, for one target. Its secret travels in a configuration file that only this user can read, removed
/// with this object, and by the next one when this process is killed. Blocks; belongs to one worker thread.
/// Errors: Tool when rclone is missing or fails without a reason we know, Permission for a refused key,
/// NotFound when the container or remote is not there or the disk of a folder is not mounted, Io when the
/// target is full or read-only, LinkLost when it cannot be reached, Timeout when nothing moved for
/// `patienceMs` and no sum was being computed, Cancelled.
class Rclone final
{
public:
    static Result<Rclone> open(const UploadTarget &target, const QString &secret);
    Rclone(Rclone &&) noexcept = default;
    Rclone &operator=(Rclone &&) = delete;
    ~Rclone();

    int patienceMs = 120'000;

    /// Sizes by name, of all files below the target. Kind NotFound when the container or folder is missing.
    Result<QHash<QString, qint64>> list(JobContext &job);
    /// Copies these files of a folder; those there already, of the same size and time, are not sent again
    /// unless `again`. Returns how many were sent.
    Result<int> send(const QString &folder, const QStringList &names, bool again, JobContext &job);
    /// Copies files of the target into a folder.
    Result<void> fetch(const QStringList &names, const QString &folder, JobContext &job);
    /// SHA-256 by name, of what the target gives back: computed there if it can, and read back where not.
    Result<QHash<QString, QString>> sums(const QStringList &names, JobContext &job);
    Result<void> remove(const QString &name, JobContext &job);
    /// Makes files of a folder lasting; a service answers only when they are.
    Result<void> sync(const QStringList &names) const;

    QString place() const { return m_target.text(); }
    bool holds(const QString &folder) const; ///< the target is that very folder

    static Result<QString> program();

private:
    Rclone() = default;

    struct Outcome
    {
        QByteArray output;
        int transfers = 0;
        QString problems; ///< what was logged as error, line by line
        int exitCode = 0;
    };
    Result<Outcome> run(const QStringList &arguments, const QString &phase, JobContext &job);
    Result<QHash<QString, QString>> folderSums(const QStringList &names, JobContext &job) const;
    Error failed(const Outcome &outcome) const;

    QString m_program;
    UploadTarget m_target;
    QString m_root; ///< as rclone calls the target
    std::optional<FileLock> m_config;
};
