// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/childconnection.h"
#include "app/jobs/job.h"
#include "app/services/backuptools.h"

#include <QProcess>

#include <functional>
#include <memory>

class Session;

namespace restore {

/// psql taking a script piece by piece inside one transaction, which commit() alone ends well. Whatever else
/// happens (a program killed, a script cut off in the middle of a row), the server undoes all of it. This is
/// how a restore replaces what exists: pg_restore's own --clean cannot drop the constraints that partitions
/// inherit. Blocks; one worker thread.
class Script final
{
public:
    /// `onTick` is called about twenty times a second while psql is waited for; it may cancel the token.
    static Result<std::unique_ptr<Script>> begin(const ChildConnection &connection,
                                                 const QStringList &folders, int major,
                                                 const std::function<void()> &onTick,
                                                 const CancelToken &token);
    /// Undoes what was not committed.
    ~Script();
    Script(const Script &) = delete;
    Script &operator=(const Script &) = delete;

    bool running() const { return m_psql.state() == QProcess::Running; }
    /// False when psql has ended, which commit() explains, or the token was cancelled.
    bool feed(QByteArrayView script);
    /// The same when all that was fed is done.
    bool settle();
    /// Kind OutcomeUnknown when COMMIT was sent and not answered.
    Result<void> commit();

private:
    Script(const std::function<void()> &onTick, const CancelToken &token)
        : m_onTick(onTick)
        , m_token(token)
    {
    }
    void stop();

    QProcess m_psql;
    const std::function<void()> m_onTick;
    const CancelToken m_token;
    QByteArray m_said; // on standard error since it settled last
    bool m_stopped = false;
};

/// Over what is there each table is locked: somebody who holds one must be named, not waited for without end.
/// Kind Timeout when the sessions of `application` have waited for him too long. When it `takesAll`,
/// statements that wait for it and are in its way are cancelled.
Result<void> lookForBlockers(Session &monitor, const QString &application, bool takesAll, JobContext &job);

/// Locks in `mode` the tables of which dropScript() takes the rows away, and those that the entries would
/// make again: the ones that are there.
QByteArray lockScript(const QList<backup::TocEntry> &entries, const QByteArray &mode);

/// Drops what the entries would make again: schemas with all that is in them, and what lies in `public`.
QByteArray dropScript(const QList<backup::TocEntry> &entries);

} // namespace restore
