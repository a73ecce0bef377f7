// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/profile.h"
#include "app/jobs/job.h"

#include <QJsonObject>

struct SandboxStatus
{
    bool exists = false;
    bool running = false;
    QString directory;
    QString host; ///< folder of the Unix socket
    int port = 5432;
    QString database;
    QString passfile;
    QString serverVersion;
    QList<std::pair<QString, QString>> profiles; ///< profile name, login

    QJsonObject toJson() const;
};

/// A private PostgreSQL cluster with schema and sample data, to try the program on. As root the server runs as the
/// user postgres, otherwise as the caller. The functions block, and belong to worker threads or the command line.
class Sandbox final
{
public:
    /// `directory` empty: $XDG_DATA_HOME/retail-admin/sandbox, or /var/lib/retail-admin/sandbox for root.
    Sandbox(ProfileStore &profiles, QString directory = {});

    /// Makes what is missing and starts what is stopped; running already is fine. Returns a summary.
    Result<QString> start(JobContext &job);
    Result<void> stop();
    Result<void> destroy(); ///< stops, removes folder and profiles
    Result<SandboxStatus> status() const;

private:
    ProfileStore &m_profiles;
    QString m_directory;
};
