// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/jobrunner.h"

#include "app/core/log.h"
#include "app/local/localstore.h"

#include <QCoreApplication>
#include <QElapsedTimer>

#include <unistd.h>

#include <mutex>

using namespace Qt::StringLiterals;

namespace {

constexpr int jobsAtOnce = 2;
constexpr int keptLogLines = 5'000;
constexpr int progressIntervalMs = 100;

JobState stateOf(const Result<QString> &result)
{
    if (result)
        return JobState::Succeeded;
    return result.error().kind == ErrorKind::Cancelled ? JobState::Cancelled : JobState::Failed;
}

QString summaryOf(const Result<QString> &result)
{
    return result ? *result : result.error().message;
}

/// Hands progress to a sink ten times a second at most, and log lines all.
class ReportingContext final : public JobContext
{
public:
    ReportingContext(CancelToken token, std::function<void(const JobProgress &)> onProgress,
                     std::function<void(const QString &)> onLog)
        : m_token(std::move(token))
        , m_onProgress(std::move(onProgress))
        , m_onLog(std::move(onLog))
    {
    }

    const CancelToken &token() const override { return m_token; }

    void progress(const JobProgress &progress) override
    {
        const std::lock_guard lock(m_mutex);
        const bool newPhase = progress.phase != m_phase;
        if (!newPhase && m_sent.isValid() && m_sent.elapsed() < progressIntervalMs &&
            progress.done != progress.total)
            return;
        m_phase = progress.phase;
        m_sent.start();
        m_onProgress(progress);
    }

    void log(const QString &line) override { m_onLog(logging::redact(line)); }

private:
    CancelToken m_token;
    std::function<void(const JobProgress &)> m_onProgress;
    std::function<void(const QString &)> m_onLog;
    std::mutex m_mutex; // guards what follows: work may report from several threads
    QString m_phase;
    QElapsedTimer m_sent;
};

} // namespace

JobRunner::JobRunner(LocalStore &store, QObject *parent)
    : QObject(parent)
    , m_store(store)
{
    m_threads.setMaxThreadCount(jobsAtOnce);
}

JobRunner::~JobRunner()
{
    // The newest first: what waits is not to begin when another makes room.
    for (auto job = m_jobs.crbegin(); job != m_jobs.crend(); ++job)
        (*job)->cancel();
    m_threads.waitForDone();
    // How it ended waits for an event loop that is no more.
    for (Job *job : std::as_const(m_jobs)) {
        QCoreApplication::sendPostedEvents(job, QEvent::MetaCall);
        if (!job->finished())
            finish(job, Error{ErrorKind::Cancelled, u"The program was closed."_s});
    }
}

Job *JobRunner::start(const JobSpec &spec, JobWork work)
{
    const Result<qint64> recorded = m_store.jobStarted(spec, u"window"_s);
    if (!recorded)
        qCWarning(lcJobs) << "job history:" << recorded.error().text();
    auto *job = new Job(recorded ? *recorded : -1 - qint64(m_jobs.size()), spec, this);
    if (spec.repeatable)
        job->m_work = work;
    m_jobs.append(job);
    // Queued: who cancels a job need not expect that it has ended when cancel() returns.
    connect(
        job, &Job::withdrawn, job,
        [this, job] {
            finish(job, Error{ErrorKind::Cancelled, u"Cancelled before it began."_s});
        },
        Qt::QueuedConnection);
    emit added(job);

    m_threads.start([this, job, work = std::move(work), token = job->m_token] {
        if (job->m_taken.exchange(true))
            return;
        // Each message goes to the job's thread; the runner waits for this thread before it deletes the job.
        const auto post = [job](auto change) { QMetaObject::invokeMethod(job, change); };
        post([this, job] {
            job->m_state = JobState::Running;
            job->m_started = job->m_phaseStarted = QDateTime::currentDateTimeUtc();
            emit job->changed();
            emit changed(job);
        });
        ReportingContext context(
            token,
            [&](const JobProgress &progress) {
                post([this, job, progress] {
                    if (progress.phase != job->m_progress.phase)
                        job->m_phaseStarted = QDateTime::currentDateTimeUtc();
                    job->m_progress = progress;
                    emit job->changed();
                    emit changed(job);
                });
            },
            [&](const QString &line) {
                post([job, line] {
                    if (job->m_log.size() < keptLogLines)
                        job->m_log.append(line);
                    emit job->logged(line);
                });
            });
        const Result<QString> result = work(context);
        post([this, job, result] { finish(job, result); });
    });
    return job;
}

Job *JobRunner::repeat(const Job *job)
{
    return job->finished() && job->m_work ? start(job->spec(), job->m_work) : nullptr;
}

Result<QString> JobRunner::runHere(const JobSpec &spec, const JobWork &work, const CancelToken &token,
                                   const std::function<void(const JobProgress &)> &onProgress,
                                   const std::function<void(const QString &)> &onLog, bool record)
{
    if (!record) {
        ReportingContext context(token, onProgress, onLog);
        return work(context);
    }
    // systemd gives each run of a unit such an id.
    const Result<qint64> recorded =
        m_store.jobStarted(spec, qEnvironmentVariableIsSet("INVOCATION_ID") &&
                                         !qEnvironmentVariableIsSet("DISPLAY") && ::isatty(STDIN_FILENO) != 1
                                     ? u"timer"_s
                                     : u"command line"_s);
    if (!recorded)
        qCWarning(lcJobs) << "job history:" << recorded.error().text();
    QStringList log;
    ReportingContext context(token, onProgress, [&](const QString &line) {
        if (log.size() < keptLogLines)
            log.append(line);
        onLog(line);
    });
    Result<QString> result = work(context);
    if (!result)
        log.append(logging::redact(result.error().text()));
    if (recorded) {
        const Result<void> written =
            m_store.jobEnded(*recorded, jobStateName(stateOf(result)), summaryOf(result), log.join(u'\n'));
        if (!written)
            qCWarning(lcJobs) << "job history:" << written.error().text();
    }
    return result;
}

int JobRunner::running() const
{
    return int(
        std::count_if(m_jobs.cbegin(), m_jobs.cend(), [](const Job *job) { return !job->finished(); }));
}

void JobRunner::finish(Job *job, const Result<QString> &result)
{
    if (job->finished())
        return;
    job->m_state = stateOf(result);
    job->m_summary = summaryOf(result);
    if (!result) {
        job->m_error = result.error();
        job->m_log.append(logging::redact(job->m_error.text())); // the log is where one looks for the reason
    }
    job->m_ended = QDateTime::currentDateTimeUtc();
    const Result<void> written =
        m_store.jobEnded(job->id(), jobStateName(job->state()), job->summary(), job->log().join(u'\n'));
    if (!written)
        qCWarning(lcJobs) << "job history:" << written.error().text();
    emit job->changed();
    emit changed(job);
    emit finished(job);
}
