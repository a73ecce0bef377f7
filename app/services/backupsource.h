// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/session.h"
#include "app/jobs/job.h"
#include "app/services/backupmanifest.h"

namespace backup {

/// The server's side of a backup: the role that sees all rows, one snapshot for the dump and for our own
/// counts, and the facts that a dump does not hold. The snapshot lives while this object does. One worker
/// thread.
class Source final
{
public:
    /// `database` empty means the profile's.
    static Result<Source> open(const Login &login, const CancelToken &token, const QString &database = {});

    /// Who and what: fills the manifest's server, database, settings, extensions and roles.
    Result<void> describe(Manifest &manifest);

    /// Begins the transaction, exports its snapshot and reads the tables of the scope into the manifest;
    /// refuses (Permission) what would make the dump partial or fail. Locks the tables against being dropped.
    /// Kind Timeout and NotFound may go away with another attempt.
    Result<void> begin(Manifest &manifest, const QStringList &tables);

    /// Exact rows of each table on the snapshot.
    Result<void> count(Manifest &manifest, JobContext &job);

    void end();

    QString snapshot() const { return m_snapshot; }
    QString role() const { return m_role; } ///< for pg_dump --role, or empty
    Session &session() { return m_session; }

private:
    explicit Source(Session session)
        : m_session(std::move(session))
    {
    }
    Result<void> refuseWhatIsHidden(const Manifest &manifest);

    Session m_session;
    QString m_role;
    QString m_login;
    QString m_snapshot;
};

/// The tables of a database (`schemas` empty: of all) as the effective role of the session sees them.
Result<QList<Table>> readTables(Session &session, const QStringList &schemas);

/// SELECT count(*) of one table, without its children.
Result<qint64> countRows(Session &session, const Table &table);

QStringList schemasOf(Scope scope);

constexpr int lockTimeoutMs = 10'000;

} // namespace backup
