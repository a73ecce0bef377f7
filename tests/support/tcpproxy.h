// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <chrono>
#include <deque>
#include <list>
#include <mutex>
#include <thread>

/// A bad network between a client and a real server: listens on a port of 127.0.0.1, passes every byte on,
/// and delays, stalls, cuts or half-closes its links on command. Works in a thread of its own; any thread
/// commands.
class TcpProxy final
{
public:
    /// The server's Unix socket ("/run/…/.s.PGSQL.5432"), or "127.0.0.1:port".
    explicit TcpProxy(const QString &server);
    ~TcpProxy();
    TcpProxy(const TcpProxy &) = delete;
    TcpProxy &operator=(const TcpProxy &) = delete;

    int port() const { return m_port; }

    void setDelay(std::chrono::microseconds roundTrip); ///< added to what the server needs, half each way
    void stall();                                       ///< nothing moves, on old links and new ones
    void stallAfter(qint64 bytes);                      ///< of the next answer: in the middle of it
    void resume();
    void cut();            ///< every link ends with a reset
    void halfClose();      ///< every client sees the end of the stream and may go on sending
    void refuse(bool yes); ///< new links are reset at once

    /// The next link that sends `marker` is reset once the server has answered to it, and before a byte of
    /// the answer is passed on.
    void cutOnAnswerTo(const QByteArray &marker);

    int links() const;
    int accepted() const; ///< since the start
    int
    seen(const QByteArray &marker) const; ///< how often clients sent it, with the marker watched by watch()
    void watch(const QByteArray &marker);

private:
    using Clock = std::chrono::steady_clock;
    struct Chunk
    {
        Clock::time_point due;
        QByteArray bytes;
    };
    struct Direction
    {
        int from = -1;
        int to = -1;
        bool ended = false; ///< `from` has sent its last byte
        bool endPassedOn = false;
        std::deque<Chunk> queue; ///< read, not yet due or not yet taken
        qint64 queued = 0;
    };
    struct Link
    {
        Direction up;   ///< client to server
        Direction down; ///< server to client
        bool doomed = false;
        bool dead = false;
    };

    void serve();
    void accept();
    bool read(Link &link, Direction &direction, bool upwards);
    bool write(Direction &direction);
    static void reset(Link &link);
    void wake() const;

    const QString m_server;
    int m_listener = -1;
    int m_wake = -1;
    int m_port = 0;

    mutable std::mutex m_mutex; // guards all below
    std::list<Link> m_links;
    std::chrono::microseconds m_delay{0};
    bool m_stalled = false;
    qint64 m_stallAfter = -1;
    bool m_refuse = false;
    bool m_stop = false;
    int m_accepted = 0;
    QByteArray m_cutMarker;
    QByteArray m_watched;
    int m_seen = 0;

    std::thread m_thread;
};
