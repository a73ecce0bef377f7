// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/canceltoken.h"
#include "app/core/result.h"

#include <QDateTime>
#include <QObject>
#include <QStringList>

#include <atomic>
#include <functional>
#include <memory>

enum class JobState { Queued, Running, Succeeded, Failed, Cancelled };
QString jobStateName(JobState state); ///< "queued", … as the history and JSON spell it

struct JobProgress
{
    QString phase; ///< "loading customers"
    qint64 done = 0;
    qint64 total = -1; ///< -1: unknown
    QString unit;      ///< "rows", "bytes", or empty
};

/// What a job is, for the panel and the history. `target` names profile and database, `command` how it could
/// be repeated; neither holds a secret.
struct JobSpec
{
    QString kind;  ///< "sample-data", "backup", …
    QString title; ///< "Load sample data"
    QString target;
    QString command;
    bool repeatable = true; ///< not where every run needs a plan and a typed name of its own
};

/// What the work of a job sees of its job. Thread: the worker's.
class JobContext
{
public:
    virtual ~JobContext() = default;
    virtual const CancelToken &token() const = 0;
    virtual void progress(const JobProgress &progress) = 0;
    virtual void log(const QString &line) = 0;
    bool cancelled() const { return token().cancelled(); }
};

/// Returns a sentence that sums up what was done.
using JobWork = std::function<Result<QString>(JobContext &)>;

/// Anything longer than a glance. Lives in the thread of its JobRunner, which alone changes it.
class Job final : public QObject
{
    Q_OBJECT

public:
    Job(qint64 id, JobSpec spec, QObject *parent);

    qint64 id() const { return m_id; }
    const JobSpec &spec() const { return m_spec; }
    JobState state() const { return m_state; }
    bool finished() const { return m_state >= JobState::Succeeded; }
    const JobProgress &progress() const { return m_progress; }
    const QStringList &log() const { return m_log; }
    QString summary() const { return m_summary; } ///< the result's sentence, or the error's
    const Error &error() const { return m_error; }
    QDateTime started() const { return m_started; }
    QDateTime ended() const { return m_ended; }
    /// Milliseconds to the end at the present pace, -1 when that cannot be told.
    qint64 timeLeft(const QDateTime &now) const;
    /// Of the present phase, in its unit a second; 0 when that cannot be told yet.
    qint64 speed(const QDateTime &now) const;

    /// Asks the work to stop, on the server too. The job ends when it has; one that waits ends without having
    /// begun, as soon as its thread is back in its event loop.
    void cancel();

signals:
    void changed();
    void logged(const QString &line);
    void withdrawn(); ///< for its runner: cancelled while it waited

private:
    friend class JobRunner;

    const qint64 m_id;
    const JobSpec m_spec;
    JobWork m_work; ///< kept for a repetition
    CancelToken m_token;
    std::atomic_bool m_taken = false; ///< by the thread that begins it, or by a cancel() that came before
    JobState m_state = JobState::Queued;
    JobProgress m_progress;
    QStringList m_log;
    QString m_summary;
    Error m_error;
    QDateTime m_started;
    QDateTime m_ended;
    QDateTime m_phaseStarted;
};
