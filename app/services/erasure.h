// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/session.h"

/// Customers who were erased must not come back with a backup. Their ids (never more than ids) are kept in
/// the database and, because a backup is older than what happened after it, in a file beside the backups that
/// only grows. Every restore applies the union of both. All block; worker threads.
namespace erasure {

/// "erased.json" in a folder of backups.
QString filePath(const QString &folder);

/// The ids in the database, for owner and ops. Kind Schema when the database is older than erasures.
Result<QStringList> listErased(Session &session);

/// The ids in the folder's file. Kind NotFound when there is no file, Io when it cannot be read or is no such
/// list: a restore must say so, not go on as if nobody had been erased.
Result<QStringList> readErasedFile(const QString &folder);

/// Adds ids to the folder's file, made if it is not there; none is ever taken away. An unreadable file is
/// left as it is and told.
Result<void> addToErasedFile(const QString &folder, const QStringList &ids);

/// Erases these customers, and those that the database itself names, in the connected database; returns how
/// many of them were there. Needs the owner's rights. Kind Schema when the database is older than erasures:
/// migrate it first.
Result<qint64> applyErasures(Session &session, const QStringList &ids);

/// What a restore has to do about erased customers, and what it says.
struct Union
{
    QStringList ids;
    bool fromFile = false;
    bool fromDatabase = false; ///< one at least
    /// "3 erased customers (list in the backup folder and in retail_db)", or that neither was found.
    QString sentence;
};

/// The union for a restore of a backup of `folder`; `live` is a session on the database that the backup is
/// of, or nullptr when that is not there any more, and `over` one on the database that the restore replaces,
/// where that is another. An unreadable file is an error.
Result<Union> collect(const QString &folder, Session *live, Session *over = nullptr);

} // namespace erasure
