// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/canceltoken.h"
#include "app/core/result.h"
#include "app/db/connectionpool.h"
#include "app/db/conninfo.h"
#include "app/db/linkprobe.h"
#include "app/db/rows.h"

#include <QDeadlineTimer>
#include <QElapsedTimer>

#include <functional>
#include <memory>

using PGconn = struct pg_conn;
class SshTunnel;

/// One libpq connection: asynchronous inside, blocking for its caller, interruptible at every wait. Belongs
/// to one thread at a time. A wait that ends without an answer leaves it unusable for good: whatever it was
/// sent, nothing more is sent on it.
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
        std::shared_ptr<SshTunnel> tunnel = {}; ///< kept as long as the connection
        int timeoutMs = 30'000;                 ///< for all steps together
    };

    /// Resolves, connects and logs in; `onStep` tells each step as it begins. Errors are of kind Connect
    /// (with the step in `where`) or Cancelled.
    static Result<std::shared_ptr<PgConnection>> open(const Target &target, const CancelToken &token,
                                                      const std::function<void(ConnectStep)> &onStep);
    ~PgConnection();

    PGconn *handle() const { return m_connection; }

    /// Waits until all that was sent is out and an answer is there, or the token is cancelled: then PQcancel
    /// is sent from a thread of its own, and the answer of the server, an error, is awaited for `cancelGrace`
    /// at most. A silent server is probed, and given up when the probe gets no answer either, or after the
    /// limit of setPatience(). False when the connection is unusable.
    bool waitForResult(const CancelToken &token);
    /// Waits until the socket takes more; false when the connection is unusable.
    bool waitToSend(const CancelToken &token);

    /// Waits for further data of a COPY; false when the connection is unusable.
    bool waitForCopyData(const CancelToken &token);

    /// How long the server may be silent; 0: as long as it shows signs of life.
    void setPatience(int ms) { m_patienceMs = ms; }

    /// Idle, in no pipeline, and with no cancel on its way: fit for the next lease.
    bool reusable() const;
    /// An idle connection that its other end has not closed, as far as this machine knows; sends nothing.
    bool alive();
    bool usable() const { return !m_unusable; }
    bool cancelSent() const { return m_cancelSent; }
    /// A cancel was sent, and the server did not stop within the grace.
    bool cancelUnanswered() const { return m_cancelUnanswered; }
    int backend() const;
    /// libpq's words, or ours where the connection was given up.
    QString lastMessage() const;

    /// What the server's NOTICE messages said since the last call; at most 1,000 are kept.
    QStringList takeNotices();

    static constexpr int cancelGraceMs = 5'000;
    /// Silence before the first probe. With LinkProbe::answerMs a stalled link is noticed within 8 s.
    static constexpr int silenceMs = 4'000;

    /// Which open() of the pool this connection belongs to; guarded by the pool.
    int generation = 0;

private:
    PgConnection() = default;
    bool waitConnecting(short events, const CancelToken &token, QDeadlineTimer deadline);
    class Watch;
    bool wait(short events, Watch &watch);
    bool send(Watch &watch);
    bool giveUp(const QString &why = {});
    void sendCancel();

    PGconn *m_connection = nullptr;
    std::shared_ptr<SshTunnel> m_tunnel;
    int m_wake = -1; // eventfd, written by a cancelled token
    bool m_unusable = false;
    bool m_cancelSent = false;
    bool m_cancelUnanswered = false;
    QDeadlineTimer m_cancelDeadline{QDeadlineTimer::Forever};
    LinkProbe m_probe;
    QDeadlineTimer m_probeAt{QDeadlineTimer::Forever};
    QElapsedTimer m_silence;
    int m_patienceMs = 0;
    QString m_givenUp;
    QStringList m_notices;
};
