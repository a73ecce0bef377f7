// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

/// Bytes that this user may still write on the file system of `path`; -1 where that cannot be told, as of a
/// path that is not there. It asks the file system and no list of mounts, which a change-root or a container
/// may not have. Any thread.
qint64 freeDiskSpace(const QString &path);
