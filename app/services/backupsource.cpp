// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/backupsource.h"

#include "app/db/connectionpool.h"

#include <QSet>

using namespace Qt::StringLiterals;

namespace backup {

namespace {

constexpr int namedAtMost = 5;

QString some(const QStringList &names)
{
    return names.size() <= namedAtMost ? names.join(u", "_s)
                                       : u"%1 and %2 more"_s.arg(names.mid(0, namedAtMost).join(u", "_s))
                                             .arg(names.size() - namedAtMost);
}

QByteArray quoted(const Table &table)
{
    return quoteIdentifier(table.schema) + '.' + quoteIdentifier(table.name);
}

/// The tables that `wanted` names, with the partitions of each.
Result<QList<Table>> chosen(const QList<Table> &all, const QStringList &wanted)
{
    QSet<qint64> oids;
    for (const QString &name : wanted) {
        const auto found = std::find_if(all.cbegin(), all.cend(), [&](const Table &table) {
            return table.fullName() == name || (table.name == name && table.schema == u"retail");
        });
        if (found == all.cend())
            return Error{ErrorKind::NotFound, u"There is no table “%1”."_s.arg(name),
                         u"Write it as schema.table; the schema retail may be left out."_s};
        oids.insert(found->oid);
    }
    if (oids.isEmpty())
        return Error{ErrorKind::Usage, u"No table was named."_s, u"Name them: --tables customers,products"_s};
    for (qsizetype before = -1; before != oids.size();) {
        before = oids.size();
        for (const Table &table : all)
            if (oids.contains(table.parent))
                oids.insert(table.oid);
    }
    QList<Table> tables;
    std::copy_if(all.cbegin(), all.cend(), std::back_inserter(tables),
                 [&](const Table &table) { return oids.contains(table.oid); });
    return tables;
}

} // namespace

QStringList schemasOf(Scope scope)
{
    // Types and the policies' functions of retail live in retail_sec: neither restores without the other.
    return scope == Scope::Schema ? QStringList{u"retail"_s, u"retail_sec"_s} : QStringList();
}

Result<QList<Table>> readTables(Session &session, const QStringList &schemas)
{
    const Result<Rows> rows = session.execute(sqlcatalog::query("backup/tables").sql, {Param(schemas)});
    if (!rows)
        return rows.error();
    const auto column = [&](const char *name) { return rows->column(name); };
    QList<Table> tables;
    for (int row = 0; row < rows->count(); ++row) {
        Table table;
        table.schema = rows->text(row, column("schema_name"));
        table.name = rows->text(row, column("table_name"));
        table.oid = rows->integer(row, column("oid"));
        table.partitioned = rows->text(row, column("kind")) == u"p";
        table.estimatedRows = table.partitioned ? 0 : rows->integer(row, column("estimated_rows"));
        table.bytes = rows->integer(row, column("bytes"));
        table.readable = rows->boolean(row, column("readable"));
        table.allRows = rows->boolean(row, column("all_rows"));
        table.rowSecurity = rows->boolean(row, column("row_security"));
        table.forceRowSecurity = rows->boolean(row, column("force_row_security"));
        table.policies = rows->textArray(row, column("policies"));
        table.grants = rows->textArray(row, column("grants"));
        table.constraints = rows->textArray(row, column("constraints"));
        table.indexes = rows->textArray(row, column("indexes"));
        table.triggers = rows->textArray(row, column("triggers"));
        table.parent = rows->integer(row, column("parent"));
        tables.append(table);
    }
    return tables;
}

Result<qint64> countRows(Session &session, const Table &table)
{
    const Result<Rows> rows = session.execute("SELECT count(*) FROM ONLY " + quoted(table));
    return rows ? Result<qint64>(rows->integer(0, 0)) : rows.error();
}

Result<Source> Source::open(const Login &login, const CancelToken &token, const QString &database)
{
    Result<Session> session = openSession(login, u"Backup"_s, token, database);
    if (!session)
        return session.error();
    Source source(std::move(*session));
    const Result<Rows> role = source.m_session.execute(sqlcatalog::query("backup/role").sql);
    if (!role)
        return role.error();
    source.m_login = role->text(0, 1);
    source.m_role = login.profile.role.isEmpty() ? role->text(0, 0) : login.profile.role;
    if (source.m_role == u"none")
        source.m_role.clear();
    return Result<Source>(std::move(source));
}

Result<void> Source::describe(Manifest &manifest)
{
    const Result<Rows> facts = m_session.execute(sqlcatalog::query("backup/facts").sql);
    if (!facts)
        return facts.error();
    const auto text = [&](const char *name) { return facts->text(0, facts->column(name)); };
    const auto number = [&](const char *name) { return facts->integer(0, facts->column(name)); };
    manifest.database = text("database");
    manifest.databaseOid = number("database_oid");
    manifest.encoding = text("encoding");
    manifest.collate = text("collate");
    manifest.ctype = text("ctype");
    manifest.owner = text("owner");
    manifest.acl = text("acl");
    manifest.comment = text("comment");
    manifest.databaseBytes = number("bytes");
    manifest.serverVersion = text("server_version").section(u' ', 0, 0);
    manifest.serverVersionNumber = int(number("server_version_num"));
    manifest.systemIdentifier = text("system_identifier");
    manifest.standby = text("standby") == u"t";
    manifest.target = m_session.profile().target();
    manifest.role = m_role;
    const Result<Rows> settings = m_session.execute(sqlcatalog::query("backup/settings").sql);
    const Result<Rows> extensions = m_session.execute(sqlcatalog::query("backup/extensions").sql);
    const Result<Rows> roles = m_session.execute(sqlcatalog::query("backup/roles").sql);
    for (const Result<Rows> *rows : {&settings, &extensions, &roles})
        if (!*rows)
            return rows->error();
    for (int row = 0; row < settings->count(); ++row)
        manifest.settings.append({settings->text(row, 0), settings->text(row, 1)});
    for (int row = 0; row < extensions->count(); ++row)
        manifest.extensions.append(
            {extensions->text(row, 0), extensions->text(row, 1), extensions->text(row, 2)});
    for (int row = 0; row < roles->count(); ++row)
        manifest.roles.append(roles->text(row, 0));
    return {};
}

Result<void> Source::begin(Manifest &manifest, const QStringList &tables)
{
    // Between two attempts the former transaction is over; without one this is a warning.
    end();
    // With an empty search_path every name comes with its schema. A dump may take hours: no limit but for
    // locks.
    const QByteArray begin =
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
        "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;"
        "SET LOCAL lock_timeout = " +
        QByteArray::number(lockTimeoutMs) + "; SET LOCAL search_path = ''; SET LOCAL row_security = off;";
    if (const Result<Rows> begun = m_session.executeScript(
            begin + (m_role.isEmpty() ? QByteArray() : "SET LOCAL ROLE " + quoteIdentifier(m_role) + ';'));
        !begun)
        return begun.error();
    const Result<Rows> snapshot = m_session.execute("SELECT pg_export_snapshot()");
    if (!snapshot)
        return snapshot.error();
    m_snapshot = snapshot->text(0, 0);
    Result<QList<Table>> found = readTables(m_session, schemasOf(manifest.scope));
    if (found && manifest.scope == Scope::Tables)
        found = chosen(*found, tables);
    if (!found)
        return found.error();
    if (found->isEmpty())
        return Error{ErrorKind::NotFound, u"There is no table to back up in %1."_s.arg(manifest.database),
                     manifest.scope == Scope::Schema
                         ? u"The database has no schema retail; --scope database takes what there is."_s
                         : u"Is this the right database?"_s};
    manifest.tables = *found;
    if (const Result<void> allowed = refuseWhatIsHidden(manifest); !allowed)
        return allowed;
    QByteArrayList names;
    for (const Table &table : std::as_const(manifest.tables))
        names += "ONLY " + quoted(table);
    const Result<Rows> locked = m_session.execute("LOCK TABLE " + names.join(", ") + " IN ACCESS SHARE MODE");
    if (locked)
        return {};
    Error error = locked.error();
    if (error.sqlstate == u"55P03") {
        error.message = u"A table of the backup is locked by another session: %1"_s.arg(error.message);
        error.hint = u"Look who holds it (Activity), and repeat when that has ended."_s;
    } else if (error.sqlstate == u"42P01") {
        error.kind = ErrorKind::NotFound;
        error.message = u"A table was dropped while the backup began: %1"_s.arg(error.message);
    }
    return error;
}

/// A dump that left rows out would look like any other, so nothing is begun that could.
Result<void> Source::refuseWhatIsHidden(const Manifest &manifest)
{
    const QString who = m_role.isEmpty() ? m_login : m_role;
    QStringList partial;
    QStringList unreadable;
    for (const Table &table : manifest.tables) {
        if (!table.readable)
            unreadable += u"table "_s + table.fullName();
        else if (!table.allRows)
            partial += table.fullName();
    }
    if (!partial.isEmpty())
        return Error{
            ErrorKind::Permission,
            u"“%1” does not see all rows of %2: the backup would be partial, and is refused."_s.arg(
                who, some(partial)),
            u"Row level security binds it. Use a login that is a member of retail_ops; if it is, run as "
            u"superuser: ALTER ROLE retail_ops BYPASSRLS; (“retail-admin doctor” finds this too)."_s};
    if (manifest.scope != Scope::Tables) {
        const Result<Rows> others =
            m_session.execute(sqlcatalog::query("backup/unreadable").sql, {Param(schemasOf(manifest.scope))});
        if (!others)
            return others.error();
        for (int row = 0; row < others->count(); ++row)
            unreadable +=
                u"%1 %2 of %3"_s.arg(others->text(row, 0), others->text(row, 1), others->text(row, 2));
    }
    if (!unreadable.isEmpty())
        return Error{
            ErrorKind::Permission,
            u"“%1” may not read %2, so the backup would be incomplete, and is refused."_s.arg(
                who, some(unreadable)),
            u"Its owner can grant it: GRANT SELECT ON … TO %1; a large object that nobody needs can be "
            u"removed: SELECT lo_unlink(…). --scope schema leaves large objects out."_s.arg(who)};
    return {};
}

Result<void> Source::count(Manifest &manifest, JobContext &job)
{
    qint64 done = 0;
    for (Table &table : manifest.tables) {
        job.progress({u"counting rows"_s, done++, manifest.tables.size(), u"tables"_s});
        if (table.partitioned)
            continue;
        const Result<qint64> rows = countRows(m_session, table);
        if (!rows)
            return rows.error();
        table.rows = *rows;
    }
    return {};
}

void Source::end()
{
    m_snapshot.clear();
    (void)m_session.execute("ROLLBACK");
}

} // namespace backup
