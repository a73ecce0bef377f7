// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/filelock.h"
#include "app/db/profile.h"
#include "app/jobs/job.h"
#include "app/jobs/processrunner.h"

#include <QProcess>

/// The server programs that are installed on this machine.
struct ServerPrograms
{
    QString version; ///< "15.13"
    int major = 0;
    QString bin;

    QString program(const QString &name) const { return bin + u'/' + name; }
};

/// The server of this major version, or with 0 the newest from 15 on, that has every one of `extensions`.
/// Errors of kind Tool name the package to install.
Result<ServerPrograms> findServerPrograms(int major, const QStringList &extensions);

/// As root PostgreSQL's programs run as the user postgres: that name, otherwise empty.
QString serverUser();

/// Gives a file or folder to the user that runs the server; nothing to do when that is us.
Result<void> giveToServer(const QString &path);

/// Whether it is a folder, and no link to one, that belongs to us or to the user that runs the server.
bool isServerFolder(const QString &path);

/// Removes such a folder with all that is in it, and never what a link leads to. True also when nothing is
/// there.
bool removeServerFolder(const QString &path);

/// What initdb or pg_ctl said, as an error.
Error serverToolFailed(const QString &what, const ProcessOutput &output, const QString &hint = {});

/// A server with an empty cluster for an experiment: below the temporary folder, reachable through a socket
/// in a private folder only, careless about power cuts, gone with this object, and killed with this program.
/// Belongs to one worker thread.
class ThrowAwayServer final
{
public:
    static Result<std::unique_ptr<ThrowAwayServer>> start(const ServerPrograms &programs, JobContext &job);
    ~ThrowAwayServer();
    Q_DISABLE_COPY_MOVE(ThrowAwayServer)

    Login superuser(const QString &database) const;
    QString version() const { return m_programs.version; }
    QString folder() const { return m_folder; }
    qint64 processId() const { return m_postgres.processId(); }

    /// Where such servers are made.
    static QString place();
    /// Folders of servers whose program was killed are removed.
    static void removeLeftovers();

private:
    ThrowAwayServer() = default;

    ServerPrograms m_programs;
    QString m_folder;
    std::optional<FileLock> m_lock;
    QProcess m_postgres;
};
