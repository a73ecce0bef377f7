// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/diskspace.h"

#include <QFile>

#include <sys/statvfs.h>

qint64 freeDiskSpace(const QString &path)
{
    struct statvfs disk = {};
    if (statvfs(QFile::encodeName(path).constData(), &disk) != 0)
        return -1;
    return qint64(disk.f_bavail) * qint64(disk.f_frsize);
}
