// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/rclone.h"

#include "app/core/durable.h"
#include "app/core/log.h"
#include "app/core/paths.h"
#include "app/jobs/processrunner.h"

#include <QDir>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryFile>

#include <unistd.h>

#include <cerrno>

using namespace Qt::StringLiterals;

namespace {

const QString configPrefix = QStringLiteral("rclone-");
constexpr int notFoundCode = 3; // of rclone: the folder (or container) is not there
constexpr int keptProblems = 20'000;
constexpr qint64 slowestReading = 20'000; // bytes a millisecond, of a disk

/// The names for --files-from-raw, which knows neither comments nor patterns.
Result<std::unique_ptr<QTemporaryFile>> namesFile(const QStringList &names)
{
    auto file = std::make_unique<QTemporaryFile>();
    if (!file->open() || file->write((names.join(u'\n') + u'\n').toUtf8()) < 0 || !file->flush())
        return Error{ErrorKind::Io, u"A temporary file cannot be written."_s,
                     u"Free some space in the folder for temporary files (TMPDIR)."_s, file->errorString()};
    return Result<std::unique_ptr<QTemporaryFile>>(std::move(file));
}

} // namespace

Result<QString> Rclone::program()
{
    const QString found = QStandardPaths::findExecutable(u"rclone"_s);
    if (!found.isEmpty())
        return found;
    return Error{ErrorKind::Tool, u"rclone, which uploads backups, is not installed on this machine."_s,
                 u"Install it: apt-get install rclone"_s};
}

Result<Rclone> Rclone::open(const UploadTarget &target, const QString &secret)
{
    if (const Result<void> valid = checkTarget(target); !valid)
        return valid.error();
    const Result<QString> found = program();
    if (!found)
        return found.error();
    if (const Result<void> there = checkFolder(target); !there) // rclone would make one
        return there.error();
    if (!target.mounted()) {
        const QString now = UploadTarget::mountPointOf(target.path);
        return Error{ErrorKind::NotFound,
                     u"%1 is not mounted: %2 lies on %3 now."_s.arg(
                         target.mountPoint, target.path,
                         now.isEmpty() ? u"this machine's own disk"_s : u"the disk of %1"_s.arg(now)),
                     u"Mount it. If uploads are to go there from now on, set the target up again: "
                     u"retail-admin backup target set %1 --folder %2"_s.arg(target.name, target.path)};
    }
    Rclone rclone;
    rclone.m_program = *found;
    rclone.m_target = target;
    rclone.m_root = target.text();
    if (target.kind != UploadTarget::Kind::Azure)
        return Result<Rclone>(std::move(rclone));
    rclone.m_root =
        u"target:"_s + target.container + (target.path.isEmpty() ? QString() : u'/' + target.path);
    const Result<QByteArray> section = azureSection(target, secret);
    if (!section)
        return section.error();
    const QDir folder(paths::runtime());
    for (const QString &name : folder.entryList({configPrefix + u'*'}, QDir::Files))
        if (std::optional<FileLock> abandoned = FileLock::tryTake(folder.filePath(name)))
            abandoned->removeFile();
    const QString path = folder.filePath(
        u"%1%2-%3"_s.arg(configPrefix).arg(::getpid()).arg(QRandomGenerator::global()->generate64(), 0, 36));
    rclone.m_config = FileLock::tryTake(path);
    if (!rclone.m_config)
        return durable::ioError(u"The file %1 cannot be made."_s.arg(path), errno);
    if (::write(rclone.m_config->descriptor(), section->constData(), size_t(section->size())) !=
        section->size())
        return durable::ioError(u"The file %1 cannot be written."_s.arg(path), errno);
    return Result<Rclone>(std::move(rclone));
}

Rclone::~Rclone()
{
    if (m_config)
        m_config->removeFile();
}

Result<Rclone::Outcome> Rclone::run(const QStringList &arguments, const QString &phase, JobContext &job)
{
    ProcessCall call;
    call.program = m_program;
    call.arguments = arguments;
    call.arguments += {u"--use-json-log"_s,
                       u"--stats"_s,
                       u"1s"_s,
                       u"--stats-log-level"_s,
                       u"NOTICE"_s,
                       u"--retries"_s,
                       u"1"_s,
                       u"--low-level-retries"_s,
                       u"3"_s,
                       u"--contimeout"_s,
                       u"20s"_s,
                       u"--ask-password=false"_s};
    call.environment.insert(u"LC_ALL"_s, u"C.UTF-8"_s);
    if (m_target.kind != UploadTarget::Kind::Remote) {
        // Only what we say; of the user's own remotes the user's own variables are a part.
        for (const QString &name : call.environment.keys())
            if (name.startsWith(u"RCLONE_"))
                call.environment.remove(name);
        call.arguments += {u"--config"_s, m_config ? m_config->path() : QString()};
    }
    call.privateFiles = true;
    Outcome outcome;
    QElapsedTimer sinceMove;
    sinceMove.start();
    qint64 moved = 0;
    qint64 hashMs = 0; // that reading files for their sums may take: some services want those first
    job.progress({phase, 0, -1, u"bytes"_s});
    call.onErrorLine = [&](const QString &line) {
        const QJsonObject json = QJsonDocument::fromJson(line.toUtf8()).object();
        if (const QJsonObject stats = json[u"stats"].toObject(); !stats.isEmpty()) {
            const qint64 bytes = stats[u"bytes"].toInteger();
            outcome.transfers = stats[u"transfers"].toInt();
            if (bytes > 0)
                job.progress({phase, bytes, stats[u"totalBytes"].toInteger(-1), u"bytes"_s});
            // While it computes sums rclone moves nothing and does not tell how far it is.
            if (std::exchange(moved, bytes) != bytes || !stats[u"checking"].toArray().isEmpty())
                sinceMove.start();
            hashMs = 0;
            if (m_target.kind == UploadTarget::Kind::Remote)
                for (const QJsonValue &file : stats[u"transferring"].toArray())
                    if (file[u"bytes"].toInteger() == 0)
                        hashMs += file[u"size"].toInteger() / slowestReading;
            return;
        }
        const QString level = json[u"level"].toString();
        if (json.isEmpty() || level == u"error" || level == u"fatal" || level == u"critical")
            outcome.problems = (outcome.problems + (json.isEmpty() ? line : json[u"msg"].toString()) + u'\n')
                                   .right(keptProblems);
    };
    bool stalled = false;
    const CancelToken tool;
    const CancelToken::Registration follows = job.token().onCancel([tool] { tool.cancel(); });
    call.onTick = [&] {
        if (!stalled && sinceMove.elapsed() > patienceMs + hashMs) {
            stalled = true;
            tool.cancel();
        }
    };
    const Result<ProcessOutput> output = runProcess(call, tool);
    if (job.cancelled())
        return Error{
            ErrorKind::Cancelled, u"The upload was cancelled."_s,
            u"What was sent is no backup without its manifest; the next upload goes on from there."_s};
    if (stalled)
        return Error{ErrorKind::Timeout,
                     u"%1 did not answer for %2 s."_s.arg(m_target.text()).arg(patienceMs / 1000),
                     u"Check the network and the address, then upload again: files that arrived are not sent "
                     u"twice."_s,
                     logging::redact(outcome.problems.trimmed())};
    if (!output)
        return output.error();
    outcome.exitCode = output->exitCode;
    outcome.output = output->standardOutput;
    return outcome;
}

/// rclone passes the service's words on; what they mean for the user is said here.
Error Rclone::failed(const Outcome &outcome) const
{
    const QString where = m_target.text();
    const QString said = outcome.problems;
    const auto has = [&](const char *pattern) {
        return QRegularExpression(QLatin1String(pattern), QRegularExpression::CaseInsensitiveOption)
            .match(said)
            .hasMatch();
    };
    Error error{ErrorKind::Tool, u"rclone failed with %1 (exit code %2)."_s.arg(where).arg(outcome.exitCode)};
    if (has("quota|no space left|remaining disk space|insufficient.storage|\\b507\\b|limit ?exceeded|file "
            "too large"))
        error = {ErrorKind::Io, u"%1 is full, or its quota is used up."_s.arg(where),
                 u"Remove older backups there (backup upload --keep-daily …), or raise the quota."_s};
    else if (has("didn't find section|config file not found.*unknown"))
        error = {ErrorKind::NotFound,
                 u"rclone's configuration has no remote “%1”."_s.arg(where.section(u':', 0, 0)),
                 u"“rclone listremotes” names those it has; “rclone config” makes one."_s};
    else if (has("ContainerNotFound|directory not found|ContainerBeingDeleted|bucket.*not.*(found|exist)") ||
             outcome.exitCode == notFoundCode)
        error = {
            ErrorKind::NotFound,
            m_target.kind == UploadTarget::Kind::Azure
                ? u"There is no container “%1” in the account %2."_s.arg(m_target.container, m_target.account)
                : u"There is no %1."_s.arg(where),
            u"Make it first; it is not made here, so that a wrong name is noticed."_s};
    else if (has("AuthenticationFailed|Authorization(Permission|Failure)|InvalidAuthentication|\\b40[13]\\b|"
                 "access ?denied|invalid.*(key|credential)|illegal base64"))
        error = {ErrorKind::Permission, u"%1 refused the key."_s.arg(where),
                 u"Check that the key or SAS is of this account and container, has not ended, and may read, "
                 u"write, delete and list."_s};
    else if (has("read-only file system|permission denied"))
        error = {ErrorKind::Io, u"%1 cannot be written to."_s.arg(where),
                 u"Check who owns it and whether the disk is mounted read-only."_s};
    else if (has("no such host|connection refused|connection reset|timeout|dial tcp|unreachable|EOF|broken "
                 "pipe"))
        error = {ErrorKind::LinkLost, u"The connection to %1 failed."_s.arg(where),
                 u"Upload again: files that arrived are not sent twice."_s};
    error.detail = logging::redact(said.trimmed()).right(2'000);
    return error;
}

Result<QHash<QString, qint64>> Rclone::list(JobContext &job)
{
    const Result<Outcome> outcome =
        run({u"lsjson"_s, u"--recursive"_s, u"--files-only"_s, u"--no-modtime"_s, u"--no-mimetype"_s, m_root},
            u"looking at the target"_s, job);
    if (!outcome)
        return outcome.error();
    // A path is there as soon as something is in it, its container must be there before.
    if (outcome->exitCode == notFoundCode && m_target.kind == UploadTarget::Kind::Azure &&
        !m_target.path.isEmpty()) {
        const Result<Outcome> container =
            run({u"lsf"_s, u"target:"_s + m_target.container}, u"looking at the target"_s, job);
        if (!container)
            return container.error();
        return container->exitCode == 0 ? Result<QHash<QString, qint64>>(QHash<QString, qint64>())
                                        : failed(*container);
    }
    if (outcome->exitCode == notFoundCode && m_target.kind == UploadTarget::Kind::Remote &&
        !m_target.path.isEmpty())
        return QHash<QString, qint64>();
    if (outcome->exitCode != 0)
        return failed(*outcome);
    QHash<QString, qint64> sizes;
    const QJsonArray array = QJsonDocument::fromJson(outcome->output).array();
    for (const QJsonValue &file : array)
        sizes[file[u"Path"].toString()] = file[u"Size"].toInteger(-1);
    return sizes;
}

Result<int> Rclone::send(const QString &folder, const QStringList &names, bool again, JobContext &job)
{
    const auto list = namesFile(names);
    if (!list)
        return list.error();
    QStringList arguments{u"copy"_s,         folder, m_root, u"--files-from-raw"_s, (*list)->fileName(),
                          u"--no-traverse"_s};
    if (again)
        arguments += u"--ignore-times"_s;
    // We compare a sum of our own afterwards; without rclone's a large file begins at once.
    if (m_target.kind == UploadTarget::Kind::Azure)
        arguments += u"--azureblob-disable-checksum"_s;
    const Result<Outcome> outcome = run(arguments, u"uploading"_s, job);
    if (!outcome)
        return outcome.error();
    return outcome->exitCode == 0 ? Result<int>(outcome->transfers) : failed(*outcome);
}

Result<void> Rclone::fetch(const QStringList &names, const QString &folder, JobContext &job)
{
    const auto list = namesFile(names);
    if (!list)
        return list.error();
    const Result<Outcome> outcome =
        run({u"copy"_s, m_root, folder, u"--files-from-raw"_s, (*list)->fileName()}, u"reading the target"_s,
            job);
    if (!outcome)
        return outcome.error();
    return outcome->exitCode == 0 ? Result<void>() : failed(*outcome);
}

Result<QHash<QString, QString>> Rclone::sums(const QStringList &names, JobContext &job)
{
    if (m_target.kind == UploadTarget::Kind::Folder)
        return folderSums(names, job);
    const auto list = namesFile(names);
    if (!list)
        return list.error();
    QStringList arguments{u"hashsum"_s, u"sha256"_s, m_root, u"--files-from-raw"_s, (*list)->fileName()};
    Result<Outcome> outcome = run(arguments, u"checking the upload"_s, job);
    if (outcome && outcome->exitCode != 0 && outcome->problems.contains(u"unsupported"))
        outcome = run(arguments << u"--download"_s, u"reading the upload back"_s, job);
    if (!outcome)
        return outcome.error();
    if (outcome->exitCode != 0)
        return failed(*outcome);
    QHash<QString, QString> sums;
    for (const QByteArray &line : outcome->output.split('\n')) {
        constexpr qsizetype digits = 64;
        if (line.size() > digits + 2)
            sums[QString::fromUtf8(line.mid(digits + 2))] = QString::fromLatin1(line.left(digits));
    }
    return sums;
}

/// Here, and not by rclone, which does not tell how far it is.
Result<QHash<QString, QString>> Rclone::folderSums(const QStringList &names, JobContext &job) const
{
    const QDir folder(m_target.path);
    qint64 total = 0;
    for (const QString &name : names)
        total += QFileInfo(folder.filePath(name)).size();
    QHash<QString, QString> sums;
    qint64 before = 0;
    for (const QString &name : names) {
        const QFileInfo file(folder.filePath(name));
        if (!file.exists())
            continue;
        const Result<QString> sum = durable::sha256(file.filePath(), job.token(), [&](qint64 read) {
            job.progress({u"reading the upload back"_s, before + read, total, u"bytes"_s});
        });
        if (!sum)
            return sum.error();
        sums[name] = *sum;
        before += file.size();
    }
    return sums;
}

Result<void> Rclone::remove(const QString &name, JobContext &job)
{
    const QString root = m_root.endsWith(u':') ? m_root : m_root + u'/';
    const Result<Outcome> outcome = run({u"deletefile"_s, root + name}, u"removing"_s, job);
    if (!outcome)
        return outcome.error();
    constexpr int fileNotFoundCode = 4;
    return outcome->exitCode == 0 || outcome->exitCode == fileNotFoundCode ? Result<void>()
                                                                           : failed(*outcome);
}

Result<void> Rclone::sync(const QStringList &names) const
{
    if (m_target.kind != UploadTarget::Kind::Folder)
        return {};
    for (const QString &name : names)
        if (const Result<void> synced = durable::sync(m_target.path + u'/' + name); !synced)
            return synced;
    return durable::sync(m_target.path);
}

bool Rclone::holds(const QString &folder) const
{
    return m_target.kind == UploadTarget::Kind::Folder &&
           QFileInfo(m_target.path).canonicalFilePath() == QFileInfo(folder).canonicalFilePath();
}
