// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/backupjob.h"

#include "app/core/diskspace.h"
#include "app/core/durable.h"
#include "app/core/format.h"
#include "app/db/childconnection.h"
#include "app/db/connectionpool.h"
#include "app/jobs/processrunner.h"
#include "app/services/backupfolder.h"
#include "app/services/backupsource.h"
#include "app/services/backuptools.h"
#include "app/services/backupverify.h"
#include "app/services/copyprogress.h"
#include "app/services/erasure.h"

#include <QCoreApplication>
#include <QDirIterator>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <algorithm>
#include <filesystem>

using namespace Qt::StringLiterals;

namespace backup {

namespace {

constexpr int attempts = 3; // a table dropped, or locked, while a dump begins

class Creation final
{
public:
    Creation(const Login &login, const Options &options, JobContext &job)
        : m_login(login)
        , m_options(options)
        , m_job(job)
    {
    }

    Result<StoredBackup> run();

private:
    Manifest &manifest() { return m_backup.manifest; }
    Result<void> dumpAndCount();
    Result<void> checkSpace() const;
    Result<void> dump(Source &source);
    Result<void> dumpGlobals(Source &source);
    Result<void> record(const QStringList &names);
    Result<void> seal();
    Result<void> publish();
    Means means() const { return {toolFolders(m_options.preferredTools), {}, m_login}; }

    const Login &m_login;
    const Options &m_options;
    JobContext &m_job;
    std::optional<Reservation> m_reservation;
    Tool m_pgDump;
    StoredBackup m_backup;
    QStringList m_erased; // ids of customers
};

Result<StoredBackup> Creation::run()
{
    manifest().program = u"retail-admin "_s + QCoreApplication::applicationVersion();
    manifest().created = QDateTime::currentDateTimeUtc();
    manifest().format = m_options.format;
    manifest().scope = m_options.scope;
    manifest().jobs = m_options.jobs;
    manifest().compress = m_options.compress;
    manifest().recipients = m_options.recipients;

    if (const Result<void> made = dumpAndCount(); !made)
        return made.error();

    // Where they are written the files are a backup like any other, so that verifying is one code.
    QElapsedTimer clock;
    clock.start();
    manifest().dump = m_reservation->temporary(u".dump"_s);
    manifest().globals = m_reservation->temporary(u".globals.sql"_s);
    if (const Result<void> recorded = record({manifest().dump, manifest().globals}); !recorded)
        return recorded.error();
    manifest().checksumMs = clock.restart();
    if (const Result<void> listed = verifyListed(m_backup, means(), m_job); !listed)
        return listed.error();
    manifest().verification = {Level::Listed, false, QDateTime::currentDateTimeUtc(), u"this machine"_s, {}};
    std::optional<Error> notGreen;
    if (m_options.level == Level::Restored) {
        const Result<QString> where = verifyRestored(m_backup, means(), m_job);
        Verification &verification = manifest().verification;
        if (where) {
            verification.level = Level::Restored;
            verification.where = *where;
        } else if (where.error().kind == ErrorKind::Unverified) {
            verification.reason = where.error().message;
            notGreen = where.error();
        } else if (where.error().kind == ErrorKind::Verification) {
            // Kept, but never as good: a damaged dump may be all there is one day.
            verification.failed = true;
            verification.reason = where.error().message;
            notGreen = where.error();
        } else {
            return where.error();
        }
    }
    manifest().verifyMs = clock.restart();
    if (m_job.cancelled())
        return Error{ErrorKind::Cancelled, u"The backup was cancelled."_s};
    if (!m_options.recipients.isEmpty())
        if (const Result<void> sealed = seal(); !sealed)
            return sealed.error();
    manifest().sealMs = m_options.recipients.isEmpty() ? 0 : clock.elapsed();
    if (const Result<void> published = publish(); !published)
        return published.error();
    // Also beside the backups, where a restore finds it when the database is gone.
    if (!m_erased.isEmpty())
        if (const Result<void> added = erasure::addToErasedFile(m_backup.folder, m_erased); !added)
            m_job.log(u"Warning: %1"_s.arg(added.error().text()));
    m_job.log(u"dump %1, counts %2, checksum %3, verification %4"_s.arg(
        format::duration(manifest().dumpMs), format::duration(manifest().countMs),
        format::duration(manifest().checksumMs), format::duration(manifest().verifyMs)));
    if (notGreen) {
        notGreen->detail +=
            (notGreen->detail.isEmpty() ? QString() : u"\n"_s) +
            u"The backup was kept as %1 (%2)."_s.arg(m_backup.dumpPath(), manifest().levelText());
        return *notGreen;
    }
    return m_backup;
}

/// Everything for which the server is needed.
Result<void> Creation::dumpAndCount()
{
    m_job.progress({u"checking server and tools"_s, 0, -1, {}});
    Result<Source> source = Source::open(m_login, m_job.token(), m_options.database);
    if (!source)
        return source.error();
    if (const Result<void> described = source->describe(manifest()); !described)
        return described;
    const Result<Tool> tool = findTool(u"pg_dump"_s, manifest().serverMajor(),
                                       toolFolders(m_options.preferredTools), m_job.token());
    if (!tool)
        return tool.error();
    m_pgDump = *tool;
    manifest().tool = u"pg_dump "_s + tool->version;
    m_job.log(u"server %1, %2"_s.arg(manifest().serverVersion, tool->program));
    Result<Reservation> reservation =
        Reservation::take(m_options.folder, manifest().database, m_options.scope, manifest().created);
    if (!reservation)
        return reservation.error();
    m_reservation.emplace(std::move(*reservation));
    m_backup.folder = m_reservation->folder();
    m_backup.file = m_reservation->base() + u".json"_s;

    QElapsedTimer clock;
    clock.start();
    for (int attempt = 1;; ++attempt) {
        Result<void> made = source->begin(manifest(), m_options.tables);
        if (made && attempt == 1)
            made = checkSpace();
        if (made)
            made = dump(*source);
        if (made)
            break;
        const Error &error = made.error();
        // Dropped or locked between our look and our lock: another snapshot knows better.
        const bool again = error.kind == ErrorKind::Timeout ||
                           (error.kind == ErrorKind::NotFound && error.sqlstate == u"42P01");
        if (!again || attempt == attempts)
            return made;
        m_job.log(u"once more with a new snapshot: %1"_s.arg(error.message));
    }
    clock.restart();
    if (const Result<void> counted = source->count(manifest(), m_job); !counted)
        return counted;
    manifest().countMs = clock.elapsed();
    source->end();
    // A database that is not ours, or is older, has no such list.
    if (const Result<QStringList> erased = erasure::listErased(source->session()))
        m_erased = *erased;
    else
        m_job.log(u"no list of erased customers: %1"_s.arg(erased.error().message));
    return dumpGlobals(*source);
}

/// Stops what cannot work, and warns of what may not: how well data compresses is not known before.
Result<void> Creation::checkSpace() const
{
    qint64 bytes = 0;
    for (const Table &table : m_backup.manifest.tables)
        bytes += table.bytes;
    qint64 likely = bytes;
    for (const StoredBackup &former : listBackups(m_backup.folder))
        if (former.manifest.series() == m_backup.manifest.series() &&
            former.manifest.compress == m_options.compress) {
            likely = former.manifest.bytes() + former.manifest.bytes() / 10;
            break;
        }
    const qint64 available = freeDiskSpace(m_backup.folder);
    if (available < 0)
        return {};
    m_job.log(u"%1 of tables, about %2 to write, %3 free"_s.arg(format::bytes(bytes), format::bytes(likely),
                                                                format::bytes(available)));
    constexpr int bestCompression = 20;
    if (available < std::min(likely, bytes / bestCompression))
        return Error{ErrorKind::Io,
                     u"The disk of %1 has %2 free; the backup of %3 does not fit."_s.arg(
                         m_backup.folder, format::bytes(available), format::bytes(bytes)),
                     u"Free some space there, or choose a folder on another disk."_s};
    if (available < likely)
        m_job.log(u"The disk may be too small."_s);
    return {};
}

Result<void> Creation::dump(Source &source)
{
    const QString file = m_backup.path(m_reservation->temporary(u".dump"_s));
    std::error_code ignored; // pg_dump tells what is in its way
    std::filesystem::remove_all(QFile::encodeName(file).constData(), ignored); // of a former attempt
    const QString applicationName = u"retail-admin backup %1"_s.arg(m_reservation->base().right(24));
    const Result<ChildConnection> connection = ChildConnection::of(source.session(), applicationName);
    if (!connection)
        return connection.error();
    ProcessCall call;
    call.program = m_pgDump.program;
    call.arguments = {u"--dbname"_s,
                      connection->conninfo(),
                      u"--no-password"_s,
                      u"--verbose"_s,
                      u"--format"_s,
                      formatName(m_options.format),
                      u"--file"_s,
                      file,
                      u"--snapshot"_s,
                      source.snapshot(),
                      u"--lock-wait-timeout"_s,
                      QString::number(lockTimeoutMs)};
    if (!source.role().isEmpty())
        call.arguments += {u"--role"_s, source.role()};
    if (m_options.compress >= 0)
        call.arguments += {u"--compress"_s, QString::number(m_options.compress)};
    if (m_options.format == Format::Directory)
        call.arguments += {u"--jobs"_s, QString::number(m_options.jobs)};
    for (const QString &schema : schemasOf(m_options.scope))
        call.arguments += {u"--schema"_s, QString::fromUtf8(quoteIdentifier(schema))};
    if (m_options.scope == Scope::Tables)
        for (const Table &table : std::as_const(manifest().tables))
            call.arguments += {u"--table"_s, QString::fromUtf8(quoteIdentifier(table.schema) + '.' +
                                                               quoteIdentifier(table.name))};
    call.environment = connection->environment();
    call.privateFiles = true;

    QHash<QString, qint64> rows;
    for (const Table &table : std::as_const(manifest().tables))
        if (!table.partitioned)
            rows[table.fullName()] = table.estimatedRows;
    CopyProgress progress(rows, u"dumping"_s, QRegularExpression(u"dumping contents of table \"(.+)\"$"_s),
                          m_job);
    call.onErrorLine = [&](const QString &line) { progress.line(line); };
    Result<Session> monitor = openSession(m_login, u"Backup progress"_s, m_job.token(), m_options.database);
    if (!monitor)
        return monitor.error();
    call.onTick = [&] { progress.poll(*monitor, applicationName); };
    QElapsedTimer clock; // of pg_dump alone
    clock.start();
    const Result<ProcessOutput> output = runProcess(call, m_job.token());
    manifest().dumpMs = clock.elapsed();
    const QString failed = u"The backup failed."_s;
    if (!output && output.error().kind == ErrorKind::Cancelled)
        return Error{ErrorKind::Cancelled, u"The backup was cancelled; nothing of it was kept."_s};
    if (!output) {
        Error error = toolFailure(failed, output.error().detail, m_backup.folder);
        error.message = failed + u' ' + output.error().message;
        return error;
    }
    if (output->exitCode != 0)
        return toolFailure(failed, output->standardError, m_backup.folder);
    if (m_options.format == Format::Custom && QFileInfo(file).size() == 0)
        return Error{ErrorKind::Tool, u"The backup failed. pg_dump wrote an empty file."_s};
    return {};
}

/// Roles and their memberships, which belong to the cluster and stand in no dump. Without passwords: those
/// that may not read pg_authid can write it too, and the file is no secret.
Result<void> Creation::dumpGlobals(Source &source)
{
    m_job.progress({u"roles"_s, 0, -1, {}});
    const Result<Tool> tool = findTool(u"pg_dumpall"_s, manifest().serverMajor(),
                                       toolFolders(m_options.preferredTools), m_job.token());
    if (!tool)
        return tool.error();
    const Result<ChildConnection> connection =
        ChildConnection::of(source.session(), u"retail-admin backup roles"_s);
    if (!connection)
        return connection.error();
    ProcessCall call;
    call.program = tool->program;
    call.arguments = {u"--dbname"_s,
                      connection->conninfo(),
                      u"--no-password"_s,
                      u"--globals-only"_s,
                      u"--no-role-passwords"_s,
                      u"--file"_s,
                      m_backup.path(m_reservation->temporary(u".globals.sql"_s))};
    if (!source.role().isEmpty())
        call.arguments += {u"--role"_s, source.role()};
    call.environment = connection->environment();
    call.privateFiles = true;
    const Result<ProcessOutput> output = runProcess(call, m_job.token());
    if (!output)
        return output.error();
    if (output->exitCode != 0)
        return toolFailure(u"The roles could not be saved."_s, output->standardError, m_backup.folder);
    return {};
}

/// Makes the files lasting and notes their sizes and sums.
Result<void> Creation::record(const QStringList &names)
{
    QStringList files;
    for (const QString &name : names) {
        const QString path = m_backup.path(name);
        if (!QFileInfo(path).isDir()) {
            files += name;
            continue;
        }
        QStringList inside;
        for (QDirIterator each(path, QDir::Files); each.hasNext();)
            inside += name + u'/' + QFileInfo(each.next()).fileName();
        inside.sort();
        files += inside;
        if (const Result<void> synced = durable::sync(path); !synced)
            return synced;
    }
    qint64 total = 0;
    for (const QString &name : std::as_const(files))
        total += QFileInfo(m_backup.path(name)).size();
    qint64 before = 0;
    manifest().files.clear();
    for (const QString &name : std::as_const(files)) {
        const QString path = m_backup.path(name);
        if (const Result<void> synced = durable::sync(path); !synced)
            return synced;
        const Result<QString> sum = durable::sha256(path, m_job.token(), [&](qint64 read) {
            m_job.progress({u"checksum"_s, before + read, total, u"bytes"_s});
        });
        if (!sum)
            return sum.error();
        const qint64 size = QFileInfo(path).size();
        manifest().files.append({name, size, *sum, 0, {}});
        before += size;
    }
    return durable::sync(m_backup.folder);
}

Result<void> Creation::seal()
{
    m_job.progress({u"sealing"_s, 0, -1, {}});
    const Result<QString> age = findAge();
    if (!age)
        return age.error();
    const QList<StoredFile> plain = manifest().files;
    for (const QString &suffix : {u".dump"_s, u".globals.sql"_s}) {
        const QString from = m_backup.path(m_reservation->temporary(suffix));
        const QString to = m_backup.path(m_reservation->temporary(suffix + u".age"_s));
        ProcessCall call;
        call.program = *age;
        call.arguments = {u"--encrypt"_s, u"--output"_s, to};
        for (const QString &recipient : m_options.recipients)
            call.arguments += {u"--recipient"_s, recipient};
        call.arguments += from;
        call.environment = ChildConnection::cleanEnvironment();
        call.privateFiles = true;
        const Result<ProcessOutput> output = runProcess(call, m_job.token());
        if (!output)
            return output.error();
        if (output->exitCode != 0)
            return toolFailure(u"The backup could not be sealed."_s, output->standardError, m_backup.folder);
    }
    manifest().dump = m_reservation->temporary(u".dump.age"_s);
    manifest().globals = m_reservation->temporary(u".globals.sql.age"_s);
    if (const Result<void> recorded = record({manifest().dump, manifest().globals}); !recorded)
        return recorded;
    for (qsizetype i = 0; i < plain.size(); ++i) {
        manifest().files[i].plainBytes = plain[i].bytes;
        manifest().files[i].plainSha256 = plain[i].sha256;
        QFile::remove(m_backup.path(plain[i].name));
    }
    return {};
}

/// The final names, and last the manifest.
Result<void> Creation::publish()
{
    m_job.progress({u"finishing"_s, 0, -1, {}});
    const auto finalName = [](const QString &name) { return name.section(u'/', 1); };
    for (const QString &name : {manifest().globals, manifest().dump})
        if (const Result<void> renamed = durable::rename(m_backup.path(name), m_backup.path(finalName(name)));
            !renamed)
            return renamed;
    manifest().dump = finalName(manifest().dump);
    manifest().globals = finalName(manifest().globals);
    for (StoredFile &file : manifest().files)
        file.name = finalName(file.name);
    manifest().finished = QDateTime::currentDateTimeUtc();
    if (const Result<void> written = writeManifest(m_backup); !written)
        return written;
    m_reservation->keep();
    return {};
}

} // namespace

Result<void> checkOptions(const Options &options)
{
    const auto usage = [](const QString &message) { return Error{ErrorKind::Usage, message}; };
    if (options.folder.isEmpty())
        return usage(u"No folder was named."_s);
    if (options.jobs > 1 && options.format != Format::Directory)
        return usage(u"Several jobs need the directory format."_s);
    if (!options.recipients.isEmpty() && options.format != Format::Custom)
        return usage(u"Only the custom format can be sealed: it is one file."_s);
    if ((options.scope == Scope::Tables) != !options.tables.isEmpty())
        return usage(u"The scope tables and a list of tables go together."_s);
    if (options.level < Level::Listed)
        return usage(u"A backup is at least listed."_s);
    for (const QString &recipient : options.recipients)
        if (const Result<void> valid = checkRecipient(recipient); !valid)
            return valid;
    if (!options.recipients.isEmpty())
        if (const Result<QString> age = findAge(); !age)
            return age.error();
    return {};
}

Result<StoredBackup> create(const Login &login, const Options &options, JobContext &job)
{
    if (const Result<void> valid = checkOptions(options); !valid)
        return valid.error();
    return Creation(login, options, job).run();
}

QString summary(const StoredBackup &backup)
{
    const Manifest &manifest = backup.manifest;
    return u"%1: %2, %3 tables, %4 rows, %5."_s.arg(backup.dumpPath(), format::bytes(manifest.bytes()),
                                                    format::count(manifest.tables.size()),
                                                    format::count(manifest.rows()), manifest.levelText());
}

} // namespace backup
