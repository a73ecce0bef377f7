// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/filelock.h"

#include <QFile>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

std::optional<FileLock> FileLock::tryTake(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    for (;;) {
        const int descriptor = ::open(name.constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (descriptor < 0)
            return {};
        FileLock lock(path, descriptor);
        if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
            return {};
        // Between opening and locking its former holder may have removed it: then the name is free again.
        struct stat held
        {
        };
        struct stat named
        {
        };
        if (::fstat(descriptor, &held) == 0 && ::stat(name.constData(), &named) == 0 &&
            held.st_ino == named.st_ino && held.st_dev == named.st_dev)
            return lock;
    }
}

FileLock::FileLock(QString path, int descriptor)
    : m_path(std::move(path))
    , m_descriptor(descriptor)
{
}

FileLock::FileLock(FileLock &&other) noexcept
    : m_path(std::move(other.m_path))
    , m_descriptor(std::exchange(other.m_descriptor, -1))
{
}

FileLock &FileLock::operator=(FileLock &&other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

FileLock::~FileLock()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

void FileLock::removeFile()
{
    if (m_descriptor >= 0) // else moved from
        QFile::remove(m_path);
}
