// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/backupfolder.h"

#include "app/core/durable.h"
#include "app/core/paths.h"

#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>
#include <QSysInfo>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

using namespace Qt::StringLiterals;

namespace backup {

namespace {

constexpr int longestName = 100; // of the database's part: file systems allow 255 bytes for all
constexpr int longestBackupDays = 2;
const QString workSuffix = QStringLiteral(".work"); // of the folder that a backup is written into

const QRegularExpression &lockName()
{
    static const QRegularExpression name(
        u"^\\.(.+_(?:database|schema|tables)_\\d{8}T\\d{6}Z(?:_\\d+)?)\\.lock$"_s);
    return name;
}

QString lockPath(const QString &folder, const QString &base)
{
    return folder + u"/."_s + base + u".lock"_s;
}

/// Also writes into it who has it, for a share may keep flock to each machine. Nothing when a program of
/// another machine wrote that, not longer ago than a backup takes.
std::optional<FileLock> takeLock(const QString &path)
{
    std::optional<FileLock> lock = FileLock::tryTake(path);
    QFile file;
    if (!lock || !file.open(lock->descriptor(), QIODevice::ReadWrite))
        return {};
    QFile bootId(u"/proc/sys/kernel/random/boot_id"_s);
    (void)bootId.open(QIODevice::ReadOnly);
    const QByteArray boot = bootId.readLine().trimmed();
    const QByteArray host = QSysInfo::machineHostName().toUtf8();
    const QList<QByteArray> holder = file.read(1'000).split('\n');
    // A container has a name of its own, and its machine's boot id.
    const bool elsewhere = holder.size() > 1 && holder[0] != host && holder[1] != boot;
    if (elsewhere && file.fileTime(QFileDevice::FileModificationTime) >
                         QDateTime::currentDateTime().addDays(-longestBackupDays))
        return {};
    // Not on a full disk, where the retention must work too.
    if (file.resize(0) && file.seek(0))
        file.write(host + '\n' + boot + '\n');
    return lock;
}

/// Of whom the lock is, not of our own number: a share may give root's files to nobody.
bool isFolderOfHolder(const QString &path, const FileLock &lock)
{
    struct stat named
    {
    };
    struct stat held
    {
    };
    return ::lstat(QFile::encodeName(path).constData(), &named) == 0 && S_ISDIR(named.st_mode) &&
           ::fstat(lock.descriptor(), &held) == 0 && named.st_uid == held.st_uid;
}

/// A file, a link, or a folder of the lock's holder; never what a link leads to.
bool removePath(const QString &path, const FileLock &lock)
{
    if (QFile::remove(path))
        return true;
    if (!isFolderOfHolder(path, lock))
        return false;
    // Not QDir's: that follows a link which takes the folder's place meanwhile.
    std::error_code failed;
    std::filesystem::remove_all(QFile::encodeName(path).constData(), failed);
    return !failed;
}

/// Everything a backup consists of, also half-way; earlier versions wrote into “.part”.
QStringList suffixes(bool temporaryOnly)
{
    QStringList all{workSuffix};
    for (const QString &file :
         {u".dump"_s, u".dump.age"_s, u".globals.sql"_s, u".globals.sql.age"_s, u".json"_s}) {
        all += file + u".part"_s;
        if (!temporaryOnly)
            all += file;
    }
    return all;
}

QStringList removeFiles(const QString &folder, const QString &base, bool temporaryOnly, const FileLock &lock)
{
    QStringList removed;
    for (const QString &suffix : suffixes(temporaryOnly)) {
        const QString path = folder + u'/' + base + suffix;
        if (removePath(path, lock))
            removed += path;
    }
    return removed;
}

} // namespace

Result<Reservation> Reservation::take(const QString &folder, const QString &database, Scope scope,
                                      const QDateTime &now)
{
    const QString path = QDir::cleanPath(QDir(folder).absolutePath());
    if (const Result<void> made = paths::makePrivate(path); !made)
        return made.error();
    if (::access(QFile::encodeName(path).constData(), W_OK | X_OK) != 0)
        return durable::ioError(u"The folder %1 cannot be written to."_s.arg(path), errno);
    (void)removeLeftovers(path);
    static const QRegularExpression others(u"[^A-Za-z0-9.-]+"_s);
    QString name = QString(database).replace(others, u"_"_s).left(longestName);
    if (name.startsWith(u'.') || name.startsWith(u'-'))
        name.prepend(u'_');
    const QString stem =
        name + u'_' + scopeName(scope) + u'_' + now.toUTC().toString(u"yyyyMMdd'T'HHmmss'Z'"_s);
    for (int attempt = 1; attempt < 1000; ++attempt) {
        const QString base = attempt == 1 ? stem : u"%1_%2"_s.arg(stem).arg(attempt);
        bool taken = QFile::exists(lockPath(path, base));
        for (const QString &suffix : suffixes(false))
            taken = taken || QFile::exists(path + u'/' + base + suffix);
        if (taken)
            continue;
        if (std::optional<FileLock> lock = takeLock(lockPath(path, base))) {
            // Another may have finished and given the name back between the look and the lock, or put
            // something of his own there, the lock file too.
            const QString work = path + u'/' + base + workSuffix;
            const bool finished = QFile::exists(path + u'/' + base + u".json"_s);
            if (!finished && ::mkdir(QFile::encodeName(work).constData(), S_IRWXU) == 0) {
                if (isFolderOfHolder(work, *lock))
                    return Result<Reservation>(Reservation(path, base, std::move(*lock)));
                QDir().rmdir(work);
                continue;
            }
            const int code = finished ? EEXIST : errno;
            lock->removeFile();
            if (code != EEXIST)
                return durable::ioError(u"The folder %1 cannot be made."_s.arg(work), code);
            continue;
        }
        if (!QFile::exists(lockPath(path, base)))
            return durable::ioError(u"The folder %1 cannot be written to."_s.arg(path), errno);
    }
    return Error{ErrorKind::Conflict, u"Too many backups of this second are in %1."_s.arg(path)};
}

Reservation::Reservation(QString folder, QString base, FileLock lock)
    : m_folder(std::move(folder))
    , m_base(std::move(base))
    , m_lock(std::move(lock))
{
}

QString Reservation::temporary(const QString &suffix) const
{
    return m_base + workSuffix + u'/' + m_base + suffix;
}

Reservation::~Reservation()
{
    if (m_base.isEmpty() || !m_lock) // moved from
        return;
    removeFiles(m_folder, m_base, m_kept, *m_lock);
    m_lock->removeFile();
}

QStringList removeLeftovers(const QString &folder)
{
    QStringList removed;
    for (const QString &file : QDir(folder).entryList({u".*.lock"_s}, QDir::Files | QDir::Hidden)) {
        const auto match = lockName().match(file);
        if (!match.hasMatch())
            continue;
        std::optional<FileLock> abandoned = takeLock(folder + u'/' + file);
        if (!abandoned)
            continue;
        const QString base = match.captured(1);
        removed += removeFiles(folder, base, QFile::exists(folder + u'/' + base + u".json"_s), *abandoned);
        abandoned->removeFile();
    }
    return removed;
}

std::optional<FileLock> lockBackup(const StoredBackup &backup)
{
    return takeLock(lockPath(backup.folder, QFileInfo(backup.file).completeBaseName()));
}

QList<StoredBackup> listBackups(const QString &folder, QStringList *problems)
{
    QList<StoredBackup> backups;
    for (const QString &file : QDir(folder).entryList({u"*.json"_s}, QDir::Files)) {
        const QString base = file.chopped(5);
        if (!lockName().match(u'.' + base + u".lock"_s).hasMatch())
            continue;
        Result<StoredBackup> backup = readManifest(folder + u'/' + file);
        // A name inside that is not of this backup would let the retention remove another's files.
        const bool own =
            backup && std::all_of(backup->manifest.files.cbegin(), backup->manifest.files.cend(),
                                  [&](const StoredFile &each) { return each.name.startsWith(base + u'.'); });
        if (backup && !own)
            backup =
                Error{ErrorKind::Verification, u"The manifest %1 names files of another backup."_s.arg(file)};
        if (backup)
            backups.append(*backup);
        else if (problems)
            problems->append(backup.error().message);
    }
    std::sort(backups.begin(), backups.end(), [](const StoredBackup &a, const StoredBackup &b) {
        return std::tie(a.manifest.created, a.file) > std::tie(b.manifest.created, b.file);
    });
    return backups;
}

} // namespace backup
