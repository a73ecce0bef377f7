// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/restorejob.h"
#include "tests/support/backuptest.h"

#include <QProcess>
#include <QTest>

/// What the tests of restores ask of a database, and how they leave the server.
namespace restoretest {

inline Rows ask(const QString &database, const QByteArray &sql, const Params &params = {})
{
    Session session = TestCluster::shared().superuser(database);
    const Result<Rows> rows = session.execute(sql, params);
    if (!rows)
        qFatal("%s", qPrintable(rows.error().text()));
    return *rows;
}

inline void run(const QString &database, const QByteArray &script)
{
    Session session = TestCluster::shared().superuser(database);
    const Result<Rows> done = session.executeScript(script);
    if (!done)
        qFatal("%s", qPrintable(done.error().text()));
}

inline bool exists(const QString &database)
{
    return ask(QStringLiteral("postgres"), "SELECT FROM pg_database WHERE datname = $1", {database}).count() >
           0;
}

/// A hash over the sorted rows of every table; what the restore itself noted in the audit log is left out.
inline QHash<QString, QString> contents(Session session)
{
    QHash<QString, QString> hashes;
    const Result<QList<backup::Table>> tables = backup::readTables(session, {});
    if (!tables)
        qFatal("%s", qPrintable(tables.error().text()));
    for (const backup::Table &table : *tables) {
        if (table.partitioned)
            continue;
        QByteArray sql =
            "SELECT count(*) || ' ' || md5(coalesce(string_agg(h, '' ORDER BY h), '')) FROM (SELECT "
            "md5(t::text) AS h FROM ONLY " +
            quoteIdentifier(table.schema) + '.' + quoteIdentifier(table.name) + " t";
        if (table.name.startsWith(u"audit_log"))
            sql += " WHERE to_jsonb(t)->>'action' NOT IN ('restored', 'store_rows_restored')";
        const Result<Rows> rows = session.execute(sql + ") x");
        if (!rows)
            qFatal("%s", qPrintable(rows.error().text()));
        hashes[table.fullName()] = rows->text(0, 0);
    }
    return hashes;
}

inline QHash<QString, QString> contents(const QString &database)
{
    return contents(TestCluster::shared().superuser(database));
}

/// The schema as pg_dump writes it, with owners, grants, comments, policies, triggers.
inline QByteArray schema(const QString &database, const QStringList &schemas = {QStringLiteral("retail"),
                                                                                QStringLiteral("retail_sec")})
{
    const Result<backup::Tool> tool =
        backup::findTool(QStringLiteral("pg_dump"), 15, backup::toolFolders({}), {});
    const SandboxStatus &status = TestCluster::shared().status();
    QProcess dump;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("PGPASSFILE"), status.passfile);
    dump.setProcessEnvironment(environment);
    QStringList arguments{QStringLiteral("--schema-only"),
                          QStringLiteral("--host"),
                          status.host,
                          QStringLiteral("--port"),
                          QString::number(status.port),
                          QStringLiteral("--username"),
                          QStringLiteral("postgres"),
                          database};
    for (const QString &each : schemas)
        arguments += {QStringLiteral("--schema"), each};
    dump.start(tool->program, arguments);
    if (!dump.waitForFinished(60'000) || dump.exitCode() != 0)
        qFatal("%s", dump.readAllStandardError().constData());
    QByteArray text;
    for (const QByteArray &line : dump.readAllStandardOutput().split('\n'))
        if (!line.startsWith("--") && !line.startsWith("\\")) // pg_dump's random key among them
            text += line + '\n';
    return text;
}

/// Rights, settings, comment and extensions of the database itself.
inline QStringList databaseFacts(const QString &database)
{
    QStringList facts;
    const auto add = [&](const QByteArray &sql) {
        const Rows rows = ask(database, sql);
        for (int row = 0; row < rows.count(); ++row)
            facts += rows.text(row, 0);
    };
    add("SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END || ' ' || "
        "a.privilege_type "
        "FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a "
        "WHERE d.datname = current_database() AND a.grantee <> d.datdba ORDER BY 1");
    add("SELECT coalesce(r.rolname, '') || ' ' || s.setting FROM pg_db_role_setting c JOIN pg_database d ON "
        "d.oid = "
        "c.setdatabase AND d.datname = current_database() LEFT JOIN pg_roles r ON r.oid = c.setrole CROSS "
        "JOIN LATERAL "
        "unnest(c.setconfig) s (setting) ORDER BY 1");
    add("SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = "
        "current_database()");
    add("SELECT extname || ' ' || extversion FROM pg_extension ORDER BY 1");
    return facts;
}

/// Databases that a test's restores made, by a part of their name.
inline QStringList databasesLike(const QString &part)
{
    QStringList names;
    const Rows rows =
        ask(QStringLiteral("postgres"),
            "SELECT datname::text FROM pg_database WHERE position($1 IN datname) > 0 ORDER BY 1", {part});
    for (int row = 0; row < rows.count(); ++row)
        names += rows.text(row, 0);
    return names;
}

inline void dropLike(const QString &part)
{
    for (const QString &name : databasesLike(part))
        run(QStringLiteral("postgres"), "DROP DATABASE IF EXISTS " + quoteIdentifier(name) + " WITH (FORCE)");
}

/// The id of some customer of the store seattle.
inline QString someCustomer(const QString &database)
{
    return ask(database,
               "SELECT customer_id FROM retail.customers WHERE store_id = 'seattle' ORDER BY 1 LIMIT 1")
        .text(0, 0);
}

inline void erase(const QString &database, const QString &customer)
{
    ask(database, "SELECT retail.erase_customer('seattle', $1::uuid, 'asked for')", {customer});
}

inline bool hasCustomer(const QString &database, const QString &customer)
{
    return ask(database, "SELECT FROM retail.customers WHERE customer_id = $1::uuid", {customer}).count() > 0;
}

/// The files of a backup of one file, in another folder.
inline backup::StoredBackup copyOf(const backup::StoredBackup &stored, const QString &folder)
{
    backup::StoredBackup copy = stored;
    copy.folder = folder;
    for (const QString &file : {stored.file, stored.manifest.dump, stored.manifest.globals})
        QFile::copy(stored.path(file), copy.path(file));
    return copy;
}

} // namespace restoretest
