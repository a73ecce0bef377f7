// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/sandbox.h"

#include "app/core/log.h"
#include "app/core/paths.h"
#include "app/db/migrator.h"
#include "app/services/embeddingservice.h"
#include "app/services/sampledataservice.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QLockFile>
#include <QRandomGenerator>
#include <QScopeGuard>
#include <QTemporaryDir>

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

using namespace Qt::StringLiterals;

namespace {

const QString databaseName = QStringLiteral("retail_db");
constexpr int defaultPort = 5432;             // without TCP only part of the socket's name
constexpr int longestSocketFolder = 107 - 24; // sun_path less "/.s.PGSQL.NNNNN.lock" and its end

struct SandboxLogin
{
    QString profile;
    QString login;
    QString group;
};

const QList<SandboxLogin> &sandboxLogins()
{
    static const QList<SandboxLogin> all{
        {u"sandbox-manager"_s, u"sandbox_manager"_s, u"retail_manager"_s},
        {u"sandbox-dba"_s, u"sandbox_dba"_s, u"retail_dba"_s},
        {u"sandbox-ops"_s, u"sandbox_ops"_s, u"retail_ops"_s},
        {u"sandbox-owner"_s, u"sandbox_owner"_s, u"retail_owner"_s},
    };
    return all;
}

// The course's configuration, without the names that no longer exist, and what the dashboards need.
const char *configuration = R"(
# Retail Admin sandbox
listen_addresses = ''
unix_socket_permissions = 0700
shared_preload_libraries = 'pg_stat_statements'
track_io_timing = on
shared_buffers = '256MB'
effective_cache_size = '1GB'
work_mem = '4MB'
maintenance_work_mem = '64MB'
max_connections = 100
wal_buffers = '16MB'
max_wal_size = '1GB'
random_page_cost = 1.1
effective_io_concurrency = 200
log_min_duration_statement = 1000
log_checkpoints = on
log_connections = on
log_disconnections = on
log_line_prefix = '%t [%p-%l] %q%u@%d '
)";

QString randomPassword()
{
    QByteArray bytes(24, Qt::Uninitialized);
    QRandomGenerator::system()->generate(bytes.begin(), bytes.end());
    return QString::fromLatin1(
        bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

QString escapedForPassfile(QString text)
{
    return text.replace(u'\\', u"\\\\"_s).replace(u':', u"\\:"_s);
}

} // namespace

QJsonObject SandboxStatus::toJson() const
{
    QJsonArray list;
    for (const auto &[name, user] : profiles)
        list.append(QJsonObject{{u"name"_s, name}, {u"user"_s, user}});
    return {{u"running"_s, running},   {u"host"_s, host},         {u"port"_s, port},
            {u"database"_s, database}, {u"passfile"_s, passfile}, {u"server_version"_s, serverVersion},
            {u"profiles"_s, list}};
}

Sandbox::Sandbox(ProfileStore &profiles, const QString &directory)
    : m_profiles(profiles)
    , m_directory(directory)
    , m_serverUser(serverUser())
{
    if (m_directory.isEmpty())
        m_directory =
            m_serverUser.isEmpty() ? paths::data() + u"/sandbox"_s : u"/var/lib/retail-admin/sandbox"_s;
    m_directory = QDir::cleanPath(QDir(m_directory).absolutePath());
}

/// Beside the data where the path is short enough for a socket, else below the temporary folder under a name
/// that the folder's path decides.
QString Sandbox::socketFolder() const
{
    const QString beside = m_directory + u"/socket"_s;
    if (QFile::encodeName(beside).size() <= longestSocketFolder)
        return beside;
    const QByteArray hash =
        QCryptographicHash::hash(m_directory.toUtf8(), QCryptographicHash::Sha256).toHex();
    return u"/tmp/retail-admin-%1-%2"_s.arg(::geteuid()).arg(QString::fromLatin1(hash.left(12)));
}

/// The newest server with pgvector under Debian's folders.
Result<ServerPrograms> Sandbox::findServer() const
{
    return findServerPrograms(0, {u"vector"_s});
}

Result<QString> Sandbox::control(const ServerPrograms &server, const QStringList &arguments,
                                 const CancelToken &token) const
{
    const Result<ProcessOutput> output = runProcess({server.program(u"pg_ctl"_s),
                                                     QStringList{u"-D"_s, data()} + arguments,
                                                     QProcessEnvironment::systemEnvironment(),
                                                     m_serverUser,
                                                     {},
                                                     {}},
                                                    token);
    if (!output)
        return output.error();
    if (output->exitCode != 0)
        return serverToolFailed(u"The sandbox's server did not obey “pg_ctl %1”."_s.arg(arguments.last()),
                                *output, u"Its log: %1/server.log"_s.arg(data()));
    return QString::fromLocal8Bit(output->standardOutput);
}

bool Sandbox::running() const
{
    QFile pidFile(data() + u"/postmaster.pid"_s);
    if (!pidFile.open(QIODevice::ReadOnly))
        return false;
    const auto pid = pid_t(pidFile.readLine().trimmed().toInt());
    if (pid <= 0 || (::kill(pid, 0) != 0 && errno != EPERM))
        return false;
    // A stale file may name a process of somebody else: the socket decides.
    return bool(openSession(superuser(u"postgres"_s), u"Sandbox"_s, {}));
}

int Sandbox::port() const
{
    QFile pidFile(data() + u"/postmaster.pid"_s);
    if (!pidFile.open(QIODevice::ReadOnly))
        return defaultPort;
    const QList<QByteArray> lines = pidFile.readAll().split('\n');
    const int port = lines.value(3).toInt(); // the file's fourth line
    return port > 0 ? port : defaultPort;
}

Login Sandbox::superuser(const QString &database) const
{
    Login login;
    login.profile.conninfo =
        u"host='%1' port=%2 user=postgres dbname='%3'"_s.arg(socketFolder()).arg(port()).arg(database);
    login.profile.passfile = passfile();
    login.profile.statementTimeoutMs = 0;
    return login;
}

Result<QString> Sandbox::start(JobContext &job, int tcpPort)
{
    const Result<ServerPrograms> server = findServer();
    if (!server)
        return server.error();
    if (const Result<void> claimed = claimFolder(); !claimed)
        return claimed.error();
    if (const Result<void> usable = checkFolder(); !usable)
        return usable.error();
    QLockFile lock(m_directory + u"/lock"_s);
    if (!lock.tryLock(60'000))
        return Error{ErrorKind::Conflict, u"Another program is working on the sandbox."_s,
                     u"Wait for it to end."_s};
    const bool wasRunning = running();
    const bool wasComplete = QFile::exists(marker());
    if (!wasComplete && !wasRunning)
        if (const Result<void> made = makeCluster(*server, job); !made)
            return made.error();
    if (!wasRunning)
        if (const Result<void> started = startServer(*server, tcpPort, job); !started)
            return started.error();
    // Also on a complete one: the program may have brought new migrations.
    if (const Result<void> filled = fill(job); !filled)
        return filled.error();
    if (const Result<void> made = makeProfiles(); !made)
        return made.error();
    if (!wasComplete)
        if (const Result<void> marked = paths::writePrivate(marker(), server->version.toUtf8()); !marked)
            return marked.error();
    return wasRunning ? u"The sandbox runs already."_s : u"The sandbox runs."_s;
}

/// Whether a start of this user made what is in the folder. Kind Conflict where something of another is there
/// under a name of ours.
Result<bool> Sandbox::owned() const
{
    struct stat info
    {
    };
    const auto there = [&](const QString &path) {
        return ::lstat(QFile::encodeName(path).constData(), &info) == 0;
    };
    for (const QString &mark : {claim(), marker()}) // earlier versions made the latter only
        if (there(mark) && S_ISREG(info.st_mode) && info.st_uid == ::geteuid())
            return true;
    for (const QString &path : {data(), m_directory + u"/socket"_s, passfile()})
        if (there(path))
            return Error{ErrorKind::Conflict,
                         u"%1 belongs to no sandbox of yours, and is left alone."_s.arg(path),
                         u"Choose another folder with --dir. If it is what an interrupted start of an older "
                         u"version left, remove it yourself."_s};
    return false;
}

/// Marks the folder before anything is made in it: from then on what has our names is ours to remove.
Result<void> Sandbox::claimFolder() const
{
    const Result<bool> ours = owned();
    if (!ours)
        return ours.error();
    if (!QDir().mkpath(m_directory))
        return Error{ErrorKind::Io, u"The folder %1 cannot be made."_s.arg(m_directory),
                     u"Choose another with --dir, or check who owns the folder above it."_s};
    if (*ours && QFile::exists(claim()))
        return {};
    const bool fresh =
        QDir(m_directory).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot) &&
        QFileInfo(m_directory).ownerId() == ::geteuid();
    if (const Result<void> marked = paths::writePrivate(
            claim(), "Made by retail-admin sandbox start; sandbox destroy removes what it made here.\n");
        !marked)
        return marked;
    // As root the server's user must be able to pass through, so the folder itself is open; what is private
    // in it is not: the data belongs to the server's user, the pass file to us.
    if (fresh)
        QFile(m_directory)
            .setPermissions(m_serverUser.isEmpty() ? QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner
                                                   : QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner |
                                                         QFile::ExeGroup | QFile::ExeOther);
    return {};
}

Result<void> Sandbox::checkFolder() const
{
    const QString sockets = socketFolder();
    struct stat info
    {
    };
    const QByteArray name = QFile::encodeName(sockets);
    // lstat: a link planted under the temporary folder is not followed.
    if (::lstat(name.constData(), &info) != 0) {
        if (::mkdir(name.constData(), S_IRWXU) != 0)
            return Error{ErrorKind::Io,
                         u"The folder %1 for the server's socket cannot be made."_s.arg(sockets),
                         {},
                         qt_error_string()};
        if (const Result<void> given = giveToServer(sockets); !given)
            return given.error();
    } else if (!isServerFolder(sockets)) {
        return Error{ErrorKind::Io,
                     u"The folder %1 for the server's socket belongs to somebody else."_s.arg(sockets),
                     u"Remove it, or choose another folder with --dir."_s};
    }
    if (m_serverUser.isEmpty())
        return {};
    const Result<ProcessOutput> passable = runProcess({u"/usr/bin/test"_s,
                                                       {u"-w"_s, sockets},
                                                       QProcessEnvironment::systemEnvironment(),
                                                       m_serverUser,
                                                       {},
                                                       {}});
    if (!passable)
        return passable.error();
    if (passable->exitCode != 0)
        return Error{
            ErrorKind::Io,
            u"The user postgres, who runs the server for root, cannot reach %1."_s.arg(m_directory),
            u"Choose a folder with --dir that others may pass through, such as /var/lib/retail-admin/sandbox."_s};
    return {};
}

Result<void> Sandbox::makeCluster(const ServerPrograms &server, JobContext &job)
{
    job.progress({u"making the cluster"_s, 0, 4, {}});
    // Not complete, so what is there is the rest of an interrupted start.
    if (!removeServerFolder(data()))
        return Error{ErrorKind::Io, u"%1 holds an unfinished sandbox that cannot be removed."_s.arg(data())};

    QByteArray lines;
    QHash<QString, QString> passwords;
    QStringList users{u"postgres"_s};
    for (const SandboxLogin &login : sandboxLogins())
        users += login.login;
    for (const QString &host : {socketFolder(), u"localhost"_s})
        for (const QString &user : users) {
            if (!passwords.contains(user))
                passwords[user] = randomPassword();
            lines += u"%1:*:*:%2:%3\n"_s.arg(escapedForPassfile(host), user, passwords[user]).toUtf8();
        }
    if (const Result<void> written = paths::writePrivate(passfile(), lines); !written)
        return written.error();

    // initdb reads the superuser's password from a file that only the server's user can read, and that is
    // gone again before the server starts.
    const QString passwordFile = m_directory + u"/initdb-password"_s;
    const auto removeFile = qScopeGuard([&] { QFile::remove(passwordFile); });
    if (const Result<void> written =
            paths::writePrivate(passwordFile, passwords[u"postgres"_s].toUtf8() + '\n');
        !written)
        return written.error();
    if (::mkdir(QFile::encodeName(data()).constData(), S_IRWXU) != 0)
        return Error{ErrorKind::Io, u"The folder %1 cannot be made."_s.arg(data()), {}, qt_error_string()};
    for (const QString &path : {data(), passwordFile})
        if (const Result<void> given = giveToServer(path); !given)
            return given.error();
    const Result<ProcessOutput> made =
        runProcess({server.program(u"initdb"_s),
                    {u"--pgdata"_s, data(), u"--encoding=UTF8"_s, u"--locale=C.UTF-8"_s,
                     u"--username=postgres"_s, u"--auth=scram-sha-256"_s, u"--pwfile"_s, passwordFile},
                    QProcessEnvironment::systemEnvironment(),
                    m_serverUser,
                    {},
                    {}},
                   job.token());
    if (!made)
        return made.error();
    if (made->exitCode != 0)
        return serverToolFailed(u"The sandbox's cluster could not be made."_s, *made);
    QFile config(data() + u"/postgresql.conf"_s);
    if (!config.open(QIODevice::WriteOnly | QIODevice::Append) ||
        config.write(QByteArray(configuration) + "unix_socket_directories = '" +
                     socketFolder().toUtf8().replace('\'', "''") +
                     "'\nport = " + QByteArray::number(defaultPort) + '\n') < 0)
        return Error{
            ErrorKind::Io, u"The sandbox's configuration cannot be written."_s, {}, config.errorString()};
    return {};
}

Result<void> Sandbox::startServer(const ServerPrograms &server, int tcpPort, JobContext &job)
{
    job.progress({u"starting the server"_s, 1, 4, {}});
    QStringList arguments{u"-w"_s, u"-t"_s, u"60"_s, u"-l"_s, data() + u"/server.log"_s};
    if (tcpPort > 0)
        arguments += {u"-o"_s, u"-c listen_addresses=localhost -c port=%1"_s.arg(tcpPort)};
    const Result<QString> started = control(server, arguments + QStringList{u"start"_s}, job.token());
    if (!started)
        return started.error();
    return {};
}

Result<void> Sandbox::fill(JobContext &job)
{
    job.progress({u"schema"_s, 2, 4, {}});
    {
        Result<Session> server = openSession(superuser(u"postgres"_s), u"Sandbox"_s, job.token());
        if (!server)
            return server.error();
        const Result<Rows> exists =
            server->execute("SELECT FROM pg_database WHERE datname = $1", {databaseName});
        if (!exists)
            return exists.error();
        if (exists->count() == 0)
            if (const Result<Rows> made = server->execute("CREATE DATABASE " + quoteIdentifier(databaseName));
                !made)
                return made.error();
    }
    const Login login = superuser(databaseName);
    Result<Session> session = openSession(login, u"Sandbox"_s, job.token());
    if (!session)
        return session.error();
    Migrator migrator(
        *session,
        [&](const QString &database) { return openSession(login, u"Sandbox"_s, job.token(), database); },
        [&](const QString &line) { job.log(line); });
    if (const Result<MigrationReport> migrated = migrator.run({}); !migrated)
        return migrated.error();
    if (const Result<void> made = makeLogins(*session); !made)
        return made.error();
    // Ops may swap a restored copy for it.
    const Result<Rows> owned =
        session->execute("ALTER DATABASE " + quoteIdentifier(databaseName) + " OWNER TO retail_owner");
    if (!owned)
        return owned.error();
    const Result<Rows> present = session->execute(sqlcatalog::query("sample/present").sql);
    if (!present)
        return present.error();
    if (!present->boolean(0, 0)) {
        job.progress({u"sample data"_s, 3, 4, {}});
        if (const Result<QString> loaded = SampleDataService::loadInto(*session, {}, job); !loaded)
            return loaded.error();
    } else if (QFile::exists(marker())) {
        return {};
    }
    // Also after a start that was interrupted here: what is embedded already is not done again.
    const Result<std::shared_ptr<EmbeddingProvider>> offline = OfflineEmbeddingProvider::load();
    if (!offline)
        return offline.error();
    if (const Result<QString> embedded = EmbeddingService::embedInto(*session, {}, **offline, true, job);
        !embedded)
        return embedded.error();
    // The planner knows nothing of new tables until they are analysed, and autovacuum takes a minute.
    const Result<Rows> analysed = session->execute("ANALYZE");
    return analysed ? Result<void>() : analysed.error();
}

Result<void> Sandbox::makeLogins(Session &session)
{
    QFile file(passfile());
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorKind::Io, u"The sandbox's pass file cannot be read."_s,
                     u"Run “retail-admin sandbox destroy” and start it anew."_s, file.errorString()};
    QHash<QString, QString> passwords;
    for (const QByteArray &line : file.readAll().split('\n')) {
        const QList<QByteArray> fields = line.split(':');
        if (fields.size() >= 2)
            passwords[QString::fromUtf8(fields[fields.size() - 2])] = QString::fromUtf8(fields.last());
    }
    for (const SandboxLogin &login : sandboxLogins()) {
        const Result<Rows> exists = session.execute("SELECT FROM pg_roles WHERE rolname = $1", {login.login});
        if (!exists)
            return exists.error();
        if (exists->count() > 0)
            continue;
        const Result<QString> verifier = session.scramVerifier(login.login, passwords[login.login]);
        if (!verifier)
            return verifier.error();
        const QByteArray name = quoteIdentifier(login.login);
        QByteArray script = "BEGIN; CREATE ROLE " + name + " LOGIN PASSWORD " + quoteLiteral(*verifier) +
                            ";GRANT " + quoteIdentifier(login.group) + " TO " + name + ';';
        // The owner can view as the manager; the manager has one store.
        if (login.group == u"retail_manager")
            script += "GRANT " + name +
                      " TO retail_owner; INSERT INTO retail.stores (store_id, store_name, "
                      "store_location, store_type, region) VALUES ('seattle', 'Zava Retail Seattle', "
                      "'Seattle, WA', "
                      "'flagship', 'west') ON CONFLICT (store_id) DO NOTHING;"
                      "SELECT retail.grant_store_access(" +
                      quoteLiteral(login.login) + ", 'seattle');";
        if (const Result<Rows> made = session.executeScript(script + "COMMIT"); !made)
            return made.error();
    }
    return {};
}

Result<void> Sandbox::makeProfiles()
{
    for (const SandboxLogin &login : sandboxLogins()) {
        Profile profile;
        profile.name = login.profile;
        profile.conninfo = u"host='%1' port=%2 dbname=%3 user=%4"_s.arg(socketFolder())
                               .arg(port())
                               .arg(databaseName, login.login);
        profile.passfile = passfile();
        if (const Result<void> saved = m_profiles.save(profile); !saved)
            return saved.error();
    }
    return {};
}

Result<QString> Sandbox::stop()
{
    if (!running())
        return u"The sandbox is not running."_s;
    const Result<ServerPrograms> server = findServer();
    if (!server)
        return server.error();
    const Result<QString> stopped = control(*server, {u"-w"_s, u"-m"_s, u"fast"_s, u"stop"_s}, {});
    return stopped ? Result<QString>(u"The sandbox was stopped; its data stays."_s) : stopped.error();
}

Result<QString> Sandbox::destroy()
{
    const Result<bool> ours = owned();
    if (!ours)
        return ours.error();
    if (const Result<QString> stopped = stop(); !stopped)
        return stopped.error();
    const QString sockets = socketFolder();
    for (const SandboxLogin &login : sandboxLogins()) {
        const Result<Profile> profile = m_profiles.byName(login.profile);
        if (profile && profile->conninfo.contains(sockets))
            if (const Result<void> removed = m_profiles.remove(login.profile); !removed)
                return removed.error();
    }
    if (!*ours)
        return u"There is no sandbox."_s;
    // Only what start() made: --dir may name a folder that holds more. The marks last, so that what could not
    // be removed is still ours.
    bool removed = removeServerFolder(data()) && removeServerFolder(sockets);
    for (const QString &file : {passfile(), m_directory + u"/lock"_s, marker(), claim()})
        removed = removed && (!QFile::exists(file) || QFile::remove(file));
    QDir().rmdir(m_directory);
    if (!removed)
        return Error{ErrorKind::Io, u"%1 could not be removed entirely."_s.arg(m_directory),
                     u"Check who owns what is left there."_s};
    return u"The sandbox and its profiles were removed."_s;
}

Result<SandboxStatus> Sandbox::status() const
{
    SandboxStatus status;
    status.running = running();
    status.host = socketFolder();
    status.port = port();
    status.database = databaseName;
    status.passfile = passfile();
    if (const Result<ServerPrograms> server = findServer(); server)
        status.serverVersion = server->version;
    if (QFile::exists(marker()))
        for (const SandboxLogin &login : sandboxLogins())
            status.profiles.append({login.profile, login.login});
    return status;
}
