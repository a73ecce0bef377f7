// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tcpproxy.h"

#include <QFile>
#include <QtGlobal>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace {

constexpr qint64 mostQueued = 1 << 20; // then the sender has to wait, as on a real link

sockaddr_in loopback(int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(quint16(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int connectTo(const QString &server)
{
    int fd = -1;
    int done = -1;
    if (server.startsWith(u'/')) {
        fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const QByteArray path = QFile::encodeName(server);
        std::memcpy(address.sun_path, path.constData(),
                    std::min<size_t>(size_t(path.size()), sizeof address.sun_path - 1));
        done = ::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address);
    } else {
        fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const sockaddr_in address = loopback(server.section(u':', -1).toInt());
        done = ::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address);
    }
    if (done != 0) {
        ::close(fd);
        return -1;
    }
    return fd;
}

void prepare(int fd)
{
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // fails on a Unix socket, which needs none
}

void closeWithReset(int fd)
{
    const linger hard{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::close(fd);
}

} // namespace

TcpProxy::TcpProxy(const QString &server)
    : m_server(server)
    , m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
    , m_wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(m_listener, reinterpret_cast<sockaddr *>(&address), size) != 0 ||
        ::listen(m_listener, 64) != 0 ||
        ::getsockname(m_listener, reinterpret_cast<sockaddr *>(&address), &size) != 0)
        qFatal("the proxy cannot listen");
    m_port = ntohs(address.sin_port);
    m_thread = std::thread(&TcpProxy::serve, this);
}

TcpProxy::~TcpProxy()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    wake();
    m_thread.join();
    for (Link &link : m_links)
        reset(link);
    ::close(m_listener);
    ::close(m_wake);
}

void TcpProxy::wake() const
{
    eventfd_write(m_wake, 1);
}

void TcpProxy::setDelay(std::chrono::microseconds roundTrip)
{
    const std::lock_guard lock(m_mutex);
    m_delay = roundTrip / 2;
}

void TcpProxy::stall()
{
    const std::lock_guard lock(m_mutex);
    m_stalled = true;
    wake();
}

void TcpProxy::stallAfter(qint64 bytes)
{
    const std::lock_guard lock(m_mutex);
    m_stallAfter = bytes;
}

void TcpProxy::resume()
{
    const std::lock_guard lock(m_mutex);
    m_stalled = false;
    m_stallAfter = -1;
    wake();
}

void TcpProxy::cut()
{
    const std::lock_guard lock(m_mutex);
    for (Link &link : m_links)
        link.doomed = true;
    wake();
}

void TcpProxy::halfClose()
{
    const std::lock_guard lock(m_mutex);
    for (Link &link : m_links)
        if (!std::exchange(link.down.endPassedOn, true))
            ::shutdown(link.down.to, SHUT_WR);
    wake();
}

void TcpProxy::refuse(bool yes)
{
    const std::lock_guard lock(m_mutex);
    m_refuse = yes;
}

void TcpProxy::cutOnAnswerTo(const QByteArray &marker)
{
    const std::lock_guard lock(m_mutex);
    m_cutMarker = marker;
}

void TcpProxy::watch(const QByteArray &marker)
{
    const std::lock_guard lock(m_mutex);
    m_watched = marker;
    m_seen = 0;
}

int TcpProxy::seen(const QByteArray &marker) const
{
    const std::lock_guard lock(m_mutex);
    return marker == m_watched ? m_seen : -1;
}

int TcpProxy::links() const
{
    const std::lock_guard lock(m_mutex);
    return int(m_links.size());
}

int TcpProxy::accepted() const
{
    const std::lock_guard lock(m_mutex);
    return m_accepted;
}

void TcpProxy::accept()
{
    const int client = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0)
        return;
    const int server = m_refuse ? -1 : connectTo(m_server);
    if (server < 0) {
        closeWithReset(client);
        return;
    }
    prepare(client);
    prepare(server);
    Link link;
    link.up.from = link.down.to = client;
    link.up.to = link.down.from = server;
    m_links.push_back(std::move(link));
    ++m_accepted;
}

bool TcpProxy::read(Link &link, Direction &direction, bool upwards)
{
    QByteArray bytes(65'536, Qt::Uninitialized);
    const ssize_t size = ::recv(direction.from, bytes.data(), size_t(bytes.size()), MSG_DONTWAIT);
    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    if (size == 0) {
        direction.ended = true;
        return true;
    }
    bytes.truncate(size);
    if (upwards) {
        if (!m_watched.isEmpty())
            m_seen += int(bytes.count(m_watched));
        if (!m_cutMarker.isEmpty() && bytes.contains(m_cutMarker)) {
            m_cutMarker.clear();
            direction.queue.push_back({Clock::now(), bytes});
            direction.queued += size;
            (void)write(direction);
            // The server's answer is waited for and not passed on.
            pollfd answer{link.down.from, POLLIN, 0};
            (void)::poll(&answer, 1, 10'000);
            return false;
        }
    } else if (m_stallAfter >= 0) {
        m_stallAfter -= size;
        if (m_stallAfter <= 0) {
            m_stallAfter = -1;
            m_stalled = true;
            // What went over the limit arrives after resume().
        }
    }
    direction.queue.push_back({Clock::now() + m_delay, bytes});
    direction.queued += size;
    return true;
}

bool TcpProxy::write(Direction &direction)
{
    while (!direction.queue.empty() && direction.queue.front().due <= Clock::now()) {
        QByteArray &bytes = direction.queue.front().bytes;
        const ssize_t size =
            ::send(direction.to, bytes.constData(), size_t(bytes.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size < 0)
            return errno == EAGAIN || errno == EINTR;
        direction.queued -= size;
        bytes.remove(0, size);
        if (bytes.isEmpty())
            direction.queue.pop_front();
    }
    if (direction.ended && direction.queue.empty() && !std::exchange(direction.endPassedOn, true))
        ::shutdown(direction.to, SHUT_WR);
    return true;
}

void TcpProxy::reset(Link &link)
{
    closeWithReset(link.up.from);
    ::close(link.up.to); // the server sees the end of the stream, as when a client dies
    link.dead = true;
}

void TcpProxy::serve()
{
    for (;;) {
        std::vector<pollfd> fds;
        Clock::time_point next = Clock::now() + std::chrono::hours(1);
        bool timed = false;
        {
            const std::lock_guard lock(m_mutex);
            if (m_stop)
                return;
            fds.push_back({m_wake, POLLIN, 0});
            fds.push_back({m_listener, POLLIN, 0});
            for (Link &link : m_links) {
                for (Direction *direction : {&link.up, &link.down}) {
                    short readEvents = 0;
                    if (!m_stalled && !direction->ended && direction->queued < mostQueued)
                        readEvents = POLLIN;
                    short writeEvents = 0;
                    if (!m_stalled && !direction->queue.empty()) {
                        if (direction->queue.front().due <= Clock::now())
                            writeEvents = POLLOUT;
                        else {
                            next = std::min(next, direction->queue.front().due);
                            timed = true;
                        }
                    }
                    // A negative descriptor is skipped: a hang-up nobody listens for would spin.
                    fds.push_back({readEvents ? direction->from : -1, readEvents, 0});
                    fds.push_back({writeEvents ? direction->to : -1, writeEvents, 0});
                }
            }
        }
        timespec timeout{};
        if (timed) {
            const auto left =
                std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(next - Clock::now()));
            timeout.tv_sec = time_t(left.count() / 1'000'000'000);
            timeout.tv_nsec = long(left.count() % 1'000'000'000);
        }
        (void)::ppoll(fds.data(), nfds_t(fds.size()), timed ? &timeout : nullptr, nullptr);
        eventfd_t ignored = 0;
        eventfd_read(m_wake, &ignored);

        const std::lock_guard lock(m_mutex);
        size_t index = 2;
        for (Link &link : m_links) {
            for (Direction *direction : {&link.up, &link.down}) {
                const bool readable = fds[index].revents != 0;
                index += 2;
                if (link.doomed || link.dead)
                    continue;
                if (readable && !m_stalled && !read(link, *direction, direction == &link.up))
                    link.doomed = true;
                if (!m_stalled && !link.doomed && !write(*direction))
                    link.doomed = true;
            }
            if (link.doomed && !link.dead)
                reset(link);
            else if (!link.dead && link.up.ended && link.up.queue.empty() && link.down.ended &&
                     link.down.queue.empty() && !m_stalled)
                reset(link);
        }
        m_links.remove_if([](const Link &link) { return link.dead; });
        if (fds[1].revents)
            accept();
    }
}
