// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/jobs/job.h"
#include "app/services/localserver.h"

#include <QJsonObject>

struct SandboxStatus
{
    bool running = false;
    QString host; ///< folder of the Unix socket
    int port = 5432;
    QString database;
    QString passfile;
    QString serverVersion;                       ///< of the binaries, "15.13"
    QList<std::pair<QString, QString>> profiles; ///< profile name, login

    QJsonObject toJson() const;
};

/// A private PostgreSQL cluster with schema and sample data, to try the program on. As root the server runs
/// as the user postgres, otherwise as the caller. The functions block: worker threads, or the command line.
class Sandbox final
{
public:
    /// `directory` empty: $XDG_DATA_HOME/retail-admin/sandbox, or /var/lib/retail-admin/sandbox for root.
    explicit Sandbox(ProfileStore &profiles, const QString &directory = {});

    /// Makes what is missing and starts what is stopped; running already is fine. `tcpPort` above 0 makes the
    /// server listen on localhost too. Returns a summary. Kind Conflict when the folder holds a cluster that
    /// is not of a sandbox of this user: it would be removed.
    Result<QString> start(JobContext &job, int tcpPort = 0);
    Result<QString> stop();
    Result<QString> destroy(); ///< stops, removes folder and profiles; kind Conflict as for start()
    Result<SandboxStatus> status() const;

private:
    Result<ServerPrograms> findServer() const;
    Result<bool> owned() const;
    Result<void> claimFolder() const;
    Result<void> checkFolder() const;
    Result<void> makeCluster(const ServerPrograms &server, JobContext &job);
    Result<void> startServer(const ServerPrograms &server, int tcpPort, JobContext &job);
    Result<void> fill(JobContext &job);
    Result<void> makeLogins(Session &session);
    Result<void> makeProfiles();
    Result<QString> control(const ServerPrograms &server, const QStringList &arguments,
                            const CancelToken &token) const;
    bool running() const;
    Login superuser(const QString &database) const;
    QString data() const { return m_directory + QStringLiteral("/data"); }
    QString socketFolder() const;
    int port() const; ///< of the running server
    QString passfile() const { return m_directory + QStringLiteral("/passfile"); }
    QString claim() const { return m_directory + QStringLiteral("/retail-admin-sandbox"); }
    QString marker() const { return m_directory + QStringLiteral("/complete"); }

    ProfileStore &m_profiles;
    QString m_directory;
    QString m_serverUser; ///< "postgres" when we are root
};
