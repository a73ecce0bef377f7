// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/backupupload.h"

#include "app/core/durable.h"
#include "app/core/format.h"
#include "app/jobs/quietjob.h"
#include "app/services/backupfolder.h"
#include "app/services/backupverify.h"
#include "app/services/erasure.h"

#include <QElapsedTimer>
#include <QFileInfo>
#include <QScopeGuard>
#include <QSet>
#include <QTemporaryDir>

using namespace Qt::StringLiterals;

namespace backup {

namespace {

const QString erasedName = QStringLiteral("erased.json");

Error noTemporaryFolder()
{
    return {ErrorKind::Io, u"A temporary folder cannot be made."_s,
            u"Free some space in the folder for temporary files (TMPDIR)."_s};
}

/// The names of which the target does not give back what was written here.
Result<QStringList> differing(const QHash<QString, QString> &expected, Rclone &target, JobContext &job)
{
    const Result<QHash<QString, QString>> sums = target.sums(expected.keys(), job);
    if (!sums)
        return sums.error();
    QStringList names;
    for (auto each = expected.cbegin(); each != expected.cend(); ++each)
        if (sums->value(each.key()) != each.value())
            names += each.key();
    return names;
}

/// Sends files and reads them back, a second time those that are wrong there. Returns how many were sent.
Result<int> sendChecked(const QString &folder, const QHash<QString, QString> &expected, Rclone &target,
                        JobContext &job)
{
    Result<int> sent = target.send(folder, expected.keys(), false, job);
    if (!sent)
        return sent;
    Result<QStringList> wrong = differing(expected, target, job);
    if (wrong && !wrong->isEmpty()) {
        job.log(u"sent again, because the target has other bytes: %1"_s.arg(wrong->join(u", "_s)));
        const Result<int> again = target.send(folder, *wrong, true, job);
        if (!again)
            return again;
        sent = *sent + *again;
        wrong = differing(expected, target, job);
    }
    if (!wrong)
        return wrong.error();
    if (wrong->isEmpty())
        return sent;
    return Error{ErrorKind::Verification,
                 u"The target does not give back what was sent: %1."_s.arg(wrong->join(u", "_s)),
                 u"Do not rely on it. Upload again; if it stays so, the target or the line is damaged."_s};
}

/// Both lists of erased customers become one, here and there; nobody is ever taken off.
Result<void> uniteErased(const QString &folder, bool onTarget, Rclone &target, JobContext &job)
{
    const Result<QStringList> here = erasure::readErasedFile(folder);
    if (!here && here.error().kind != ErrorKind::NotFound)
        return here.error();
    if (!here && !onTarget)
        return {};
    QTemporaryDir united;
    if (!united.isValid())
        return noTemporaryFolder();
    if (onTarget) {
        if (const Result<void> fetched = target.fetch({erasedName}, united.path(), job); !fetched)
            return fetched;
        const Result<QStringList> there = erasure::readErasedFile(united.path());
        if (!there) {
            Error error = there.error();
            error.message = u"The list of erased customers on the target cannot be used."_s;
            return error;
        }
        if (const Result<void> added = erasure::addToErasedFile(folder, *there); !added)
            job.log(u"The list of erased customers of %1 was not completed from the target: %2"_s.arg(
                folder, added.error().message));
    }
    if (here)
        if (const Result<void> added = erasure::addToErasedFile(united.path(), *here); !added)
            return added;
    const Result<QString> sum = durable::sha256(erasure::filePath(united.path()), job.token());
    if (!sum)
        return sum.error();
    const Result<int> sent = sendChecked(united.path(), {{erasedName, *sum}}, target, job);
    return sent ? Result<void>() : sent.error();
}

QStringList manifestsOf(const QHash<QString, qint64> &files)
{
    QStringList manifests;
    for (auto file = files.cbegin(); file != files.cend(); ++file)
        if (file.key().endsWith(u".json") && !file.key().contains(u'/') && file.key() != erasedName)
            manifests += file.key();
    return manifests;
}

} // namespace

QString Uploaded::summary() const
{
    return u"%1 is on %2, checked: %3, %4 of %5 files sent now."_s.arg(
        backup.manifest.dump, place, format::bytes(backup.manifest.bytes()), QString::number(sent),
        QString::number(files));
}

BackupProof Uploaded::proof() const
{
    const Manifest &manifest = backup.manifest;
    return {u"upload"_s, manifest.series(), manifest.database, backup.file, manifest.created, place, ms};
}

Result<Uploaded> upload(const StoredBackup &backup, Rclone &target, JobContext &job)
{
    QElapsedTimer clock;
    clock.start();
    // Held against the retention; on a disk that is read-only nobody removes anything either.
    std::optional<FileLock> lock = lockBackup(backup);
    if (!lock && QFileInfo(backup.folder).isWritable())
        return Error{ErrorKind::Conflict, u"%1 is in use by another program."_s.arg(backup.dumpPath())};
    const auto unlock = qScopeGuard([&] {
        if (lock)
            lock->removeFile();
    });
    if (backup.manifest.verification.failed)
        return Error{ErrorKind::Verification,
                     u"%1 was found wrong and is not uploaded: %2"_s.arg(backup.dumpPath(),
                                                                         backup.manifest.verification.reason),
                     u"Make a new backup."_s};
    if (target.holds(backup.folder))
        return Error{ErrorKind::Usage, u"The target is the folder that the backup is in."_s,
                     u"Name another disk, or a place away from this machine."_s};
    if (const Result<void> whole = verifyChecksums(backup, job); !whole)
        return whole.error();
    const Result<QHash<QString, qint64>> there = target.list(job);
    if (!there)
        return there.error();

    Uploaded uploaded{backup, target.place()};
    QHash<QString, QString> sums;
    for (const StoredFile &file : backup.manifest.files)
        sums[file.name] = file.sha256;
    uploaded.files = int(sums.size()) + 1;
    const Result<int> sent = sendChecked(backup.folder, sums, target, job);
    if (!sent)
        return sent.error();
    const Result<QString> sum = durable::sha256(backup.manifestPath(), job.token());
    if (!sum)
        return sum.error();
    const Result<int> manifest = sendChecked(backup.folder, {{backup.file, *sum}}, target, job);
    if (!manifest)
        return manifest.error();
    uploaded.sent = *sent + *manifest;
    if (const Result<void> kept = target.sync(sums.keys() << backup.file); !kept)
        return kept.error();
    if (const Result<void> united = uniteErased(backup.folder, there->contains(erasedName), target, job);
        !united) {
        Error error = united.error();
        error.hint +=
            u"%1The backup itself was uploaded and checked."_s.arg(error.hint.isEmpty() ? u""_s : u" "_s);
        return error;
    }
    uploaded.ms = clock.elapsed();
    return uploaded;
}

Result<int> countOnTarget(const UploadTarget &target, bool keyring, const CancelToken &token)
{
    const Result<QString> secret = UploadTargets::secret(target, keyring, token);
    if (!secret)
        return secret.error();
    QuietJob quiet(token);
    Result<Rclone> rclone = Rclone::open(target, *secret);
    if (!rclone)
        return rclone.error();
    const Result<QHash<QString, qint64>> files = rclone->list(quiet);
    if (!files)
        return files.error();
    QSet<QString> entries; // a dump in the directory format is a folder
    for (auto file = files->cbegin(); file != files->cend(); ++file)
        entries.insert(file.key().section(u'/', 0, 0));
    const QStringList manifests = manifestsOf(*files);
    return int(std::count_if(manifests.cbegin(), manifests.cend(), [&](const QString &manifest) {
        const QString dump = QFileInfo(manifest).completeBaseName() + u".dump"_s;
        return entries.contains(dump) || entries.contains(dump + u".age"_s);
    }));
}

Result<QList<StoredBackup>> readTarget(Rclone &target, const QHash<QString, qint64> &files,
                                       const QString &fetched, JobContext &job)
{
    const QStringList manifests = manifestsOf(files);
    if (manifests.isEmpty())
        return QList<StoredBackup>();
    if (const Result<void> got = target.fetch(manifests, fetched, job); !got)
        return got.error();
    return listBackups(fetched);
}

Result<QString> pruneTarget(Rclone &target, const KeepRules &rules, const QString &known, JobContext &job)
{
    QTemporaryDir fetched;
    if (!fetched.isValid())
        return noTemporaryFolder();
    const Result<QHash<QString, qint64>> files = target.list(job);
    if (!files)
        return files.error();
    const Result<QList<StoredBackup>> backups = readTarget(target, *files, fetched.path(), job);
    if (!backups)
        return backups.error();
    const PrunePlan plan = planPrune(target.place(), *backups, rules, [&](const StoredBackup &backup) {
        const QList<StoredFile> &all = backup.manifest.files;
        return !all.isEmpty() && std::all_of(all.cbegin(), all.cend(), [&](const StoredFile &file) {
            return files->value(file.name, -1) == file.bytes;
        });
    });
    for (const PrunePlan::Item *item : plan.replacements()) {
        if (item && item->backup.file == known)
            continue;
        QHash<QString, QString> sums;
        if (item)
            for (const StoredFile &file : item->backup.manifest.files)
                sums[file.name] = file.sha256;
        const Result<QStringList> wrong =
            item ? differing(sums, target, job) : QStringList{u"none is good"_s};
        if (!wrong)
            return wrong.error();
        if (!wrong->isEmpty())
            return Error{ErrorKind::Verification,
                         u"Nothing was removed from %1: its newest backup is not whole (%2)."_s.arg(
                             target.place(), wrong->join(u", "_s)),
                         u"The older backups stay until there is a newer one that is whole."_s};
    }
    int removed = 0;
    for (const PrunePlan::Item &item : plan.items) {
        if (!item.remove)
            continue;
        // The manifest last: there are no locks on a target, and it alone tells the next run of what an
        // interrupted removal left. Without its files it counts as no good backup meanwhile.
        QStringList names;
        for (const StoredFile &file : item.backup.manifest.files)
            names += file.name;
        for (const QString &name : names << item.backup.file)
            if (const Result<void> gone = target.remove(name, job); !gone)
                return gone.error();
        job.log(u"removed %1 from %2 (%3)"_s.arg(item.backup.manifest.dump, target.place(), item.reason));
        ++removed;
    }
    return removed == 0 ? u"Nothing is to be removed from %1."_s.arg(target.place())
                        : u"%1 backups were removed from %2, %3."_s.arg(removed).arg(
                              target.place(), format::bytes(plan.removedBytes()));
}

} // namespace backup
