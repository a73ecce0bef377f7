// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/job.h"

using namespace Qt::StringLiterals;

QString jobStateName(JobState state)
{
    switch (state) {
    case JobState::Queued:
        return u"queued"_s;
    case JobState::Running:
        return u"running"_s;
    case JobState::Succeeded:
        return u"succeeded"_s;
    case JobState::Failed:
        return u"failed"_s;
    case JobState::Cancelled:
        break;
    }
    return u"cancelled"_s;
}

Job::Job(qint64 id, JobSpec spec, QObject *parent)
    : QObject(parent)
    , m_id(id)
    , m_spec(std::move(spec))
{
}

qint64 Job::timeLeft(const QDateTime &now) const
{
    if (m_state != JobState::Running || m_progress.total <= 0 || m_progress.done <= 0)
        return -1;
    const qint64 elapsed = m_phaseStarted.msecsTo(now);
    const double share = double(m_progress.done) / double(m_progress.total);
    return share >= 1 ? 0 : qint64(double(elapsed) * (1 - share) / share);
}

qint64 Job::speed(const QDateTime &now) const
{
    constexpr qint64 leastMs = 1'000; // before that it jumps
    const qint64 elapsed = m_phaseStarted.msecsTo(now);
    return m_state != JobState::Running || elapsed < leastMs ? 0 : m_progress.done * 1000 / elapsed;
}

void Job::cancel()
{
    m_token.cancel();
    if (!m_taken.exchange(true))
        emit withdrawn();
}
