// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"

/// A role through which the connected login may look, or whose rights it may at least study.
struct WorkingRole
{
    enum class Kind { Manager, Application, Dba };

    QString name;
    Kind kind = Kind::Manager;
    bool login = false;
    bool takeable = false; ///< the connected login is a member of it
};

/// What a role may do with one table, and which rows the policies leave it.
struct TableRights
{
    QString table;
    QString privileges; ///< "SELECT, UPDATE (some columns)"; empty: none
    bool rowSecurity = false;
    QString policies; ///< names of those that hold for the role
    QString condition;
    QStringList plan; ///< of reading one store's rows; empty where there is none to show
};

enum class Verdict { Passed, Broken, Undecided };

struct IsolationAttempt
{
    QString attempt; ///< "Read other stores’ customers"
    QString setting; ///< how the store was chosen meanwhile
    qint64 rows = -1;
    QString sqlstate;
    QString answer; ///< "0 rows", or the server's sentence
    Verdict verdict = Verdict::Undecided;
};

struct IsolationReport
{
    QString database;
    QString login; ///< who proved
    QString role;  ///< as whom
    QString ownStore;
    QString otherStore;
    bool otherKnown = false; ///< false: the login knows no other store, and a made-up one was tried
    QDateTime at;
    QList<IsolationAttempt> attempts;

    int count(Verdict verdict) const;
    Verdict verdict() const; ///< the worst one
};

/// Roles, and whether the isolation of the stores holds for them on the database that is open. The attacks
/// are files of sql/queries/isolation/attacks: how the store is chosen, what counts as passed, and the
/// statement. Any thread may call; the work runs on the pool's threads. Errors are the server's, and Usage
/// where there is nothing to prove.
class IsolationService final
{
public:
    explicit IsolationService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    QFuture<Result<QList<WorkingRole>>> roles(const CancelToken &token = {});

    /// `asRole`: plans are made as this role, which needs membership; else as the connected login.
    QFuture<Result<QList<TableRights>>> rights(const QString &role, bool asRole,
                                               const CancelToken &token = {});

    /// Tries every attack as `role` (empty: as the connected login) in one read-write transaction that is
    /// always rolled back: in a read-only one every write would fail for the wrong reason. Locks are waited
    /// for one second.
    QFuture<Result<IsolationReport>> prove(const QString &role, const CancelToken &token = {});

private:
    ConnectionPool &m_pool;
};
