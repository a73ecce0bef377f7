// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/capabilities.h"

#include "app/db/session.h"

using namespace Qt::StringLiterals;

Result<Capabilities> readCapabilities(Session &session)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("connection/capabilities"));
    if (!rows)
        return rows.error();
    const auto text = [&](const char *column) { return rows->text(0, rows->column(column)); };
    const auto flag = [&](const char *column) { return rows->boolean(0, rows->column(column)); };
    const auto integer = [&](const char *column) { return rows->integer(0, rows->column(column)); };
    Capabilities found;
    found.database = text("database");
    found.login = text("login");
    found.role = text("role");
    found.serverVersion = int(integer("server_version_num"));
    found.serverVersionText = text("server_version");
    found.superuser = flag("superuser");
    found.bypassRls = flag("bypasses_rls");
    found.owner = flag("owner");
    found.manager = flag("manager");
    found.dba = flag("dba");
    found.ops = flag("ops");
    found.monitor = flag("monitor");
    found.signalBackend = flag("signal_backend");
    found.createDb = flag("create_db");
    found.standby = flag("standby");
    found.tls = flag("tls");
    found.extensions = rows->textArray(0, rows->column("extensions"));
    found.systemIdentifier = integer("system_identifier");
    found.databaseOid = integer("database_oid");
    if (flag("has_schema")) {
        const Result<Rows> version = session.read({}, sqlcatalog::query("connection/schema_version"));
        if (!version)
            return version.error();
        found.schemaVersion = int(version->integer(0, 0));
    }
    return found;
}

Result<void> checkSchema(const Capabilities &capabilities)
{
    const int newest = sqlcatalog::migrations().last().version;
    const QString database = capabilities.database;
    const auto refused = [](const QString &message, const QString &hint) {
        return Error{ErrorKind::Schema, message, hint, {}, {}, u"schema"_s};
    };
    if (capabilities.schemaVersion == 0)
        return refused(u"The database “%1” has no retail schema."_s.arg(database),
                       u"Choose another database, or let its superuser run “retail-admin migrate”."_s);
    if (capabilities.schemaVersion > newest)
        return refused(u"The schema of “%1” is version %2; this program knows %3 at most."_s.arg(database)
                           .arg(capabilities.schemaVersion)
                           .arg(newest),
                       u"Install a newer Retail Admin."_s);
    if (capabilities.schemaVersion < newest)
        return refused(u"The schema of “%1” is version %2; this program needs %3."_s.arg(database)
                           .arg(capabilities.schemaVersion)
                           .arg(newest),
                       u"Let the server's superuser run “retail-admin migrate”."_s);
    return {};
}
