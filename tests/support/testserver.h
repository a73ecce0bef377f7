// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/sandbox.h"

#include <QTemporaryDir>

/// A PostgreSQL of the test's own, on a socket and on TCP, that may be killed, restarted and given
/// certificates. Holds the schema, the sandbox's logins and data in retail_db. Takes some seconds to make; a
/// failure aborts the program.
class TestServer final
{
public:
    TestServer();
    ~TestServer();
    Q_DISABLE_COPY_MOVE(TestServer)

    int tcpPort() const { return m_port; }
    const SandboxStatus &status() const { return m_status; }
    Login login(const QString &user, const QString &more = {}) const; ///< on TCP, retail_db
    Session superuser() const;

    void control(const QStringList &arguments); ///< pg_ctl, and waits for it
    void stop() { control({QStringLiteral("-m"), QStringLiteral("fast"), QStringLiteral("stop")}); }
    void start() { control({QStringLiteral("start")}); }
    void touch(const QString &file); ///< makes an empty file in the data folder
    void remove(const QString &file);

    /// A certificate for `name` of the authority `authority`, and the server made to show it.
    void showCertificate(const QString &name, int days, const QString &authority);
    QString authorityFile(const QString &authority) const; ///< made when needed

private:
    void openssl(const QStringList &arguments) const;

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<ProfileStore> m_profiles;
    std::unique_ptr<Sandbox> m_sandbox;
    SandboxStatus m_status;
    int m_port = 0;
};
