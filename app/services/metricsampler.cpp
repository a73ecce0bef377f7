// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/metricsampler.h"

#include "app/core/log.h"

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

struct Sample
{
    MetricOutcome outcome = MetricOutcome::First;
    qint64 elapsedMs = 0;
};

} // namespace

MetricSampler::MetricSampler(ConnectionPool &pool, MetricStore &store, Settings &settings, QObject *parent)
    : QObject(parent)
    , m_pool(pool)
    , m_store(store)
    , m_settings(settings)
    , m_enabled(settings.get(::settings::sampling))
{
    m_clock.start();
    m_timer.setInterval(5'000);
    connect(&m_timer, &QTimer::timeout, this, [this] { look(); });
    connect(&pool, &ConnectionPool::databaseChanged, this, [this] {
        for (const auto &entry : m_entries) {
            entry->next = 0;
            entry->stretch = 1;
        }
    });
}

MetricSampler::~MetricSampler()
{
    m_token.cancel();
}

void MetricSampler::add(MetricProbe probe)
{
    m_entries.push_back(std::make_unique<Entry>(Entry{std::move(probe)}));
}

void MetricSampler::setWatched(bool watched)
{
    m_watched = watched;
    if (mayLook())
        m_timer.start();
    else
        m_timer.stop();
}

void MetricSampler::setEnabled(bool enabled)
{
    if (m_enabled == enabled)
        return;
    m_enabled = enabled;
    m_settings.set(::settings::sampling, enabled);
    setWatched(m_watched);
    emit enabledChanged(enabled);
}

bool MetricSampler::mayLook() const
{
    return m_watched && m_enabled;
}

int MetricSampler::interval(const QString &kind) const
{
    for (const auto &entry : m_entries)
        if (entry->probe.kind.name == kind)
            return entry->probe.everySeconds * entry->stretch;
    return 0;
}

MetricOutcome MetricSampler::lastOutcome(const QString &kind) const
{
    for (const auto &entry : m_entries)
        if (entry->probe.kind.name == kind)
            return entry->outcome;
    return MetricOutcome::First;
}

QString MetricSampler::serverKey(const Capabilities &capabilities)
{
    return u"%1/%2%3"_s.arg(capabilities.systemIdentifier)
        .arg(capabilities.databaseOid)
        .arg(capabilities.standby ? u"/standby"_s : QString());
}

void MetricSampler::look(bool all)
{
    if (!mayLook() || m_pool.state() != ConnectionPool::State::Open)
        return;
    for (const auto &entry : m_entries)
        if (!entry->running && (all || m_clock.elapsed() >= entry->next))
            take(*entry);
}

void MetricSampler::take(Entry &entry)
{
    const MetricProbe &probe = entry.probe;
    const Capabilities capabilities = m_pool.capabilities();
    entry.next = m_clock.elapsed() + probe.everySeconds * entry.stretch * 1'000;
    // Without the server's identity two servers would share one history.
    if (capabilities.systemIdentifier == 0 || (probe.possible && !probe.possible(capabilities)))
        return;
    entry.running = true;
    m_pool
        .run<Sample>(u"Statistics"_s, m_token,
                     [this, probe, key = serverKey(capabilities)](Session &session) -> Result<Sample> {
                         QElapsedTimer asked;
                         asked.start();
                         const Result<MetricReading> reading = probe.read(session);
                         if (!reading)
                             return reading.error();
                         const qint64 elapsed = asked.elapsed();
                         const Result<MetricOutcome> kept = m_store.record(key, probe.kind, *reading);
                         if (!kept)
                             return kept.error();
                         return Sample{*kept, elapsed};
                     })
        .then(this, [this, &entry](const Result<Sample> &sample) {
            entry.running = false;
            if (sample)
                entry.outcome = sample->outcome;
            emit looked();
            if (!sample) {
                if (sample.error().kind != ErrorKind::Cancelled)
                    qCDebug(lcApp) << "no sample of" << entry.probe.kind.name << ":"
                                   << sample.error().message;
                return;
            }
            const double most = entry.probe.everySeconds * 1'000 * costShare;
            const double wanted = double(sample->elapsedMs) / most;
            entry.stretch = std::clamp(int(std::ceil(wanted)), 1, longestStretch);
            entry.next = std::max(entry.next,
                                  m_clock.elapsed() + entry.probe.everySeconds * (entry.stretch - 1) * 1'000);
            if (sample->outcome == MetricOutcome::Kept)
                emit sampled(entry.probe.kind.name);
        });
}
