// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/backupverify.h"

#include "app/core/diskspace.h"
#include "app/core/durable.h"
#include "app/core/format.h"
#include "app/db/childconnection.h"
#include "app/db/connectionpool.h"
#include "app/services/archive.h"
#include "app/services/backupfolder.h"
#include "app/services/backupsource.h"
#include "app/services/localserver.h"
#include "app/services/restoreserver.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QScopeGuard>
#include <QTemporaryFile>

using namespace Qt::StringLiterals;

namespace backup {

namespace {

constexpr int namedDifferences = 8;
constexpr int restoreJobs = 2;

Error wrong(const QString &what)
{
    return {ErrorKind::Verification, what,
            u"Do not rely on this backup: make a new one, and keep the older ones."_s};
}

Error unreached(const Error &why)
{
    return {ErrorKind::Unverified, u"The backup could not be restored for a test: %1"_s.arg(why.message),
            why.hint, why.detail};
}

QStringList missing(const QStringList &expected, const QStringList &found)
{
    QStringList names;
    for (const QString &each : expected)
        if (!found.contains(each))
            names += each;
    return names;
}

Result<void> compare(Session &session, const Manifest &manifest, JobContext &job)
{
    const Result<QStringList> found = differences(session, manifest, job);
    if (!found)
        return found.error().kind == ErrorKind::Cancelled ? found.error() : unreached(found.error());
    if (found->isEmpty())
        return {};
    Error error = wrong(u"The restored copy differs from what was backed up: %1."_s.arg(
        QStringList(found->mid(0, namedDifferences)).join(u"; "_s)));
    error.detail = found->join(u'\n');
    return error;
}

/// A failed restore of a whole dump is the dump's fault, unless the place was.
Error restoreFailed(const ProcessOutput &output, const QString &place)
{
    Error error = toolFailure(u"Restoring the backup for a test failed."_s, output.standardError, place);
    const bool placeFailed = error.kind == ErrorKind::Io || error.kind == ErrorKind::LinkLost ||
                             output.standardError.contains(u"No space left");
    if (placeFailed)
        return unreached(error);
    error.kind = ErrorKind::Verification;
    return error;
}

class Restore final
{
public:
    Restore(const StoredBackup &backup, const Means &means, JobContext &job)
        : m_backup(backup)
        , m_manifest(backup.manifest)
        , m_means(means)
        , m_job(job)
    {
    }

    Result<QString> onThisMachine(const ServerPrograms &programs);
    Result<QString> onTheServer();

private:
    Result<void> run(Session &session, const QString &place);

    const StoredBackup &m_backup;
    const Manifest &m_manifest;
    const Means &m_means;
    JobContext &m_job;
};

/// What a restore restores, by a role that is no superuser either: what cannot be restored is no good backup.
Result<void> Restore::run(Session &session, const QString &place)
{
    const Result<ChildConnection> connection = ChildConnection::of(session, u"retail-admin - Restore test"_s);
    if (!connection)
        return unreached(connection.error());
    const Result<QList<TocEntry>> toc = readToc(m_backup, m_means, m_job.token());
    if (!toc)
        return toc.error();
    const std::unique_ptr<QTemporaryFile> list =
        listFile(m_manifest.scope == Scope::Tables ? standingAlone(*toc) : withoutTheServers(*toc));
    if (!list)
        return unreached({ErrorKind::Io, u"a temporary file cannot be written."_s});
    QStringList arguments{
        u"--dbname"_s,   connection->conninfo(),   u"--no-password"_s, u"--exit-on-error"_s, u"--verbose"_s,
        u"--no-owner"_s, u"--role=retail_owner"_s, u"--use-list"_s,    list->fileName()};
    const bool sealed = m_backup.dumpPath().endsWith(u".age");
    if (!sealed) // a stream cannot be read in parallel
        arguments += {u"--jobs"_s, QString::number(restoreJobs)};
    Result<ProcessCall> call = restoreCall(archiveOf(m_backup), m_means, arguments, m_job.token());
    if (!call)
        return call.error();
    call->environment = connection->environment();
    const qint64 total = std::count_if(m_manifest.tables.cbegin(), m_manifest.tables.cend(),
                                       [](const Table &table) { return !table.partitioned; });
    qint64 tables = 0;
    m_job.progress({u"restoring for a test"_s, 0, total, u"tables"_s});
    call->onErrorLine = [&](const QString &line) {
        if (line.contains(u"processing data for table"))
            m_job.progress({u"restoring for a test"_s, std::min(++tables, total), total, u"tables"_s});
    };
    const Result<ProcessOutput> output = runProcess(*call, m_job.token());
    if (!output)
        return output.error().kind == ErrorKind::Cancelled ? output.error() : unreached(output.error());
    if (output->exitCode != 0)
        return sealed && output->feederExitCode != 0 && output->feederError.contains(u"no identity")
                   ? unpackFailed(archiveOf(m_backup), output->feederError)
                   : restoreFailed(*output, place);
    if (sealed && output->feederExitCode != 0)
        return unpackFailed(archiveOf(m_backup), output->feederError);
    return {};
}

Result<QString> Restore::onThisMachine(const ServerPrograms &programs)
{
    qint64 needed = m_manifest.databaseBytes;
    if (m_manifest.scope != Scope::Database) {
        needed = 0;
        for (const Table &table : m_manifest.tables)
            needed += 2 * table.bytes; // indexes
    }
    const QString place = ThrowAwayServer::place();
    const qint64 available = freeDiskSpace(place);
    if (available >= 0 && available < needed + needed / 10)
        return unreached({ErrorKind::Io,
                          u"%1 has %2 free, and about %3 are needed."_s.arg(place, format::bytes(available),
                                                                            format::bytes(needed)),
                          u"Set TMPDIR to a folder on a larger disk."_s});
    const Result<std::unique_ptr<ThrowAwayServer>> server = ThrowAwayServer::start(programs, m_job);
    if (!server)
        return server.error().kind == ErrorKind::Cancelled ? server.error() : unreached(server.error());
    const QString name = u"restored"_s;
    {
        Result<Session> session =
            openSession((*server)->superuser(u"postgres"_s), u"Restore test"_s, m_job.token());
        if (!session)
            return unreached(session.error());
        QStringList roles = m_manifest.roles;
        if (!roles.contains(u"retail_owner"))
            roles += u"retail_owner"_s;
        for (const QString &role : std::as_const(roles))
            if (role != u"postgres")
                if (const Result<Rows> made =
                        session->execute("CREATE ROLE " + quoteIdentifier(role) + " LOGIN");
                    !made)
                    return unreached(made.error());
        const QByteArray create = "CREATE DATABASE " + quoteIdentifier(name) +
                                  " OWNER retail_owner TEMPLATE template0 ENCODING " +
                                  quoteLiteral(m_manifest.encoding);
        Result<Rows> made = session->execute(create + " LC_COLLATE " + quoteLiteral(m_manifest.collate) +
                                             " LC_CTYPE " + quoteLiteral(m_manifest.ctype));
        if (!made) {
            m_job.log(
                u"This machine lacks the locale %1; the test copy uses C.UTF-8."_s.arg(m_manifest.collate));
            made = session->execute(create);
        }
        if (!made)
            return unreached(made.error());
    }
    Result<Session> session = openSession((*server)->superuser(name), u"Restore test"_s, m_job.token());
    if (!session)
        return unreached(session.error());
    // Made as retail_template is, and with what else the backup's database had.
    QByteArray script = sqlcatalog::file(u"template.sql"_s);
    const auto addSchema = [&script](const QString &schema) {
        if (schema != u"pg_catalog")
            script +=
                "CREATE SCHEMA IF NOT EXISTS " + quoteIdentifier(schema) + " AUTHORIZATION retail_owner;";
    };
    for (const Extension &extension : m_manifest.extensions) {
        addSchema(extension.schema);
        script += "CREATE EXTENSION IF NOT EXISTS " + quoteIdentifier(extension.name) + " SCHEMA " +
                  quoteIdentifier(extension.schema) + " CASCADE;";
    }
    if (m_manifest.scope == Scope::Tables) // no schema is in it
        for (const Table &table : m_manifest.tables)
            addSchema(table.schema);
    if (const Result<Rows> made = session->executeScript(script); !made)
        return unreached(made.error());
    {
        Login owner = (*server)->superuser(name);
        owner.profile.conninfo += u" user=retail_owner"_s; // the last one counts
        Result<Session> restoring = openSession(owner, u"Restore test"_s, m_job.token());
        if (!restoring)
            return unreached(restoring.error());
        if (const Result<void> restored = run(*restoring, place); !restored)
            return restored.error();
    }
    if (const Result<void> equal = compare(*session, m_manifest, m_job); !equal)
        return equal.error();
    return u"a throw-away PostgreSQL %1 on this machine"_s.arg((*server)->version());
}

/// As an ops login restores: from retail_template, without what that has already.
Result<QString> Restore::onTheServer()
{
    if (m_manifest.scope == Scope::Tables)
        return Error{ErrorKind::Unverified,
                     u"Single tables are restored for a test on a throw-away server only."_s};
    Result<restore::Server> server = restore::Server::open(*m_means.login, m_job.token());
    if (!server)
        return unreached(server.error());
    const QString name = u"retail_verify_%1"_s.arg(QRandomGenerator::system()->generate64(), 0, 36);
    // On a connection of its own: this one's token may be cancelled.
    const auto drop = qScopeGuard([&] {
        Result<restore::Server> cleaner = restore::Server::open(*m_means.login, {});
        const Result<void> dropped = cleaner ? cleaner->drop(name) : Result<void>(cleaner.error());
        if (!dropped)
            m_job.log(
                u"The scratch database %1 could not be dropped: %2"_s.arg(name, dropped.error().message));
    });
    // Marked: when this program is killed, “restore --list” names it and “--drop” drops it.
    if (const Result<void> made = server->create(name); !made)
        return unreached(made.error());
    {
        Result<Session> scratch = openSession(*m_means.login, u"Restore test"_s, m_job.token(), name);
        if (!scratch)
            return unreached(scratch.error());
        if (const Result<void> restored = run(*scratch, u"the server"_s); !restored)
            return restored.error();
        if (const Result<Rows> role = scratch->execute("SET ROLE retail_ops"); !role)
            return unreached(role.error());
        if (const Result<void> equal = compare(*scratch, m_manifest, m_job); !equal)
            return equal.error();
    }
    return u"a scratch database on the server"_s;
}

} // namespace

Result<QStringList> differences(Session &session, const Manifest &manifest, JobContext &job)
{
    if (const Result<Rows> set = session.executeScript("SET search_path = ''; SET statement_timeout = 0");
        !set)
        return set.error();
    const Result<QList<Table>> found = readTables(session, {});
    if (!found)
        return found.error();
    QHash<QString, Table> copies;
    for (const Table &table : *found)
        copies[table.fullName()] = table;
    QStringList all;
    qint64 done = 0;
    for (const Table &table : manifest.tables) {
        job.progress({u"comparing with the manifest"_s, done++, manifest.tables.size(), u"tables"_s});
        if (job.cancelled()) // between two statements there is none that a cancel would end
            return Error{ErrorKind::Cancelled, u"The comparison was cancelled."_s};
        const QString name = table.fullName();
        if (!copies.contains(name)) {
            all += u"%1 is missing"_s.arg(name);
            continue;
        }
        const Table &copy = copies[name];
        if (!table.partitioned) {
            const Result<qint64> rows = countRows(session, table);
            if (!rows)
                return rows.error();
            if (*rows != table.rows)
                all += u"%1 has %2 rows instead of %3"_s.arg(name).arg(*rows).arg(table.rows);
        }
        if (manifest.scope == Scope::Tables)
            continue; // restored without what leads to other tables
        if (copy.rowSecurity != table.rowSecurity || copy.forceRowSecurity != table.forceRowSecurity)
            all += u"row level security of %1 is %2"_s.arg(name, copy.rowSecurity ? u"on"_s : u"off"_s);
        for (const auto &[what, list] :
             {std::pair{u"policy"_s, &Table::policies}, std::pair{u"grant"_s, &Table::grants},
              std::pair{u"constraint"_s, &Table::constraints}, std::pair{u"index"_s, &Table::indexes},
              std::pair{u"trigger"_s, &Table::triggers}})
            for (const QString &each : missing(table.*list, copy.*list))
                all += u"%1 lacks the %2 %3"_s.arg(name, what, each);
    }
    return all;
}

Result<void> verifyChecksums(const StoredBackup &backup, JobContext &job)
{
    const qint64 total = backup.manifest.bytes();
    qint64 before = 0;
    for (const StoredFile &file : backup.manifest.files) {
        const QFileInfo info(backup.path(file.name));
        if (!info.exists())
            return wrong(u"The file %1 is missing."_s.arg(info.filePath()));
        if (info.size() != file.bytes)
            return wrong(u"The file %1 has %2 bytes instead of %3."_s.arg(info.filePath())
                             .arg(info.size())
                             .arg(file.bytes));
        const Result<QString> sum = durable::sha256(info.filePath(), job.token(), [&](qint64 read) {
            job.progress({u"verifying the checksum"_s, before + read, total, u"bytes"_s});
        });
        if (!sum)
            return sum.error();
        if (*sum != file.sha256)
            return wrong(u"The checksum of %1 is wrong: its bytes changed since it was written."_s.arg(
                info.filePath()));
        before += file.bytes;
    }
    return {};
}

Result<QList<TocEntry>> readToc(const StoredBackup &backup, const Means &means, const CancelToken &token)
{
    return readToc(archiveOf(backup), means, token);
}

Result<void> verifyListed(const StoredBackup &backup, const Means &means, JobContext &job)
{
    job.progress({u"reading the table of contents"_s, 0, -1, {}});
    const Result<QList<TocEntry>> toc = readToc(backup, means, job.token());
    if (!toc)
        return toc.error();
    QSet<QString> data;
    for (const TocEntry &entry : *toc)
        if (entry.type == u"TABLE DATA")
            data.insert(entry.name.section(u' ', 0, -2)); // without the owner
    for (const Table &table : backup.manifest.tables)
        if (!table.partitioned && !data.contains(table.schema + u' ' + table.name))
            return wrong(u"The backup does not hold the rows of %1."_s.arg(table.fullName()));
    if (!backup.dumpPath().endsWith(u".age"))
        return {};
    // The plain bytes behind the seal are the ones that were verified before it.
    const StoredFile &dump = backup.manifest.files.first();
    Result<ProcessCall> call = restoreCall(archiveOf(backup), means, {}, job.token());
    if (!call)
        return call.error();
    QCryptographicHash hash(QCryptographicHash::Sha256);
    qint64 read = 0;
    ProcessCall unseal;
    unseal.program = call->feeder;
    unseal.arguments = call->feederArguments;
    unseal.environment = call->environment;
    unseal.onOutput = [&](QByteArrayView bytes) {
        hash.addData(bytes);
        job.progress({u"unsealing"_s, read += bytes.size(), dump.plainBytes, u"bytes"_s});
    };
    const Result<ProcessOutput> output = runProcess(unseal, job.token());
    if (!output)
        return output.error();
    if (output->exitCode != 0)
        return unpackFailed(archiveOf(backup), output->standardError);
    if (QString::fromLatin1(hash.result().toHex()) != dump.plainSha256)
        return wrong(u"Behind its seal %1 is not what was verified."_s.arg(dump.name));
    return {};
}

Result<QString> verifyRestored(const StoredBackup &backup, const Means &means, JobContext &job)
{
    QStringList extensions;
    for (const Extension &extension : backup.manifest.extensions)
        extensions += extension.name;
    const Result<ServerPrograms> programs = findServerPrograms(backup.manifest.serverMajor(), extensions);
    Restore restore(backup, means, job);
    if (programs)
        return restore.onThisMachine(*programs);
    if (means.login)
        return restore.onTheServer();
    return unreached(programs.error());
}

Result<StoredBackup> verify(const StoredBackup &backup, Level wanted, const Means &means, JobContext &job)
{
    Verification found{Level::None, false, QDateTime::currentDateTimeUtc(), u"this machine"_s, {}};
    Result<void> outcome = verifyChecksums(backup, job);
    if (outcome)
        found.level = Level::Checksum;
    if (outcome && wanted >= Level::Listed && (outcome = verifyListed(backup, means, job)))
        found.level = Level::Listed;
    if (outcome && wanted >= Level::Restored) {
        const Result<QString> where = verifyRestored(backup, means, job);
        if (where) {
            found.level = Level::Restored;
            found.where = *where;
        } else {
            outcome = where.error();
        }
    }
    if (!outcome && outcome.error().kind != ErrorKind::Verification &&
        outcome.error().kind != ErrorKind::Unverified)
        return outcome.error(); // nothing was learned about the backup
    // That may have taken hours. Meanwhile others were not kept from it, who may have verified or removed it.
    std::optional<FileLock> lock = lockBackup(backup);
    const auto unlock = qScopeGuard([&] {
        if (lock)
            lock->removeFile();
    });
    const Result<StoredBackup> present = readManifest(backup.manifestPath());
    if (!present && present.error().kind == ErrorKind::NotFound)
        return Error{ErrorKind::Conflict,
                     u"%1 was removed while it was being verified, so nothing is recorded of it."_s.arg(
                         backup.dumpPath()),
                     u"The retention removes what no rule keeps. Verify one that is still there."_s};
    StoredBackup checked = present ? *present : backup;
    Verification &verification = checked.manifest.verification;
    const Verification former = std::exchange(verification, found);
    if (former.failed && found.level <= former.level) {
        verification = former; // looking no further than to where it was wrong finds nothing against that
        if (outcome)
            outcome = Error{ErrorKind::Verification,
                            u"%1 was found wrong before, and this verification did not go far enough to "
                            u"clear it: %2"_s.arg(backup.dumpPath(), former.reason),
                            u"Do not rely on it, unless a verification that goes further (--level "
                            u"restored) passes."_s};
    } else if (!outcome && outcome.error().kind == ErrorKind::Verification) {
        verification.failed = true;
        verification.reason = outcome.error().message;
    } else if (!former.failed && former.level > found.level) {
        verification = former; // the same bytes went further before
    } else if (!outcome) {
        verification.reason = outcome.error().message;
    }
    // Where it cannot be written, on a read-only disk for example, the answer is still the answer.
    const Result<void> recorded =
        !present ? Result<void>(present.error())
        : lock   ? writeManifest(checked)
                 : Result<void>(Error{ErrorKind::Io, u"another program works on this backup."_s});
    if (!recorded)
        job.log(u"The result could not be recorded with the backup: %1"_s.arg(recorded.error().message));
    if (!outcome)
        return outcome.error();
    return checked;
}

} // namespace backup
