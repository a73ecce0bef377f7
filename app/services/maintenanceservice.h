// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/jobs/job.h"
#include "app/services/maintenanceplan.h"

#include <QJsonObject>

#include <mutex>

namespace maintenance {

struct Options
{
    int parallel = 1;                      ///< statements at once, each on another table
    int lockTimeoutMs = 5'000;             ///< how long one attempt waits for its lock
    int lockRetries = 5;                   ///< attempts after the first
    int transactionPatienceMs = 1'800'000; ///< how long a CONCURRENTLY waits for older transactions
    QString workMem;                       ///< maintenance_work_mem, "256MB"; empty: the server's
    QDateTime latestEnd;                   ///< nothing runs after it; invalid: no end
    bool keepGoing = false;                ///< the other tasks run although one failed
};

enum class State { Waiting, Running, Done, Failed, Cancelled, NotRun };
QString stateName(State state); ///< "done", as JSON and the audit log spell it

/// A task's table (and index) at one moment.
struct Figures
{
    bool known = false;
    qint64 tableBytes = 0;
    qint64 indexBytes = 0;   ///< of the task's index
    qint64 indexesBytes = 0; ///< of all indexes of the table
    qint64 live = 0;
    qint64 dead = 0;
    qint64 changed = 0;      ///< rows since the last ANALYZE
    qint64 plannerRows = 0;  ///< what the planner believes
    qint64 plannerPages = 0; ///
    qint64 columnsKnown = 0; ///< columns with statistics
    qint64 outdated = 0;
    qint64 xidAge = 0;
    bool indexValid = false;
};

struct Outcome
{
    State state = State::Waiting;
    QString phase;     ///< the server's word for what it does
    double share = -1; ///< of the phase, -1 unknown
    Figures before;
    Figures after;
    qint64 ms = 0;
    int retries = 0;
    Error error = {};
    QString note; ///< what was cleaned up, or what is left
};

/// What became of each task, in their order; written by the run, read by anybody. Thread-safe.
class Report final
{
public:
    explicit Report(QList<Task> tasks)
        : m_tasks(std::move(tasks))
        , m_outcomes(m_tasks.size())
    {
    }
    Q_DISABLE_COPY_MOVE(Report)

    const QList<Task> &tasks() const { return m_tasks; }
    QList<Outcome> outcomes() const
    {
        const std::lock_guard lock(m_mutex);
        return m_outcomes;
    }
    Outcome outcome(qsizetype task) const
    {
        const std::lock_guard lock(m_mutex);
        return m_outcomes[task];
    }
    template <typename Change>
    void change(qsizetype task, Change change)
    {
        const std::lock_guard lock(m_mutex);
        change(m_outcomes[task]);
    }

    /// One object a task; for --json and the audit log.
    QJsonArray toJson() const;

private:
    const QList<Task> m_tasks;
    mutable std::mutex m_mutex; // guards what follows
    QList<Outcome> m_outcomes;
};

/// "12 MB → 9 MB, 4,000 dead rows → 0": what a task changed.
QString changeText(const Task &task, const Outcome &outcome);

} // namespace maintenance

/// Maintenance as a person can trust it: a plan from what was measured, and its tasks run one by one as
/// retail_owner on connections of their own, outside transactions. Whatever interrupts a task (a cancel, a
/// lock that does not come free, a full disk, a server that goes), its unfinished index is removed, the
/// report says what happened, and the audit log gets an entry.
class MaintenanceService final
{
public:
    explicit MaintenanceService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    QFuture<Result<maintenance::Plan>> plan(const CancelToken &token = {});

    /// Why this connection runs no maintenance, and who may, in a sentence; empty when it may, as far as can
    /// be told without asking the server.
    QString refusal() const;

    /// The work of a job: these tasks and nothing else, in their order; it needs the pool and not this
    /// object. For one INDEX CONCURRENTLY statement of another page see maintenance::indexTask(). Kind
    /// Permission where the connection may not, Cancelled also at options.latestEnd.
    JobWork run(const maintenance::Options &options, std::shared_ptr<maintenance::Report> report);

    /// How the job is named; `command` repeats it on the command line.
    JobSpec spec(const QList<maintenance::Task> &tasks) const;

private:
    ConnectionPool &m_pool;
};
