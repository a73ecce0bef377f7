// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/connectionpool.h"

#include "app/core/log.h"
#include "app/db/connecterror.h"
#include "app/db/connecttarget.h"
#include "app/db/querymark.h"
#include "app/db/sshtunnel.h"

#include <QElapsedTimer>

#include <condition_variable>
#include <map>
#include <mutex>

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 idleLimitMs = 10 * 60 * 1000;
constexpr int lookAtIdleMs = 2'000;
constexpr int firstRetryMs = 500;
constexpr int longestRetryMs = 30'000;
constexpr int connectMs = 30'000;
constexpr int reconnectMs = 10'000;
constexpr int fullServerMs = 2'000;
constexpr int mostThreads = 64;
// A lost wake-up (a token's callback takes no lock of ours) costs this much.
constexpr std::chrono::milliseconds recheck(50);

Error notConnected()
{
    return {ErrorKind::Connect, u"There is no connection to a database."_s,
            u"Connect first (File ▸ Connect)."_s};
}

Error anotherServer()
{
    return {ErrorKind::Connect,
            u"Another server or database now answers at this address."_s,
            u"Nothing was read from it. Connect again if this is wanted."_s,
            {},
            {},
            connectStepName(ConnectStep::Schema)};
}

/// Is this still the server and database of `expected`? `ofDatabase` false: any database of that server.
Result<void> checkIdentity(Session &session, const Capabilities &expected, bool ofDatabase = true)
{
    const Result<Rows> identity = session.read({}, sqlcatalog::query("connection/identity"));
    if (!identity)
        return identity.error();
    if (identity->integer(0, 0) != expected.systemIdentifier ||
        (ofDatabase && identity->integer(0, 1) != expected.databaseOid))
        return anotherServer();
    return {};
}

/// Whether the work of that name sets nothing for its session beyond a transaction, and may go through a
/// pooler. What is not named here may not, so that new work has to be thought about.
bool keepsToTransactions(const QString &purpose)
{
    static const QStringList purposes{u"Audit evidence"_s, u"Doctor"_s,      u"Embeddings"_s, u"Export"_s,
                                      u"Import"_s,         u"Sample data"_s, u"Settings"_s};
    return purposes.contains(purpose);
}

/// Behind a pooler a role or a time-out would stay on a server connection that others get next. A pooler
/// gives each client a number of its own making, a server that of its process.
Result<void> checkUnpooled(Session &session)
{
    const Result<Rows> backend =
        session.execute(sqlcatalog::mark + QByteArray(" */ SELECT pg_backend_pid()"));
    if (!backend)
        return backend.error();
    if (backend->integer(0, 0) == session.connection().backend())
        return {};
    return Error{
        ErrorKind::Connect,
        u"This address is a pooler (PgBouncer): what “%1” sets for its session would stay for others."_s.arg(
            session.purpose()),
        u"It needs the server's own port: make a profile with it."_s};
}

} // namespace

struct ConnectionPool::Link
{
    std::shared_ptr<PgConnection> connection;
    Capabilities capabilities;
};

struct ConnectionPool::Shared
{
    struct Idle
    {
        std::shared_ptr<PgConnection> connection;
        QElapsedTimer since;
    };
    struct Active
    {
        CancelToken token;
        int epoch = 0;
    };

    mutable std::mutex mutex; // guards all below
    std::condition_variable changed;
    int size = 4;
    int patienceMs = 120'000;
    int leased = 0; // of this epoch
    int epoch = 0;
    QList<Idle> idle;
    QDeadlineTimer fullUntil{0};  // the server had no connection left: no new one before
    std::map<int, Active> active; // the requests that run() has begun
    int nextRequest = 0;
    int opening = 0; // the newest open() or close()
    CancelToken openingToken;
    State state = State::Closed;
    Error reason; // of Reconnecting and Stopped
    CancelToken reconnecting;
    bool hurry = false;
    Login login;
    std::shared_ptr<SshTunnel> tunnel;
    Capabilities capabilities;

    /// The former database is left; `mutex` is held. Returns what to cancel once it is not.
    QList<CancelToken> leave()
    {
        ++epoch;
        idle.clear();
        leased = 0;
        fullUntil = QDeadlineTimer(0);
        QList<CancelToken> tokens{reconnecting};
        for (const auto &[id, request] : active)
            tokens += request.token;
        changed.notify_all();
        return tokens;
    }

    void addIdle(const std::shared_ptr<PgConnection> &connection)
    {
        changed.notify_all();
        // A reconnect's own may be one too many, while requests that lost theirs have not given them back
        // yet.
        if (leased + idle.size() >= size)
            return;
        idle.append({connection, {}});
        idle.last().since.start();
    }
};

Result<Session> openSession(const Login &login, const QString &purpose, const CancelToken &token,
                            const QString &database, const std::function<void(ConnectStep)> &onStep,
                            const std::shared_ptr<SshTunnel> &tunnel)
{
    Result<std::shared_ptr<PgConnection>> connection = PgConnection::open(
        targetOf(login, purpose, database, tunnel ? tunnel : tunnelOf(login.profile), connectMs), token,
        onStep);
    if (!connection)
        return connection.error();
    // This connection is one piece of work's alone: what the profile says holds on it as a whole.
    const Profile &profile = login.profile;
    Session settings(*connection, profile, purpose, token);
    if (!profile.role.isEmpty() || profile.readOnly || !keepsToTransactions(purpose))
        if (const Result<void> unpooled = checkUnpooled(settings); !unpooled)
            return unpooled.error();
    if (!profile.role.isEmpty())
        if (const Result<Rows> taken =
                settings.execute("SELECT set_config('role', $1, false)", {profile.role});
            !taken)
            return taken.error();
    if (profile.readOnly)
        if (const Result<Rows> set = settings.execute("SET default_transaction_read_only = on"); !set)
            return set.error();
    return Session(*connection, profile, purpose, token);
}

ConnectionPool::ConnectionPool(int size, QObject *parent)
    : QObject(parent)
    , m_shared(std::make_unique<Shared>())
{
    m_shared->size = size;
    // Many threads, because a request in the thread pool's own queue could not be cancelled.
    m_threads.setMaxThreadCount(mostThreads);
    m_idleTimer.setInterval(lookAtIdleMs);
    connect(&m_idleTimer, &QTimer::timeout, this, &ConnectionPool::lookAtIdle);
    m_idleTimer.start();
}

ConnectionPool::~ConnectionPool()
{
    shutDown();
}

void ConnectionPool::shutDown()
{
    close();
    m_control.waitForDone();
    m_threads.waitForDone(); // at most the grace that a cancelled statement gets
}

void ConnectionPool::tell(const std::function<void()> &signal)
{
    QMetaObject::invokeMethod(this, signal);
}

Result<ConnectionPool::Link> ConnectionPool::openLink(const Login &login,
                                                      const std::shared_ptr<SshTunnel> &tunnel,
                                                      const CancelToken &token, int timeoutMs,
                                                      const std::function<void(ConnectStep)> &onStep) const
{
    Result<std::shared_ptr<PgConnection>> connection =
        PgConnection::open(targetOf(login, {}, {}, tunnel, timeoutMs), token, onStep);
    if (connection && onStep)
        onStep(ConnectStep::Schema);
    if (!connection)
        return connection.error();
    Session session(*connection, login.profile, u"Connect"_s, token);
    Result<Capabilities> capabilities = readCapabilities(session);
    if (!capabilities)
        return capabilities.error();
    return Link{*connection, *capabilities};
}

QFuture<Result<Capabilities>> ConnectionPool::open(const Profile &profile, const QString &password,
                                                   const CancelToken &token,
                                                   const std::function<void(ConnectStep)> &onStep)
{
    const CancelToken own;
    CancelToken former;
    int ticket = 0;
    {
        const std::lock_guard lock(m_shared->mutex);
        ticket = ++m_shared->opening;
        former = std::exchange(m_shared->openingToken, own);
    }
    former.cancel();
    if (state() == State::Closed)
        setState(State::Connecting);
    return QtConcurrent::run(&m_control, [=, this]() -> Result<Capabilities> {
        const auto follows = token.onCancel([own] { own.cancel(); });
        const auto refuse = [&](const Error &error) {
            {
                const std::lock_guard lock(m_shared->mutex);
                if (m_shared->opening != ticket || m_shared->state != State::Connecting)
                    return error;
            }
            setState(State::Closed);
            return error;
        };
        const Login login{profile, password};
        std::shared_ptr<SshTunnel> tunnel = tunnelOf(profile);
        Result<Link> link = openLink(login, tunnel, own, connectMs, onStep);
        if (!link)
            return refuse(link.error());
        if (const Result<void> fits = checkSchema(link->capabilities); !fits)
            return refuse(fits.error());
        QList<CancelToken> left;
        {
            const std::lock_guard lock(m_shared->mutex);
            if (m_shared->opening != ticket || own.cancelled())
                return Error{ErrorKind::Cancelled, u"Connecting was cancelled."_s};
            left = m_shared->leave();
            link->connection->generation = m_shared->epoch;
            m_shared->addIdle(link->connection);
            m_shared->login = login;
            std::swap(m_shared->tunnel, tunnel); // the former ends here, without the lock
            m_shared->capabilities = link->capabilities;
        }
        for (const CancelToken &request : left)
            request.cancel();
        setState(State::Open);
        tell([this] { emit databaseChanged(); });
        return link->capabilities;
    });
}

void ConnectionPool::close()
{
    QList<CancelToken> left;
    std::shared_ptr<SshTunnel> tunnel;
    {
        const std::lock_guard lock(m_shared->mutex);
        ++m_shared->opening;
        left = m_shared->leave();
        left += std::exchange(m_shared->openingToken, {});
        m_shared->login = {};
        tunnel = std::exchange(m_shared->tunnel, {});
        m_shared->capabilities = {};
    }
    // Without our lock: a callback is the caller's code, and may ask us something.
    for (const CancelToken &token : left)
        token.cancel();
    if (tunnel)
        m_control.start([ending = std::move(tunnel)] { Q_UNUSED(ending) }); // ssh takes its time to end
    if (state() != State::Closed) {
        setState(State::Closed);
        tell([this] { emit databaseChanged(); });
    }
}

void ConnectionPool::reconnectNow()
{
    const std::lock_guard lock(m_shared->mutex);
    m_shared->hurry = true;
    m_shared->changed.notify_all();
}

void ConnectionPool::setPatience(int ms)
{
    const std::lock_guard lock(m_shared->mutex);
    m_shared->patienceMs = ms;
}

ConnectionPool::State ConnectionPool::state() const
{
    const std::lock_guard lock(m_shared->mutex);
    return m_shared->state;
}

Login ConnectionPool::login() const
{
    const std::lock_guard lock(m_shared->mutex);
    return m_shared->login;
}

Profile ConnectionPool::profile() const
{
    return login().profile;
}

Capabilities ConnectionPool::capabilities() const
{
    const std::lock_guard lock(m_shared->mutex);
    return m_shared->capabilities;
}

int ConnectionPool::epoch() const
{
    const std::lock_guard lock(m_shared->mutex);
    return m_shared->epoch;
}

int ConnectionPool::openConnections() const
{
    const std::lock_guard lock(m_shared->mutex);
    return m_shared->leased + int(m_shared->idle.size());
}

void ConnectionPool::setState(State state)
{
    {
        const std::lock_guard lock(m_shared->mutex);
        if (std::exchange(m_shared->state, state) == state)
            return;
        m_shared->changed.notify_all();
    }
    tell([this, state] { emit stateChanged(state); });
}

ConnectionPool::Request::Request(ConnectionPool &pool, const CancelToken &callers, int epoch)
    : m_shared(*pool.m_shared)
    , m_follows(callers.onCancel([own = m_token] { own.cancel(); }))
{
    const std::lock_guard lock(m_shared.mutex);
    m_id = m_shared.nextRequest++;
    m_shared.active.emplace(m_id, Shared::Active{m_token, epoch});
}

ConnectionPool::Request::~Request()
{
    const std::lock_guard lock(m_shared.mutex);
    m_shared.active.erase(m_id);
}

Error ConnectionPool::leftError()
{
    return {ErrorKind::Cancelled, u"The database was left before the answer came."_s};
}

Result<Session> ConnectionPool::lease(const QString &purpose, const CancelToken &token, int epoch)
{
    Shared &shared = *m_shared;
    const auto registration = token.onCancel([&shared] { shared.changed.notify_all(); });
    std::unique_lock lock(shared.mutex);
    const QDeadlineTimer patience(shared.patienceMs);
    for (;;) {
        if (shared.state == State::Closed || shared.state == State::Connecting)
            return notConnected();
        if (shared.epoch != epoch)
            return leftError();
        if (token.cancelled())
            return Error{ErrorKind::Cancelled, u"The request was cancelled."_s};
        if (shared.state == State::Stopped)
            return shared.reason;
        if (shared.state == State::Reconnecting && patience.hasExpired())
            return shared.reason;
        if (shared.state != State::Open || shared.leased >= shared.size) {
            shared.changed.wait_for(lock, recheck);
            continue;
        }
        bool died = false;
        while (!shared.idle.isEmpty()) {
            const std::shared_ptr<PgConnection> connection = shared.idle.takeLast().connection;
            if (!connection->alive()) {
                died = true;
                continue;
            }
            ++shared.leased;
            return Session(connection, shared.login.profile, purpose, token);
        }
        if (shared.leased > 0 && !shared.fullUntil.hasExpired()) {
            shared.changed.wait_for(lock, recheck); // for one of ours to come back
            continue;
        }

        ++shared.leased;
        const Login login = shared.login;
        const std::shared_ptr<SshTunnel> tunnel = shared.tunnel;
        const Capabilities expected = shared.capabilities;
        lock.unlock();
        Result<std::shared_ptr<PgConnection>> connection =
            PgConnection::open(targetOf(login, purpose, {}, tunnel, reconnectMs), token, {});
        Result<void> same;
        if (connection) {
            Session session(*connection, login.profile, purpose, token);
            same = checkIdentity(session, expected);
        }
        if (connection && same) {
            (*connection)->generation = epoch;
            return Session(*connection, login.profile, purpose, token);
        }
        const Error error = connection ? same.error() : connection.error();
        lock.lock();
        if (shared.epoch != epoch)
            return leftError();
        --shared.leased;
        shared.changed.notify_all();
        if (error.kind == ErrorKind::Cancelled)
            return error;
        if (error.sqlstate == u"53300" && shared.leased > 0) {
            shared.fullUntil.setRemainingTime(fullServerMs);
            continue;
        }
        if (error.sqlstate == u"53300" && !died)
            return error; // nothing was lost: this machine's neighbours took the last one
        lock.unlock();
        loseLink(error, epoch, false);
        lock.lock();
    }
}

void ConnectionPool::giveBack(Session &session, const Error *error)
{
    PgConnection &connection = session.connection();
    const bool broken =
        !connection.usable() ||
        (error && (error->kind == ErrorKind::LinkLost || error->kind == ErrorKind::OutcomeUnknown));
    if (connection.cancelUnanswered())
        tell([this, backend = connection.backend(), purpose = session.purpose()] {
            emit sessionLeft(backend, purpose);
        });
    {
        Shared &shared = *m_shared;
        const std::lock_guard lock(shared.mutex);
        if (connection.generation != shared.epoch)
            return;
        --shared.leased;
        if (!broken && connection.reusable())
            shared.addIdle(connection.shared_from_this());
        shared.changed.notify_all();
    }
    if (broken)
        loseLink(error ? *error : Error{ErrorKind::LinkLost, u"The connection to the server was lost."_s},
                 connection.generation, false);
}

void ConnectionPool::loseLink(const Error &why, int epoch, bool quiet)
{
    const CancelToken token;
    {
        Shared &shared = *m_shared;
        const std::lock_guard lock(shared.mutex);
        if (shared.epoch != epoch || shared.state != State::Open)
            return;
        shared.idle.clear(); // they went the same way: the server, or the network, is gone
        shared.state = State::Reconnecting;
        shared.reason = why;
        shared.reconnecting = token;
        shared.hurry = false;
        shared.changed.notify_all();
    }
    qCWarning(lcDb) << "link lost:" << why.text();
    if (!quiet)
        tell([this] {
            emit stateChanged(State::Reconnecting);
            emit linkLost(tr("The connection to the server was lost. Reconnecting…"));
        });
    m_control.start([this, epoch, quiet, token] { reconnect(epoch, quiet, token); });
}

void ConnectionPool::reconnect(int epoch, bool quiet, const CancelToken &token)
{
    Shared &shared = *m_shared;
    const auto registration = token.onCancel([&shared] { shared.changed.notify_all(); });
    for (int wait = firstRetryMs;; wait = std::min(wait * 2, longestRetryMs)) {
        std::unique_lock lock(shared.mutex);
        if (shared.epoch != epoch || token.cancelled())
            return;
        const Login login = shared.login;
        const Capabilities expected = shared.capabilities;
        const std::shared_ptr<SshTunnel> tunnel = shared.tunnel;
        lock.unlock();

        Result<Link> link = openLink(login, tunnel, token, reconnectMs, {});
        std::optional<Error> error;
        if (!link)
            error = link.error();
        else if (link->capabilities.systemIdentifier != expected.systemIdentifier ||
                 link->capabilities.databaseOid != expected.databaseOid ||
                 link->capabilities.login != expected.login || link->capabilities.role != expected.role)
            error = anotherServer();
        else if (const Result<void> fits = checkSchema(link->capabilities); !fits)
            error = fits.error();

        lock.lock();
        if (shared.epoch != epoch || token.cancelled())
            return;
        if (!error) {
            link->connection->generation = epoch;
            shared.capabilities = link->capabilities;
            shared.state = State::Open;
            shared.addIdle(link->connection);
            lock.unlock();
            qCInfo(lcDb) << "link restored";
            if (!quiet)
                tell([this] {
                    emit stateChanged(State::Open);
                    emit linkRestored();
                });
            return;
        }
        shared.reason = *error;
        if (isPermanent(*error)) {
            shared.state = State::Stopped;
            shared.changed.notify_all();
            lock.unlock();
            qCWarning(lcDb) << "reconnecting stopped:" << error->text();
            tell([this, why = *error] {
                emit stateChanged(State::Stopped);
                emit stopped(why);
            });
            return;
        }
        qCInfo(lcDb) << "reconnect failed:" << error->text();
        tell([this, quiet, wait, why = *error] {
            if (quiet) {
                emit stateChanged(State::Reconnecting);
                emit linkLost(tr("The connection to the server was lost. Reconnecting…"));
            }
            emit reconnectFailed(why, wait);
        });
        quiet = false;
        const QDeadlineTimer next(wait);
        while (!next.hasExpired() && !shared.hurry && !token.cancelled() && shared.epoch == epoch)
            shared.changed.wait_for(lock,
                                    std::chrono::milliseconds(std::min<qint64>(next.remainingTime(), 200)));
        shared.hurry = false;
    }
}

/// Notices, without sending anything, that idle connections have ended: keepalives tell the kernel, and the
/// kernel tells us. Nobody waited for them, so the banner comes only when they cannot be replaced.
void ConnectionPool::lookAtIdle()
{
    int epoch = 0;
    {
        Shared &shared = *m_shared;
        const std::lock_guard lock(shared.mutex);
        if (shared.state != State::Open || shared.idle.isEmpty())
            return;
        epoch = shared.epoch;
        shared.idle.removeIf([](const Shared::Idle &idle) { return idle.since.hasExpired(idleLimitMs); });
        const qsizetype before = shared.idle.size();
        shared.idle.removeIf([](const Shared::Idle &idle) { return !idle.connection->alive(); });
        if (shared.idle.size() == before || !shared.idle.isEmpty() || shared.leased > 0)
            return;
    }
    loseLink({ErrorKind::LinkLost, u"The server closed the connection."_s}, epoch, true);
}

Result<ConnectionPool::Origin> ConnectionPool::origin() const
{
    const std::lock_guard lock(m_shared->mutex);
    if (m_shared->state == State::Closed || m_shared->state == State::Connecting)
        return notConnected();
    if (m_shared->state == State::Stopped)
        return m_shared->reason;
    return Origin{m_shared->login, m_shared->capabilities, m_shared->tunnel};
}

Result<Session> ConnectionPool::direct(const Result<Origin> &origin, const QString &purpose,
                                       const CancelToken &token, const QString &database)
{
    if (!origin)
        return origin.error();
    Result<Session> session = openSession(origin->login, purpose, token, database, {}, origin->tunnel);
    if (session)
        if (const Result<void> same = checkIdentity(*session, origin->capabilities, database.isEmpty());
            !same)
            return same.error();
    return session;
}

QFuture<Result<bool>> ConnectionPool::endSession(int backend, const CancelToken &token)
{
    return run<bool>(u"End session"_s, token, [backend](Session &session) -> Result<bool> {
        const Result<Rows> ended = session.read({}, sqlcatalog::query("connection/end_session"), {backend});
        if (!ended)
            return ended.error();
        return ended->count() > 0 && ended->boolean(0, 0);
    });
}
