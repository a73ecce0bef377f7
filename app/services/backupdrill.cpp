// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/backupdrill.h"

#include "app/core/format.h"
#include "app/services/backupfolder.h"

#include <QElapsedTimer>
#include <QFileInfo>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace backup {

QString Drilled::summary() const
{
    const Manifest &manifest = backup.manifest;
    return u"%1 was restored in %2: %3 tables with %4 rows are as they were (%5)."_s.arg(
        backup.dumpPath(), format::duration(recoveryMs), format::count(manifest.tables.size()),
        format::count(manifest.rows()), place);
}

BackupProof Drilled::proof() const
{
    const Manifest &manifest = backup.manifest;
    return {u"drill"_s, manifest.series(), manifest.database, backup.file, manifest.created,
            place,      recoveryMs};
}

Result<StoredBackup> backupForDrill(const QString &fileOrFolder, const QString &database)
{
    // A dump in the directory format is a folder too, and has its manifest beside it.
    const QFileInfo info(fileOrFolder);
    if (!info.isDir() || info.fileName().endsWith(u".dump"))
        return findBackup(fileOrFolder);
    QStringList problems;
    QList<StoredBackup> own = listBackups(fileOrFolder, &problems);
    own.removeIf([&](const StoredBackup &stored) {
        return !database.isEmpty() && stored.manifest.database != database;
    });
    const auto rank = [now = QDateTime::currentDateTimeUtc()](const StoredBackup &stored) {
        return std::pair(stored.manifest.scope == Scope::Tables, stored.manifest.ahead(now));
    };
    // Newest first, and of equals the first is found.
    const auto best =
        std::min_element(own.cbegin(), own.cend(),
                         [&](const StoredBackup &a, const StoredBackup &b) { return rank(a) < rank(b); });
    if (best != own.cend())
        return *best;
    if (!problems.isEmpty())
        return Error{ErrorKind::Verification, problems.first()};
    return Error{ErrorKind::NotFound,
                 database.isEmpty() ? u"There is no backup in %1."_s.arg(fileOrFolder)
                                    : u"There is no backup of “%1” in %2."_s.arg(database, fileOrFolder),
                 u"“retail-admin backup create --out DIR” makes one."_s};
}

Result<Drilled> drill(const StoredBackup &backup, const Means &means, JobContext &job)
{
    QElapsedTimer clock;
    clock.start();
    const Result<StoredBackup> verified = verify(backup, Level::Restored, means, job);
    if (!verified)
        return verified.error();
    return Drilled{*verified, verified->manifest.verification.where, clock.elapsed()};
}

} // namespace backup
