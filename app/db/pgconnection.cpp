// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/pgconnection.h"

#include "app/core/log.h"

#include <QHash>
#include <QRegularExpression>

#include <libpq-fe.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>

using namespace Qt::StringLiterals;

namespace {

// A dead link is noticed within ten seconds: unanswered keepalives after 4 + 3 × 2 s, unacknowledged data
// after 10 s.
constexpr std::pair<const char *, const char *> linkOptions[] = {{"keepalives_idle", "4"},
                                                                 {"keepalives_interval", "2"},
                                                                 {"keepalives_count", "3"},
                                                                 {"tcp_user_timeout", "10000"},
                                                                 {"client_encoding", "UTF8"}};
constexpr int connectTimeoutMs = 30'000;

Error cancelled()
{
    return {ErrorKind::Cancelled, u"Connecting was cancelled."_s};
}

/// The names in `hosts` that need a look-up, tried in a thread that may be left behind: getaddrinfo cannot be
/// interrupted. libpq looks up again, from the resolver's cache.
Result<void> lookUp(const QStringList &hosts, const CancelToken &token)
{
    struct Shared
    {
        std::mutex mutex;
        std::condition_variable changed;
        bool finished = false;
        bool cancelled = false;
        QString failure;
    };
    const auto shared = std::make_shared<Shared>();
    std::thread([shared, hosts] {
        QString failure;
        for (const QString &host : hosts) {
            addrinfo *found = nullptr;
            const int code = getaddrinfo(host.toUtf8().constData(), nullptr, nullptr, &found);
            if (code == 0) {
                freeaddrinfo(found);
                failure.clear();
                break; // one reachable name of several will do
            }
            failure = QString::fromLocal8Bit(gai_strerror(code));
        }
        const std::lock_guard lock(shared->mutex);
        shared->finished = true;
        shared->failure = failure;
        shared->changed.notify_all();
    }).detach();
    const auto registration = token.onCancel([shared] {
        const std::lock_guard lock(shared->mutex);
        shared->cancelled = true;
        shared->changed.notify_all();
    });
    std::unique_lock lock(shared->mutex);
    shared->changed.wait(lock, [&] { return shared->finished || shared->cancelled; });
    if (!shared->finished)
        return cancelled();
    if (!shared->failure.isEmpty())
        return Error{
            ErrorKind::Connect, u"The name %1 is not known."_s.arg(hosts.join(u", "_s)),
            u"Check the spelling, and that this machine has a network and its name service answers."_s,
            shared->failure};
    return {};
}

/// The host names of a connection string that libpq would have to look up; none for sockets, addresses and
/// services.
QStringList hostsToLookUp(const QString &conninfo)
{
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(conninfo.toUtf8().constData(), nullptr), PQconninfoFree);
    QStringList hosts;
    for (const PQconninfoOption *option = options.get(); option && option->keyword; ++option) {
        if (qstrcmp(option->keyword, "hostaddr") == 0 && option->val)
            return {};
        if (qstrcmp(option->keyword, "host") == 0 && option->val)
            hosts = QString::fromUtf8(option->val).split(u',', Qt::SkipEmptyParts);
    }
    hosts.removeIf([](const QString &host) { return host.startsWith(u'/') || host.startsWith(u'@'); });
    return hosts;
}

Error connectError(PGconn *connection, ConnectStep step, const PgConnection::Target &target)
{
    const QString said = QString::fromUtf8(PQerrorMessage(connection)).trimmed();
    // The verbosity set below makes libpq put the SQLSTATE of a refusal into its message.
    static const QRegularExpression state(u"FATAL:\\s+([0-9A-Z]{5}):"_s);
    const QString sqlstate = state.match(said).captured(1);
    const QString host = QString::fromUtf8(PQhost(connection));
    const QString place =
        host.startsWith(u'/') || host.isEmpty()
            ? u"the socket in %1, port %2"_s.arg(host, QString::fromUtf8(PQport(connection)))
            : host + u':' + QString::fromUtf8(PQport(connection));
    const QString user = QString::fromUtf8(PQuser(connection));
    const QString database = QString::fromUtf8(PQdb(connection));
    Error error{ErrorKind::Connect, {}, {}, logging::redact(said), sqlstate, connectStepName(step)};
    if (sqlstate == u"28P01" || sqlstate == u"28000") {
        error.message = u"The server did not accept the password of “%1”."_s.arg(user);
        error.hint =
            u"Type it again; in a pass file, check host, port and user of the line. If the login is new, its "
            u"owner may have to give it a password, or pg_hba.conf has no line for it."_s;
        error.where = connectStepName(ConnectStep::Authentication);
    } else if (sqlstate == u"3D000") {
        error.message = u"The server has no database “%1”."_s.arg(database);
        error.hint = u"Check the name; “psql -l” lists the databases."_s;
        error.where = connectStepName(ConnectStep::Database);
    } else if (sqlstate == u"42501") {
        error.message = u"“%1” may not connect to the database “%2”."_s.arg(user, database);
        error.hint = u"Its owner can run: GRANT CONNECT ON DATABASE %2 TO %1;"_s.arg(user, database);
        error.where = connectStepName(ConnectStep::Database);
    } else if (sqlstate == u"53300") {
        error.message = u"The server has no free connection left."_s;
        error.hint = u"Close other programs that use it, or ask its owner to raise max_connections."_s;
        error.where = connectStepName(ConnectStep::Database);
    } else if (sqlstate == u"57P03") {
        error.message = u"The server is starting up or recovering and takes no connections yet."_s;
        error.hint = u"Wait a moment and connect again."_s;
        error.where = connectStepName(ConnectStep::Database);
    } else if (PQconnectionNeedsPassword(connection)) {
        error.message = u"The server wants a password for “%1”, and none was found."_s.arg(user);
        error.hint = u"Type it in the connect dialog, or add a line to ~/.pgpass."_s;
        error.where = connectStepName(ConnectStep::Authentication);
    } else if (step == ConnectStep::Tls || said.contains(u"SSL") || said.contains(u"certificate")) {
        error.message = u"The encrypted connection to %1 could not be made."_s.arg(place);
        error.hint = u"The certificate must fit the host name and come from an authority this machine trusts "
                     u"(sslrootcert)."_s;
        error.where = connectStepName(ConnectStep::Tls);
    } else if (step <= ConnectStep::Tcp) {
        error.message = u"No server answers at %1."_s.arg(place);
        error.hint =
            u"Check that the server runs, and host and port. A sandbox is started by “retail-admin sandbox "
            u"start”."_s;
    } else {
        error.message = u"The connection to %1 could not be made."_s.arg(place);
    }
    if (!target.passfile.isEmpty() && error.where == connectStepName(ConnectStep::Authentication))
        error.hint += u" Pass file: %1."_s.arg(target.passfile);
    return error;
}

ConnectStep stepOf(ConnStatusType status)
{
    switch (status) {
    case CONNECTION_SSL_STARTUP:
        return ConnectStep::Tls;
    case CONNECTION_AWAITING_RESPONSE:
        return ConnectStep::Authentication;
    case CONNECTION_AUTH_OK:
    case CONNECTION_CHECK_WRITABLE:
    case CONNECTION_CONSUME:
    case CONNECTION_CHECK_TARGET:
    case CONNECTION_CHECK_STANDBY:
    case CONNECTION_OK:
        return ConnectStep::Database;
    default:
        return ConnectStep::Tcp;
    }
}

} // namespace

Result<std::shared_ptr<PgConnection>> PgConnection::open(const Target &target, const CancelToken &token,
                                                         const std::function<void(ConnectStep)> &onStep)
{
    auto announce = [&, last = -1](ConnectStep step) mutable {
        if (onStep && int(step) > last)
            onStep(step);
        last = std::max(last, int(step));
    };
    std::shared_ptr<PgConnection> self(new PgConnection);
    self->m_wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    std::vector<const char *> names{"dbname"};
    std::vector<QByteArray> values{target.conninfo.isEmpty() ? QByteArray() : target.conninfo.toUtf8()};
    const auto add = [&](const char *name, const QString &value) {
        if (value.isEmpty())
            return;
        names.push_back(name);
        values.push_back(value.toUtf8());
    };
    add("application_name", target.applicationName);
    add("dbname", target.database);
    add("passfile", target.passfile);
    add("password", target.password);
    for (const auto &[name, value] : linkOptions)
        add(name, QLatin1String(value));
    std::vector<const char *> pointers;
    for (const QByteArray &value : values)
        pointers.push_back(value.isEmpty() ? nullptr : value.constData());
    names.push_back(nullptr);
    pointers.push_back(nullptr);

    announce(ConnectStep::Name);
    const QStringList hosts = hostsToLookUp(target.conninfo);
    if (const Result<void> known = hosts.isEmpty() ? Result<void>() : lookUp(hosts, token); !known) {
        Error error = known.error();
        error.where = connectStepName(ConnectStep::Name);
        return error;
    }
    announce(ConnectStep::Tcp);
    self->m_connection = PQconnectStartParams(names.data(), pointers.data(), 1);
    if (!self->m_connection)
        return Error{ErrorKind::Connect, u"There is not enough memory to connect."_s};
    PGconn *connection = self->m_connection;
    if (PQstatus(connection) == CONNECTION_BAD)
        return connectError(connection, ConnectStep::Tcp, target);
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
    PQsetNoticeReceiver(
        connection,
        [](void *context, const PGresult *notice) {
            QStringList &notices = static_cast<PgConnection *>(context)->m_notices;
            if (notices.size() < 1000)
                notices += QString::fromUtf8(PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY));
        },
        self.get());

    const QDeadlineTimer deadline(connectTimeoutMs);
    ConnectStep step = ConnectStep::Tcp;
    for (PostgresPollingStatusType polling = PGRES_POLLING_WRITING; polling != PGRES_POLLING_OK;) {
        if (token.cancelled())
            return cancelled();
        if (!self->wait(polling == PGRES_POLLING_READING ? POLLIN : POLLOUT, token, deadline)) {
            if (token.cancelled())
                return cancelled();
            Error error = connectError(connection, step, target);
            error.hint = u"It did not answer within %1 s. A firewall may drop the packets."_s.arg(
                connectTimeoutMs / 1000);
            return error;
        }
        polling = PQconnectPoll(connection);
        if (polling == PGRES_POLLING_FAILED)
            return connectError(connection, step, target);
        step = stepOf(PQstatus(connection));
        announce(step);
    }
    announce(ConnectStep::Database);
    PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
    PQsetnonblocking(connection, 1);
    return self;
}

PgConnection::~PgConnection()
{
    if (m_connection)
        PQfinish(m_connection);
    if (m_wake >= 0)
        ::close(m_wake);
}

bool PgConnection::wait(short events, const CancelToken &token, QDeadlineTimer deadline)
{
    const int wake = m_wake;
    const auto registration = token.onCancel([wake] { eventfd_write(wake, 1); });
    pollfd fds[] = {{PQsocket(m_connection), events, 0}, {wake, POLLIN, 0}};
    const int timeout = deadline.isForever() ? -1 : int(deadline.remainingTime());
    int ready = 0;
    do {
        ready = poll(fds, 2, timeout);
    } while (ready < 0 && errno == EINTR);
    if (fds[1].revents) {
        eventfd_t ignored = 0;
        eventfd_read(wake, &ignored);
    }
    return ready > 0;
}

bool PgConnection::waitToSend(const CancelToken &token)
{
    for (;;) {
        const int left = PQflush(m_connection);
        if (left < 0)
            return false;
        if (left == 0)
            return true;
        // Reading as well: a server that cannot send its answer would not read either.
        wait(POLLIN | POLLOUT, m_cancelSent ? CancelToken() : token, m_cancelDeadline);
        if (!PQconsumeInput(m_connection))
            return false;
        if (token.cancelled())
            sendCancel();
        if (m_cancelDeadline.hasExpired())
            return false;
    }
}

bool PgConnection::waitForInput(const CancelToken &token)
{
    // Once the cancel is sent the token has nothing more to say, and its callback would spin the caller's
    // loop.
    wait(POLLIN, m_cancelSent ? CancelToken() : token, m_cancelDeadline);
    if (token.cancelled())
        sendCancel();
    return PQconsumeInput(m_connection) && !m_cancelDeadline.hasExpired();
}

bool PgConnection::waitForResult(const CancelToken &token)
{
    if (!waitToSend(token))
        return false;
    while (PQisBusy(m_connection))
        if (!waitForInput(token))
            return false;
    return true;
}

bool PgConnection::waitForCopyData(const CancelToken &token)
{
    return waitToSend(token) && waitForInput(token);
}

void PgConnection::sendCancel()
{
    if (std::exchange(m_cancelSent, true))
        return;
    m_cancelDeadline.setRemainingTime(cancelGraceMs);
    // PQcancel blocks and has no time-out, so nobody waits for this thread.
    std::thread([cancel = PQgetCancel(m_connection)] {
        char message[256];
        if (cancel && !PQcancel(cancel, message, sizeof message))
            qCWarning(lcDb) << "cancel request failed:" << message;
        PQfreeCancel(cancel);
    }).detach();
}

bool PgConnection::reusable() const
{
    // After a cancel the connection is closed: a request that was late would hit the next statement.
    return !m_cancelSent && PQstatus(m_connection) == CONNECTION_OK &&
           PQtransactionStatus(m_connection) == PQTRANS_IDLE &&
           PQpipelineStatus(m_connection) == PQ_PIPELINE_OFF;
}

QString PgConnection::lastMessage() const
{
    return logging::redact(QString::fromUtf8(PQerrorMessage(m_connection)).trimmed());
}

QStringList PgConnection::takeNotices()
{
    return std::exchange(m_notices, {});
}
