// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/indexservice.h"
#include "app/services/maintenanceplan.h"

/// Something about indexes that is worth a look: what was seen, why the advice may be wrong, and the
/// statement that would change it with its lock in plain words. Executed by a maintenance job only, when
/// asked.
struct IndexFinding
{
    enum Kind { Invalid, Duplicate, Redundant, Unused, Bloated, MissingForKey, LargeScans };

    Kind kind = Unused;
    qint64 indexId = 0;  ///< 0 where an index is missing
    QString object = {}; ///< the index, or the table that lacks one
    QString table = {};
    QStringList columns = {}; ///< of an index that is missing
    qint64 bytes = -1;        ///< what would be freed; -1 where nothing would
    QString reason = {};
    QString doubt = {};
    QString sql = {}; ///< empty where there is no statement to advise
    QString lock = {};
    QString proof = {}; ///< what the planner says, once it was asked

    QString key() const { return QString::number(kind) + u'/' + object + u'/' + columns.join(u','); }
};

QString findingName(IndexFinding::Kind kind); ///< "unused"

/// What the report shows, the certain and the large first. Unused and duplicate are never said of an index
/// that a primary key, a unique or exclusion constraint, a foreign key or a replica identity rests on, and
/// unused never of one that this program's own schema has.
QList<IndexFinding> indexFindings(const IndexReport &report);

/// Why no index is called unused: within a day all of a new database would be. Empty where some may be.
QString whyNoneIsUnused(const IndexReport &report);

/// The finding's statement as the task of a maintenance job; an error of kind Usage says in a sentence why it
/// can only be run by hand.
Result<maintenance::Task> indexFindingTask(const IndexFinding &finding, const IndexReport &report);

/// The statement that makes an index of these columns, named after them ("idx_products_brand"), and its lock.
/// Names are quoted already. Partitioned tables take no CONCURRENTLY.
QString createIndexStatement(const QString &table, const QStringList &columns, bool partitioned);
QString createIndexLock(bool partitioned);
