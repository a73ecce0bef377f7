// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/maintenanceplan.h"

#include "app/core/format.h"
#include "app/db/session.h"

#include <QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace maintenance;

namespace {

// Below these nobody gains by the work. Autovacuum begins at 20 % dead or 10 % changed rows; a plan that a
// person reads may be a little ahead of it.
constexpr double deadShare = 0.10;
constexpr qint64 deadRows = 1'000;
constexpr double changedShare = 0.10;
constexpr qint64 changedRows = 500;
constexpr double bloatShare = 0.40;
constexpr qint64 bloatBytes = 1'000'000;
constexpr double ageShare = 0.75;
constexpr double graphShare = 0.20;
constexpr qint64 monthsWanted = 12;

const QStringList routineAnalyze{u"customers"_s, u"products"_s, u"sales_transactions"_s,
                                 u"sales_transaction_items"_s, u"product_embeddings"_s};
const QStringList routineVacuum{u"customers"_s, u"products"_s};
const QStringList routineReindex{u"idx_products_text_search"_s, u"idx_product_embeddings_vector"_s};

QString quoted(const QString &schema, const QString &name)
{
    return name.isEmpty() ? QString()
                          : QString::fromUtf8(quoteIdentifier(schema) + '.' + quoteIdentifier(name));
}

/// As a person would type it: quoted only where that is needed.
QByteArray written(const QString &schema, const QString &name)
{
    static const QRegularExpression plain(u"^[a-z_][a-z0-9_]*$"_s);
    const auto one = [](const QString &part) {
        return plain.match(part).hasMatch() ? part.toUtf8() : quoteIdentifier(part);
    };
    return one(schema) + '.' + one(name);
}

QString percent(double share)
{
    return format::decimal(share * 100, share < 0.1 ? 1 : 0) + u" %"_s;
}

QString lockWords(Kind kind)
{
    switch (kind) {
    case Kind::Analyze:
    case Kind::Vacuum:
    case Kind::Freeze:
        return u"Reading and writing go on. Only changes of the table's structure and other maintenance of "
               u"it "
               u"wait (SHARE UPDATE EXCLUSIVE)."_s;
    case Kind::Reindex:
    case Kind::CreateIndex:
        return u"Reading and writing go on. It waits until transactions that began before have ended; "
               u"changes of the table's structure wait for it (SHARE UPDATE EXCLUSIVE)."_s;
    case Kind::DropIndex:
        return u"Reading and writing go on. It waits until transactions that began before have ended (SHARE "
               u"UPDATE EXCLUSIVE)."_s;
    case Kind::Partitions:
        return u"A moment only: reading and writing of the audit log wait while a month is attached (ACCESS "
               u"EXCLUSIVE on its default partition)."_s;
    case Kind::VacuumFull:
    case Kind::Cluster:
        return u"Nobody can read or write the table until it is done (ACCESS EXCLUSIVE). While it waits for "
               u"the lock, everybody who comes later waits behind it, for the lock time-out at most."_s;
    }
    return {};
}

class Planner final
{
public:
    explicit Planner(const Measurements &measured)
        : m_measured(measured)
    {
    }

    QList<Task> tasks();

private:
    void add(Task task)
    {
        if (const auto past = m_measured.past.constFind(task.id()); past != m_measured.past.cend())
            // In proportion to the size then and now; a table that was empty says nothing about a large one.
            task.estimatedMs = past->bytes > 0 && task.bytes > 0
                                   ? qint64(double(past->ms) * double(task.bytes) / double(past->bytes))
                                   : past->ms;
        task.lock = lockWords(task.kind);
        task.disk = task.diskBytes > 0
                        ? u"%1 besides, until the old copy is removed"_s.arg(format::bytes(task.diskBytes))
                        : u"none besides"_s;
        m_tasks.append(task);
    }
    void analyze(const Table &table);
    void vacuum(const Table &table);
    void freeze(const Table &table);
    void rewrite(const Table &table);
    void reindex(const Index &index);
    void cluster(const Index &index);
    void partitions();

    const Table *tableOf(const Index &index) const
    {
        for (const Table &table : m_measured.tables)
            if (table.schema == index.tableSchema && table.name == index.table)
                return &table;
        return nullptr;
    }

    const Measurements &m_measured;
    QList<Task> m_tasks;
};

Task ofTable(Kind kind, const Table &table, const QByteArray &sql, const QString &title)
{
    Task task;
    task.kind = kind;
    task.schema = table.schema;
    task.table = table.name;
    task.sql = sql + ' ' + written(table.schema, table.name);
    task.title = title.arg(table.name);
    task.bytes = table.tableBytes + table.indexBytes;
    task.scope = table.partitioned ? u"1 partitioned table with all its partitions"_s
                                   : u"1 table, %1 with %2 of indexes"_s.arg(format::bytes(table.tableBytes),
                                                                             format::bytes(table.indexBytes));
    return task;
}

void Planner::analyze(const Table &table)
{
    Task task = ofTable(Kind::Analyze, table, "ANALYZE", u"Refresh statistics of %1"_s);
    task.bytes = table.tableBytes;
    if (!table.partitioned)
        task.scope = u"a sample of 1 table, %1"_s.arg(format::bytes(table.tableBytes));
    const bool never = !table.lastAnalyze.isValid() && table.live > 0;
    const double share = double(table.changed) / double(std::max<qint64>(table.live, 1));
    // A partition's parent is never analysed by autovacuum.
    const bool stale = never || (table.changed >= changedRows && share >= changedShare);
    task.why =
        never ? table.partitioned
                    ? u"It has no statistics of its own, and autovacuum never makes any for a partitioned "
                      u"table."_s
                    : u"It was never analysed; %1 in it."_s.arg(
                          format::counted(table.live, u"row is"_s, u"rows are"_s))
              : (table.partitioned
                     ? u"%1 more or fewer than at its last ANALYZE (%2 of %3); autovacuum never analyses a "
                       u"partitioned table."_s
                     : u"%1 changed since (%2 of %3)."_s)
                    .arg(format::counted(table.changed, u"row"_s, u"rows"_s), percent(share),
                         format::count(table.live));
    task.idle = !never && table.changed == 0;
    if (table.schema == u"retail" && routineAnalyze.contains(table.name))
        task.offer = Offer::Routine;
    else if (stale && !table.isPartition)
        task.offer = Offer::Measured;
    add(task);
}

void Planner::vacuum(const Table &table)
{
    Task task = ofTable(Kind::Vacuum, table,
                        // Each table once instead of the whole database's oldest transaction each time.
                        m_measured.serverVersion >= 160000 ? "VACUUM (ANALYZE, SKIP_DATABASE_STATS)"
                                                           : "VACUUM (ANALYZE)",
                        u"Remove dead rows of %1"_s);
    const double share =
        table.live + table.dead > 0 ? double(table.dead) / double(table.live + table.dead) : 0;
    task.why = u"%1 beside %2 (%3)."_s.arg(format::counted(table.dead, u"dead row"_s, u"dead rows"_s),
                                           format::counted(table.live, u"live one"_s, u"live ones"_s),
                                           percent(share));
    task.idle = table.dead == 0;
    if (table.schema == u"retail" && routineVacuum.contains(table.name))
        task.offer = Offer::Routine;
    else if (table.dead >= deadRows && share >= deadShare)
        task.offer = Offer::Measured;
    add(task);
}

void Planner::freeze(const Table &table)
{
    Task task = ofTable(Kind::Freeze, table,
                        m_measured.serverVersion >= 160000 ? "VACUUM (FREEZE, ANALYZE, SKIP_DATABASE_STATS)"
                                                           : "VACUUM (FREEZE, ANALYZE)",
                        u"Freeze the old rows of %1"_s);
    const double xids = double(table.xidAge) / double(std::max<qint64>(table.freezeMaxAge, 1));
    const double multixacts = double(table.multixactAge) / double(std::max<qint64>(table.multixactMaxAge, 1));
    task.why =
        u"Its oldest row is %1 old, %2 of the age at which the server vacuums it whatever else it does."_s
            .arg(format::counted(table.xidAge, u"transaction"_s, u"transactions"_s),
                 percent(std::max(xids, multixacts)));
    if (std::max(xids, multixacts) >= ageShare)
        task.offer = Offer::Measured;
    add(task);
}

void Planner::rewrite(const Table &table)
{
    Task task =
        ofTable(Kind::VacuumFull, table, "VACUUM (FULL, ANALYZE)", u"Write %1 anew, without its gaps"_s);
    task.diskBytes = table.tableBytes + table.indexBytes;
    task.confirmWord = table.name;
    const qint64 waste = table.neededBytes ? table.actualBytes - *table.neededBytes : 0;
    const double share = table.actualBytes > 0 ? double(waste) / double(table.actualBytes) : 0;
    task.why = !table.neededBytes ? u"How much of it is empty is not known here."_s
               : waste <= 0       ? u"No part of it is empty (estimate)."_s
                                  : u"About %1 of %2 are empty (%3, estimate)."_s.arg(
                                        format::bytes(waste), format::bytes(table.actualBytes), percent(share));
    // Never ticked by itself, but told: nobody looks for it otherwise.
    if (share >= bloatShare && waste >= 8 * bloatBytes)
        task.offer = Offer::Measured;
    add(task);
}

void Planner::reindex(const Index &index)
{
    const QByteArray name = written(index.schema, index.name);
    static const QRegularExpression temporary(u"_cc(new|old)\\d*$"_s);
    Task task;
    task.schema = index.tableSchema;
    task.table = index.table;
    task.index = index.name;
    task.bytes = index.bytes;
    task.scope = u"1 index of %1, %2"_s.arg(index.table, format::bytes(index.bytes));
    if (!index.valid && temporary.match(index.name).hasMatch()) {
        task.kind = Kind::DropIndex;
        task.offer = Offer::Measured;
        task.sql = "DROP INDEX CONCURRENTLY " + name;
        task.title = u"Remove the leftover index %1"_s.arg(index.name);
        task.why =
            u"It was left by a rebuild that was interrupted: no query uses it, and every change of the "
            u"table keeps it up all the same."_s;
        add(task);
        return;
    }
    task.kind = Kind::Reindex;
    task.sql = "REINDEX INDEX CONCURRENTLY " + name;
    task.title = u"Rebuild %1"_s.arg(index.name);
    task.diskBytes = index.neededBytes ? std::min(*index.neededBytes, index.bytes) : index.bytes;
    const qint64 waste = index.neededBytes ? index.bytes - *index.neededBytes : 0;
    const double share = index.bytes > 0 ? double(waste) / double(index.bytes) : 0;
    const Table *table = tableOf(index);
    if (!index.valid) {
        task.offer = Offer::Measured;
        task.why = u"It is invalid: its build was interrupted, and no query uses it."_s;
    } else if (waste > 0) {
        task.why = u"About %1 of %2 are empty (%3, estimate)."_s.arg(
            format::bytes(waste), format::bytes(index.bytes), percent(share));
        if (share >= bloatShare && waste >= bloatBytes)
            task.offer = Offer::Measured;
    } else {
        task.why = index.neededBytes
                       ? u"No part of it is empty (estimate)."_s
                       : u"%1 index: how much of it is empty cannot be estimated."_s.arg(index.method);
    }
    if (index.valid && table) {
        const auto past = m_measured.past.constFind(task.id());
        const bool rebuilt = past != m_measured.past.cend();
        // Counters that began anew are younger than the rebuild.
        const qint64 since = rebuilt && past->outdated >= 0 && past->outdated <= table->outdated
                                 ? table->outdated - past->outdated
                                 : table->outdated;
        task.idle = since == 0;
        if (index.method == u"hnsw") {
            // Entries of dead rows stay in the graph until VACUUM repairs it, and each search walks over
            // them.
            const double gone = table->live > 0 ? double(since) / double(table->live) : since > 0 ? 1 : 0;
            task.why =
                u"%1 replaced or deleted %2 (%3 of %4): searches walk over what is left of them."_s.arg(
                    format::counted(since, u"vector was"_s, u"vectors were"_s),
                    rebuilt ? u"since the last rebuild"_s : u"since the server counts"_s, percent(gone),
                    format::count(table->live));
            if (since >= changedRows && gone >= graphShare)
                task.offer = Offer::Measured;
        } else if (task.idle && !index.neededBytes) {
            task.why += rebuilt ? u" No row was replaced or deleted since the last rebuild."_s
                                : u" No row was replaced or deleted since the server counts."_s;
        }
    }
    if (index.schema == u"retail" && routineReindex.contains(index.name))
        task.offer = Offer::Routine;
    add(task);
}

void Planner::cluster(const Index &index)
{
    const Table *table = tableOf(index);
    if (!index.clusterable || !index.valid || !table || table->isPartition)
        return;
    Task task = ofTable(Kind::Cluster, *table, {}, u"Sort %1"_s);
    task.index = index.name;
    task.title = u"Sort the rows of %1 by the index %2"_s.arg(table->name, index.name);
    task.sql = "CLUSTER " + written(table->schema, table->name) + " USING " + quoteIdentifier(index.name);
    // A sort may need the table once more, in temporary files.
    task.diskBytes = 2 * table->tableBytes + table->indexBytes;
    task.confirmWord = table->name;
    task.why = u"Queries that read many neighbours in this order read fewer pages. New rows are not kept "
               u"sorted."_s;
    add(task);
}

void Planner::partitions()
{
    Task task;
    task.kind = Kind::Partitions;
    task.schema = u"retail"_s;
    task.table = u"audit_log"_s;
    task.sql = "SELECT retail.ensure_audit_partitions()";
    task.title = u"Make the audit log's next months"_s;
    task.scope = format::counted(std::max<qint64>(0, monthsWanted - m_measured.monthsAhead),
                                 u"partition to make"_s, u"partitions to make"_s);
    task.why = u"%1 of the next %2 months %3 a partition."_s.arg(m_measured.monthsAhead)
                   .arg(monthsWanted)
                   .arg(m_measured.monthsAhead == 1 ? u"has"_s : u"have"_s);
    task.offer = m_measured.monthsAhead < monthsWanted ? Offer::Routine : Offer::OnRequest;
    add(task);
}

QList<Task> Planner::tasks()
{
    partitions();
    for (const Table &table : m_measured.tables)
        analyze(table);
    for (const Table &table : m_measured.tables)
        if (!table.partitioned) {
            vacuum(table);
            freeze(table);
            rewrite(table);
        }
    for (const Index &index : m_measured.indexes)
        reindex(index);
    for (const Index &index : m_measured.indexes)
        cluster(index);
    // Leftovers first, since every write pays for them; then the routine in the original design's order,
    // with the order of one kind kept.
    const auto rank = [](const Task &task) {
        int place = 10 * int(task.offer) + int(task.kind);
        if (task.offer == Offer::Measured)
            place = task.kind == Kind::DropIndex ? -1 : 10 + int(task.kind);
        return place;
    };
    const auto named = [](const Task &task) {
        const QStringList &names = task.kind == Kind::Reindex ? routineReindex : routineAnalyze;
        return names.indexOf(task.kind == Kind::Reindex ? task.index : task.table);
    };
    std::stable_sort(m_tasks.begin(), m_tasks.end(), [&](const Task &a, const Task &b) {
        if (rank(a) != rank(b))
            return rank(a) < rank(b);
        return a.offer == Offer::Routine && named(a) < named(b);
    });
    return m_tasks;
}

} // namespace

QString maintenance::kindName(Kind kind)
{
    switch (kind) {
    case Kind::Analyze:
        return u"analyze"_s;
    case Kind::Vacuum:
        return u"vacuum"_s;
    case Kind::Freeze:
        return u"freeze"_s;
    case Kind::Reindex:
        return u"reindex"_s;
    case Kind::DropIndex:
        return u"drop-index"_s;
    case Kind::Partitions:
        return u"partitions"_s;
    case Kind::VacuumFull:
        return u"vacuum-full"_s;
    case Kind::Cluster:
        return u"cluster"_s;
    case Kind::CreateIndex:
        return u"create-index"_s;
    }
    return {};
}

QString Task::id() const
{
    const QString name = kindName(kind) + u':' + schema + u'.';
    if (kind == Kind::Cluster)
        return name + table + u':' + index;
    return name + (index.isEmpty() ? table : index);
}

QString Task::tableName() const
{
    return quoted(schema, table);
}

QString Task::indexName() const
{
    return quoted(schema, index);
}

const Task *Plan::task(const QString &id) const
{
    for (const Task &task : tasks)
        if (task.id() == id)
            return &task;
    return nullptr;
}

Plan maintenance::makePlan(const Measurements &measured)
{
    Plan plan;
    plan.measured = measured;
    plan.tasks = Planner(measured).tasks();
    for (Task &task : plan.tasks)
        task.chosen = (task.offer == Offer::Measured || (task.offer == Offer::Routine && !task.idle)) &&
                      task.confirmWord.isEmpty() && obstacle(plan, task).isEmpty();
    if (measured.standby)
        plan.refusal = u"This server is a standby: maintenance is done on the primary and arrives here by "
                       u"itself."_s;
    else if (!measured.mayRun)
        plan.refusal =
            u"%1 may look at the plan and not run it: that needs the rights of retail_owner. %2"_s.arg(
                measured.login,
                measured.whoCan.isEmpty()
                    ? u"No login but superusers has them; “GRANT retail_ops TO …” gives them."_s
                    : u"These logins have them: %1."_s.arg(measured.whoCan.join(u", "_s)));
    return plan;
}

QString maintenance::obstacle(const Plan &plan, const Task &task)
{
    if (task.diskBytes == 0 || plan.measured.freeBytes < 0 ||
        // A tenth to spare: the log of what is written needs room as well.
        double(plan.measured.freeBytes) >= 1.1 * double(task.diskBytes))
        return {};
    return u"It needs %1 of disk while it runs, and only %2 are free."_s.arg(
        format::bytes(task.diskBytes), format::bytes(plan.measured.freeBytes));
}

QByteArray maintenance::afterTasks(const QList<Task> &done)
{
    return std::any_of(done.begin(), done.end(),
                       [](const Task &task) { return task.sql.contains("SKIP_DATABASE_STATS"); })
               ? "VACUUM (ONLY_DATABASE_STATS)"
               : QByteArray();
}

Result<Task> maintenance::indexTask(Kind kind, const QString &schema, const QString &table,
                                    const QString &index, const QByteArray &sql)
{
    const QByteArray words = sql.simplified().toUpper();
    const bool fits = kind == Kind::CreateIndex ? words.startsWith("CREATE INDEX CONCURRENTLY ") ||
                                                      words.startsWith("CREATE UNIQUE INDEX CONCURRENTLY ")
                      : kind == Kind::DropIndex ? words.startsWith("DROP INDEX CONCURRENTLY ")
                      : kind == Kind::Reindex   ? words.startsWith("REINDEX INDEX CONCURRENTLY ")
                                                : false;
    if (!fits || schema.isEmpty() || table.isEmpty() || index.isEmpty())
        return Error{
            ErrorKind::Usage,
            u"Only CREATE, DROP and REINDEX of one named index, each CONCURRENTLY, can run as maintenance."_s,
            {},
            QString::fromUtf8(sql)};
    Task task;
    task.kind = kind;
    task.offer = Offer::Measured;
    task.schema = schema;
    task.table = table;
    task.index = index;
    task.sql = sql.trimmed();
    if (task.sql.endsWith(';'))
        task.sql.chop(1);
    task.title = (kind == Kind::CreateIndex ? u"Create the index %1"_s
                  : kind == Kind::DropIndex ? u"Drop the index %1"_s
                                            : u"Rebuild the index %1"_s)
                     .arg(index);
    task.lock = lockWords(kind);
    return task;
}
