// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/durable.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 blockBytes = 1 << 20;

} // namespace

Error durable::ioError(const QString &message, int code)
{
    Error error{ErrorKind::Io, message, {}, qt_error_string(code)};
    if (code == ENOSPC)
        error.hint = u"The disk is full: free some space, or choose a folder on another disk."_s;
    else if (code == EDQUOT || code == EFBIG)
        error.hint = u"A quota or a limit on the size of files stands in the way."_s;
    else if (code == EROFS || code == EACCES || code == EPERM)
        error.hint = u"Check who owns the folder and whether the disk is mounted read-only."_s;
    return error;
}

Result<void> durable::sync(const QString &path)
{
    const int descriptor = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return ioError(u"%1 cannot be opened."_s.arg(path), errno);
    const int code = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    // Some file systems (FUSE, network shares) cannot sync a folder; EINVAL says so and nothing is lost.
    if (code != 0 && code != EINVAL)
        return ioError(u"%1 could not be written to the disk."_s.arg(path), code);
    return {};
}

Result<void> durable::rename(const QString &from, const QString &to)
{
    const QByteArray oldName = QFile::encodeName(from);
    const QByteArray newName = QFile::encodeName(to);
    if (::renameat2(AT_FDCWD, oldName.constData(), AT_FDCWD, newName.constData(), RENAME_NOREPLACE) != 0) {
        // Not every file system knows the flag; there the look before has to do, under our lock on the name.
        const int code = errno;
        if (code == EEXIST || ((code == EINVAL || code == ENOSYS) && QFile::exists(to)))
            return Error{ErrorKind::Conflict, u"%1 exists already and is not replaced."_s.arg(to)};
        if ((code != EINVAL && code != ENOSYS) || ::rename(oldName.constData(), newName.constData()) != 0)
            return ioError(u"%1 cannot be renamed to %2."_s.arg(from, to), errno);
    }
    return sync(QFileInfo(to).path());
}

Result<void> durable::replace(const QString &from, const QString &to)
{
    if (::rename(QFile::encodeName(from).constData(), QFile::encodeName(to).constData()) != 0)
        return ioError(u"%1 cannot be renamed to %2."_s.arg(from, to), errno);
    return sync(QFileInfo(to).path());
}

Result<void> durable::write(const QString &path, const QByteArray &content)
{
    const QString part = path + u".part"_s;
    const QByteArray name = QFile::encodeName(part);
    const auto failed = [&](int code) {
        ::unlink(name.constData());
        return ioError(u"%1 cannot be written."_s.arg(path), code);
    };
    // What a killed run left, or somebody prepared to own and read what is written into it.
    ::unlink(name.constData());
    const int descriptor =
        ::open(name.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0 && errno == EEXIST)
        return Error{ErrorKind::Io,
                     u"%1 cannot be written: %2 is in the way and cannot be removed."_s.arg(path, part),
                     u"Have its owner remove it, or choose another folder."_s};
    if (descriptor < 0)
        return ioError(u"%1 cannot be written."_s.arg(path), errno);
    qsizetype written = 0;
    while (written < content.size()) {
        const ssize_t count =
            ::write(descriptor, content.constData() + written, size_t(content.size() - written));
        if (count < 0 && errno != EINTR) {
            const int code = errno;
            ::close(descriptor);
            return failed(code);
        }
        written += std::max<ssize_t>(count, 0);
    }
    const int code = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    if (code != 0)
        return failed(code);
    if (::rename(name.constData(), QFile::encodeName(path).constData()) != 0)
        return failed(errno);
    return sync(QFileInfo(path).path());
}

Result<QString> durable::sha256(const QString &path, const CancelToken &token,
                                const std::function<void(qint64)> &read)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return Error{ErrorKind::Io, u"%1 cannot be read."_s.arg(path), {}, file.errorString()};
    QCryptographicHash hash(QCryptographicHash::Sha256);
    QByteArray block(blockBytes, Qt::Uninitialized);
    qint64 total = 0;
    for (;;) {
        const qint64 count = file.read(block.data(), block.size());
        if (count < 0)
            return Error{ErrorKind::Io, u"%1 cannot be read to its end."_s.arg(path),
                         u"The disk may be failing."_s, file.errorString()};
        if (count == 0)
            return QString::fromLatin1(hash.result().toHex());
        hash.addData(QByteArrayView(block.constData(), count));
        total += count;
        if (read)
            read(total);
        if (token.cancelled())
            return Error{ErrorKind::Cancelled, u"Reading %1 was cancelled."_s.arg(path)};
    }
}
