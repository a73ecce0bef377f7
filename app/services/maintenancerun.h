// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/maintenanceservice.h"

#include <condition_variable>

namespace maintenance {

/// One run of MaintenanceService: workers that take tasks, and the calling thread, which tells the server's
/// progress and watches the clock. Lives in one call.
class Run final
{
public:
    Run(const ConnectionPool::Origin &origin, const Options &options, Report &report, JobContext &job);

    Result<QString> execute();

private:
    struct Worker
    {
        std::optional<Session> session;
        qsizetype task = -1; ///< guarded by m_mutex, as is the next
        int backend = 0;
    };
    struct Leftover
    {
        qint64 oid = 0;
        QString name;
        bool operator==(const Leftover &) const = default;
    };

    Result<Session> connect(const CancelToken &token, int lockTimeoutMs);
    void work(Worker &worker);
    qsizetype next(Worker &worker);
    bool mayStart(const Task &task) const;
    void runTask(Worker &worker, qsizetype index);
    Result<void> attempt(Session &session, const Task &task);
    Result<void> waitForTable(Session &session, const Task &task);
    Result<void> limitLockWait(Session &session, int ms);
    Result<Figures> figures(Session &session, const Task &task);
    Result<QList<Leftover>> leftovers(Session &session, const Task &task);
    QString cleanUp(const Task &task, const QList<Leftover> &before);
    void watch(const QList<Worker *> &workers);
    void tellProgress(std::optional<Session> &session, const QList<Worker *> &workers);
    void pause(int ms);
    void finish();
    Result<void> writeAudit();
    Result<QString> summary(qint64 ms);

    const Result<ConnectionPool::Origin> m_origin;
    const Options m_options;
    Report &m_report;
    JobContext &m_job;
    CancelToken m_stop; ///< by the user, or by the clock
    bool m_late = false;

    std::mutex m_mutex; // guards what follows
    std::condition_variable m_changed;
    QList<qsizetype> m_waiting;
    QStringList m_busyTables;
    bool m_building = false; ///< a CONCURRENTLY is under way
    bool m_failed = false;
    int m_ended = 0;
    int m_working = 0;
};

} // namespace maintenance
