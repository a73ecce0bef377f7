// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/maintenanceservice.h"

#include "app/core/diskspace.h"
#include "app/core/format.h"
#include "app/core/shellcommand.h"
#include "app/services/maintenancerun.h"

#include <QJsonArray>

using namespace Qt::StringLiterals;
using namespace maintenance;

namespace {

/// Reads by column name.
class Row final
{
public:
    Row(const Rows &rows, int row)
        : m_rows(rows)
        , m_row(row)
    {
    }
    QString text(const char *name) const { return m_rows.text(m_row, m_rows.column(name)); }
    qint64 integer(const char *name) const { return m_rows.integer(m_row, m_rows.column(name)); }
    bool boolean(const char *name) const { return m_rows.boolean(m_row, m_rows.column(name)); }
    QDateTime time(const char *name) const { return m_rows.timestamp(m_row, m_rows.column(name)); }

private:
    const Rows &m_rows;
    const int m_row;
};

Table readTable(const Row &row)
{
    Table table;
    table.schema = row.text("schema");
    table.name = row.text("name");
    table.partitioned = row.boolean("partitioned");
    table.isPartition = row.boolean("is_partition");
    table.tableBytes = row.integer("table_bytes");
    table.indexBytes = row.integer("index_bytes");
    // The server's counters begin anew with a copy of the database and after a crash; the planner's figure
    // stays.
    table.live = std::max(row.integer("live"), row.integer("rows"));
    table.dead = row.integer("dead");
    table.changed = row.integer("changed");
    table.outdated = row.integer("outdated");
    table.lastVacuum = row.time("last_vacuum");
    table.lastAnalyze = row.time("last_analyze");
    table.xidAge = row.integer("xid_age");
    table.multixactAge = row.integer("mxid_age");
    table.freezeMaxAge = row.integer("freeze_max_age");
    table.multixactMaxAge = row.integer("multixact_max_age");
    return table;
}

Index readIndex(const Row &row)
{
    Index index;
    index.schema = row.text("schema");
    index.name = row.text("name");
    index.tableSchema = row.text("table_schema");
    index.table = row.text("table_name");
    index.method = row.text("method");
    index.bytes = row.integer("bytes");
    index.valid = row.boolean("valid");
    index.ofConstraint = row.boolean("of_constraint");
    index.clusterable = row.boolean("clusterable");
    return index;
}

struct Estimate
{
    qint64 actual = 0;
    qint64 needed = 0;
};

Result<Measurements> measure(Session &session)
{
    const Result<Rows> server = session.read({}, sqlcatalog::query("maintenance/server"));
    if (!server)
        return server.error();
    const Result<Rows> tables = session.read({}, sqlcatalog::query("maintenance/tables"));
    if (!tables)
        return tables.error();
    const Result<Rows> indexes = session.read({}, sqlcatalog::query("maintenance/indexes"));
    if (!indexes)
        return indexes.error();
    const Result<Rows> past = session.read({}, sqlcatalog::query("maintenance/history"));
    const Result<Rows> bloat = session.read({}, sqlcatalog::query("maintenance/bloat"));
    // Extras: who may not ask, or would wait for a table that somebody holds, sees the rest.
    for (const Result<Rows> *extra : {&past, &bloat})
        if (!*extra && extra->error().kind != ErrorKind::Permission &&
            extra->error().kind != ErrorKind::Timeout)
            return extra->error();

    const Row row(*server, 0);
    Measurements measured;
    measured.serverVersion = int(row.integer("server_version"));
    measured.mayRun = row.boolean("may_run");
    measured.login = row.text("login");
    measured.standby = row.boolean("standby");
    measured.workMem = row.text("work_mem");
    measured.databaseBytes = row.integer("database_bytes");
    measured.monthsAhead = row.integer("months_ahead");
    measured.whoCan = server->textArray(0, server->column("who_can"));
    if (const QString folder = row.text("local_folder"); !folder.isEmpty() && session.profile().ssh.isEmpty())
        measured.freeBytes = freeDiskSpace(folder);

    QHash<qint64, Estimate> estimates;
    measured.bloatKnown = bloat.ok();
    if (bloat)
        for (int i = 0; i < bloat->count(); ++i)
            estimates[bloat->integer(i, 0)] = {bloat->integer(i, 1), bloat->integer(i, 2)};
    for (int i = 0; i < tables->count(); ++i) {
        const Row one(*tables, i);
        Table table = readTable(one);
        if (const auto estimate = estimates.constFind(one.integer("oid")); estimate != estimates.cend()) {
            table.neededBytes = estimate->needed;
            table.actualBytes = estimate->actual;
        }
        measured.tables.append(table);
    }
    for (int i = 0; i < indexes->count(); ++i) {
        const Row one(*indexes, i);
        Index index = readIndex(one);
        if (const auto estimate = estimates.constFind(one.integer("oid")); estimate != estimates.cend())
            index.neededBytes = estimate->needed;
        measured.indexes.append(index);
    }
    if (past)
        for (int i = 0; i < past->count(); ++i)
            measured.past[past->text(i, 0)] = {past->integer(i, 1), past->integer(i, 2),
                                               past->isNull(i, 3) ? -1 : past->integer(i, 3),
                                               past->timestamp(i, 4)};
    return measured;
}

/// Another role than the login's own was chosen to look through its eyes.
bool viewsAsAnother(const Profile &profile)
{
    return !profile.role.isEmpty() && profile.role != u"retail_owner" && profile.role != u"retail_ops";
}

Result<void> checkConnection(const Profile &profile)
{
    if (profile.readOnly)
        return Error{ErrorKind::Permission,
                     u"This profile is read-only, so no maintenance runs through it."_s,
                     u"Connect with a profile that may write."_s};
    if (viewsAsAnother(profile))
        return Error{ErrorKind::Permission,
                     u"This connection views as %1, so no maintenance runs through it."_s.arg(profile.role),
                     u"Leave View as first."_s};
    return {};
}

} // namespace

QFuture<Result<Plan>> MaintenanceService::plan(const CancelToken &token)
{
    return m_pool.run<Plan>(u"Maintenance"_s, token, [](Session &session) -> Result<Plan> {
        const Result<Measurements> measured = measure(session);
        if (!measured)
            return measured.error();
        Plan plan = makePlan(*measured);
        if (plan.refusal.isEmpty() && session.profile().readOnly)
            plan.refusal = u"This profile is read-only: maintenance needs one that is not."_s;
        else if (plan.refusal.isEmpty() && viewsAsAnother(session.profile()))
            plan.refusal = u"This connection views as %1: maintenance runs as retail_owner."_s.arg(
                session.profile().role);
        return plan;
    });
}

QString MaintenanceService::refusal() const
{
    if (const Result<void> allowed = checkConnection(m_pool.profile()); !allowed)
        return allowed.error().message + u' ' + allowed.error().hint;
    const Capabilities can = m_pool.capabilities();
    if (can.standby)
        return u"This server is a standby: it is done on the primary and arrives here by itself."_s;
    if (!can.owner && !can.superuser)
        return u"%1 may not run it: that needs the rights of retail_owner, which an owner or ops login has."_s
            .arg(can.login);
    return {};
}

JobWork MaintenanceService::run(const Options &options, std::shared_ptr<Report> report)
{
    return
        [origin = m_pool.origin(), options, report = std::move(report)](JobContext &job) -> Result<QString> {
            if (!origin)
                return origin.error();
            if (report->tasks().isEmpty())
                return Error{ErrorKind::Usage, u"No task was chosen, so nothing was run."_s};
            if (const Result<void> allowed = checkConnection(origin->login.profile); !allowed)
                return allowed.error();
            return Run(*origin, options, *report, job).execute();
        };
}

JobSpec MaintenanceService::spec(const QList<Task> &tasks) const
{
    QStringList ids;
    for (const Task &task : tasks)
        ids += task.id();
    const QString title =
        tasks.size() == 1 ? tasks.first().title : u"Maintenance: %1 tasks"_s.arg(format::count(tasks.size()));
    const Profile profile = m_pool.profile();
    return {
        u"maintenance"_s, title, profile.target(),
        shellCommand(QStringList{u"maintain"_s, u"run"_s, u"--tasks"_s, ids.join(u',')} + profile.words()),
        // What took a typed word once takes it each time.
        std::none_of(tasks.begin(), tasks.end(),
                     [](const Task &task) { return !task.confirmWord.isEmpty(); })};
}

QString maintenance::stateName(State state)
{
    switch (state) {
    case State::Waiting:
        return u"waiting"_s;
    case State::Running:
        return u"running"_s;
    case State::Done:
        return u"done"_s;
    case State::Failed:
        return u"failed"_s;
    case State::Cancelled:
        return u"cancelled"_s;
    case State::NotRun:
        return u"not run"_s;
    }
    return {};
}

QJsonArray Report::toJson() const
{
    QJsonArray list;
    const QList<Outcome> outcomes = this->outcomes();
    for (qsizetype i = 0; i < outcomes.size(); ++i) {
        const Task &task = m_tasks[i];
        const Outcome &outcome = outcomes[i];
        QJsonObject object{{u"id"_s, task.id()},
                           {u"sql"_s, QString::fromUtf8(task.sql)},
                           {u"state"_s, stateName(outcome.state)},
                           {u"ms"_s, outcome.ms},
                           {u"retries"_s, outcome.retries}};
        if (outcome.before.known) {
            object[u"bytes_before"_s] = task.index.isEmpty()
                                            ? outcome.before.tableBytes + outcome.before.indexesBytes
                                            : outcome.before.indexBytes;
            object[u"dead_before"_s] = outcome.before.dead;
            object[u"changed_before"_s] = outcome.before.changed;
            object[u"planner_rows_before"_s] = outcome.before.plannerRows;
            object[u"outdated"_s] = outcome.before.outdated;
        }
        if (outcome.after.known) {
            object[u"bytes_after"_s] = task.index.isEmpty()
                                           ? outcome.after.tableBytes + outcome.after.indexesBytes
                                           : outcome.after.indexBytes;
            object[u"dead_after"_s] = outcome.after.dead;
            object[u"changed_after"_s] = outcome.after.changed;
            object[u"planner_rows_after"_s] = outcome.after.plannerRows;
        }
        if (!outcome.error.message.isEmpty())
            object[u"error"_s] = outcome.error.message;
        if (!outcome.note.isEmpty())
            object[u"note"_s] = outcome.note;
        list.append(object);
    }
    return list;
}

QString maintenance::changeText(const Task &task, const Outcome &outcome)
{
    if (!outcome.before.known || !outcome.after.known)
        return {};
    const Figures &before = outcome.before;
    const Figures &after = outcome.after;
    const auto bytes = [](qint64 from, qint64 to) {
        return from == to ? format::bytes(to) : format::bytes(from) + u" → "_s + format::bytes(to);
    };
    const auto count = [](qint64 from, qint64 to, const QString &one, const QString &many) {
        return (from == to ? format::count(to) : format::count(from) + u" → "_s + format::count(to)) +
               (to == 1 ? one : many);
    };
    switch (task.kind) {
    case Kind::Analyze:
        return count(before.changed, after.changed, u" row changed since"_s, u" rows changed since"_s) +
               u", "_s +
               count(before.plannerRows, after.plannerRows, u" row as the planner counts"_s,
                     u" rows as the planner counts"_s);
    case Kind::Vacuum:
    case Kind::VacuumFull:
    case Kind::Cluster:
        return bytes(before.tableBytes + before.indexesBytes, after.tableBytes + after.indexesBytes) +
               u", "_s + count(before.dead, after.dead, u" dead row"_s, u" dead rows"_s);
    case Kind::Freeze:
        return u"oldest row "_s + count(before.xidAge, after.xidAge, u" transaction"_s, u" transactions"_s);
    case Kind::Reindex:
        return bytes(before.indexBytes, after.indexBytes);
    case Kind::DropIndex:
        return u"%1 given back"_s.arg(format::bytes(before.indexBytes));
    case Kind::CreateIndex:
        return format::bytes(after.indexBytes);
    case Kind::Partitions:
        break;
    }
    return {};
}
