// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/connectionpool.h"

#include "app/core/log.h"
#include "app/db/pgconnection.h"

#include <QElapsedTimer>

#include <condition_variable>
#include <map>
#include <mutex>

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 idleLimitMs = 10 * 60 * 1000;
constexpr int firstRetryMs = 1'000;
constexpr int longestRetryMs = 30'000;

const QString programName = QStringLiteral("retail-admin");

Error notConnected()
{
    return {ErrorKind::Connect, u"There is no connection to a database."_s,
            u"Connect first (File ▸ Connect)."_s};
}

PgConnection::Target targetOf(const Login &login, const QString &purpose, const QString &database = {})
{
    const QString name = purpose.isEmpty() ? programName : programName + u" – "_s + purpose;
    return {login.profile.conninfo, database, login.profile.passfile, login.password, name};
}

} // namespace

QString connectStepName(ConnectStep step)
{
    switch (step) {
    case ConnectStep::Name:
        return u"name"_s;
    case ConnectStep::Tcp:
        return u"TCP"_s;
    case ConnectStep::Tls:
        return u"TLS"_s;
    case ConnectStep::Authentication:
        return u"authentication"_s;
    case ConnectStep::Database:
        return u"database"_s;
    case ConnectStep::Schema:
        break;
    }
    return u"schema"_s;
}

struct ConnectionPool::Shared
{
    struct Idle
    {
        std::shared_ptr<PgConnection> connection;
        QElapsedTimer since;
    };

    mutable std::mutex mutex; // guards all below
    std::condition_variable freed;
    int size = 4;
    int leased = 0;
    int generation = 0; // counts open() and close(): what was leased before belongs to another database
    QList<Idle> idle;
    std::map<int, CancelToken> active; // of the requests that run() has begun
    int nextRequest = 0;
    State state = State::Closed;
    Login login;
    Capabilities capabilities;
};

Result<Session> openSession(const Login &login, const QString &purpose, const CancelToken &token,
                            const QString &database, const std::function<void(ConnectStep)> &onStep)
{
    Result<std::shared_ptr<PgConnection>> connection =
        PgConnection::open(targetOf(login, purpose, database), token, onStep);
    if (!connection)
        return connection.error();
    return Session(*connection, login.profile, purpose, token);
}

ConnectionPool::ConnectionPool(int size, QObject *parent)
    : QObject(parent)
    , m_shared(std::make_unique<Shared>())
{
    m_shared->size = size;
    // One thread more than connections: a request waiting for a lease must not keep a connect from running.
    m_threads.setMaxThreadCount(size + 2);
    m_idleTimer.setInterval(idleLimitMs / 10);
    connect(&m_idleTimer, &QTimer::timeout, this, [this] {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->idle.removeIf([](const Shared::Idle &idle) { return idle.since.hasExpired(idleLimitMs); });
    });
    m_idleTimer.start();
    m_retryTimer.setSingleShot(true);
    connect(&m_retryTimer, &QTimer::timeout, this, &ConnectionPool::tryAgain);
}

ConnectionPool::~ConnectionPool()
{
    close();
    m_threads.waitForDone(); // at most the grace that a cancelled statement gets
}

QFuture<Result<Capabilities>> ConnectionPool::open(const Profile &profile, const QString &password,
                                                   const CancelToken &token,
                                                   const std::function<void(ConnectStep)> &onStep)
{
    return QtConcurrent::run(&m_threads, [=, this]() -> Result<Capabilities> {
        const Login login{profile, password};
        Result<std::shared_ptr<PgConnection>> connection =
            PgConnection::open(targetOf(login, {}), token, onStep);
        if (!connection)
            return connection.error();
        if (onStep)
            onStep(ConnectStep::Schema);
        Session session(*connection, profile, u"Connect"_s, token);
        Result<Capabilities> capabilities = readCapabilities(session);
        if (!capabilities)
            return capabilities.error();
        if (const Result<void> fits = checkSchema(*capabilities); !fits)
            return fits.error();
        {
            const std::lock_guard lock(m_shared->mutex);
            ++m_shared->generation;
            m_shared->idle.clear();
            (*connection)->generation = m_shared->generation;
            m_shared->idle.append({*connection, {}});
            m_shared->idle.last().since.start();
            m_shared->login = login;
            m_shared->capabilities = *capabilities;
        }
        setState(State::Open);
        return capabilities;
    });
}

void ConnectionPool::close()
{
    {
        const std::lock_guard lock(m_shared->mutex);
        ++m_shared->generation;
        m_shared->idle.clear();
        for (const auto &[id, token] : m_shared->active)
            token.cancel();
        m_shared->login = {};
        m_shared->capabilities = {};
    }
    setState(State::Closed);
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
    }
    emit stateChanged(state);
}

ConnectionPool::Request::Request(ConnectionPool &pool, const CancelToken &token)
    : m_shared(*pool.m_shared)
{
    const std::lock_guard lock(m_shared.mutex);
    m_id = m_shared.nextRequest++;
    m_shared.active.emplace(m_id, token);
}

ConnectionPool::Request::~Request()
{
    const std::lock_guard lock(m_shared.mutex);
    m_shared.active.erase(m_id);
}

Result<Session> ConnectionPool::lease(const QString &purpose, const CancelToken &token)
{
    Shared &shared = *m_shared;
    std::unique_lock lock(shared.mutex);
    const auto registration = token.onCancel([&shared] { shared.freed.notify_all(); });
    const int generation = shared.generation;
    const auto outdated = [&] { return shared.generation != generation || shared.state == State::Closed; };
    // The wait is timed because a cancel between the check and the wait would be missed: its callback takes
    // no lock.
    while (!token.cancelled() && !outdated() && shared.leased >= shared.size)
        shared.freed.wait_for(lock, std::chrono::milliseconds(100));
    if (token.cancelled())
        return Error{ErrorKind::Cancelled, u"The request was cancelled."_s};
    if (outdated())
        return notConnected();

    ++shared.leased;
    if (!shared.idle.isEmpty()) {
        const std::shared_ptr<PgConnection> connection = shared.idle.takeLast().connection;
        return Session(connection, shared.login.profile, purpose, token);
    }
    const Login login = shared.login;
    const Capabilities expected = shared.capabilities;
    lock.unlock();

    const auto refuse = [&](Error error) {
        lock.lock();
        --shared.leased;
        shared.freed.notify_one();
        return error;
    };
    Result<std::shared_ptr<PgConnection>> connection = PgConnection::open(targetOf(login, {}), token, {});
    if (!connection)
        return refuse(connection.error());
    Session session(*connection, login.profile, purpose, token);
    const Result<Rows> identity = session.read({}, sqlcatalog::query("connection/identity"));
    if (!identity)
        return refuse(identity.error());
    if (identity->integer(0, 0) != expected.systemIdentifier ||
        identity->integer(0, 1) != expected.databaseOid)
        return refuse(Error{ErrorKind::Connect, u"Another server or database now answers at this address."_s,
                            u"Nothing was read from it. Connect again if this is wanted."_s});
    (*connection)->generation = generation;
    return session;
}

void ConnectionPool::giveBack(Session &session, bool broken)
{
    Shared &shared = *m_shared;
    {
        const std::lock_guard lock(shared.mutex);
        --shared.leased;
        const bool current = session.connection().generation == shared.generation;
        if (current && !broken && session.connection().reusable()) {
            shared.idle.append({session.connection().shared_from_this(), {}});
            shared.idle.last().since.start();
        }
        if (broken && current) // the others went the same way: the server, or the network, is gone
            shared.idle.clear();
        shared.freed.notify_one();
        if (!broken || !current || shared.state != State::Open)
            return;
    }
    QMetaObject::invokeMethod(this, [this] {
        if (state() != State::Open)
            return;
        setState(State::Reconnecting);
        emit linkLost(tr("The connection to the server was lost. Reconnecting…"));
        m_retryTimer.start(0);
    });
}

void ConnectionPool::tryAgain()
{
    const int wait = std::min(std::max(m_retryTimer.interval() * 2, firstRetryMs), longestRetryMs);
    run<Rows>(u"Reconnect"_s, {}, [](Session &session) {
        return session.read({}, sqlcatalog::query("connection/identity"));
    }).then(this, [this, wait](const Result<Rows> &identity) {
        if (state() != State::Reconnecting)
            return;
        if (identity) {
            setState(State::Open);
            emit linkRestored();
        } else {
            qCInfo(lcDb) << "reconnect failed:" << identity.error().message;
            m_retryTimer.start(wait);
        }
    });
}

Result<Session> ConnectionPool::direct(const QString &purpose, const CancelToken &token,
                                       const QString &database)
{
    if (state() == State::Closed)
        return notConnected();
    return openSession(login(), purpose, token, database);
}
