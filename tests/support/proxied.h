// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/tcpproxy.h"
#include "tests/support/testcluster.h"

#include <QDir>

/// The path of the test cluster's socket, for a TcpProxy.
inline QString clusterSocket(const SandboxStatus &status = TestCluster::shared().status())
{
    return status.host + QStringLiteral("/.s.PGSQL.%1").arg(status.port);
}

/// The login, on the way through the proxy.
inline Login proxied(Login login, const TcpProxy &proxy, const QString &user, const QString &database)
{
    login.profile.conninfo = QStringLiteral("host=localhost hostaddr=127.0.0.1 port=%1 user=%2 dbname=%3")
                                 .arg(proxy.port())
                                 .arg(user, database);
    return login;
}

/// Open descriptors of this process.
inline int openDescriptors()
{
    return int(QDir(QStringLiteral("/proc/self/fd"))
                   .entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::System)
                   .size());
}

/// Sessions of a login on a database, as the server counts them.
inline qint64 sessionsOn(const QString &database, const QString &user)
{
    Session session = TestCluster::shared().superuser(QStringLiteral("postgres"));
    const Result<Rows> rows = session.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND usename = $2", {database, user});
    return rows ? rows->integer(0, 0) : -1;
}
