// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/canceltoken.h"
#include "app/core/result.h"
#include "app/db/conninfo.h"

#include <QDeadlineTimer>
#include <QList>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

/// Ports of this machine that the system's ssh forwards to the servers of a profile. It is the user's own
/// ssh: its configuration, agent, known hosts and jump hosts hold; it asks nothing (BatchMode). A thread of
/// its own watches it and starts it again, with back-off, when it ends. The ports stay the same meanwhile.
/// Ends ssh when destroyed, or when this program dies. Any thread.
class SshTunnel final
{
public:
    /// `destination`: a host or alias of ~/.ssh/config, user@host, or ssh://user@host:port.
    SshTunnel(const QString &destination, const QList<conninfo::Endpoint> &servers);
    ~SshTunnel();
    SshTunnel(const SshTunnel &) = delete;
    SshTunnel &operator=(const SshTunnel &) = delete;

    /// The forwarded ports, in the order of the servers, as soon as ssh listens on them; of kind Connect with
    /// ssh's reason when it ended, Cancelled, or when the deadline has passed.
    Result<QList<int>> ports(const CancelToken &token, QDeadlineTimer deadline);

    /// What ssh is called with; refuses a destination that ssh would take for an option.
    static Result<QStringList> arguments(const QString &destination, const QList<conninfo::Endpoint> &servers,
                                         const QList<int> &ports);

    /// Whether a process of this user listens on the port of 127.0.0.1. While ssh is away somebody else may
    /// take it, and would be sent the login.
    static bool listensForUs(int port);

private:
    void supervise();
    void runOnce();
    Error failure(const QString &said) const;

    const QString m_destination;
    const QList<conninfo::Endpoint> m_servers;
    std::mutex m_mutex; // guards all below
    std::condition_variable m_changed;
    QList<int> m_ports;
    bool m_up = false;
    bool m_stop = false;
    bool m_wanted = false; ///< somebody waits: do not sleep out the back-off
    int m_endings = 0;
    Error m_lastError;
    std::thread m_thread;
};
