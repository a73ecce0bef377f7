// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/session.h"
#include "app/jobs/job.h"
#include "app/services/backupmanifest.h"

/// Restoring backups: into a new database, in the place of another one, or into one.
namespace restore {

/// What this program noted about a database in its comment: only the server outlives a killed process.
struct Mark
{
    enum class State { None, Restoring, SetAside };
    State state = State::None;
    QDateTime since = {};
    QDateTime keepUntil = {}; ///< of one set aside
    QString of = {};          ///< the database whose place was taken
    QString comment = {};     ///< its own, which comes back with it

    QString text() const;
    static Mark read(const QString &comment);
};

struct DatabaseFacts
{
    QString name;
    qint64 oid = 0;
    QString encoding;
    QString collate;
    QString ctype;
    QString owner;
    QString acl;
    bool allowsConnections = true;
    QString comment; ///< without a mark of ours
    Mark mark;
    qint64 bytes = 0;
    int sessions = 0;
    bool ours = false; ///< retail_ops may rename it
};

struct ServerFacts
{
    QString login;
    bool superuser = false;
    bool ops = false; ///< may take the role retail_ops
    bool owner = false;
    bool hasTemplate = false;
    bool standby = false;
    int version = 0;
    bool local = false;
    QString dataFolder;
    QString systemIdentifier;

    int major() const { return version / 10'000; }
};

/// The server as a restore sees it: one connection with the role that may make databases. Belongs to one
/// worker thread; all calls block.
class Server final
{
public:
    /// `database` empty means the profile's. Kind Permission when the login may not take retail_ops.
    static Result<Server> open(const Login &login, const CancelToken &token, const QString &database = {});

    const ServerFacts &facts() const { return m_facts; }
    Session &session() { return m_session; }

    Result<QList<DatabaseFacts>> databases(const QString &only = {});
    /// Kind NotFound when there is none of that name.
    Result<DatabaseFacts> database(const QString &name);
    Result<QStringList> missingRoles(const QStringList &names);

    /// From retail_template, owned by retail_owner, closed to PUBLIC and marked as unfinished.
    Result<void> create(const QString &name);
    Result<void> drop(const QString &name);
    Result<void> mark(const QString &name, const Mark &mark, const QString &comment = {});

    /// The database's own rights, settings and comment, which no dump of its contents holds. What could not
    /// be applied, in words; those of roles need a superuser.
    QStringList apply(const QString &name, const backup::Manifest &manifest);
    /// The same of a database that is there, as a manifest has them.
    Result<backup::Manifest> ownFacts(const QString &name);

private:
    explicit Server(Session session)
        : m_session(std::move(session))
    {
    }
    QStringList grant(const QByteArray &database, const backup::Manifest &manifest);

    Session m_session;
    ServerFacts m_facts;
};

/// Erases customers in a database, whatever time that takes; returns how many of them were there. Errors as
/// erasure::applyErasures().
Result<qint64> eraseIn(const Login &login, const QString &database, const QStringList &ids,
                       const CancelToken &token);
/// The same in one that is set aside, which takes connections for that time only: whoever was erased is not
/// in it when it takes its name back.
Result<qint64> eraseAside(const Login &login, const QString &aside, const QStringList &ids,
                          const CancelToken &token);

/// What a swap does: both names change in one transaction.
struct Swap
{
    QString live;        ///< the name that stays in use
    QString replacement; ///< takes that name
    QString aside;       ///< the name that the former database gets; it takes no more connections
    Mark mark;           ///< of the one set aside
    QString comment;     ///< of the one that takes the place
};

/// Ends the sessions of both and exchanges the names. While the first rename waits for the last session, the
/// server lets nobody in; until the commit everything is as it was, whatever becomes of this process. The
/// error, of kind Conflict where a session does not end, says which database has the name.
Result<void> swap(const Login &login, const Swap &what, JobContext &job);

} // namespace restore
