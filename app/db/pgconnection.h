// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/canceltoken.h"
#include "app/core/result.h"
#include "app/db/connectionpool.h"
#include "app/db/rows.h"

#include <QDeadlineTimer>

#include <functional>
#include <memory>

using PGconn = struct pg_conn;

/// One libpq connection: asynchronous inside, blocking for its caller, interruptible at every wait. Belongs
/// to one thread at a time.
class PgConnection final : public std::enable_shared_from_this<PgConnection>
{
public:
    struct Target
    {
        QString conninfo;
        QString database; ///< instead of the one in conninfo, if not empty
        QString passfile;
        QString password;
        QString applicationName;
    };

    /// Resolves, connects and logs in; `onStep` tells each step as it begins. Errors are of kind Connect
    /// (with the step in `where`) or Cancelled.
    static Result<std::shared_ptr<PgConnection>> open(const Target &target, const CancelToken &token,
                                                      const std::function<void(ConnectStep)> &onStep);
    ~PgConnection();

    PGconn *handle() const { return m_connection; }

    /// Waits until all that was sent is out and an answer is there, or the token is cancelled: then PQcancel
    /// is sent from a thread of its own, and the answer of the server, an error, is awaited for `cancelGrace`
    /// at most. False when the connection is unusable.
    bool waitForResult(const CancelToken &token);
    /// Waits until the socket takes more; false when the connection is unusable.
    bool waitToSend(const CancelToken &token);

    /// Waits for further data of a COPY; false when the connection is unusable.
    bool waitForCopyData(const CancelToken &token);

    /// Idle, in no pipeline, and with no cancel on its way: fit for the next lease.
    bool reusable() const;
    bool cancelSent() const { return m_cancelSent; }
    QString lastMessage() const;

    /// What the server's NOTICE messages said since the last call; at most 1,000 are kept.
    QStringList takeNotices();

    static constexpr int cancelGraceMs = 5'000;

    /// Which open() of the pool this connection belongs to; guarded by the pool.
    int generation = 0;

private:
    PgConnection() = default;
    bool wait(short events, const CancelToken &token, QDeadlineTimer deadline);
    bool waitForInput(const CancelToken &token);
    void sendCancel();

    PGconn *m_connection = nullptr;
    int m_wake = -1; // eventfd, written by a cancelled token
    bool m_cancelSent = false;
    QDeadlineTimer m_cancelDeadline{QDeadlineTimer::Forever};
    QStringList m_notices;
};
