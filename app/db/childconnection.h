// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/filelock.h"
#include "app/core/result.h"

#include <QProcessEnvironment>

#include <optional>

class Session;

/// How a program of PostgreSQL (pg_dump, pg_restore) reaches the very server, of several perhaps, that a
/// session is connected to. The connection string holds no secret and may stand among the arguments; a
/// password travels in a pass file that only this user can read, removed with this object, and by the next
/// start when this process is killed. Any thread; errors of kind Io.
class ChildConnection final
{
public:
    /// `applicationName` is what pg_stat_activity shows of the program; `database` empty means the session's.
    static Result<ChildConnection> of(Session &session, const QString &applicationName,
                                      const QString &database = {});

    ChildConnection(ChildConnection &&) noexcept = default;
    ChildConnection &operator=(ChildConnection &&) noexcept = default;
    ~ChildConnection();

    QString conninfo() const { return m_conninfo; }
    QProcessEnvironment environment() const;

    /// Ours without libpq's variables, which would lead a child elsewhere, and with messages in English,
    /// which is what we parse.
    static QProcessEnvironment cleanEnvironment();

    /// The pass files of processes that were killed are removed.
    static void removeLeftovers();

private:
    ChildConnection() = default;

    QString m_conninfo;
    std::optional<FileLock> m_passfile;
};
