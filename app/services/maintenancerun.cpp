// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/maintenancerun.h"

#include "app/core/format.h"
#include "app/db/pgconnection.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>

#include <thread>

using namespace Qt::StringLiterals;
using namespace maintenance;

namespace {

constexpr auto watchInterval = std::chrono::milliseconds(500);
constexpr int cleanUpMs = 90'000;
constexpr int cleanUpLockMs = 5'000;
constexpr int longestPauseMs = 15'000;
const QString lockNotAvailable = QStringLiteral("55P03");
const QString deadlock = QStringLiteral("40P01");

bool buildsIndex(const Task &task)
{
    return task.kind == Kind::Reindex || task.kind == Kind::DropIndex || task.kind == Kind::CreateIndex;
}

/// The server skips a table that this role may not maintain, or that is gone, and tells no error.
Result<void> notSkipped(const Task &task, const QStringList &notices)
{
    static const QRegularExpression skipping(u"(^|, )skipping "_s);
    const bool maySkip = task.kind == Kind::Analyze || task.kind == Kind::Vacuum ||
                         task.kind == Kind::Freeze || task.kind == Kind::VacuumFull;
    const QStringList skipped = maySkip ? notices.filter(skipping) : QStringList();
    return skipped.isEmpty()
               ? Result<void>()
               : Error{ErrorKind::Server, u"The server did not do it: %1."_s.arg(skipped.join(u"; "_s))};
}

} // namespace

Run::Run(const ConnectionPool::Origin &origin, const Options &options, Report &report, JobContext &job)
    : m_origin(origin)
    , m_options(options)
    , m_report(report)
    , m_job(job)
{
    for (qsizetype task = 0; task < report.tasks().size(); ++task)
        m_waiting.append(task);
}

Result<QString> Run::execute()
{
    QElapsedTimer clock;
    clock.start();
    const CancelToken::Registration follows = m_job.token().onCancel([this] { m_stop.cancel(); });
    // Before anything is begun: the right, and the options the server has to like.
    if (const Result<Session> first = connect(m_stop, m_options.lockTimeoutMs); !first)
        return first.error();

    std::vector<Worker> workers(size_t(std::clamp(m_options.parallel, 1, 8)));
    QList<Worker *> seen;
    std::vector<std::thread> threads;
    m_working = int(workers.size());
    for (Worker &worker : workers) {
        seen.append(&worker);
        threads.emplace_back([this, &worker] { work(worker); });
    }
    watch(seen);
    for (std::thread &thread : threads)
        thread.join();

    finish();
    const Result<void> audited = writeAudit();
    if (!audited)
        m_job.log(u"The audit entry could not be written: "_s + audited.error().text());
    Result<QString> ended = summary(clock.elapsed());
    if (ended && !audited)
        return Error{audited.error().kind, *ended + u" The audit entry could not be written."_s,
                     audited.error().hint, audited.error().message};
    return ended;
}

/// Everything is set for the session: it is closed with the run.
Result<Session> Run::connect(const CancelToken &token, int lockTimeoutMs)
{
    Result<Session> session = ConnectionPool::direct(m_origin, u"Maintenance"_s, token);
    if (!session)
        return session;
    QByteArray script =
        "SET ROLE retail_owner; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
        "SET datestyle = ISO; SET timezone = 'UTC'; SET lock_timeout = " +
        QByteArray::number(lockTimeoutMs);
    if (!m_options.workMem.isEmpty())
        script += "; SET maintenance_work_mem = " + quoteLiteral(m_options.workMem);
    if (const Result<Rows> set = session->executeScript(script); !set) {
        Error error = set.error();
        if (error.kind == ErrorKind::Permission)
            error = {ErrorKind::Permission, u"This login may not run maintenance."_s,
                     u"It needs the rights of retail_owner: an owner or ops login has them."_s, error.message,
                     error.sqlstate};
        else if (error.sqlstate == u"22023")
            error = {ErrorKind::Usage,
                     u"The server does not take “%1” for maintenance_work_mem."_s.arg(m_options.workMem),
                     u"Give a size such as 256MB or 1GB."_s, error.message, error.sqlstate};
        return error;
    }
    return session;
}

void Run::work(Worker &worker)
{
    for (qsizetype task = next(worker); task >= 0; task = next(worker)) {
        runTask(worker, task);
        const std::lock_guard lock(m_mutex);
        const Task &done = m_report.tasks()[task];
        m_busyTables.removeOne(done.tableName());
        if (buildsIndex(done))
            m_building = false;
        if (m_report.outcome(task).state != State::Done)
            m_failed = true;
        ++m_ended;
        worker.task = -1;
        worker.backend = 0;
        m_changed.notify_all();
    }
    const std::lock_guard lock(m_mutex);
    --m_working;
    m_changed.notify_all();
}

/// Two builds without locks would each wait for the other's transaction, so there is one at a time.
bool Run::mayStart(const Task &task) const
{
    return !m_busyTables.contains(task.tableName()) && !(buildsIndex(task) && m_building);
}

qsizetype Run::next(Worker &worker)
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        if (m_waiting.isEmpty() || m_stop.cancelled() || (m_failed && !m_options.keepGoing))
            return -1;
        for (qsizetype i = 0; i < m_waiting.size(); ++i) {
            const Task &task = m_report.tasks()[m_waiting[i]];
            if (!mayStart(task))
                continue;
            worker.task = m_waiting.takeAt(i);
            m_busyTables.append(task.tableName());
            m_building = m_building || buildsIndex(task);
            return worker.task;
        }
        m_changed.wait_for(lock, watchInterval);
    }
}

void Run::runTask(Worker &worker, qsizetype index)
{
    const Task &task = m_report.tasks()[index];
    m_report.change(index, [](Outcome &outcome) { outcome.state = State::Running; });
    m_job.log(u"%1\n    %2"_s.arg(task.title, QString::fromUtf8(task.sql)));
    QElapsedTimer clock;
    clock.start();

    Result<void> done;
    Figures before;
    QList<Leftover> known;
    int retries = 0;
    QStringList notes;
    for (;; ++retries) {
        if (!worker.session) {
            Result<Session> opened = connect(m_stop, m_options.lockTimeoutMs);
            if (!opened) {
                done = opened.error();
                break;
            }
            worker.session.emplace(std::move(opened).value());
        }
        Session &session = *worker.session;
        {
            const std::lock_guard lock(m_mutex);
            worker.backend = session.connection().backend();
        }
        done = Result<void>();
        if (!before.known) {
            const Result<Figures> measured = figures(session, task);
            const Result<QList<Leftover>> listed = leftovers(session, task);
            done = !measured ? measured.error() : !listed ? listed.error() : Result<void>();
            if (done) {
                before = *measured;
                known = *listed;
                m_report.change(index, [&](Outcome &outcome) { outcome.before = before; });
            }
        }
        if (done)
            done = attempt(session, task);
        const QStringList notices = session.connection().takeNotices();
        for (const QString &notice : notices)
            m_job.log(u"    "_s + notice);
        if (done)
            done = notSkipped(task, notices);
        const bool again = !done &&
                           (done.error().sqlstate == lockNotAvailable || done.error().sqlstate == deadlock) &&
                           retries < m_options.lockRetries && !m_stop.cancelled();
        if (!done)
            worker.session.reset();
        if (!done && before.known && buildsIndex(task)) // else nothing was begun
            if (const QString note = cleanUp(task, known); !note.isEmpty())
                notes += note;
        if (!again)
            break;
        m_job.log(u"    %1 Attempt %2 of %3 follows."_s.arg(done.error().message)
                      .arg(retries + 2)
                      .arg(m_options.lockRetries + 1));
        m_report.change(index, [&](Outcome &outcome) {
            outcome.retries = retries + 1;
            outcome.phase = u"waiting for a lock"_s;
        });
        pause(std::min(longestPauseMs, 1'000 << std::min(retries, 4)));
    }

    Figures after;
    if (worker.session) {
        if (const Result<Figures> measured = figures(*worker.session, task))
            after = *measured;
        // The server said it was done; whether that is so is asked, not believed.
        if (done && after.known && (task.kind == Kind::Reindex || task.kind == Kind::CreateIndex) &&
            !after.indexValid)
            done = Error{ErrorKind::Server, u"The index %1 is not valid afterwards."_s.arg(task.index)};
        if (const Result<QList<Leftover>> left = leftovers(*worker.session, task); done && left)
            for (const Leftover &one : *left)
                if (!known.contains(one))
                    notes += u"The index %1 is there and invalid."_s.arg(one.name);
    }
    const bool stopped = !done && (done.error().kind == ErrorKind::Cancelled || m_stop.cancelled());
    m_report.change(index, [&](Outcome &outcome) {
        outcome.state = done ? State::Done : stopped ? State::Cancelled : State::Failed;
        outcome.after = after;
        outcome.ms = clock.elapsed();
        outcome.retries = retries;
        outcome.phase.clear();
        outcome.share = -1;
        if (!done)
            outcome.error = done.error();
        if (stopped && m_late)
            notes.prepend(u"Stopped at the latest end."_s);
        outcome.note = notes.join(u' ');
    });
    const Outcome outcome = m_report.outcome(index);
    m_job.log(u"    %1 after %2. %3 %4"_s
                  .arg(done      ? u"Done"_s
                       : stopped ? u"Cancelled"_s
                                 : u"Failed"_s,
                       format::duration(outcome.ms), done ? changeText(task, outcome) : outcome.error.text(),
                       outcome.note)
                  .trimmed());
}

/// A build without locks waits for older transactions, and gives up its work when a lock_timeout ends that.
/// So the lock on the table is asked for before, with the short time-out; waiting afterwards stops nobody.
Result<void> Run::waitForTable(Session &session, const Task &task)
{
    if (!buildsIndex(task))
        return {};
    const Result<Rows> locked = session.executeScript(
        "SET lock_timeout = " + QByteArray::number(m_options.lockTimeoutMs) + "; BEGIN; LOCK TABLE " +
        task.tableName().toUtf8() + " IN SHARE UPDATE EXCLUSIVE MODE; COMMIT");
    return locked ? Result<void>() : locked.error();
}

Result<void> Run::limitLockWait(Session &session, int ms)
{
    const Result<Rows> set = session.execute("SET lock_timeout = " + QByteArray::number(ms));
    return set ? Result<void>() : set.error();
}

Result<void> Run::attempt(Session &session, const Task &task)
{
    if (const Result<void> free = waitForTable(session, task); !free)
        return free;
    const int timeout = buildsIndex(task) ? m_options.transactionPatienceMs : m_options.lockTimeoutMs;
    if (const Result<void> set = limitLockWait(session, timeout); !set)
        return set;
    const Result<Rows> done = session.execute(task.sql);
    return done ? Result<void>() : done.error();
}

Result<Figures> Run::figures(Session &session, const Task &task)
{
    // Sizes wait for who holds the table exclusively, and a build before may have left its patience here.
    if (const Result<void> set = limitLockWait(session, m_options.lockTimeoutMs); !set)
        return set.error();
    const Result<Rows> rows =
        session.execute(sqlcatalog::query("maintenance/figures").sql, {task.tableName(), task.indexName()});
    if (!rows)
        return rows.error();
    const auto number = [&](const char *name) { return rows->integer(0, rows->column(name)); };
    Figures figures;
    figures.known = true;
    figures.tableBytes = number("table_bytes");
    figures.indexBytes = number("index_bytes");
    figures.indexesBytes = number("indexes_bytes");
    figures.live = number("live");
    figures.dead = number("dead");
    figures.changed = number("changed");
    figures.plannerRows = number("planner_rows");
    figures.plannerPages = number("planner_pages");
    figures.columnsKnown = number("columns_with_statistics");
    figures.outdated = number("outdated");
    figures.xidAge = number("xid_age");
    figures.indexValid = rows->boolean(0, rows->column("index_valid"));
    return figures;
}

Result<QList<Run::Leftover>> Run::leftovers(Session &session, const Task &task)
{
    QList<Leftover> found;
    if (!buildsIndex(task))
        return found;
    const Result<Rows> rows =
        session.execute(sqlcatalog::query("maintenance/leftovers").sql, {task.tableName()});
    if (!rows)
        return rows.error();
    static const QRegularExpression suffix(u"_cc(new|old)\\d*$"_s);
    for (int row = 0; row < rows->count(); ++row) {
        const QString name = rows->text(row, 1);
        // The server shortens a long name before it appends its suffix.
        const QString stem = QString(name).remove(suffix);
        const bool temporary = stem != name && task.index.startsWith(stem);
        if (temporary || (task.kind != Kind::Reindex && name == task.index))
            found.append({rows->integer(row, 2), name});
    }
    return found;
}

/// Removes the unfinished index of an interrupted task; the server may have to come back first. What is said
/// is what was found, and an empty text when there was nothing to do.
QString Run::cleanUp(const Task &task, const QList<Leftover> &before)
{
    QStringList removed;
    Error last;
    const CancelToken patient; // a cancel of the run is no reason to leave rubbish
    for (QDeadlineTimer deadline(cleanUpMs); !deadline.hasExpired();
         std::this_thread::sleep_for(watchInterval)) {
        Result<Session> session = connect(patient, cleanUpLockMs);
        if (!session) {
            last = session.error();
            if (last.kind == ErrorKind::Permission)
                break;
            continue;
        }
        const Result<QList<Leftover>> left = leftovers(*session, task);
        if (!left) {
            last = left.error();
            continue;
        }
        bool clean = true;
        for (const Leftover &one : *left) {
            if (before.contains(one))
                continue;
            const QByteArray name = quoteIdentifier(task.schema) + '.' + quoteIdentifier(one.name);
            const Result<Rows> dropped = session->execute("DROP INDEX CONCURRENTLY IF EXISTS " + name);
            if (dropped) {
                removed += one.name;
            } else {
                last = dropped.error();
                clean = false;
            }
        }
        if (clean)
            return removed.isEmpty() ? QString()
                                     : u"The unfinished index %1 was removed."_s.arg(removed.join(u", "_s));
    }
    return u"Whether an unfinished index is left could not be settled (%1). The next plan finds it."_s.arg(
        last.message);
}

void Run::watch(const QList<Worker *> &workers)
{
    std::optional<Session> session;
    for (;;) {
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait_for(lock, watchInterval, [this] { return m_working == 0; });
            if (m_working == 0)
                return;
        }
        if (m_options.latestEnd.isValid() && QDateTime::currentDateTimeUtc() >= m_options.latestEnd &&
            !m_stop.cancelled()) {
            m_late = true;
            m_job.log(u"The latest end is reached: what runs is stopped."_s);
            m_stop.cancel();
        }
        tellProgress(session, workers);
    }
}

void Run::tellProgress(std::optional<Session> &session, const QList<Worker *> &workers)
{
    QHash<qint64, qsizetype> tasks;
    int ended = 0;
    {
        const std::lock_guard lock(m_mutex);
        ended = m_ended;
        for (const Worker *worker : workers)
            if (worker->task >= 0 && worker->backend > 0)
                tasks[worker->backend] = worker->task;
    }
    if (tasks.isEmpty())
        return;
    if (!session) {
        // As the login itself: the server tells retail_owner nothing of how far another's statement is.
        Result<Session> opened = ConnectionPool::direct(m_origin, u"Maintenance progress"_s, m_stop);
        if (!opened || !opened->execute("RESET ROLE"))
            return; // the workers say what is wrong
        session.emplace(std::move(opened).value());
    }
    QStringList pids;
    for (auto task = tasks.cbegin(); task != tasks.cend(); ++task)
        pids += QString::number(task.key());
    const Result<Rows> rows = session->execute(sqlcatalog::query("maintenance/progress").sql, {Param(pids)});
    if (!rows) {
        session.reset();
        return;
    }
    for (int row = 0; row < rows->count(); ++row) {
        const qint64 total = rows->integer(row, 3);
        m_report.change(tasks[rows->integer(row, 0)], [&](Outcome &outcome) {
            outcome.phase = rows->text(row, 1);
            outcome.share = total > 0 ? double(rows->integer(row, 2)) / double(total) : -1;
            if (!rows->isNull(row, 4))
                outcome.phase += u" (process %1)"_s.arg(rows->integer(row, 4));
        });
    }
    QStringList running;
    for (const qsizetype task : std::as_const(tasks)) {
        const Outcome outcome = m_report.outcome(task);
        QString text = m_report.tasks()[task].title;
        if (!outcome.phase.isEmpty())
            text += u" · "_s + outcome.phase;
        if (outcome.share >= 0)
            text += u" %1 %"_s.arg(qRound(outcome.share * 100));
        running += text;
    }
    m_job.progress({running.join(u"; "_s), ended, m_report.tasks().size(), u"tasks"_s});
}

void Run::pause(int ms)
{
    for (QDeadlineTimer end(ms); !end.hasExpired() && !m_stop.cancelled();)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

/// What the tasks left to the end of them all.
void Run::finish()
{
    QList<Task> done;
    const QList<Outcome> outcomes = m_report.outcomes();
    for (qsizetype i = 0; i < outcomes.size(); ++i)
        if (outcomes[i].state == State::Done)
            done += m_report.tasks()[i];
    const QByteArray sql = afterTasks(done);
    if (sql.isEmpty() || m_stop.cancelled())
        return;
    Result<Session> session = connect(m_stop, m_options.lockTimeoutMs);
    const Result<Rows> ended = session ? session->execute(sql) : session.error();
    m_job.log(ended ? QString::fromUtf8(sql) : ended.error().text());
}

Result<void> Run::writeAudit()
{
    bool begun = false;
    bool all = true;
    for (qsizetype task = 0; task < m_report.tasks().size(); ++task)
        m_report.change(task, [&](Outcome &outcome) {
            if (outcome.state == State::Waiting)
                outcome.state = State::NotRun;
            begun = begun || outcome.state != State::NotRun;
            all = all && outcome.state == State::Done;
        });
    if (!begun)
        return {};
    const QByteArray details =
        QJsonDocument(QJsonObject{{u"tasks"_s, m_report.toJson()}}).toJson(QJsonDocument::Compact);
    Result<void> written;
    for (QDeadlineTimer deadline(30'000);; std::this_thread::sleep_for(watchInterval)) {
        Result<Session> session = connect({}, m_options.lockTimeoutMs);
        if (session) {
            const Result<Rows> recorded =
                session->execute(sqlcatalog::query("maintenance/record").sql, {details, all});
            if (recorded)
                return {};
            // Whether it was written is not known: one entry too few is better than two.
            return recorded.error();
        }
        if (deadline.hasExpired())
            return session.error();
    }
}

Result<QString> Run::summary(qint64 ms)
{
    int done = 0;
    int notRun = 0;
    const Outcome *first = nullptr;
    const QList<Outcome> outcomes = m_report.outcomes();
    QString title;
    for (qsizetype i = 0; i < outcomes.size(); ++i) {
        done += outcomes[i].state == State::Done;
        notRun += outcomes[i].state == State::NotRun;
        if (!first && (outcomes[i].state == State::Failed || outcomes[i].state == State::Cancelled)) {
            first = &outcomes[i];
            title = m_report.tasks()[i].title;
        }
    }
    const QString counted = u"%1 of %2 done in %3."_s.arg(
        QString::number(done), outcomes.size() == 1 ? u"1 task"_s : u"%1 tasks"_s.arg(outcomes.size()),
        format::duration(ms));
    if (done == outcomes.size())
        return counted;
    const bool cancelled = m_stop.cancelled();
    Error error;
    error.kind = cancelled ? ErrorKind::Cancelled : first ? first->error.kind : ErrorKind::Cancelled;
    error.message = counted;
    if (m_late)
        error.message += u" The latest end was reached."_s;
    if (first)
        error.message +=
            u" %1 %2: %3"_s.arg(title, cancelled ? u"was stopped"_s : u"failed"_s, first->error.message);
    if (first && !first->note.isEmpty())
        error.message += u' ' + first->note;
    if (notRun > 0)
        error.message += u" %1 not begun."_s.arg(notRun);
    if (first) {
        error.hint = first->error.hint;
        error.detail = first->error.detail;
        error.sqlstate = first->error.sqlstate;
    }
    return error;
}
