// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/pgconnection.h"

#include "app/core/log.h"
#include "app/db/connecterror.h"
#include "app/db/sshtunnel.h"

#include <libpq-fe.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

using namespace Qt::StringLiterals;

namespace {

// A dead link is noticed within ten seconds: unanswered keepalives after 3 + 3 × 2 s, unacknowledged data
// after 9 s. The profile's own values win.
constexpr std::pair<const char *, const char *> linkOptions[] = {{"keepalives_idle", "3"},
                                                                 {"keepalives_interval", "2"},
                                                                 {"keepalives_count", "3"},
                                                                 {"tcp_user_timeout", "9000"}};
// A server of which nothing is heard is probed again, at first often enough to notice a dead link in time,
// later as a job of hours can bear.
constexpr int longSilenceMs = 60'000;
constexpr int calmProbeMs = 30'000;

Error cancelled()
{
    return {ErrorKind::Cancelled, u"Connecting was cancelled."_s};
}

/// The endpoints with their addresses, one for each address a name has, so that libpq has nothing to look up:
/// it would block. In a thread that may be left behind, because getaddrinfo cannot be interrupted.
Result<QList<conninfo::Endpoint>> lookUp(const QList<conninfo::Endpoint> &endpoints, const CancelToken &token,
                                         QDeadlineTimer deadline)
{
    struct Shared
    {
        std::mutex mutex;
        std::condition_variable changed;
        bool finished = false;
        bool cancelled = false;
        QList<conninfo::Endpoint> found;
        QString failure;
    };
    const auto shared = std::make_shared<Shared>();
    std::thread([shared, endpoints] {
        QList<conninfo::Endpoint> found;
        QString failure;
        for (const conninfo::Endpoint &endpoint : endpoints) {
            if (endpoint.isSocket() || !endpoint.address.isEmpty()) {
                found.append(endpoint);
                continue;
            }
            addrinfo wanted{};
            wanted.ai_socktype = SOCK_STREAM;
            addrinfo *all = nullptr;
            const int code = getaddrinfo(endpoint.host.toUtf8().constData(), nullptr, &wanted, &all);
            if (code != 0) {
                failure = QString::fromLocal8Bit(gai_strerror(code));
                continue;
            }
            for (const addrinfo *one = all; one; one = one->ai_next) {
                char text[NI_MAXHOST];
                if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0,
                                NI_NUMERICHOST) == 0)
                    found.append({endpoint.host, QString::fromLatin1(text), endpoint.port});
            }
            freeaddrinfo(all);
        }
        const std::lock_guard lock(shared->mutex);
        shared->finished = true;
        shared->found = found;
        shared->failure = failure;
        shared->changed.notify_all();
    }).detach();
    const auto registration = token.onCancel([shared] {
        const std::lock_guard lock(shared->mutex);
        shared->cancelled = true;
        shared->changed.notify_all();
    });
    std::unique_lock lock(shared->mutex);
    shared->changed.wait_for(lock, std::chrono::milliseconds(deadline.remainingTime()),
                             [&] { return shared->finished || shared->cancelled; });
    if (shared->cancelled)
        return cancelled();
    QStringList names;
    for (const conninfo::Endpoint &endpoint : endpoints)
        names += endpoint.host;
    if (!shared->finished)
        return unknownHost(names, u"The name service did not answer."_s);
    if (shared->found.isEmpty())
        return unknownHost(names, shared->failure);
    return shared->found;
}

/// Through the tunnel each endpoint is a port of this machine; names stay, for certificates and pass files.
Result<QList<conninfo::Endpoint>> throughTunnel(QList<conninfo::Endpoint> endpoints, SshTunnel &tunnel,
                                                const CancelToken &token, QDeadlineTimer deadline)
{
    const Result<QList<int>> ports = tunnel.ports(token, deadline);
    if (!ports)
        return ports.error();
    for (qsizetype i = 0; i < endpoints.size(); ++i) {
        if (endpoints[i].isSocket())
            endpoints[i].host = u"localhost"_s;
        endpoints[i].address = u"127.0.0.1"_s;
        endpoints[i].port = QString::number(ports->value(i));
    }
    return endpoints;
}

/// Names and values for PQconnectStartParams.
class Parameters final
{
public:
    void add(const char *name, const QString &value)
    {
        if (value.isEmpty())
            return;
        m_names.push_back(name);
        m_values.push_back(value.toUtf8());
    }
    void add(const QList<conninfo::Endpoint> &endpoints)
    {
        QStringList hosts;
        QStringList addresses;
        QStringList ports;
        for (const conninfo::Endpoint &endpoint : endpoints) {
            hosts += endpoint.host;
            addresses += endpoint.address;
            ports += endpoint.port;
        }
        if (addresses.join(QString()).isEmpty())
            return; // sockets only: as libpq has them
        add("host", hosts.join(u','));
        add("hostaddr", addresses.join(u','));
        add("port", ports.join(u','));
    }
    PGconn *start()
    {
        std::vector<const char *> values;
        for (const QByteArray &value : m_values)
            values.push_back(value.constData());
        values.push_back(nullptr);
        m_names.push_back(nullptr);
        return PQconnectStartParams(m_names.data(), values.data(), 1);
    }

private:
    std::vector<const char *> m_names;
    std::vector<QByteArray> m_values;
};

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

    const QDeadlineTimer deadline(target.timeoutMs);
    const conninfo::Effective effective = conninfo::effective(target.conninfo);
    const TlsAsked tls{effective.sslmode.isEmpty() && effective.effectiveSslmode() != u"prefer",
                       effective.effectiveSslmode(), effective.effectiveRootcert()};

    announce(ConnectStep::Name);
    Result<QList<conninfo::Endpoint>> endpoints =
        target.tunnel ? throughTunnel(effective.endpoints, *target.tunnel, token, deadline)
                      : lookUp(effective.endpoints, token, deadline);
    if (!endpoints)
        return endpoints.error();

    // Of a name given twice libpq takes the later value, so what stands before the connection string can be
    // overruled by it, and what stands after it cannot.
    Parameters parameters;
    for (const auto &[name, value] : linkOptions)
        parameters.add(name, QLatin1String(value));
    parameters.add("dbname", target.conninfo);
    parameters.add(*endpoints);
    if (tls.byDefault)
        parameters.add("sslmode", tls.mode);
    if (effective.sslrootcert.isEmpty())
        parameters.add("sslrootcert", tls.rootcert);
    parameters.add("application_name", target.applicationName);
    parameters.add("client_encoding", u"UTF8"_s);
    parameters.add("dbname", target.database);
    parameters.add("passfile", target.passfile);
    if (target.tunnel && target.password.isEmpty()) {
        // libpq would look for the port of the tunnel.
        const conninfo::Endpoint &real = effective.endpoints.first();
        parameters.add("password", conninfo::passfilePassword(
                                       target.passfile.isEmpty() ? effective.passfile : target.passfile,
                                       {real.isSocket() ? u"localhost"_s : real.host, real.port,
                                        target.database.isEmpty() ? effective.database : target.database,
                                        effective.user}));
    }
    parameters.add("password", target.password);

    announce(ConnectStep::Tcp);
    self->m_tunnel = target.tunnel;
    self->m_connection = parameters.start();
    if (!self->m_connection)
        return Error{ErrorKind::Connect, u"There is not enough memory to connect."_s};
    PGconn *connection = self->m_connection;
    if (PQstatus(connection) == CONNECTION_BAD)
        return connectError(connection, ConnectStep::Tcp, target.passfile, tls);
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
    PQsetNoticeReceiver(
        connection,
        [](void *context, const PGresult *notice) {
            QStringList &notices = static_cast<PgConnection *>(context)->m_notices;
            if (notices.size() < 1000)
                notices += QString::fromUtf8(PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY));
        },
        self.get());

    ConnectStep step = ConnectStep::Tcp;
    for (PostgresPollingStatusType polling = PGRES_POLLING_WRITING; polling != PGRES_POLLING_OK;) {
        if (token.cancelled())
            return cancelled();
        if (!self->waitConnecting(polling == PGRES_POLLING_READING ? POLLIN : POLLOUT, token, deadline)) {
            if (token.cancelled())
                return cancelled();
            const QString host = QString::fromUtf8(PQhost(connection));
            return Error{ErrorKind::Connect,
                         u"%1 did not answer within %2 s."_s.arg(host.isEmpty() ? u"The server"_s : host)
                             .arg(target.timeoutMs / 1000),
                         u"A firewall may drop the packets, or the server hangs. Check host and port."_s,
                         {},
                         {},
                         connectStepName(step)};
        }
        polling = PQconnectPoll(connection);
        if (polling == PGRES_POLLING_FAILED)
            return connectError(connection, step, target.passfile, tls);
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

bool PgConnection::waitConnecting(short events, const CancelToken &token, QDeadlineTimer deadline)
{
    const int wake = m_wake;
    const auto registration = token.onCancel([wake] { eventfd_write(wake, 1); });
    pollfd fds[] = {{PQsocket(m_connection), events, 0}, {wake, POLLIN, 0}};
    int ready = 0;
    do {
        ready = poll(fds, 2, int(deadline.remainingTime()));
    } while (ready < 0 && errno == EINTR);
    if (fds[1].revents) {
        eventfd_t ignored = 0;
        eventfd_read(wake, &ignored);
    }
    return ready > 0;
}

/// Wakes the waits of one call when its token is cancelled. Made at the first wait, not for each: an answer
/// of some pages comes in many pieces.
class PgConnection::Watch final
{
public:
    explicit Watch(const CancelToken &token)
        : m_token(token)
    {
    }
    const CancelToken &token() const { return m_token; }
    void begin(int wake)
    {
        if (!m_registration)
            m_registration.emplace(m_token.onCancel([wake] { eventfd_write(wake, 1); }));
    }
    /// Once the cancel is sent the token has nothing more to say, and its callback would spin the caller's
    /// loop.
    void end() { m_registration.reset(); }

private:
    const CancelToken &m_token;
    std::optional<CancelToken::Registration> m_registration;
};

/// One wait for the socket, a cancel, the answer of a probe or the next of our deadlines; takes in what came.
bool PgConnection::wait(short events, Watch &watch)
{
    const int wake = m_wake;
    if (!m_cancelSent)
        watch.begin(wake);
    if (!m_silence.isValid()) {
        m_silence.start();
        m_probeAt.setRemainingTime(silenceMs);
    }
    QDeadlineTimer next = std::min(m_cancelDeadline, m_probe.running() ? m_probe.deadline() : m_probeAt);
    if (m_patienceMs > 0)
        next = std::min(next, QDeadlineTimer(std::max<qint64>(0, m_patienceMs - m_silence.elapsed())));
    pollfd fds[] = {{PQsocket(m_connection), events, 0},
                    {m_wake, POLLIN, 0},
                    {m_probe.fd(), m_probe.events(), 0}}; // poll() skips a negative descriptor
    const int timeout = next.isForever() ? -1 : int(std::min<qint64>(next.remainingTime() + 1, 3'600'000));
    while (poll(fds, 3, timeout) < 0 && errno == EINTR) {
    }
    if (fds[1].revents) {
        eventfd_t ignored = 0;
        eventfd_read(wake, &ignored);
    }
    if (watch.token().cancelled()) {
        watch.end();
        sendCancel();
    }
    if (fds[0].revents) {
        m_silence.invalidate();
        m_probe.stop();
        if (!PQconsumeInput(m_connection))
            return giveUp();
    }
    if (m_cancelDeadline.hasExpired()) {
        m_cancelUnanswered = true;
        return giveUp(u"The server did not answer the request to stop."_s);
    }
    if (fds[0].revents)
        return true;
    if (m_patienceMs > 0 && m_silence.hasExpired(m_patienceMs))
        return giveUp(u"The server was silent for longer than the statement time-out allows."_s);
    if (m_probe.running()) {
        switch (m_probe.advance(fds[2].revents)) {
        case LinkProbe::Outcome::Waiting:
            break;
        case LinkProbe::Outcome::Alive:
            m_probeAt.setRemainingTime(m_silence.hasExpired(longSilenceMs) ? calmProbeMs : silenceMs);
            break;
        case LinkProbe::Outcome::Dead:
            return giveUp(u"The server answers neither here nor on a new connection."_s);
        }
    } else if (m_probeAt.hasExpired() && !m_probe.start(PQsocket(m_connection))) {
        m_probeAt = QDeadlineTimer(QDeadlineTimer::Forever); // a local socket: the kernel tells all
    }
    return true;
}

bool PgConnection::giveUp(const QString &why)
{
    m_unusable = true;
    m_givenUp = why;
    m_probe.stop();
    return false;
}

bool PgConnection::send(Watch &watch)
{
    while (!m_unusable) {
        const int left = PQflush(m_connection);
        if (left < 0)
            return giveUp();
        if (left == 0)
            return true;
        // Reading as well: a server that cannot send its answer would not read either.
        if (!wait(POLLIN | POLLOUT, watch))
            return false;
    }
    return false;
}

bool PgConnection::waitToSend(const CancelToken &token)
{
    Watch watch(token);
    return send(watch);
}

bool PgConnection::waitForResult(const CancelToken &token)
{
    Watch watch(token);
    if (!send(watch))
        return false;
    while (PQisBusy(m_connection))
        if (!wait(POLLIN, watch))
            return false;
    m_silence.invalidate();
    return true;
}

bool PgConnection::waitForCopyData(const CancelToken &token)
{
    Watch watch(token);
    return send(watch) && wait(POLLIN, watch);
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
    return !m_unusable && !m_cancelSent && PQstatus(m_connection) == CONNECTION_OK &&
           PQtransactionStatus(m_connection) == PQTRANS_IDLE &&
           PQpipelineStatus(m_connection) == PQ_PIPELINE_OFF;
}

bool PgConnection::alive()
{
    pollfd fd{PQsocket(m_connection), POLLIN, 0};
    while (::poll(&fd, 1, 0) > 0) {
        // An idle server may tell a changed setting; one that ends says so and closes.
        if ((fd.revents & (POLLERR | POLLHUP | POLLNVAL)) || !PQconsumeInput(m_connection))
            return false;
        while (PGnotify *notification = PQnotifies(m_connection))
            PQfreemem(notification);
        fd.revents = 0;
    }
    return PQstatus(m_connection) == CONNECTION_OK;
}

int PgConnection::backend() const
{
    return PQbackendPID(m_connection);
}

QString PgConnection::lastMessage() const
{
    if (!m_givenUp.isEmpty())
        return m_givenUp;
    return logging::redact(QString::fromUtf8(PQerrorMessage(m_connection)).trimmed());
}

QStringList PgConnection::takeNotices()
{
    return std::exchange(m_notices, {});
}
