// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/migrator.h"

using namespace Qt::StringLiterals;

namespace {

// Any number will do, as long as every Retail Admin takes the same.
constexpr qint64 lockKey = 0x7265'7461'696c; // "retail"

const QString templateName = QStringLiteral("retail_template");

const char *ledger = "CREATE SCHEMA IF NOT EXISTS retail_sec;"
                     "CREATE TABLE IF NOT EXISTS retail_sec.schema_migrations ("
                     " version int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
                     " applied_at timestamptz NOT NULL DEFAULT now(),"
                     " applied_by text NOT NULL DEFAULT session_user)";

} // namespace

Result<MigrationReport> Migrator::run(const MigrationOptions &options)
{
    const Result<Rows> superuser =
        m_session.execute("SELECT rolsuper, session_user FROM pg_roles WHERE rolname = current_user");
    if (!superuser)
        return superuser.error();
    if (!superuser->boolean(0, 0))
        return Error{
            ErrorKind::Permission,
            u"Only a superuser of the server can migrate; “%1” is none."_s.arg(superuser->text(0, 1)),
            u"The schema needs extensions and roles. Use a profile or URI of the cluster's superuser."_s};
    // In schema public of an older server anybody may have made an operator that fits ours better.
    if (const Result<Rows> path = m_session.execute("SET search_path = pg_catalog, pg_temp"); !path)
        return path.error();
    // Waits for another migration to end; released with the connection.
    if (const Result<Rows> locked = m_session.execute("SELECT pg_advisory_lock($1)", {lockKey}); !locked)
        return locked.error();

    MigrationReport report;
    Result<QList<sqlcatalog::Migration>> migrations = pending(report.from);
    if (!migrations)
        return migrations.error();
    report.to = migrations->isEmpty() ? report.from : migrations->last().version;
    for (const sqlcatalog::Migration &migration : *migrations)
        report.applied.append(migration.name);

    const Result<Rows> stores = m_session.execute("SELECT to_regclass('retail.stores') IS NOT NULL");
    if (!stores)
        return stores.error();
    report.adoption = report.from == 0 && stores->boolean(0, 0);
    if (report.adoption) {
        m_log(u"The database was made from the course's own SQL; it is adopted."_s);
        Result<QList<AdoptionViolation>> found = violations();
        if (!found)
            return found.error();
        report.violations = *found;
        if (!found->isEmpty() && !options.quarantine)
            return report;
    }
    if (options.dryRun)
        return report;
    if (const Result<void> applied = apply(*migrations, report); !applied)
        return applied.error();
    const Result<bool> made = makeTemplate();
    if (!made)
        return made.error();
    report.templateMade = *made;
    return report;
}

Result<QList<sqlcatalog::Migration>> Migrator::pending(int &current)
{
    QList<sqlcatalog::Migration> migrations = sqlcatalog::migrations();
    const Result<Rows> exists =
        m_session.execute("SELECT to_regclass('retail_sec.schema_migrations') IS NOT NULL");
    if (!exists)
        return exists.error();
    if (!exists->boolean(0, 0))
        return migrations;
    const Result<Rows> applied = m_session.execute(
        "SELECT version, name, checksum FROM retail_sec.schema_migrations ORDER BY version");
    if (!applied)
        return applied.error();
    for (int row = 0; row < applied->count(); ++row) {
        current = int(applied->integer(row, 0));
        if (migrations.isEmpty())
            return Error{ErrorKind::Schema,
                         u"The database's schema is version %1, newer than this program."_s.arg(
                             applied->integer(applied->count() - 1, 0)),
                         u"Install a newer Retail Admin. Nothing was changed."_s};
        const sqlcatalog::Migration known = migrations.takeFirst();
        if (known.version != current || known.checksum != applied->text(row, 2))
            return Error{
                ErrorKind::Schema,
                u"The migration %1 differs from the one that was applied to this database as %2."_s.arg(
                    known.name, applied->text(row, 1)),
                u"An applied file is never edited: restore it, and put the change into a new one. Nothing "
                u"was "
                u"changed."_s};
    }
    return migrations;
}

Result<QList<AdoptionViolation>> Migrator::violations()
{
    const Result<Rows> rows = m_session.execute(sqlcatalog::file(u"adoption/check.sql"_s));
    if (!rows)
        return rows.error();
    QList<AdoptionViolation> found;
    for (int row = 0; row < rows->count(); ++row)
        found.append({rows->text(row, 0), rows->text(row, 1), rows->text(row, 2), rows->text(row, 3)});
    return found;
}

Result<void> Migrator::apply(const QList<sqlcatalog::Migration> &migrations, const MigrationReport &report)
{
    const auto script = [this](const QByteArray &sql) {
        const Result<Rows> done = m_session.executeScript(sql);
        return done ? Result<void>() : done.error();
    };
    const auto abort = [&](Error error, const QString &name) {
        (void)script("ROLLBACK");
        error.message = u"The migration stopped in %1: %2"_s.arg(name, error.message);
        error.hint =
            report.adoption
                ? u"Nothing was changed."_s
                : u"This file was undone; the ones before it stay. Mend the cause and run it again."_s;
        return error;
    };
    const auto commit = [&](const QString &name) -> Result<void> {
        const Result<void> done = script("COMMIT");
        if (done)
            return {};
        // Without a word of the server's the link was lost, or a cancel went unanswered.
        if (done.error().kind == ErrorKind::LinkLost || done.error().sqlstate.isEmpty())
            return Error{
                ErrorKind::OutcomeUnknown, u"The connection ended while %1 was being confirmed."_s.arg(name),
                u"All of it was applied or nothing, and the database knows: run the migration again."_s,
                done.error().detail};
        return abort(done.error(), name);
    };
    if (migrations.isEmpty())
        return {};
    if (report.adoption) {
        QByteArray prepare = "BEGIN;";
        if (!report.violations.isEmpty())
            prepare += "CREATE TEMP TABLE adoption_violations ON COMMIT DROP AS " +
                       sqlcatalog::file(u"adoption/check.sql"_s) + ';' +
                       sqlcatalog::file(u"adoption/quarantine.sql"_s);
        prepare += sqlcatalog::file(u"adoption/adopt.sql"_s) + ledger;
        if (const Result<void> prepared = script(prepare); !prepared)
            return abort(prepared.error(), u"the adoption"_s);
    }
    for (const sqlcatalog::Migration &migration : migrations) {
        m_log(migration.name);
        if (!report.adoption)
            if (const Result<void> begun = script(QByteArray("BEGIN;") + ledger); !begun)
                return abort(begun.error(), migration.name);
        if (const Result<void> done = applyOne(migration); !done)
            return abort(done.error(), migration.name);
        if (!report.adoption)
            if (const Result<void> done = commit(migration.name); !done)
                return done;
    }
    return report.adoption ? commit(u"the adoption"_s) : Result<void>();
}

Result<void> Migrator::applyOne(const sqlcatalog::Migration &migration)
{
    if (const Result<Rows> done = m_session.executeScript(migration.sql); !done)
        return done.error();
    const Result<Rows> recorded = m_session.execute(
        "INSERT INTO retail_sec.schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
        {migration.version, migration.name, migration.checksum});
    return recorded ? Result<void>() : recorded.error();
}

/// The database that a restore without superuser starts from: all extensions, nothing else. Filled again on
/// each run, since a new server brings new versions of them.
Result<bool> Migrator::makeTemplate()
{
    const Result<Rows> facts =
        m_session.execute("SELECT EXISTS (SELECT FROM pg_database t WHERE t.datname = $1), "
                          "pg_encoding_to_char(d.encoding), d.datcollate,"
                          " d.datctype FROM pg_database d WHERE d.datname = current_database()",
                          {templateName});
    if (!facts)
        return facts.error();
    const bool exists = facts->boolean(0, 0);
    const QByteArray name = quoteIdentifier(templateName);
    if (!exists) {
        m_log(u"database retail_template"_s);
        const QByteArray create =
            "CREATE DATABASE " + name + " OWNER retail_owner TEMPLATE template0 ENCODING " +
            quoteLiteral(facts->text(0, 1)) + " LC_COLLATE " + quoteLiteral(facts->text(0, 2)) +
            " LC_CTYPE " + quoteLiteral(facts->text(0, 3));
        if (const Result<Rows> created = m_session.execute(create); !created)
            return created.error();
    }
    const auto fill = [&]() -> Result<void> {
        if (const Result<Rows> closed = m_session.execute("REVOKE ALL ON DATABASE " + name + " FROM PUBLIC");
            !closed)
            return closed.error();
        {
            Result<Session> inside = m_openDatabase(templateName);
            if (!inside)
                return inside.error();
            const Result<Rows> filled =
                inside->executeScript("BEGIN;" + sqlcatalog::file(u"template.sql"_s) + ";COMMIT");
            if (!filled)
                return filled.error();
        }
        const Result<Rows> marked = m_session.execute("ALTER DATABASE " + name + " WITH IS_TEMPLATE true");
        return marked ? Result<void>() : marked.error();
    };
    const Result<void> filled = fill();
    if (!filled && !exists)
        (void)m_session.execute("DROP DATABASE " + name);
    if (!filled)
        return filled.error();
    return !exists;
}
