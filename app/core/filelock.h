// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

/// A lock on a file that ends with the process that holds it, however that ends: a lock file that nobody
/// holds tells of a process that was killed. Advisory (flock), so it binds this program only. Any thread.
class FileLock final
{
public:
    /// Makes the file, readable by its owner only, if it is not there. Nothing when another process (or
    /// another FileLock of this one) holds it, or when it cannot be made.
    static std::optional<FileLock> tryTake(const QString &path);

    FileLock(FileLock &&other) noexcept;
    FileLock &operator=(FileLock &&other) noexcept;
    ~FileLock(); ///< gives it back; the file stays

    /// Removes the file while it is still locked, so that nobody takes a lock on a name that is gone.
    void removeFile();

    int descriptor() const { return m_descriptor; }
    QString path() const { return m_path; }

private:
    FileLock(QString path, int descriptor);

    QString m_path;
    int m_descriptor = -1;
};
