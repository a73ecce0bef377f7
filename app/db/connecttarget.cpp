// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/connecttarget.h"

#include "app/db/sshtunnel.h"

using namespace Qt::StringLiterals;

std::shared_ptr<SshTunnel> tunnelOf(const Profile &profile)
{
    if (profile.ssh.isEmpty())
        return {};
    return std::make_shared<SshTunnel>(profile.ssh, conninfo::effective(profile.conninfo).endpoints);
}

PgConnection::Target targetOf(const Login &login, const QString &purpose, const QString &database,
                              const std::shared_ptr<SshTunnel> &tunnel, int timeoutMs)
{
    const QString name = purpose.isEmpty() ? u"retail-admin"_s : u"retail-admin - "_s + purpose;
    return {
        login.profile.conninfo, database, login.profile.passfile, login.password, name, tunnel, timeoutMs};
}
