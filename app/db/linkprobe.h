// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDeadlineTimer>

/// Asks a silent server for a sign of life on a TCP connection of its own: an SSLRequest, which PostgreSQL
/// and PgBouncer answer with one byte before any login. Keepalives see a dead network, but not a tunnel, a
/// pooler or a server that hangs while its kernel still acknowledges. Never blocks: its owner polls fd()
/// together with its own socket. One thread.
class LinkProbe final
{
public:
    enum class Outcome { Waiting, Alive, Dead };

    LinkProbe() = default;
    ~LinkProbe() { stop(); }
    LinkProbe(const LinkProbe &) = delete;
    LinkProbe &operator=(const LinkProbe &) = delete;

    /// Begins to connect to the peer of `socket`; false where there is nothing to probe (a local socket).
    bool start(int socket);
    void stop();

    bool running() const { return m_fd >= 0; }
    int fd() const { return m_fd; }
    short events() const;
    QDeadlineTimer deadline() const { return m_deadline; }

    /// To be called after poll(), with what it found for fd(). Anything but Waiting ends the probe.
    Outcome advance(short found);

    static constexpr int answerMs = 4'000;

private:
    Outcome end(Outcome outcome);

    int m_fd = -1;
    bool m_asked = false;
    QDeadlineTimer m_deadline;
};
