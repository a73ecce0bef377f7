// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/paths.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QStandardPaths>

#include <sys/stat.h>

using namespace Qt::StringLiterals;

namespace {

QString folder(const char *variable, const QString &belowHome)
{
    QString base = qEnvironmentVariable(variable);
    if (!QDir::isAbsolutePath(base)) // the specification: relative values are invalid and ignored
        base = QDir::homePath() + u'/' + belowHome;
    QString path = base + u"/retail-admin"_s;
    // A failure shows where the folder is first used, with the file's name in the message.
    (void)paths::makePrivate(path);
    return path;
}

} // namespace

QString paths::config()
{
    return folder("XDG_CONFIG_HOME", QStringLiteral(".config"));
}
QString paths::data()
{
    return folder("XDG_DATA_HOME", QStringLiteral(".local/share"));
}
QString paths::state()
{
    return folder("XDG_STATE_HOME", QStringLiteral(".local/state"));
}

QString paths::runtime()
{
    if (!qEnvironmentVariableIsEmpty("XDG_RUNTIME_DIR"))
        return folder("XDG_RUNTIME_DIR", QString());
    return state() + u"/run"_s;
}

Result<void> paths::makePrivate(const QString &path)
{
    if (QFileInfo(path).isDir())
        return {};
    // QDir makes folders with the umask's mode; narrowing the last one afterwards would leave a moment.
    const QString parent = QFileInfo(path).path();
    if (!QDir().mkpath(parent))
        return Error{ErrorKind::Io, u"The folder %1 cannot be made."_s.arg(parent),
                     u"Check who owns the folder above it and whether the disk is full."_s};
    if (::mkdir(QFile::encodeName(path).constData(), S_IRWXU) != 0 && !QFileInfo(path).isDir())
        return Error{ErrorKind::Io, u"The folder %1 cannot be made."_s.arg(path), {}, qt_error_string()};
    return {};
}

Result<void> paths::writePrivate(const QString &path, const QByteArray &content)
{
    if (Result<void> made = makePrivate(QFileInfo(path).path()); !made)
        return made;
    QSaveFile file(path);
    const auto failed = [&] {
        return Error{ErrorKind::Io, u"The file %1 cannot be written."_s.arg(path),
                     u"Check the rights of its folder and the free space of the disk."_s, file.errorString()};
    };
    if (!file.open(QIODevice::WriteOnly))
        return failed();
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    file.write(content);
    if (!file.commit())
        return failed();
    return {};
}
