// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/localserver.h"

#include "app/db/childconnection.h"
#include "app/db/connectionpool.h"

#include <QDir>
#include <QFile>
#include <QRandomGenerator>
#include <QRegularExpression>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>

using namespace Qt::StringLiterals;

namespace {

const QString folderPrefix = QStringLiteral("retail-admin-throwaway-");
constexpr int startLimitMs = 60'000;
constexpr int pollMs = 50;

/// Nothing here has to survive: a failed experiment is repeated.
const QStringList &careless()
{
    static const QStringList settings{u"fsync=off"_s,
                                      u"full_page_writes=off"_s,
                                      u"synchronous_commit=off"_s,
                                      u"wal_level=minimal"_s,
                                      u"max_wal_senders=0"_s,
                                      u"max_wal_size=4GB"_s,
                                      u"autovacuum=off"_s,
                                      u"shared_buffers=128MB"_s,
                                      u"maintenance_work_mem=256MB"_s,
                                      u"listen_addresses="_s,
                                      u"unix_socket_permissions=0700"_s,
                                      u"logging_collector=off"_s};
    return settings;
}

} // namespace

QString serverUser()
{
    return ::geteuid() == 0 ? u"postgres"_s : QString();
}

Result<void> giveToServer(const QString &path)
{
    if (serverUser().isEmpty())
        return {};
    const passwd *entry = getpwnam("postgres");
    if (!entry || ::chown(QFile::encodeName(path).constData(), entry->pw_uid, entry->pw_gid) != 0)
        return Error{ErrorKind::Io, u"%1 cannot be given to the user postgres."_s.arg(path),
                     u"The PostgreSQL server package makes that user: is it installed?"_s, qt_error_string()};
    return {};
}

bool isServerFolder(const QString &path)
{
    struct stat info
    {
    };
    if (::lstat(QFile::encodeName(path).constData(), &info) != 0 || !S_ISDIR(info.st_mode))
        return false;
    const passwd *server = serverUser().isEmpty() ? nullptr : getpwnam("postgres");
    return info.st_uid == ::geteuid() || (server && info.st_uid == server->pw_uid);
}

bool removeServerFolder(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    struct stat info
    {
    };
    if (::lstat(name.constData(), &info) != 0)
        return errno == ENOENT;
    if (!isServerFolder(path))
        return false;
    // Not QDir's: that follows a link which takes the folder's place meanwhile.
    std::error_code failed;
    std::filesystem::remove_all(name.constData(), failed);
    return !failed;
}

Error serverToolFailed(const QString &what, const ProcessOutput &output, const QString &hint)
{
    const QString said = output.standardError.isEmpty()
                             ? QString::fromLocal8Bit(output.standardOutput).trimmed()
                             : output.standardError;
    if (said.contains(u"No space left"))
        return {ErrorKind::Io, u"The disk is full."_s, u"Free at least 200 MB and start again."_s, said};
    return {ErrorKind::Tool, what, hint, said};
}

Result<ServerPrograms> findServerPrograms(int major, const QStringList &extensions)
{
    ServerPrograms found;
    QString missing;   // of the newest server that lacks something
    int missingOf = 0; // its version
    const QDir root(u"/usr/lib/postgresql"_s);
    for (const QString &name : root.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const int version = name.toInt();
        const QString bin = root.filePath(name) + u"/bin"_s;
        if (!QFile::exists(bin + u"/initdb"_s) || version < 15 || version < found.major ||
            (major > 0 && version != major))
            continue;
        const auto lacking =
            std::find_if(extensions.cbegin(), extensions.cend(), [&](const QString &extension) {
                return !QFile::exists(
                    u"/usr/share/postgresql/%1/extension/%2.control"_s.arg(name, extension));
            });
        if (lacking == extensions.cend())
            found = {{}, version, bin};
        else if (version > missingOf) {
            missing = *lacking;
            missingOf = version;
        }
    }
    if (found.bin.isEmpty() && missing == u"vector")
        return Error{
            ErrorKind::Tool,
            u"PostgreSQL %1 is installed, but its extension pgvector is not."_s.arg(missingOf),
            u"Install it: packaging/pgvector/install %1, or the package postgresql-%1-pgvector."_s.arg(
                missingOf)};
    if (found.bin.isEmpty() && !missing.isEmpty())
        return Error{
            ErrorKind::Tool,
            u"PostgreSQL %1 is installed, but its extension %2 is not."_s.arg(missingOf).arg(missing)};
    if (found.bin.isEmpty() && major > 0)
        return Error{ErrorKind::Tool, u"No PostgreSQL %1 server is installed on this machine."_s.arg(major),
                     u"Install it: apt-get install postgresql-%1"_s.arg(major)};
    if (found.bin.isEmpty())
        return Error{ErrorKind::Tool, u"No PostgreSQL server (15 or newer) is installed on this machine."_s,
                     u"Install it: apt-get install postgresql, then packaging/pgvector/install."_s};
    ProcessCall call;
    call.program = found.program(u"postgres"_s);
    call.arguments = QStringList{u"--version"_s};
    const Result<ProcessOutput> version = runProcess(call);
    if (!version)
        return version.error();
    static const QRegularExpression number(u"\\d+(\\.\\d+)*"_s);
    found.version = number.match(QString::fromLocal8Bit(version->standardOutput)).captured();
    return found;
}

QString ThrowAwayServer::place()
{
    return QDir::tempPath();
}

void ThrowAwayServer::removeLeftovers()
{
    const QDir folder(place());
    for (const QString &name : folder.entryList({folderPrefix + u"*.lock"_s}, QDir::Files)) {
        std::optional<FileLock> abandoned = FileLock::tryTake(folder.filePath(name));
        struct stat info
        {
        };
        // Anybody may put a file of that name into the temporary folder, and root may open it.
        if (!abandoned || ::fstat(abandoned->descriptor(), &info) != 0 || info.st_uid != ::geteuid())
            continue;
        (void)removeServerFolder(folder.filePath(name.chopped(5)));
        abandoned->removeFile();
    }
}

Result<std::unique_ptr<ThrowAwayServer>> ThrowAwayServer::start(const ServerPrograms &programs,
                                                                JobContext &job)
{
    removeLeftovers();
    std::unique_ptr<ThrowAwayServer> server(new ThrowAwayServer);
    server->m_programs = programs;
    server->m_folder =
        u"%1/%2%3"_s.arg(place(), folderPrefix).arg(QRandomGenerator::system()->generate64(), 0, 36);
    const QString folder = server->m_folder;
    server->m_lock = FileLock::tryTake(folder + u".lock"_s);
    if (!server->m_lock || ::mkdir(QFile::encodeName(folder).constData(), S_IRWXU) != 0)
        return Error{ErrorKind::Io, u"The folder %1 cannot be made."_s.arg(folder), {}, qt_error_string()};
    if (const Result<void> given = giveToServer(folder); !given)
        return given.error();

    job.progress({u"making a throw-away server"_s, 0, -1, {}});
    ProcessCall initdb;
    initdb.program = programs.program(u"initdb"_s);
    // trust: nobody but the server's user and root can enter the folder of the socket.
    initdb.arguments = {u"--pgdata"_s,         folder + u"/data"_s,      u"--encoding=UTF8"_s,
                        u"--locale=C.UTF-8"_s, u"--username=postgres"_s, u"--auth=trust"_s,
                        u"--no-sync"_s};
    initdb.asUser = serverUser();
    initdb.environment = ChildConnection::cleanEnvironment();
    const Result<ProcessOutput> made = runProcess(initdb, job.token());
    if (!made)
        return made.error();
    if (made->exitCode != 0)
        return serverToolFailed(u"A throw-away server could not be made in %1."_s.arg(folder), *made);

    // A child of ours and no daemon, so that it cannot outlive this program.
    QProcess &postgres = server->m_postgres;
    postgres.setProgram(programs.program(u"postgres"_s));
    QStringList arguments{u"-D"_s, folder + u"/data"_s, u"-k"_s, folder};
    for (const QString &setting : careless())
        arguments += {u"-c"_s, setting};
    postgres.setArguments(arguments);
    postgres.setProcessEnvironment(initdb.environment);
    postgres.setWorkingDirectory(u"/"_s);
    postgres.setStandardOutputFile(folder + u"/log"_s);
    postgres.setStandardErrorFile(folder + u"/log"_s, QIODevice::Append);
    postgres.setChildProcessModifier(childSetup(serverUser(), SIGQUIT));
    postgres.start();
    for (QDeadlineTimer limit(startLimitMs);;) {
        if (openSession(server->superuser(u"postgres"_s), u"Throw-away"_s, job.token()))
            return Result<std::unique_ptr<ThrowAwayServer>>(std::move(server));
        if (job.cancelled())
            return Error{ErrorKind::Cancelled, u"Starting a throw-away server was cancelled."_s};
        if (postgres.waitForFinished(pollMs) || postgres.state() == QProcess::NotRunning ||
            limit.hasExpired()) {
            QFile log(folder + u"/log"_s);
            (void)log.open(QIODevice::ReadOnly);
            return serverToolFailed(u"A throw-away server did not start."_s, {1, log.readAll(), {}, 0, {}});
        }
    }
}

ThrowAwayServer::~ThrowAwayServer()
{
    if (m_postgres.state() != QProcess::NotRunning) {
        ::kill(pid_t(m_postgres.processId()), SIGQUIT); // immediate shutdown: nothing of it is kept
        if (!m_postgres.waitForFinished(10'000)) {
            m_postgres.kill();
            m_postgres.waitForFinished();
        }
    }
    if (!m_lock)
        return;
    (void)removeServerFolder(m_folder);
    m_lock->removeFile();
}

Login ThrowAwayServer::superuser(const QString &database) const
{
    Login login;
    login.profile.conninfo =
        u"host='%1' port=5432 user=postgres dbname='%2' sslmode=disable"_s.arg(m_folder, database);
    login.profile.statementTimeoutMs = 0;
    return login;
}
