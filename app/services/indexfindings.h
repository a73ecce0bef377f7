// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/indexservice.h"

/// Something about indexes that is worth a look: what was seen, why the advice may be wrong, and the
/// statement that would change it with its lock in plain words. Never executed from here.
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
/// that a primary key, a unique or exclusion constraint, a foreign key or a replica identity rests on.
QList<IndexFinding> indexFindings(const IndexReport &report);

/// The statement that makes an index of these columns, and its lock. Names are quoted already. Partitioned
/// tables take no CONCURRENTLY.
QString createIndexStatement(const QString &table, const QStringList &columns, bool partitioned);
QString createIndexLock(bool partitioned);
