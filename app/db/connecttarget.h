// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/pgconnection.h"
#include "app/db/session.h"

/// The tunnel that the profile asks for, starting; none when it has no ssh host. Any thread.
std::shared_ptr<SshTunnel> tunnelOf(const Profile &profile);

/// Where and as whom `login` connects. `purpose` becomes part of application_name; `database` empty means the
/// profile's; the time-out, in milliseconds, is for all steps together. Any thread.
PgConnection::Target targetOf(const Login &login, const QString &purpose, const QString &database,
                              const std::shared_ptr<SshTunnel> &tunnel, int timeoutMs);
