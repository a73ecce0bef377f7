// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/settings.h"
#include "app/db/connectionpool.h"
#include "app/local/metricstore.h"

#include <QElapsedTimer>

/// Something that is read from the server again and again for the history.
struct MetricProbe
{
    MetricKind kind;
    int everySeconds = 60;
    /// Whether this login can read it; not asked otherwise.
    std::function<bool(const Capabilities &)> possible;
    /// On a pool thread.
    std::function<Result<MetricReading>(Session &)> read;
};

/// Takes the samples for MetricStore while the program is connected and somebody looks: not while the window
/// is hidden, not when the user turned it off (settings::sampling), and more rarely when the server takes
/// long to answer. Belongs to the thread it was made in.
class MetricSampler final : public QObject
{
    Q_OBJECT

public:
    MetricSampler(ConnectionPool &pool, MetricStore &store, Settings &settings, QObject *parent = nullptr);
    ~MetricSampler() override;

    void add(MetricProbe probe);

    /// Whether the window is to be seen; false at first, so that the command line takes no samples.
    void setWatched(bool watched);
    bool enabled() const { return m_enabled; }
    void setEnabled(bool enabled); ///< kept in the settings

    /// Seconds between two samples of the kind at present.
    int interval(const QString &kind) const;

    /// What the history of a database is kept under: the server's own identity, not the name of a profile. A
    /// standby has statistics of its own. Copies of a server share the key, not the origin of their readings.
    static QString serverKey(const Capabilities &capabilities);

    /// Takes every sample that is due, or each of them.
    void look(bool all = false);
    MetricOutcome lastOutcome(const QString &kind) const;

signals:
    void sampled(const QString &kind); ///< a point was added
    void looked();                     ///< a sample was taken, or failed
    void enabledChanged(bool enabled);

private:
    struct Entry
    {
        MetricProbe probe;
        qint64 next = 0; // on m_clock
        int stretch = 1; // times everySeconds
        bool running = false;
        MetricOutcome outcome = MetricOutcome::First;
    };

    bool mayLook() const;
    void take(Entry &entry);

    // A sample may cost the server this share of the time between two.
    static constexpr double costShare = 0.01;
    static constexpr int longestStretch = 15;

    ConnectionPool &m_pool;
    MetricStore &m_store;
    Settings &m_settings;
    std::vector<std::unique_ptr<Entry>> m_entries;
    CancelToken m_token;
    QTimer m_timer;
    QElapsedTimer m_clock;
    bool m_watched = false;
    bool m_enabled = true;
};
