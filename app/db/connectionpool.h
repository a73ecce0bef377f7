// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/capabilities.h"
#include "app/db/session.h"

#include <QFuture>
#include <QObject>
#include <QThreadPool>
#include <QTimer>
#include <QtConcurrentRun>

#include <memory>
#include <optional>

class SshTunnel;

/// The steps of a connect, in order, so that a failure can say how far it came.
enum class ConnectStep { Name, Tcp, Tls, Authentication, Database, Schema };
QString connectStepName(ConnectStep step);

/// A connection outside any pool, closed with the session; blocks. `database` empty means the profile's. A
/// profile with an ssh host gets a tunnel of its own, unless `tunnel` is given.
Result<Session> openSession(const Login &login, const QString &purpose, const CancelToken &token,
                            const QString &database = {}, const std::function<void(ConnectStep)> &onStep = {},
                            const std::shared_ptr<SshTunnel> &tunnel = {});

/// The connections to the one database the program is on: at most Settings::poolSize, opened when needed,
/// closed after ten idle minutes. open(), close() and the signals belong to the thread of the object; run()
/// may be called there too and executes on pool threads; direct() blocks and belongs to worker threads.
///
/// What happens when the link goes is decided here alone. A request that loses its connection makes the pool
/// Reconnecting: one worker tries with back-off, and every request waits for it, can be cancelled meanwhile,
/// and gives up after setPatience(). Before the pool is Open again the server and database are found to be
/// the same, and role and rights are read anew. Where trying again cannot help (another server, a changed
/// password) the pool is Stopped until open().
class ConnectionPool final : public QObject
{
    Q_OBJECT

public:
    enum class State { Closed, Connecting, Open, Reconnecting, Stopped };
    Q_ENUM(State)

    explicit ConnectionPool(int size, QObject *parent = nullptr);
    ~ConnectionPool() override;

    /// Connects with `profile`; `password` may be empty (pass file, peer, PGPASSWORD). `onStep` is called in
    /// a worker thread. On success the pool is on that database and the former one is left: its requests end
    /// as Cancelled. On failure nothing changes. A newer open(), or close(), makes an older one Cancelled.
    QFuture<Result<Capabilities>> open(const Profile &profile, const QString &password,
                                       const CancelToken &token,
                                       const std::function<void(ConnectStep)> &onStep = {});
    /// close(), and waits for what runs: nothing of what run() was given is used afterwards.
    void shutDown();
    void close();

    /// Tries now instead of after the back-off: the banner's button, or a network that came back.
    void reconnectNow();

    /// How long a request waits for the link to return.
    void setPatience(int ms); ///< any thread

    State state() const;
    Login login() const;               ///< any thread
    Profile profile() const;           ///< any thread
    Capabilities capabilities() const; ///< any thread
    /// Counts open() and close(): what was read before belongs to another database. Any thread.
    int epoch() const;

    /// Runs `work` on a pool thread with a leased session, on the database that is open now or not at all.
    /// Reads that lost their link are repeated once on a new connection, writes never. `purpose` becomes part
    /// of application_name ("Products").
    template <typename T>
    QFuture<Result<T>> run(const QString &purpose, const CancelToken &token,
                           std::function<Result<T>(Session &)> work)
    {
        const int wanted = epoch();
        return QtConcurrent::run(
            &m_threads, [this, purpose, token, wanted, work = std::move(work)]() -> Result<T> {
                const Request request(*this, token, wanted);
                for (int attempt = 0;; ++attempt) {
                    Result<Session> session = lease(purpose, request.token(), wanted);
                    if (!session)
                        return session.error();
                    Result<T> result = work(*session);
                    const bool wrote = session->wrote();
                    giveBack(*session, result.ok() ? nullptr : &result.error());
                    // Rows of a database that was left meanwhile are not shown; what became of a write is.
                    if (!wrote && epoch() != wanted)
                        return leftError();
                    if (result.ok() || result.error().kind != ErrorKind::LinkLost || wrote || attempt > 0)
                        return result;
                }
            });
    }

    /// The database that is open now, as work keeps it that goes on when another one is opened meanwhile.
    struct Origin
    {
        Login login;
        Capabilities capabilities;
        std::shared_ptr<SshTunnel> tunnel;
    };
    Result<Origin> origin() const; ///< any thread

    /// A connection of its own to that database, for long work and for statements that cannot run in a
    /// transaction. Refused when another server answers now. Blocks.
    static Result<Session> direct(const Result<Origin> &origin, const QString &purpose,
                                  const CancelToken &token, const QString &database = {});

    /// Ends a session of this login on the server (pg_terminate_backend), such as sessionLeft() told of;
    /// false when it is gone already.
    QFuture<Result<bool>> endSession(int backend, const CancelToken &token = {});

    int openConnections() const; ///< leased and idle, for tests and the about box

signals:
    void stateChanged(ConnectionPool::State state);
    /// Another database is open than before, or none: what belongs to the former is to be forgotten.
    void databaseChanged();
    /// The banner's news: the link went (and why), the link is back.
    void linkLost(const QString &sentence);
    void linkRestored();
    /// An attempt failed; the next follows after that time.
    void reconnectFailed(const Error &error, int nextTryMs);
    /// The pool is Stopped: a warning with the next action; connecting again is the user's decision.
    void stopped(const Error &error);
    /// A cancelled statement did not stop in time, and its connection was closed: offer endSession().
    void sessionLeft(int backend, const QString &purpose);

private:
    struct Shared;
    struct Link;

    /// Known to the pool while it lives, so that close() can cancel it; its token follows the caller's.
    class Request final
    {
    public:
        Request(ConnectionPool &pool, const CancelToken &callers, int epoch);
        ~Request();
        Q_DISABLE_COPY_MOVE(Request)

        const CancelToken &token() const { return m_token; }

    private:
        Shared &m_shared;
        CancelToken m_token;
        CancelToken::Registration m_follows;
        int m_id = 0;
    };

    static Error leftError();
    Result<Session> lease(const QString &purpose, const CancelToken &token, int epoch);
    void giveBack(Session &session, const Error *error);
    void setState(State state);
    void loseLink(const Error &why, int epoch, bool quiet);
    void reconnect(int epoch, bool quiet, const CancelToken &token);
    Result<Link> openLink(const Login &login, const std::shared_ptr<SshTunnel> &tunnel,
                          const CancelToken &token, int timeoutMs,
                          const std::function<void(ConnectStep)> &onStep) const;
    void lookAtIdle();
    /// Emits in the thread of the object.
    void tell(const std::function<void()> &signal);

    std::unique_ptr<Shared> m_shared;
    QThreadPool m_threads; // requests: most of them wait for a lease
    QThreadPool m_control; // open() and reconnect(), which must not wait behind requests
    QTimer m_idleTimer;
};
