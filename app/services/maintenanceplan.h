// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QDateTime>
#include <QHash>
#include <QList>
#include <QStringList>

#include <optional>

/// What the plan of a maintenance is made of: values only, no connection. Any thread.
namespace maintenance {

enum class Kind {
    Analyze,
    Vacuum, ///< with ANALYZE
    Freeze, ///< VACUUM (FREEZE, ANALYZE)
    Reindex,
    DropIndex, ///< what an interrupted build left
    Partitions,
    VacuumFull,
    Cluster,
    CreateIndex, ///< of the user's own definition
};
QString kindName(Kind kind); ///< "vacuum", as in a task's id

/// Why a task is in the plan.
enum class Offer {
    Routine,   ///< the weekly list of the original design
    Measured,  ///< proposed, because of what was measured
    OnRequest, ///< can be done; nothing asks for it
};

/// One statement, with all that an operator wants to know before it runs.
struct Task
{
    Kind kind = Kind::Analyze;
    Offer offer = Offer::OnRequest;
    bool idle = false;   ///< nothing changed since it was done last
    bool chosen = false; ///< before anybody chose: it has something to do, fits on the disk, locks nobody out
    QString schema;
    QString table; ///< the table that it works on; empty for Kind::Partitions
    QString index; ///< the index, or empty
    QByteArray sql;
    QString title;           ///< "Rebuild the index idx_products_name"
    QString why;             ///< with its numbers
    QString scope;           ///< "1 table, 12 MB"
    QString lock;            ///< in plain words
    QString disk;            ///< in plain words
    qint64 bytes = 0;        ///< of what it works on
    qint64 diskBytes = 0;    ///< needed besides, while it runs
    qint64 estimatedMs = -1; ///< from the last time, -1 when there was none
    QString confirmWord;     ///< to be typed before it may run, or empty

    /// "vacuum:retail.customers": stable, for the command line and the history.
    QString id() const;
    QString tableName() const; ///< quoted, for the server
    QString indexName() const;
    bool operator==(const Task &) const = default;
};

struct Table
{
    QString schema;
    QString name;
    bool partitioned = false;
    bool isPartition = false;
    qint64 tableBytes = 0;
    qint64 indexBytes = 0;
    qint64 live = 0;
    qint64 dead = 0;
    qint64 changed = 0;  ///< rows since the last ANALYZE; if partitioned, how many more or fewer
    qint64 outdated = 0; ///< rows deleted or moved since the statistics began
    QDateTime lastVacuum;
    QDateTime lastAnalyze;
    qint64 xidAge = 0;
    qint64 multixactAge = 0;
    qint64 freezeMaxAge = 0;
    qint64 multixactMaxAge = 0;
    std::optional<qint64> neededBytes; ///< an estimate, where there is one
    qint64 actualBytes = 0;            ///< what it is set against
};

struct Index
{
    QString schema;
    QString name;
    QString tableSchema;
    QString table;
    QString method;
    qint64 bytes = 0;
    bool valid = true;
    bool ofConstraint = false;
    bool clusterable = false;
    std::optional<qint64> neededBytes;
};

/// The last time a task was done.
struct Past
{
    qint64 ms = 0;
    qint64 bytes = 0;
    qint64 outdated = -1;
    QDateTime at;
};

struct Measurements
{
    int serverVersion = 0;
    bool mayRun = false;
    QString login;
    bool standby = false;
    QString workMem;
    qint64 databaseBytes = 0;
    qint64 monthsAhead = 0;
    qint64 freeBytes = -1; ///< on the disk of the database, -1 where it cannot be seen from here
    QStringList whoCan;    ///< logins that may run it
    QList<Table> tables;
    QList<Index> indexes;
    QHash<QString, Past> past; ///< by task id
    bool bloatKnown = false;
};

struct Plan
{
    Measurements measured;
    QList<Task> tasks; ///< every task there can be; routine ones first, then what was measured
    QString refusal;   ///< why this login may not run it, and who may; empty when it may

    const Task *task(const QString &id) const;
};

Plan makePlan(const Measurements &measured);

/// Why the task must not run now (disk too small), or empty.
QString obstacle(const Plan &plan, const Task &task);

/// A task for one CREATE, DROP or REINDEX INDEX CONCURRENTLY of another page. `index` must be the
/// name that the statement gives or removes: what an interruption leaves is found by it. `refusal` of the
/// result's error says what is wrong with the statement.
Result<Task> indexTask(Kind kind, const QString &schema, const QString &table, const QString &index,
                       const QByteArray &sql);

/// What has to run once after tasks that left the figures of the whole database out, or empty.
QByteArray afterTasks(const QList<Task> &done);

} // namespace maintenance
