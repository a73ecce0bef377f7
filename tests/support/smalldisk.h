// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>

#include <sys/mount.h>

#include <cerrno>

/// A disk in memory over a folder until the end, where this process may mount. Only root may, and in most
/// containers not even root: then the folder stays as it is, and the test has another way.
class SmallDisk final
{
public:
    explicit SmallDisk(const QString &folder, const char *options = nullptr, unsigned long flags = 0)
        : m_folder(QFile::encodeName(folder))
        , m_mounted(::mount("tmpfs", m_folder.constData(), "tmpfs", flags, options) == 0)
    {
        if (!m_mounted && errno != EPERM && errno != EACCES)
            qFatal("no disk over %s: %s", m_folder.constData(), qPrintable(qt_error_string()));
    }
    ~SmallDisk()
    {
        if (m_mounted && ::umount(m_folder.constData()) != 0)
            qWarning("%s stays mounted: %s", m_folder.constData(), qPrintable(qt_error_string()));
    }
    Q_DISABLE_COPY_MOVE(SmallDisk)

    bool mounted() const { return m_mounted; }

private:
    QByteArray m_folder;
    bool m_mounted;
};
