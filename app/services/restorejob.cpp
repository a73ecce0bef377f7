// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/restorejob.h"

#include "app/core/format.h"
#include "app/db/childconnection.h"
#include "app/db/connectionpool.h"
#include "app/services/backupjob.h"
#include "app/services/backupsource.h"
#include "app/services/copyprogress.h"
#include "app/services/erasure.h"
#include "app/services/restorescript.h"

#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>

using namespace Qt::StringLiterals;

namespace restore {

namespace {

constexpr int lookMs = 200;
constexpr int namedDifferences = 8;

/// Who was erased by the list of a database; nobody by one that is older than erasures, or none of ours.
Result<QStringList> erasedIn(const Login &login, const QString &database, const CancelToken &token)
{
    Result<Session> session = openSession(login, u"Restore"_s, token, database);
    if (!session)
        return session.error();
    const Result<QStringList> listed = erasure::listErased(*session);
    return listed || listed.error().kind != ErrorKind::Schema ? listed : QStringList();
}

Error notConfirmed(const QString &name)
{
    return {
        ErrorKind::Usage, u"“%1” exists, and its name was not typed: nothing was done."_s.arg(name),
        u"Type the name of the database that is to be replaced (--confirm %1), or restore into a new one."_s
            .arg(name)};
}

class Execution final
{
public:
    Execution(const Login &login, const Plan &plan, const backup::Means &means, JobContext &job)
        : m_login(login)
        , m_plan(plan)
        , m_means(means)
        , m_job(job)
        , m_application(u"retail-admin restore %1"_s.arg(QRandomGenerator::system()->generate64(), 0, 36))
        , m_erased(plan.erased.cbegin(), plan.erased.cend())
    {
    }

    Result<QString> run();

private:
    Result<void> makePlace();
    Result<void> takeOver(Script &script);
    Result<void> safetyBackup();
    Result<void> runTool();
    Result<void> finish();
    Result<void> finishLive(const Result<void> &committed);
    Result<Session> asRestored();
    Result<void> check(Session &restored);
    Result<void> askForErased(const CancelToken &token);
    Result<void> eraseAgain(const CancelToken &token);
    Result<void> audit(const CancelToken &token);
    Error dropHalf(Error error);

    const Login &m_login;
    const Plan &m_plan;
    const backup::Means &m_means;
    JobContext &m_job;
    const QString m_application;
    bool m_takesAll = false; // its script asks for the locks that nobody shares
    QSet<QString> m_erased;  ///< ids of customers
    QString m_safety;        ///< the backup that was made first
    QStringList m_notes;
    bool m_made = false;
};

Result<QString> Execution::run()
{
    m_job.log(m_plan.text());
    Result<void> done = m_plan.mode == Mode::Existing ? Result<void>() : makePlace();
    if (done)
        done = runTool();
    if (m_plan.mode == Mode::Existing && (done || done.error().kind == ErrorKind::OutcomeUnknown))
        done = finishLive(done);
    else if (done)
        done = finish();
    if (done && m_plan.mode == Mode::Swap) {
        Mark mark{Mark::State::SetAside, QDateTime::currentDateTimeUtc(), m_plan.keepUntil, m_plan.into,
                  m_plan.live->comment};
        done = swap(m_login, {m_plan.into, m_plan.work, m_plan.aside, mark, m_plan.database.comment}, m_job);
    }
    if (!done)
        return dropHalf(done.error());
    QString summary = u"“%1” holds %2 tables with %3 rows of %4."_s.arg(
        m_plan.into, format::count(m_plan.expected.tables.size()), format::count(m_plan.expected.rows()),
        QFileInfo(m_plan.archive.path).fileName());
    if (m_plan.mode == Mode::Swap)
        summary += u" The former one is kept as “%1” until %2."_s.arg(
            m_plan.aside, format::exact(m_plan.keepUntil.toLocalTime()));
    for (const QString &note : std::as_const(m_notes)) {
        m_job.log(note);
        summary += u' ' + note;
    }
    return summary;
}

Result<void> Execution::makePlace()
{
    m_job.progress({u"making the database"_s, 0, -1, {}});
    Result<Server> server = Server::open(m_login, m_job.token());
    if (!server)
        return server.error();
    for (const QString &role : m_plan.createRoles) {
        (void)server->session().execute("RESET ROLE");
        const Result<Rows> made = server->session().execute("CREATE ROLE " + quoteIdentifier(role));
        (void)server->session().execute("SET ROLE retail_ops");
        if (!made)
            return made.error();
        m_job.log(u"role %1 made, without login"_s.arg(role));
    }
    const Result<void> made = server->create(m_plan.work);
    m_made = made.ok();
    return made;
}

/// Over a live database: nobody writes to what is replaced from before it is backed up until the restore
/// ends, so that what was written is in the backup, or comes after the restore.
Result<void> Execution::takeOver(Script &script)
{
    m_job.progress({u"waiting for those who write"_s, 0, -1, {}});
    // SHARE would let in SELECT … FOR UPDATE, and its lock would be in our way afterwards.
    script.feed(lockScript(m_plan.entries, "EXCLUSIVE"));
    if (!script.settle())
        return script.commit();
    m_job.log(u"From now on whoever writes to what is replaced waits."_s);
    if (const Result<void> saved = safetyBackup(); !saved)
        return saved;
    m_job.progress({u"waiting for those who read"_s, 0, -1, {}});
    m_takesAll = true;
    script.feed(lockScript(m_plan.entries, "ACCESS EXCLUSIVE"));
    return script.settle() ? Result<void>() : script.commit();
}

Result<void> Execution::safetyBackup()
{
    backup::Options options;
    options.folder = m_plan.safetyFolder;
    options.database = m_plan.into;
    if (!m_means.toolFolders.isEmpty())
        options.preferredTools = m_means.toolFolders.first();
    const Result<backup::StoredBackup> made = backup::create(m_login, options, m_job);
    if (!made) {
        Error error = made.error();
        error.message = u"“%1” could not be backed up first, so nothing was restored: %2"_s.arg(
            m_plan.into, error.message);
        return error;
    }
    m_safety = made->dumpPath();
    m_notes += u"What was in “%1” before is in %2."_s.arg(m_plan.into, m_safety);
    // The restore replaces the database's own list, which may have grown since the plan.
    return askForErased(m_job.token());
}

Result<void> Execution::runTool()
{
    Result<Session> monitor = openSession(m_login, u"Restore progress"_s, m_job.token(), m_plan.work);
    if (!monitor)
        return monitor.error();
    // It is idle while what is there is backed up.
    const Result<Rows> role = monitor->executeScript("SET idle_session_timeout = 0; SET ROLE retail_ops");
    if (!role)
        return role.error();
    const Result<ChildConnection> connection = ChildConnection::of(*monitor, m_application, m_plan.work);
    if (!connection)
        return connection.error();
    // Over what is there a script drops it and makes it again, all in one transaction.
    const bool scripted = m_plan.mode == Mode::Existing;
    const bool tablesOnly = m_plan.expected.scope == backup::Scope::Tables;
    QByteArray schemas;
    if (m_plan.archive.stored && tablesOnly)
        for (const backup::Table &table : m_plan.expected.tables)
            if (table.schema != u"public")
                schemas += "CREATE SCHEMA IF NOT EXISTS " + quoteIdentifier(table.schema) + ";\n";
    if (!schemas.isEmpty() && !scripted) {
        schemas = "SET ROLE retail_owner;" + schemas + "SET ROLE retail_ops";
        if (const Result<Rows> made = monitor->executeScript(schemas); !made)
            return made.error();
    }
    const std::unique_ptr<QTemporaryFile> list = backup::listFile(m_plan.entries);
    if (!list)
        return Error{ErrorKind::Io, u"A temporary file cannot be written."_s,
                     u"Free some space in the folder for temporary files (TMPDIR)."_s};
    QStringList arguments{u"--exit-on-error"_s,     u"--verbose"_s,  u"--no-owner"_s,
                          u"--role=retail_owner"_s, u"--use-list"_s, list->fileName()};
    if (scripted)
        arguments += u"--file=-"_s;
    else
        arguments += {u"--dbname"_s, connection->conninfo(), u"--no-password"_s};
    // Single tables come without what partitions inherit, which --clean cannot drop.
    if (scripted && tablesOnly)
        arguments += {u"--clean"_s, u"--if-exists"_s};
    else if (!scripted && m_plan.jobs > 1)
        arguments += {u"--jobs"_s, QString::number(m_plan.jobs)};
    Result<ProcessCall> call = backup::restoreCall(m_plan.archive, m_means, arguments, m_job.token());
    if (!call)
        return call.error();
    call->environment = connection->environment();

    Result<void> blocked;
    QElapsedTimer sinceLook;
    sinceLook.start();
    const CancelToken tool;
    const CancelToken::Registration follows = m_job.token().onCancel([tool] { tool.cancel(); });
    const auto watch = [&] {
        if (!scripted || !blocked || sinceLook.elapsed() < lookMs)
            return;
        sinceLook.start();
        blocked = lookForBlockers(*monitor, m_application, m_takesAll, m_job);
        if (!blocked)
            tool.cancel();
    };
    std::unique_ptr<Script> script;
    if (scripted) {
        Result<std::unique_ptr<Script>> begun =
            Script::begin(*connection, m_means.toolFolders, m_plan.archive.toolMajor, watch, tool);
        if (!begun)
            return begun.error();
        script = std::move(*begun);
        if (const Result<void> taken = takeOver(*script); !taken)
            return blocked ? taken : blocked;
        script->feed(tablesOnly ? schemas : dropScript(m_plan.entries));
        call->onOutput = [&](QByteArrayView text) {
            if (!text.isEmpty() && !script->feed(text))
                tool.cancel();
        };
    }

    QHash<QString, qint64> rows;
    for (const backup::Table &table : m_plan.expected.tables)
        if (!table.partitioned)
            rows[table.fullName()] = table.rows;
    backup::CopyProgress progress(rows, u"restoring rows"_s,
                                  QRegularExpression(u"processing data for table \"(.+)\"$"_s), m_job);
    static const QRegularExpression building(
        u"(?:creating|processing item \\d+) (INDEX|CONSTRAINT|FK CONSTRAINT|TRIGGER) (?:\"?)([^\"]+)"_s);
    qint64 toBuild = 0;
    qint64 built = 0;
    for (const backup::TocEntry &entry : m_plan.entries)
        toBuild += entry.type == u"INDEX" || entry.type == u"CONSTRAINT" || entry.type == u"FK CONSTRAINT" ||
                   entry.type == u"TRIGGER";
    call->onErrorLine = [&](const QString &line) {
        if (line.contains(u"warning:"))
            m_job.log(line);
        progress.line(line);
        if (!line.contains(u"creating ") || !building.match(line).hasMatch())
            return;
        m_job.progress(
            {u"building indexes and constraints"_s, std::min(++built, toBuild), toBuild, u"objects"_s});
    };
    call->onTick = [&] {
        if (built == 0)
            progress.poll(*monitor, m_application);
        watch();
    };
    const Result<ProcessOutput> output = runProcess(*call, tool);
    const bool whole = output && output->exitCode == 0 && output->feederExitCode <= 0;
    // A script that ended by itself has failed, and commit() says why; COMMIT follows a whole one alone.
    if (script && (whole || !script->running())) {
        const Result<void> committed = script->commit();
        if (blocked || committed || committed.error().kind == ErrorKind::OutcomeUnknown)
            return committed;
    }
    if (!blocked)
        return blocked;
    if (!output)
        return output.error().kind == ErrorKind::Cancelled
                   ? Error{ErrorKind::Cancelled, u"The restore was cancelled."_s}
                   : output.error();
    if (m_plan.archive.stream() && output->feederExitCode > 0)
        return backup::unpackFailed(m_plan.archive, output->feederError);
    if (output->exitCode == 0)
        return {};
    Error error = backup::toolFailure(u"The restore failed."_s, output->standardError, {});
    if (output->standardError.contains(u"could not read from input file") ||
        output->standardError.contains(u"could not uncompress")) {
        error.kind = ErrorKind::Verification;
        error.message = u"The restore failed: %1 is damaged."_s.arg(m_plan.archive.path);
    }
    return error;
}

Result<void> Execution::finish()
{
    {
        Result<Session> restored = asRestored();
        if (!restored)
            return restored.error();
        if (const Result<void> equal = check(*restored); !equal)
            return equal;
    }
    if (const Result<void> noted = audit(m_job.token()); !noted)
        return noted;
    if (const Result<void> erased = eraseAgain(m_job.token()); !erased)
        return erased;
    Result<Server> server = Server::open(m_login, m_job.token());
    if (!server)
        return server.error();
    if (!m_plan.databaseFrom.isEmpty()) {
        const QStringList failed = server->apply(m_plan.work, m_plan.database);
        for (const QString &each : failed)
            m_notes += u"Not applied: %1."_s.arg(each);
    }
    // A swap sets the comment together with the names: until then the mark tells what this database is.
    return m_plan.mode == Mode::Swap ? Result<void>()
                                     : server->mark(m_plan.work, {}, m_plan.database.comment);
}

/// Since the COMMIT what was restored is the live database, and no cancel takes that back: first those go
/// again who must not be in it. Where its answer was lost it may be live; in what was there before they are
/// not.
Result<void> Execution::finishLive(const Result<void> &committed)
{
    const CancelToken never;
    Result<Session> restored = asRestored(); // before the erasures, and whoever works with it, change it
    const Result<void> erased = eraseAgain(never);
    Result<void> done = committed;
    if (committed) {
        const Result<void> noted = audit(never);
        done = erased ? noted : erased;
    }
    if (done)
        done = restored ? check(*restored) : Result<void>(restored.error());
    if (done)
        return {};
    Error error = done.error();
    if (error.kind == ErrorKind::Cancelled)
        error.message = u"The restore was cancelled."_s;
    const QString now =
        committed
            ? u" The restore had been committed: “%1” is what was restored now, and what it was before is in %2."_s
            : u" What “%1” was before is in %2."_s;
    error.message += now.arg(m_plan.into, m_safety);
    if (!erased && erased.error().kind != ErrorKind::Schema)
        error.hint =
            u"Customers who were erased since the backup was made may be back in it: run “retail-admin "
            u"customer reapply” on it at once."_s;
    return error;
}

/// A session that goes on seeing what is in the database now.
Result<Session> Execution::asRestored()
{
    Result<Session> session = openSession(m_login, u"Restore"_s, m_job.token(), m_plan.work);
    if (!session)
        return session;
    const Result<Rows> begun =
        session->executeScript("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL ROLE retail_ops; "
                               "SET LOCAL idle_in_transaction_session_timeout = 0; SELECT 1");
    if (!begun)
        return begun.error();
    return session;
}

Result<void> Execution::check(Session &restored)
{
    Result<Session> session = openSession(m_login, u"Restore"_s, m_job.token(), m_plan.work);
    if (!session)
        return session.error();
    const Result<Rows> role = session->executeScript("SET statement_timeout = 0; SET ROLE retail_owner");
    if (!role)
        return role.error();
    m_job.progress({u"refreshing statistics"_s, 0, -1, {}});
    if (const Result<Rows> analyzed = session->execute("ANALYZE"); !analyzed)
        return analyzed.error();
    const Result<QStringList> found = backup::differences(restored, m_plan.expected, m_job);
    if (!found)
        return found.error();
    if (found->isEmpty())
        return {};
    return Error{ErrorKind::Verification,
                 u"What was restored differs from the backup: %1."_s.arg(
                     QStringList(found->mid(0, namedDifferences)).join(u"; "_s)),
                 m_plan.mode == Mode::Existing ? u"Restore the backup that was made first, or another one."_s
                                               : u"Take another backup."_s,
                 found->join(u'\n')};
}

/// Once more than for the plan: who was erased while it was read, or executed, is on no older list.
Result<void> Execution::askForErased(const CancelToken &token)
{
    const Result<erasure::Union> found = erasedSince(m_login, m_plan, token);
    if (!found)
        return found.error();
    m_erased.unite(QSet<QString>(found->ids.cbegin(), found->ids.cend()));
    return {};
}

/// Who was erased after the backup was made is in it still.
Result<void> Execution::eraseAgain(const CancelToken &token)
{
    m_job.progress({u"erasing again who was erased since"_s, 0, -1, {}});
    const Result<void> asked = askForErased(token);
    if (m_erased.isEmpty())
        return asked;
    const Result<qint64> erased = eraseIn(m_login, m_plan.work, m_erased.values(), token);
    if (erased) {
        m_notes +=
            *erased == 1
                ? u"One customer who was erased since was erased again."_s
                : u"%1 customers who were erased since were erased again."_s.arg(format::count(*erased));
        return asked;
    }
    // An older schema has no place for it. Nobody works with a new database yet; in the live one, or in its
    // place, they would be back.
    if (erased.error().kind != ErrorKind::Schema || m_plan.mode != Mode::NewDatabase)
        return erased.error();
    m_notes += u"Customers who were erased since are back: %1"_s.arg(erased.error().message + u' ' +
                                                                     erased.error().hint);
    return asked;
}

/// A database that is not ours has no such log: then the job history alone tells.
Result<void> Execution::audit(const CancelToken &token)
{
    Result<Session> session = openSession(m_login, u"Restore"_s, token, m_plan.work);
    if (!session)
        return session.error();
    if (const Result<Rows> role = session->execute("SET ROLE retail_owner"); !role)
        return role.error();
    const Result<Rows> ours = session->execute(
        "SELECT to_regprocedure('retail_sec.audit_event(text,text,varchar,uuid,jsonb)') IS NOT NULL");
    if (!ours)
        return ours.error();
    if (!ours->boolean(0, 0)) {
        m_notes +=
            u"The database has no audit log of this program's, so the restore is noted in the job history only."_s;
        return {};
    }
    const QString details = QString::fromUtf8(QJsonDocument(m_plan.toJson()).toJson(QJsonDocument::Compact));
    const Result<Rows> noted = session->execute(sqlcatalog::query("restore/audit").sql,
                                                {QString(u"restored"_s), QString(u""_s), details});
    return noted ? Result<void>() : noted.error();
}

/// On connections of their own: the job's token may be cancelled.
Error Execution::dropHalf(Error error)
{
    if (m_plan.mode == Mode::Existing || !m_made)
        return error;
    Result<Server> server = Server::open(m_login, {}, u"postgres"_s);
    const Result<void> dropped = server ? server->drop(m_plan.work) : Result<void>(server.error());
    if (dropped)
        return error;
    error.hint +=
        u"%1The half database “%2” is left: it could not be dropped (%3). Later: retail-admin restore --drop %2"_s
            .arg(error.hint.isEmpty() ? u""_s : u" "_s, m_plan.work, dropped.error().message);
    return error;
}

} // namespace

Result<QString> execute(const Login &login, const Plan &plan, const QString &typed,
                        const backup::Means &means, JobContext &job)
{
    if (plan.needsWord() && typed != plan.into)
        return notConfirmed(plan.into);
    return Execution(login, plan, means, job).run();
}

QString UndoPlan::text() const
{
    QStringList lines{
        u"Undo the swap of “%1”, %2"_s.arg(live.name, target),
        u"The database set aside %1 takes the name “%2” again; it has %3."_s.arg(
            format::exact(former.mark.since.toLocalTime()), live.name, format::bytes(former.bytes)),
        u"The present one is set aside as “%1” until %2 (%3, %4 sessions)."_s.arg(
            aside, format::exact(keepUntil.toLocalTime()), format::bytes(live.bytes),
            QString::number(live.sessions)),
        newerAudit < 0
            ? u"What was written to it since the swap is not known, and is put aside with it."_s
            : u"%1 audit entries were written to it since the swap; what they tell of is put aside with it."_s
                  .arg(format::count(newerAudit)),
        QString(),
        u"1. Erase again in “%1” who is listed as erased in “%2”, %3 now"_s.arg(
            former.name, live.name, format::counted(erased.size(), u"customer"_s, u"customers"_s)),
        u"2. End all sessions in “%1”"_s.arg(live.name),
        u"3. In one transaction rename “%1” to “%2”, closed to connections, and “%3” to “%1”"_s.arg(
            live.name, aside, former.name)};
    return lines.join(u'\n');
}

Result<UndoPlan> planUndo(const Login &login, const QString &database, int keepDays, JobContext &job)
{
    Result<Server> server = Server::open(login, job.token());
    if (!server)
        return server.error();
    const Result<QList<DatabaseFacts>> all = server->databases();
    if (!all)
        return all.error();
    UndoPlan plan;
    plan.target = login.profile.target();
    for (const DatabaseFacts &each : *all) {
        if (each.name == database)
            plan.live = each;
        else if (each.mark.state == Mark::State::SetAside && each.mark.of == database &&
                 (plan.former.name.isEmpty() || each.mark.since > plan.former.mark.since))
            plan.former = each;
    }
    if (plan.live.name.isEmpty() || plan.former.name.isEmpty())
        return Error{ErrorKind::NotFound,
                     u"No database whose place “%1” took is kept on this server."_s.arg(database),
                     u"“retail-admin restore --list” shows what is kept."_s};
    const QString suffix = u"_undone_"_s + QDateTime::currentDateTimeUtc().toString(u"yyyyMMdd'T'HHmmss"_s);
    const Result<QString> aside = freeName(*server, database.left(40) + suffix);
    if (!aside)
        return aside.error();
    plan.aside = *aside;
    plan.keepUntil = QDateTime::currentDateTimeUtc().addDays(keepDays);
    Result<Server> inside = Server::open(login, job.token(), database);
    if (!inside)
        return inside.error();
    const Result<Rows> newer = inside->session().execute(
        sqlcatalog::query("restore/newer_audit").sql, {plan.former.mark.since.toUTC().toString(Qt::ISODate)});
    if (newer)
        plan.newerAudit = newer->integer(0, 0);
    const Result<QStringList> erased = erasedIn(login, database, job.token());
    if (!erased)
        return erased.error();
    plan.erased = *erased;
    return plan;
}

Result<QString> undo(const Login &login, const UndoPlan &plan, const QString &typed, JobContext &job)
{
    if (typed != plan.live.name)
        return notConfirmed(plan.live.name);
    job.log(plan.text());
    Result<QStringList> erased = erasedIn(login, plan.live.name, job.token()); // more since the plan, perhaps
    if (!erased)
        return erased.error();
    *erased += plan.erased;
    job.progress({u"erasing again who was erased since"_s, 0, -1, {}});
    const Result<qint64> back =
        erased->isEmpty() ? 0 : eraseAside(login, plan.former.name, *erased, job.token());
    if (!back)
        return back.error();
    const Mark mark{Mark::State::SetAside, QDateTime::currentDateTimeUtc(), plan.keepUntil, plan.live.name,
                    plan.live.comment};
    if (const Result<void> done =
            swap(login, {plan.live.name, plan.former.name, plan.aside, mark, plan.former.comment}, job);
        !done)
        return done.error();
    QString summary =
        u"“%1” is the database of before the swap again; the other one is kept as “%2” until %3."_s.arg(
            plan.live.name, plan.aside, format::exact(plan.keepUntil.toLocalTime()));
    if (*back > 0)
        summary += u" Customers erased since, and erased in it again: %1."_s.arg(format::count(*back));
    return summary;
}

Result<QList<DatabaseFacts>> leftDatabases(const Login &login, const CancelToken &token)
{
    Result<Server> server = Server::open(login, token);
    if (!server)
        return server.error();
    Result<QList<DatabaseFacts>> all = server->databases();
    if (all)
        all->removeIf([](const DatabaseFacts &each) { return each.mark.state == Mark::State::None; });
    return all;
}

Result<QString> dropLeft(const Login &login, const QString &name, const QString &typed, JobContext &job)
{
    Result<Server> server = Server::open(login, job.token());
    if (!server)
        return server.error();
    const Result<DatabaseFacts> facts = server->database(name);
    if (!facts)
        return facts.error();
    if (facts->mark.state == Mark::State::None)
        return Error{
            ErrorKind::Usage,
            u"“%1” is neither set aside by a swap nor left of a restore: it is not dropped."_s.arg(name)};
    if (facts->mark.state == Mark::State::Restoring && facts->sessions > 0)
        return Error{ErrorKind::Conflict, u"A restore into “%1” is running."_s.arg(name)};
    if (typed != name)
        return notConfirmed(name);
    if (const Result<void> dropped = server->drop(name); !dropped)
        return dropped.error();
    return u"“%1” was dropped, %2."_s.arg(name, format::bytes(facts->bytes));
}

} // namespace restore
