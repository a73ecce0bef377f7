// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/sshtunnel.h"

#include "app/core/log.h"
#include "app/db/connectionpool.h"

#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QProcessEnvironment>

#include <arpa/inet.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

using namespace Qt::StringLiterals;

namespace {

constexpr int firstWaitMs = 500;
constexpr int longestWaitMs = 30'000;
constexpr int steadyMs = 60'000; // a tunnel that stood so long starts again without back-off
constexpr int lookMs = 50;
constexpr int watchMs = 250;
constexpr int graceMs = 2'000;

sockaddr_in loopback(int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(quint16(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// A port that is free now; should somebody take it first, ssh ends (ExitOnForwardFailure) and says so.
int freePort()
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    int port = 0;
    if (fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr *>(&address), size) == 0 &&
        ::getsockname(fd, reinterpret_cast<sockaddr *>(&address), &size) == 0)
        port = ntohs(address.sin_port);
    ::close(fd);
    return port;
}

} // namespace

bool SshTunnel::listensForUs(int port)
{
    // Lines of /proc/net/tcp (proc_net_tcp in the kernel's documentation): slot, local address, remote one,
    // state (0A listens), queues, timer, retransmits, uid.
    QFile table(u"/proc/net/tcp"_s);
    if (!table.open(QIODevice::ReadOnly))
        return false;
    const QByteArray place = QByteArray::number(htonl(INADDR_LOOPBACK), 16).rightJustified(8, '0').toUpper() +
                             ':' + QByteArray::number(port, 16).rightJustified(4, '0').toUpper();
    for (const QByteArray &line : table.readAll().split('\n')) {
        const QByteArrayList fields = line.simplified().split(' ');
        if (fields.size() > 7 && fields[1] == place && fields[3] == "0A")
            return fields[7].toUInt() == ::geteuid();
    }
    return false;
}

Result<QStringList> SshTunnel::arguments(const QString &destination, const QList<conninfo::Endpoint> &servers,
                                         const QList<int> &ports)
{
    if (destination.startsWith(u'-') || destination.contains(u' ') || destination.isEmpty())
        return Error{ErrorKind::Usage, u"“%1” is no host for an ssh tunnel."_s.arg(destination),
                     u"Write a host or alias of ~/.ssh/config, user@host, or ssh://user@host:port."_s};
    QStringList all{u"-N"_s, u"-T"_s};
    for (const QLatin1String option :
         {"ExitOnForwardFailure=yes"_L1, "BatchMode=yes"_L1, "ServerAliveInterval=15"_L1,
          "ServerAliveCountMax=2"_L1,
          // A connection of its own: one shared with a terminal would end with it, and we could not watch it.
          "ControlMaster=no"_L1, "ControlPath=none"_L1})
        all += {u"-o"_s, option};
    for (qsizetype i = 0; i < servers.size(); ++i) {
        const conninfo::Endpoint &server = servers[i];
        QString place = server.address.isEmpty() ? server.host : server.address;
        if (server.isSocket() && server.host.startsWith(u'/'))
            place = server.host + u"/.s.PGSQL."_s + server.port;
        else if (place.isEmpty())
            place = u"localhost:"_s + server.port;
        else
            place = (place.contains(u':') ? u'[' + place + u']' : place) + u':' + server.port;
        all += {u"-L"_s, u"127.0.0.1:%1:%2"_s.arg(ports.value(i)).arg(place)};
    }
    return all + QStringList{u"--"_s, destination};
}

SshTunnel::SshTunnel(const QString &destination, const QList<conninfo::Endpoint> &servers)
    : m_destination(destination)
    , m_servers(servers)
{
    for (qsizetype i = 0; i < servers.size(); ++i)
        m_ports += freePort();
    m_thread = std::thread(&SshTunnel::supervise, this);
}

SshTunnel::~SshTunnel()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
        m_changed.notify_all();
    }
    m_thread.join(); // ssh gets graceMs to end, then is killed
}

Error SshTunnel::failure(const QString &said) const
{
    Error error{ErrorKind::Connect,
                u"The ssh tunnel through %1 could not be made."_s.arg(m_destination),
                u"Try “ssh %1” in a terminal: it must log in without asking anything."_s.arg(m_destination),
                logging::redact(said),
                {},
                u"ssh"_s};
    if (said.contains(u"Permission denied"))
        error.message = u"%1 did not accept the ssh keys of this user."_s.arg(m_destination);
    else if (said.contains(u"Host key verification failed") || said.contains(u"IDENTIFICATION HAS CHANGED"))
        error.message = u"The host key of %1 is not known, or has changed."_s.arg(m_destination);
    else if (said.contains(u"Could not resolve hostname"))
        error.message = u"The name of the ssh host %1 is not known."_s.arg(m_destination);
    else if (said.contains(u"Connection refused") || said.contains(u"timed out") ||
             said.contains(u"No route"))
        error.message = u"The ssh host %1 does not answer."_s.arg(m_destination);
    return error;
}

void SshTunnel::runOnce()
{
    QList<int> ports;
    {
        const std::lock_guard lock(m_mutex);
        ports = m_ports;
    }
    const Result<QStringList> arguments = SshTunnel::arguments(m_destination, m_servers, ports);
    QString said;
    if (arguments) {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.remove(u"PGPASSWORD"_s); // none of its business
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.setStandardInputFile(QProcess::nullDevice());
        // Ends with this thread, which lives as long as the tunnel, even if the program is killed.
        process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGTERM); });
        process.start(u"ssh"_s, *arguments);
        if (!process.waitForStarted())
            said = u"ssh cannot be started: "_s + process.errorString();
        bool up = false;
        bool stop = false;
        while (!stop && process.state() != QProcess::NotRunning) {
            process.waitForFinished(up ? watchMs : lookMs);
            said = (said + QString::fromLocal8Bit(process.readAll())).right(2'000);
            const bool now = up || listensForUs(ports.first());
            const std::lock_guard lock(m_mutex);
            stop = m_stop;
            if (now != std::exchange(up, now)) {
                qCInfo(lcDb) << "the ssh tunnel through" << m_destination << "stands";
                m_up = true;
                m_changed.notify_all();
            }
        }
        if (stop && process.state() != QProcess::NotRunning) {
            process.terminate();
            if (!process.waitForFinished(graceMs)) {
                process.kill();
                process.waitForFinished(graceMs);
            }
        }
    }
    const std::lock_guard lock(m_mutex);
    m_up = false;
    ++m_endings;
    m_lastError = arguments ? failure(said.trimmed()) : arguments.error();
    if (!m_stop)
        qCWarning(lcDb) << "the ssh tunnel ended:" << m_lastError.text();
    m_changed.notify_all();
}

void SshTunnel::supervise()
{
    int wait = firstWaitMs;
    for (;;) {
        QElapsedTimer stood;
        stood.start();
        runOnce();
        std::unique_lock lock(m_mutex);
        if (stood.hasExpired(steadyMs))
            wait = firstWaitMs;
        m_wanted = false;
        m_changed.wait_for(lock, std::chrono::milliseconds(wait), [this] { return m_stop || m_wanted; });
        if (m_stop)
            return;
        wait = std::min(wait * 2, longestWaitMs);
    }
}

Result<QList<int>> SshTunnel::ports(const CancelToken &token, QDeadlineTimer deadline)
{
    std::unique_lock lock(m_mutex);
    const int endings = m_endings;
    bool nudged = false;
    while (!m_up) {
        if (token.cancelled())
            return Error{ErrorKind::Cancelled, u"Connecting was cancelled."_s};
        if (deadline.hasExpired())
            return Error{ErrorKind::Connect,
                         u"The ssh host %1 did not answer in time."_s.arg(m_destination),
                         u"Try “ssh %1” in a terminal."_s.arg(m_destination),
                         {},
                         {},
                         u"ssh"_s};
        // An ending that was there before we came is made good by a new start; one after it is our answer.
        if (m_endings > endings)
            return m_lastError;
        if (!std::exchange(nudged, true)) {
            m_wanted = true;
            m_changed.notify_all();
        }
        // Timed, since a cancelled token does not notify.
        m_changed.wait_for(lock, std::chrono::milliseconds(lookMs));
    }
    return m_ports;
}
