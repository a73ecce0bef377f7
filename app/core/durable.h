// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/canceltoken.h"
#include "app/core/result.h"

#include <QByteArray>
#include <QString>

/// Files that must survive a power cut, and the sums that tell whether they did. All block; any thread.
namespace durable {

/// fsync of a file, or of a folder's list of names.
Result<void> sync(const QString &path);

/// Renames and makes the new name lasting. Never over an existing file: the error is of kind Conflict then.
Result<void> rename(const QString &from, const QString &to);

/// The same over an existing file, which stays whole until the moment it is replaced.
Result<void> replace(const QString &from, const QString &to);

/// Writes a file that only its owner can read, through `path`.part, fsync and rename; replaces an older one.
/// A `path`.part that is there already is removed and never written into.
Result<void> write(const QString &path, const QByteArray &content);

/// SHA-256 of a file in hexadecimal; `read` is told the bytes read so far.
Result<QString> sha256(const QString &path, const CancelToken &token,
                       const std::function<void(qint64)> &read = {});

/// An error of kind Io with the system's reason; disk full and quota get words of their own.
Error ioError(const QString &message, int code);

} // namespace durable
