// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QString>
#include <QStringList>

/// What the connected login is and may do, read by one query after connecting. Pages use it to show or to
/// explain.
struct Capabilities
{
    QString database;
    QString login;         ///< session_user
    QString role;          ///< effective role of the profile, or the login
    int serverVersion = 0; ///< e.g. 150013
    QString serverVersionText;
    bool superuser = false;
    bool bypassRls = false; ///< superuser, BYPASSRLS, or owner of the tables: policies do not bind this login
    bool owner = false;     ///< has the rights of retail_owner
    bool manager = false;   ///< member of retail_manager
    bool dba = false;       ///< member of retail_dba
    bool ops = false;       ///< member of retail_ops
    bool monitor = false;   ///< has the rights of pg_monitor
    bool signalBackend = false; ///< has the rights of pg_signal_backend
    bool createDb = false;
    bool standby = false; ///< the server is in recovery
    bool tls = false;
    int schemaVersion = 0;       ///< 0: the retail schema is not there
    QStringList extensions;      ///< installed in this database
    qint64 systemIdentifier = 0; ///< 0 when the login may not read it
    qint64 databaseOid = 0;
};

class Session;

/// Reads them on a session of the profile. Worker thread.
Result<Capabilities> readCapabilities(Session &session);

/// Whether this program and the database's schema fit each other; the error is of kind Schema and says who
/// must do what.
Result<void> checkSchema(const Capabilities &capabilities);
