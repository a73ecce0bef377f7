// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/job.h"

#include <QThreadPool>

class LocalStore;

/// Runs jobs, at most two at once, and writes each into the local store's history from its start, so that a
/// killed program leaves a trace. Belongs to the thread it was made in; the work runs on its own threads.
class JobRunner final : public QObject
{
    Q_OBJECT

public:
    explicit JobRunner(LocalStore &store, QObject *parent = nullptr);
    ~JobRunner() override; ///< cancels what runs and waits for it

    /// The job is owned by the runner and stays until the program ends.
    Job *start(const JobSpec &spec, JobWork work);

    /// The same work once more, as a job of its own; nothing when it still runs or is not to be repeated.
    Job *repeat(const Job *job);

    /// Runs the work in the calling thread, recorded like any other unless `record` is false: the command
    /// line's way.
    Result<QString> runHere(const JobSpec &spec, const JobWork &work, const CancelToken &token,
                            const std::function<void(const JobProgress &)> &onProgress,
                            const std::function<void(const QString &)> &onLog, bool record = true);

    const QList<Job *> &jobs() const { return m_jobs; } ///< of this run of the program, oldest first
    int running() const;

signals:
    void added(Job *job);
    void changed(Job *job);
    void finished(Job *job);

private:
    void finish(Job *job, const Result<QString> &result);

    LocalStore &m_store;
    QList<Job *> m_jobs;
    QThreadPool m_threads;
};
