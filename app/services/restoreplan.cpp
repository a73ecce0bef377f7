// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/restoreplan.h"

#include "app/core/diskspace.h"
#include "app/core/format.h"
#include "app/db/connectionpool.h"
#include "app/services/backupfolder.h"
#include "app/services/backupsource.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace restore {

namespace {

constexpr int longestName = 63; // bytes, of PostgreSQL
constexpr int namedAtMost = 40; // tables in a hint

QString stamp()
{
    return QDateTime::currentDateTimeUtc().toString(u"yyyyMMdd'T'HHmmss"_s);
}

/// `name` shortened so that `suffix` fits behind it.
QString suffixed(const QString &name, const QString &suffix)
{
    QByteArray bytes = name.toUtf8().left(longestName - suffix.toUtf8().size());
    return QString::fromUtf8(bytes).remove(QChar::ReplacementCharacter) + suffix;
}

QString environmentName(Environment environment)
{
    switch (environment) {
    case Environment::Production:
        return u"production"_s;
    case Environment::Test:
        return u"test"_s;
    case Environment::Development:
        break;
    }
    return u"development"_s;
}

class Planning final
{
public:
    Planning(const Login &login, const Request &request, const backup::Means &means, JobContext &job)
        : m_login(login)
        , m_request(request)
        , m_means(means)
        , m_job(job)
    {
    }

    Result<Plan> run();

private:
    Result<void> readFile();
    Result<void> chooseTables();
    Result<void> lookAtServer();
    Result<void> chooseNames(Server &server);
    Result<void> checkTemplate(Server &server);
    Result<void> checkRoles(Server &server);
    Result<void> checkSpace(const ServerFacts &facts);
    Result<void> lookAtLive(Server &server);
    Result<void> findErased(Server &server);

    const Login &m_login;
    const Request &m_request;
    const backup::Means &m_means;
    JobContext &m_job;
    Plan m_plan;
};

Result<Plan> Planning::run()
{
    m_plan.target = m_login.profile.target();
    m_plan.environment = m_login.profile.environment;
    m_plan.tables = m_request.tables;
    if (const Result<void> server = lookAtServer(); !server)
        return server.error();
    return m_plan;
}

/// All of it, so that a damaged file is known before anything is made.
Result<void> Planning::readFile()
{
    m_job.progress({u"reading the file"_s, 0, -1, {}});
    const backup::Archive &archive = m_plan.archive;
    if (archive.stored) {
        m_plan.expected = archive.stored->manifest;
        if (archive.stored->manifest.verification.failed)
            return Error{ErrorKind::Verification,
                         u"%1 was verified and found wrong: %2"_s.arg(
                             archive.path, archive.stored->manifest.verification.reason),
                         u"Take another backup."_s};
        if (const Result<void> whole = backup::verifyChecksums(*archive.stored, m_job); !whole)
            return whole;
        const Result<QStringList> roles = backup::rolesNamed(archive, m_means, m_job.token());
        if (!roles)
            return roles.error();
        m_plan.expected.roles = *roles;
    } else {
        const Result<backup::Manifest> read = backup::readThrough(archive, m_means, m_job);
        if (!read)
            return read.error();
        m_plan.expected = *read;
        m_plan.warnings += u"The file has no manifest: rows, policies and row security are compared with "
                           u"what the file itself holds; when and where it was made is not known."_s;
    }
    const Result<QList<backup::TocEntry>> toc = backup::readToc(archive, m_means, m_job.token());
    if (!toc)
        return toc.error();
    const bool tablesOnly = archive.stored && m_plan.expected.scope == backup::Scope::Tables;
    m_plan.entries = tablesOnly ? backup::standingAlone(*toc) : backup::withoutTheServers(*toc);
    if (tablesOnly)
        m_plan.warnings +=
            u"The backup holds single tables: they come without indexes, constraints, triggers and "
            "policies, and nobody but their owner may read them."_s;
    if (const Result<void> chosen = chooseTables(); !chosen)
        return chosen;
    QSet<int> kept;
    for (const backup::TocEntry &entry : std::as_const(m_plan.entries))
        kept.insert(entry.id);
    for (const backup::TocEntry &entry : *toc)
        if (!kept.contains(entry.id))
            ++m_plan.leftOut[entry.type];
    m_plan.jobs = archive.stream() || m_plan.mode == Mode::Existing ? 1 : std::max(1, m_request.jobs);
    return {};
}

/// All structure, and of the rows those that are wanted. Foreign keys would miss the others.
Result<void> Planning::chooseTables()
{
    if (m_request.tables.isEmpty())
        return {};
    const auto nameOf = [](const backup::TocEntry &entry) {
        return entry.name.section(u' ', 0, 0) + u'.' + entry.name.section(u' ', 1, -2);
    };
    QSet<QString> withRows;
    for (const backup::TocEntry &entry : std::as_const(m_plan.entries))
        if (entry.type == u"TABLE DATA")
            withRows.insert(nameOf(entry));
    QStringList names;
    for (const backup::Table &table : std::as_const(m_plan.expected.tables))
        names += table.fullName();
    // Partitions are tables of their own in an archive: they come with the table they are named after, which
    // has no rows itself.
    const auto partOf = [&withRows](const QString &name, const QString &table) {
        return !withRows.contains(table) && name.startsWith(table + u'_');
    };
    QSet<QString> wanted;
    for (const QString &name : m_request.tables) {
        const QString full = name.contains(u'.') ? name : u"retail."_s + name;
        if (!names.contains(full)) {
            QStringList there = names;
            there.removeIf([&](const QString &each) {
                return std::any_of(names.cbegin(), names.cend(),
                                   [&](const QString &table) { return partOf(each, table); });
            });
            return Error{ErrorKind::NotFound, u"The file holds no table “%1”."_s.arg(name),
                         u"Among those it holds are %1; the schema retail may be left out."_s.arg(
                             there.mid(0, namedAtMost).join(u", "_s))};
        }
        for (const QString &each : std::as_const(names))
            if (each == full || partOf(each, full))
                wanted.insert(each);
    }
    const auto unwanted = [&wanted, nameOf](const backup::TocEntry &entry) {
        if (entry.type == u"FK CONSTRAINT")
            return true;
        return entry.type == u"TABLE DATA" && !wanted.contains(nameOf(entry));
    };
    m_plan.entries.removeIf(unwanted);
    for (backup::Table &table : m_plan.expected.tables) {
        if (!wanted.contains(table.fullName()))
            table.rows = 0;
        table.constraints.removeIf(
            [](const QString &each) { return each.endsWith(u" f") || each.endsWith(u" f not valid"); });
    }
    m_plan.warnings += u"All structure comes, and the rows of %1 only; foreign keys are left out, since the "
                       u"others' rows are missing."_s.arg(m_request.tables.join(u", "_s));
    return {};
}

Result<void> Planning::lookAtServer()
{
    Result<backup::Archive> archive = backup::openArchive(m_request.file);
    if (!archive)
        return archive.error();
    m_plan.archive = *archive;
    Result<Server> server = Server::open(m_login, m_job.token());
    if (!server)
        return server.error();
    if (m_plan.archive.toolMajor == 0)
        m_plan.archive.toolMajor = server->facts().major();
    if (archive->stored)
        m_plan.expected = archive->stored->manifest;
    if (const Result<void> names = chooseNames(*server); !names)
        return names;
    if (const Result<void> read = readFile(); !read)
        return read;
    if (m_plan.expected.serverMajor() > server->facts().major())
        m_plan.warnings +=
            u"The backup is of PostgreSQL %1, the server is %2: what is newer may be refused."_s
                .arg(m_plan.expected.serverMajor())
                .arg(server->facts().major());
    for (const auto &check :
         {&Planning::checkTemplate, &Planning::checkRoles, &Planning::lookAtLive, &Planning::findErased})
        if (const Result<void> passed = (this->*check)(*server); !passed)
            return passed;
    return checkSpace(server->facts());
}

Result<void> Planning::chooseNames(Server &server)
{
    const QString from = m_plan.expected.database.isEmpty()
                             ? QFileInfo(m_plan.archive.path).completeBaseName().section(u'.', 0, 0)
                             : m_plan.expected.database;
    if (m_request.into.isEmpty()) {
        if (m_request.swap)
            return Error{ErrorKind::Usage, u"A swap needs the name of the database whose place is taken."_s};
        const Result<QString> name = freeName(server, suffixed(from, u"_restored"_s));
        if (!name)
            return name.error();
        m_plan.into = m_plan.work = *name;
        return {};
    }
    if (const Result<void> valid = checkName(m_request.into); !valid)
        return valid;
    m_plan.into = m_request.into;
    const Result<DatabaseFacts> there = server.database(m_request.into);
    if (!there && there.error().kind != ErrorKind::NotFound)
        return there.error();
    if (!there && m_request.swap)
        return Error{ErrorKind::NotFound,
                     u"There is no database “%1” whose place could be taken."_s.arg(m_request.into),
                     u"Without --swap it is made."_s};
    m_plan.work = m_plan.into;
    if (!there)
        return {};
    m_plan.live = *there;
    if (there->mark.state == Mark::State::SetAside)
        return Error{ErrorKind::Conflict,
                     u"“%1” is kept for undoing a swap and is not restored into."_s.arg(there->name)};
    if (m_request.swap && !there->ours && !server.facts().superuser)
        return Error{ErrorKind::Permission,
                     u"“%1” belongs to %2, so ops staff may not rename it."_s.arg(there->name, there->owner),
                     u"Run once as superuser: ALTER DATABASE %1 OWNER TO retail_owner;"_s.arg(
                         QString::fromUtf8(quoteIdentifier(there->name)))};
    if (!m_request.tables.isEmpty())
        return Error{
            ErrorKind::Usage,
            u"Rows of single tables come into a new database only: all other tables of “%1” would be "
            "empty afterwards."_s.arg(there->name),
            u"Restore them into a new one; one store's rows are brought back with --store."_s};
    m_plan.mode = m_request.swap ? Mode::Swap : Mode::Existing;
    if (m_plan.mode == Mode::Existing)
        return {};
    const Result<QString> work = freeName(server, suffixed(m_plan.into, u"_new_"_s + stamp()));
    const Result<QString> aside = freeName(server, suffixed(m_plan.into, u"_old_"_s + stamp()));
    if (!work || !aside)
        return work ? aside.error() : work.error();
    m_plan.work = *work;
    m_plan.aside = *aside;
    m_plan.keepUntil = QDateTime::currentDateTimeUtc().addDays(m_request.keepDays);
    return {};
}

/// Encoding, collation and extensions of the database that the new one is made from.
Result<void> Planning::checkTemplate(Server &server)
{
    const Result<Rows> facts = server.session().execute(
        "SELECT pg_encoding_to_char(encoding)::text, datcollate::text, datctype::text FROM pg_database "
        "WHERE datname = 'retail_template'");
    if (!facts)
        return facts.error();
    const backup::Manifest &expected = m_plan.expected;
    const auto differs = [](const QString &what, const QString &ours, const QString &theirs) {
        return Error{
            ErrorKind::Schema,
            u"The backup has the %1 %2, and databases made here have %3."_s.arg(what, ours, theirs),
            u"Rows would sort or compare otherwise. Have a superuser make retail_template anew with that "
            "%1, or restore on a server that has it."_s.arg(what)};
    };
    for (const auto &[what, ours, theirs] :
         {std::tuple{u"encoding"_s, expected.encoding, facts->text(0, 0)},
          std::tuple{u"collation"_s, expected.collate, facts->text(0, 1)},
          std::tuple{u"character type"_s, expected.ctype, facts->text(0, 2)}})
        if (!ours.isEmpty() && ours != theirs)
            return differs(what, ours, theirs);
    QMap<QString, QString> there;
    {
        const QString base = m_plan.mode == Mode::Existing ? m_plan.into : u"retail_template"_s;
        Result<Server> inside = Server::open(m_login, m_job.token(), base);
        if (!inside)
            return inside.error();
        const Result<Rows> rows = inside->session().execute(sqlcatalog::query("backup/extensions").sql);
        if (!rows)
            return rows.error();
        for (int row = 0; row < rows->count(); ++row)
            there[rows->text(row, 0)] = rows->text(row, 1);
    }
    QStringList missing;
    QList<backup::Extension> wanted = expected.extensions;
    const Result<QList<backup::TocEntry>> toc = backup::readToc(m_plan.archive, m_means, m_job.token());
    if (!toc)
        return toc.error();
    if (!m_plan.archive.stored)
        for (const backup::TocEntry &entry : *toc)
            if (entry.type == u"EXTENSION")
                wanted += {entry.name.section(u' ', 1, 1), {}, {}};
    for (const backup::Extension &extension : std::as_const(wanted)) {
        if (!there.contains(extension.name))
            missing += extension.name;
        else if (!extension.version.isEmpty() && there[extension.name] != extension.version)
            m_plan.warnings += u"The extension %1 is %2 here and was %3."_s.arg(
                extension.name, there[extension.name], extension.version);
    }
    if (missing.isEmpty())
        return {};
    return Error{
        ErrorKind::Schema,
        u"The server lacks what the backup needs: extension %1."_s.arg(missing.join(u", "_s)),
        u"Install the extension's package on the server and run as superuser: “retail-admin migrate”, or "
        "CREATE EXTENSION in the database retail_template."_s};
}

Result<void> Planning::checkRoles(Server &server)
{
    QStringList roles = m_plan.expected.roles;
    roles.removeAll(u"PUBLIC"_s);
    const Result<QStringList> missing = server.missingRoles(roles);
    if (!missing)
        return missing.error();
    if (missing->isEmpty())
        return {};
    if (server.facts().superuser) {
        m_plan.createRoles = *missing;
        return {};
    }
    QString globals;
    if (m_plan.archive.stored && !m_plan.expected.globals.isEmpty())
        globals = u" They are in %1, without passwords."_s.arg(
            m_plan.archive.stored->path(m_plan.expected.globals));
    return Error{ErrorKind::Schema,
                 u"Grants and policies of the backup name roles that this server does not have: %1."_s.arg(
                     missing->join(u", "_s)),
                 u"Have a superuser make them (CREATE ROLE …).%1"_s.arg(globals)};
}

Result<void> Planning::checkSpace(const ServerFacts &facts)
{
    qint64 needed = m_plan.expected.databaseBytes;
    const qint64 available =
        facts.local ? freeDiskSpace(facts.dataFolder) : -1; // of another machine nothing is known
    if (available < 0) {
        m_plan.warnings += u"The server's free disk cannot be told from here; about %1 are needed."_s.arg(
            format::bytes(needed));
        return {};
    }
    if (m_plan.mode == Mode::Existing) // the old rows stay until the commit
        needed += m_plan.live->bytes / 2;
    if (available < needed + needed / 10)
        return Error{ErrorKind::Io,
                     u"The server's disk has %1 free, and about %2 are needed."_s.arg(
                         format::bytes(available), format::bytes(needed)),
                     u"Free some space in %1, or restore on another server."_s.arg(facts.dataFolder)};
    return {};
}

/// What stands in the place, so that nobody takes it for another.
Result<void> Planning::lookAtLive(Server &server)
{
    m_plan.database = m_plan.expected;
    m_plan.databaseFrom = u"the manifest"_s;
    if (!m_plan.archive.stored) {
        m_plan.databaseFrom.clear();
        m_plan.database = {};
    }
    if (!m_plan.live)
        return {};
    if (!m_plan.archive.stored) {
        const Result<backup::Manifest> own = server.ownFacts(m_plan.into);
        if (!own)
            return own.error();
        m_plan.database = *own;
        m_plan.databaseFrom = u"“%1” as it is now"_s.arg(m_plan.into);
    }
    m_plan.safetyFolder = m_request.safetyFolder.isEmpty() ? QFileInfo(m_plan.archive.path).absolutePath()
                                                           : m_request.safetyFolder;
    for (const backup::StoredBackup &each : backup::listBackups(m_plan.safetyFolder))
        if (each.manifest.database == m_plan.into &&
            each.manifest.systemIdentifier == server.facts().systemIdentifier && each.good()) {
            m_plan.lastBackup = each.manifest.created;
            break;
        }
    Result<Server> inside = Server::open(m_login, m_job.token(), m_plan.into);
    if (!inside)
        return inside.error();
    if (m_plan.archive.stored) {
        const Result<Rows> newer =
            inside->session().execute(sqlcatalog::query("restore/newer_audit").sql,
                                      {m_plan.expected.created.toUTC().toString(Qt::ISODateWithMs)});
        if (newer) { // a database that is not ours has no audit log
            m_plan.newerAudit = newer->integer(0, 0);
            m_plan.newestAudit = newer->timestamp(0, 1);
        }
    }
    // Ours just now, and the pool's, are sessions too: the number is of those that will be ended.
    const Result<DatabaseFacts> facts = server.database(m_plan.into);
    if (!facts)
        return facts.error();
    m_plan.live = *facts;
    m_plan.live->sessions = std::max(0, m_plan.live->sessions - 1);
    return {};
}

Result<void> Planning::findErased(Server &)
{
    const Result<erasure::Union> found = erasedSince(m_login, m_plan, m_job.token());
    if (!found)
        return found.error();
    m_plan.erased = found->ids;
    m_plan.erasedWhere = found->sentence;
    return {};
}

} // namespace

QString Plan::title() const
{
    const QString age =
        archive.stored
            ? u", made %1 (%2)"_s.arg(format::relative(expected.created, QDateTime::currentDateTimeUtc()),
                                      format::exact(expected.created.toLocalTime()))
            : QString();
    return u"Restore %1%2"_s.arg(QFileInfo(archive.path).fileName(), age);
}

QStringList Plan::steps() const
{
    QStringList lines;
    QStringList types;
    for (auto each = leftOut.cbegin(); each != leftOut.cend(); ++each)
        types += u"%1 %2"_s.arg(each.value()).arg(each.key());
    if (!createRoles.isEmpty())
        lines += u"Create the missing roles %1, without login"_s.arg(createRoles.join(u", "_s));
    if (mode == Mode::Existing)
        lines +=
            u"Hold up whoever writes to what is replaced in “%1”, to the end of the restore (who has read "
            u"it already, and then writes, gets an error); back it up as it is now into %2, and stop when "
            u"that fails"_s.arg(into, safetyFolder);
    else
        lines +=
            u"Create the database “%1” from retail_template, owned by retail_owner, closed to everybody else"_s
                .arg(work);
    lines +=
        u"Restore %1 entries of the file%2%3"_s.arg(entries.size())
            .arg(
                mode == Mode::Existing
                    ? u" in one transaction, after dropping the schemas and objects that they make, with all that is in them"_s
                : jobs > 1 ? u", %1 at a time"_s.arg(jobs)
                           : u", one after the other"_s,
                types.isEmpty() ? QString() : u"; not restored: %1"_s.arg(types.join(u", "_s)));
    // Over a live database at once; in a new one late, with whoever is erased while it is made.
    const QString erase = u"Erase again who was erased since, and who is until then: %1"_s.arg(erasedWhere);
    const QString note = u"Note the restore in the audit log of “%1”"_s.arg(work);
    if (mode == Mode::Existing)
        lines += {erase, note};
    lines += u"Refresh the planner's statistics (ANALYZE)"_s;
    lines +=
        u"Compare rows, policies, grants, row security, constraints, indexes and triggers of %1 tables with %2"_s
            .arg(expected.tables.size())
            .arg(archive.stored ? u"the manifest"_s : u"the file"_s);
    if (mode == Mode::Existing)
        return lines;
    lines += {note, erase};
    lines +=
        databaseFrom.isEmpty()
            ? u"Leave the database closed to everybody but owner and ops: the file does not hold its rights"_s
            : u"Apply the database's own rights, %1 settings and comment, from %2"_s
                  .arg(database.settings.size())
                  .arg(databaseFrom);
    if (mode == Mode::Swap) {
        lines += u"End all sessions in “%1” (%2 now)"_s.arg(into).arg(live->sessions);
        lines += u"In one transaction rename “%1” to “%2”, closed to connections, and “%3” to “%1”"_s.arg(
            into, aside, work);
        lines += u"Keep “%1” until %2 for undo: retail-admin restore --undo %3"_s.arg(
            aside, format::exact(keepUntil.toLocalTime()), into);
    }
    return lines;
}

QString Plan::text() const
{
    QStringList lines{title()};
    switch (mode) {
    case Mode::NewDatabase:
        lines += u"into the new database “%1”"_s.arg(into);
        break;
    case Mode::Swap:
        lines += u"in the place of “%1”"_s.arg(into);
        break;
    case Mode::Existing:
        lines += u"OVER the database “%1”"_s.arg(into);
        break;
    }
    lines.last() += u", %1 (%2)"_s.arg(target, environmentName(environment));
    if (live) {
        lines += u"“%1” now: %2, %3 sessions, last good backup %4"_s.arg(
            into, format::bytes(live->bytes), QString::number(live->sessions),
            lastBackup.isValid() ? format::relative(lastBackup, QDateTime::currentDateTimeUtc())
                                 : u"not found in %1"_s.arg(safetyFolder));
        if (newerAudit > 0)
            lines += u"It has %1 audit entries newer than the backup, the newest of %2: %3"_s.arg(
                format::count(newerAudit), format::exact(newestAudit.toLocalTime()),
                mode == Mode::Swap ? u"what they tell of is put aside with it."_s
                                   : u"what they tell of is lost, but for the backup made first."_s);
        else if (newerAudit < 0)
            lines += u"What was written to it after the backup was made is not known."_s;
    }
    lines += QString();
    int number = 0;
    for (const QString &step : steps())
        lines += u"%1. %2"_s.arg(++number).arg(step);
    lines += QString();
    lines += mode == Mode::Existing
                 ? u"Until the transaction is committed, a failure or a cancel leaves “%1” as it was. From "
                   u"then on “%1” is what was restored, whatever fails or is cancelled afterwards; what it "
                   u"was before is in the backup made first."_s.arg(into)
                 : u"When a step fails or is cancelled, “%1” is dropped%2."_s.arg(
                       work, mode == Mode::Swap ? u" and “%1” stays as it is"_s.arg(into) : QString());
    for (const QString &warning : warnings)
        lines += u"Note: "_s + warning;
    return lines.join(u'\n');
}

QJsonObject Plan::toJson() const
{
    return {{u"file"_s, archive.path},
            {u"backup_created"_s, expected.created.toUTC().toString(Qt::ISODateWithMs)},
            {u"mode"_s, mode == Mode::NewDatabase ? u"new"_s
                        : mode == Mode::Swap      ? u"swap"_s
                                                  : u"existing"_s},
            {u"into"_s, into},
            {u"work"_s, work},
            {u"aside"_s, aside},
            {u"needs_word"_s, needsWord()},
            {u"newer_audit_entries"_s, newerAudit < 0 ? QJsonValue() : QJsonValue(newerAudit)},
            {u"tables"_s, QJsonArray::fromStringList(tables)},
            {u"steps"_s, QJsonArray::fromStringList(steps())},
            {u"notes"_s, QJsonArray::fromStringList(warnings)}};
}

Result<QString> freeName(Server &server, const QString &wanted)
{
    for (int attempt = 1; attempt < 100; ++attempt) {
        const QString name = attempt == 1 ? wanted : suffixed(wanted, u"_%1"_s.arg(attempt));
        const Result<DatabaseFacts> there = server.database(name);
        if (!there)
            return there.error().kind == ErrorKind::NotFound ? Result<QString>(name) : there.error();
    }
    return Error{ErrorKind::Conflict, u"There are too many databases named like “%1”."_s.arg(wanted)};
}

Result<void> checkName(const QString &name)
{
    static const QStringList taken{u"postgres"_s, u"template0"_s, u"template1"_s, u"retail_template"_s};
    if (taken.contains(name))
        return Error{ErrorKind::Usage, u"“%1” belongs to the server and is not restored into."_s.arg(name)};
    if (name.isEmpty() || name.toUtf8().size() > longestName || name.contains(QChar(0)))
        return Error{ErrorKind::Usage, u"“%1” cannot be the name of a database: 1 to 63 bytes."_s.arg(name)};
    return {};
}

Result<erasure::Union> erasedSince(const Login &login, const Plan &plan, const CancelToken &token)
{
    const auto open = [&](const QString &database) {
        // Without a name the profile's would be asked.
        std::optional<Session> session;
        if (!database.isEmpty())
            if (Result<Session> opened = openSession(login, u"Restore"_s, token, database))
                session.emplace(std::move(*opened));
        return session;
    };
    const QString &of = plan.expected.database;
    std::optional<Session> live = open(of);
    std::optional<Session> over = open(plan.live && plan.into != of ? plan.into : QString());
    return erasure::collect(QFileInfo(plan.archive.path).absolutePath(), live ? &*live : nullptr,
                            over ? &*over : nullptr);
}

Result<Plan> plan(const Login &login, const Request &request, const backup::Means &means, JobContext &job)
{
    return Planning(login, request, means, job).run();
}

} // namespace restore
