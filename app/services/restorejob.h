// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/restoreplan.h"

namespace restore {

/// Executes exactly that plan. `typed` is the name that somebody typed, or --confirm: where the plan needs it
/// and it is not the database's, the error is of kind Usage and nothing is asked of the server. On any error
/// and when cancelled, the database that was being made is dropped, or the transaction undone; where that is
/// not possible the error names what is left. Over a live database whoever writes to what is replaced waits,
/// from before it is backed up to the end. After the COMMIT there the error says that this is what was
/// restored now, and where the backup made first is; kind OutcomeUnknown where COMMIT was not answered.
/// Returns a summary. Blocks; any thread.
Result<QString> execute(const Login &login, const Plan &plan, const QString &typed,
                        const backup::Means &means, JobContext &job);

/// What an undo of the last swap would do: the database set aside takes its name back, without those who were
/// erased meanwhile, and the present one is set aside.
struct UndoPlan
{
    QString target;
    DatabaseFacts live;
    DatabaseFacts former;
    QString aside;
    QDateTime keepUntil;
    qint64 newerAudit = -1; ///< written to the present one since the swap
    QStringList erased;     ///< ids of customers whom the present one lists

    QString text() const;
};
/// Kind NotFound when nothing of `database` was set aside.
Result<UndoPlan> planUndo(const Login &login, const QString &database, int keepDays, JobContext &job);
Result<QString> undo(const Login &login, const UndoPlan &plan, const QString &typed, JobContext &job);

/// Databases set aside by swaps, and half ones of restores that were killed.
Result<QList<DatabaseFacts>> leftDatabases(const Login &login, const CancelToken &token);
/// Drops one of those, and no other, after its name was typed.
Result<QString> dropLeft(const Login &login, const QString &name, const QString &typed, JobContext &job);

} // namespace restore
