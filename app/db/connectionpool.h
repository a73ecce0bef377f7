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

/// The steps of a connect, in order, so that a failure can say how far it came.
enum class ConnectStep { Name, Tcp, Tls, Authentication, Database, Schema };
QString connectStepName(ConnectStep step);

/// A connection outside any pool, closed with the session; blocks. `database` empty means the profile's.
Result<Session> openSession(const Login &login, const QString &purpose, const CancelToken &token,
                            const QString &database = {},
                            const std::function<void(ConnectStep)> &onStep = {});

/// The connections to the one database the program is on: at most Settings::poolSize, opened when needed,
/// closed after ten idle minutes. open(), close() and the signals belong to the thread of the object; run()
/// may be called there too and executes on pool threads; direct() blocks and belongs to worker threads.
class ConnectionPool final : public QObject
{
    Q_OBJECT

public:
    enum class State { Closed, Connecting, Open, Reconnecting };
    Q_ENUM(State)

    explicit ConnectionPool(int size, QObject *parent = nullptr);
    ~ConnectionPool() override;

    /// Connects with `profile`; `password` may be empty (pass file, peer, PGPASSWORD). `onStep` is called in
    /// a worker thread. On success the pool is on that database and the former one is left; on failure
    /// nothing changes.
    QFuture<Result<Capabilities>> open(const Profile &profile, const QString &password,
                                       const CancelToken &token,
                                       const std::function<void(ConnectStep)> &onStep = {});
    void close();

    State state() const;
    Login login() const;               ///< any thread
    Profile profile() const;           ///< any thread
    Capabilities capabilities() const; ///< any thread

    /// Runs `work` on a pool thread with a leased session. Reads that lost their link are repeated once on a
    /// new connection, writes never. `purpose` becomes part of application_name ("Products").
    template <typename T>
    QFuture<Result<T>> run(const QString &purpose, const CancelToken &token,
                           std::function<Result<T>(Session &)> work)
    {
        return QtConcurrent::run(&m_threads, [this, purpose, token, work = std::move(work)]() -> Result<T> {
            const Request request(*this, token);
            for (int attempt = 0;; ++attempt) {
                Result<Session> session = lease(purpose, token);
                if (!session)
                    return session.error();
                Result<T> result = work(*session);
                const bool lost = !result && result.error().kind == ErrorKind::LinkLost;
                giveBack(*session, lost);
                if (!lost || session->wrote() || attempt > 0)
                    return result;
            }
        });
    }

    /// A connection of its own to the pool's server, for long work and for statements that cannot run in a
    /// transaction.
    Result<Session> direct(const QString &purpose, const CancelToken &token, const QString &database = {});

    int openConnections() const; ///< leased and idle, for tests and the about box

signals:
    void stateChanged(ConnectionPool::State state);
    /// The banner's news: the link went (and why), the link is back.
    void linkLost(const QString &sentence);
    void linkRestored();

private:
    struct Shared;

    /// Known to the pool while it lives, so that close() can cancel it.
    class Request final
    {
    public:
        Request(ConnectionPool &pool, const CancelToken &token);
        ~Request();
        Q_DISABLE_COPY_MOVE(Request)

    private:
        Shared &m_shared;
        int m_id = 0;
    };

    Result<Session> lease(const QString &purpose, const CancelToken &token);
    void giveBack(Session &session, bool broken);
    void setState(State state);
    void tryAgain();

    std::unique_ptr<Shared> m_shared;
    QThreadPool m_threads;
    QTimer m_idleTimer;
    QTimer m_retryTimer;
};
