// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/linkprobe.h"

#include <QtEndian>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

bool LinkProbe::start(int socket)
{
    stop();
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    auto *const address = reinterpret_cast<sockaddr *>(&peer);
    if (socket < 0 || ::getpeername(socket, address, &size) != 0 ||
        (peer.ss_family != AF_INET && peer.ss_family != AF_INET6))
        return false;
    m_fd = ::socket(peer.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (m_fd < 0)
        return false;
    m_asked = false;
    m_deadline.setRemainingTime(answerMs);
    // A refusal that comes at once is seen by advance().
    (void)::connect(m_fd, address, size);
    return true;
}

void LinkProbe::stop()
{
    if (m_fd >= 0)
        ::close(m_fd);
    m_fd = -1;
}

short LinkProbe::events() const
{
    return m_asked ? POLLIN : POLLOUT;
}

LinkProbe::Outcome LinkProbe::end(Outcome outcome)
{
    stop();
    return outcome;
}

LinkProbe::Outcome LinkProbe::advance(short found)
{
    if (found == 0)
        return m_deadline.hasExpired() ? end(Outcome::Dead) : Outcome::Waiting;
    if (!m_asked) {
        int failure = 0;
        socklen_t size = sizeof failure;
        ::getsockopt(m_fd, SOL_SOCKET, SO_ERROR, &failure, &size);
        // A refusal is an answer of a machine that can be reached: our own connection will tell the rest.
        if (failure != 0)
            return end(failure == ECONNREFUSED || failure == ECONNRESET ? Outcome::Alive : Outcome::Dead);
        const std::array<quint32, 2> request{qToBigEndian<quint32>(8), qToBigEndian<quint32>(80877103)};
        if (::send(m_fd, request.data(), sizeof request, MSG_NOSIGNAL) != sizeof request)
            return end(Outcome::Alive); // closed already by somebody who lives
        m_asked = true;
        return Outcome::Waiting;
    }
    return end(Outcome::Alive); // a byte, or the end: somebody is there
}
