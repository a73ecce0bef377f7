// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/restoreserver.h"

#include "app/db/connectionpool.h"
#include "app/services/erasure.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QScopeGuard>

#include <atomic>
#include <chrono>
#include <thread>

using namespace Qt::StringLiterals;

namespace restore {

namespace {

const QString markPrefix = QStringLiteral("retail-admin ");
constexpr int swapAttempts = 3;
constexpr int namedSessions = 5;

/// A value as ALTER … SET takes it. Lists of names are written as lists, each element a literal of its own.
QByteArray settingValue(const QString &name, const QString &value)
{
    static const QStringList lists{u"search_path"_s, u"temp_tablespaces"_s, u"session_preload_libraries"_s,
                                   u"local_preload_libraries"_s};
    if (!lists.contains(name) || value.isEmpty())
        return quoteLiteral(value);
    static const QRegularExpression element(u"\\s*(\"(?:[^\"]|\"\")*\"|[^,]*)\\s*(?:,|$)"_s);
    QByteArrayList parts;
    for (auto each = element.globalMatch(value); each.hasNext();) {
        QString part = each.next().captured(1).trimmed();
        if (part.startsWith(u'"'))
            part = part.mid(1, part.size() - 2).replace(u"\"\""_s, u"\""_s);
        if (!part.isEmpty())
            parts += quoteLiteral(part);
    }
    return parts.join(", ");
}

QString who(const Rows &sessions)
{
    QStringList names;
    for (int row = 0; row < std::min(sessions.count(), namedSessions); ++row)
        names += u"process %1 of %2 (%3)"_s.arg(sessions.text(row, 1), sessions.text(row, 2),
                                                sessions.text(row, 3));
    if (sessions.count() > namedSessions)
        names += u"%1 more"_s.arg(sessions.count() - namedSessions);
    return names.join(u", "_s);
}

} // namespace

QString Mark::text() const
{
    const QJsonObject json{{u"state"_s, state == State::Restoring ? u"restoring"_s : u"set aside"_s},
                           {u"since"_s, since.toUTC().toString(Qt::ISODate)},
                           {u"keep_until"_s, keepUntil.toUTC().toString(Qt::ISODate)},
                           {u"of"_s, of},
                           {u"comment"_s, comment}};
    return markPrefix + QString::fromUtf8(QJsonDocument(json).toJson(QJsonDocument::Compact));
}

Mark Mark::read(const QString &comment)
{
    if (!comment.startsWith(markPrefix + u'{'))
        return {};
    const QJsonObject json = QJsonDocument::fromJson(comment.mid(markPrefix.size()).toUtf8()).object();
    Mark mark;
    const QString state = json[u"state"].toString();
    if (state == u"restoring")
        mark.state = State::Restoring;
    else if (state == u"set aside")
        mark.state = State::SetAside;
    mark.since = QDateTime::fromString(json[u"since"].toString(), Qt::ISODate);
    mark.keepUntil = QDateTime::fromString(json[u"keep_until"].toString(), Qt::ISODate);
    mark.of = json[u"of"].toString();
    mark.comment = json[u"comment"].toString();
    return mark;
}

Result<Server> Server::open(const Login &login, const CancelToken &token, const QString &database)
{
    Result<Session> session = openSession(login, u"Restore"_s, token, database);
    if (!session)
        return session.error();
    Server server(std::move(*session));
    const Result<Rows> rows = server.m_session.execute(sqlcatalog::query("restore/server").sql);
    if (!rows)
        return rows.error();
    ServerFacts &facts = server.m_facts;
    facts.login = rows->text(0, 0);
    facts.superuser = rows->boolean(0, 1);
    facts.ops = rows->boolean(0, 2);
    facts.owner = rows->boolean(0, 3);
    facts.hasTemplate = rows->boolean(0, 4);
    facts.standby = rows->boolean(0, 5);
    facts.version = int(rows->integer(0, 6));
    facts.local = rows->boolean(0, 7);
    if (facts.standby)
        return Error{ErrorKind::Usage, u"The server is a standby: nothing can be restored into it."_s,
                     u"Connect to its primary."_s};
    if (!facts.owner || !facts.hasTemplate)
        return Error{ErrorKind::Schema,
                     u"The server is not prepared for restores: it lacks retail_owner or retail_template."_s,
                     u"Run “retail-admin migrate” once as superuser; it makes both."_s};
    if (!facts.ops)
        return Error{ErrorKind::Permission,
                     u"“%1” may not restore: it is no member of retail_ops."_s.arg(facts.login),
                     u"Use the login of ops staff."_s};
    const Result<Rows> role = server.m_session.execute("SET ROLE retail_ops");
    if (!role)
        return role.error();
    const Result<Rows> place = server.m_session.execute(sqlcatalog::query("restore/place").sql);
    if (!place)
        return place.error();
    facts.dataFolder = place->text(0, 0);
    facts.systemIdentifier = place->text(0, 1);
    return Result<Server>(std::move(server));
}

Result<QList<DatabaseFacts>> Server::databases(const QString &only)
{
    const Result<Rows> rows =
        m_session.execute(sqlcatalog::query("restore/databases").sql, {only.isNull() ? u""_s : only});
    if (!rows)
        return rows.error();
    QList<DatabaseFacts> all;
    for (int row = 0; row < rows->count(); ++row) {
        const auto text = [&](const char *name) { return rows->text(row, rows->column(name)); };
        DatabaseFacts facts;
        facts.name = text("name");
        facts.oid = rows->integer(row, rows->column("oid"));
        facts.encoding = text("encoding");
        facts.collate = text("collate");
        facts.ctype = text("ctype");
        facts.owner = text("owner");
        facts.acl = text("acl");
        facts.allowsConnections = rows->boolean(row, rows->column("allows_connections"));
        facts.mark = Mark::read(text("comment"));
        facts.comment = facts.mark.state == Mark::State::None ? text("comment") : facts.mark.comment;
        facts.bytes = rows->integer(row, rows->column("bytes"));
        facts.sessions = int(rows->integer(row, rows->column("sessions")));
        facts.ours = rows->boolean(row, rows->column("ours"));
        all += facts;
    }
    return all;
}

Result<DatabaseFacts> Server::database(const QString &name)
{
    const Result<QList<DatabaseFacts>> found = databases(name);
    if (!found)
        return found.error();
    if (found->isEmpty())
        return Error{ErrorKind::NotFound, u"There is no database “%1” on this server."_s.arg(name)};
    return found->first();
}

Result<QStringList> Server::missingRoles(const QStringList &names)
{
    const Result<Rows> rows =
        m_session.execute(sqlcatalog::query("restore/missing_roles").sql, {Param(names)});
    if (!rows)
        return rows.error();
    QStringList missing;
    for (int row = 0; row < rows->count(); ++row)
        missing += rows->text(row, 0);
    return missing;
}

Result<void> Server::create(const QString &name)
{
    const QByteArray quoted = quoteIdentifier(name);
    const Result<Rows> made =
        m_session.execute("CREATE DATABASE " + quoted + " OWNER retail_owner TEMPLATE retail_template");
    if (!made) {
        Error error = made.error();
        if (error.sqlstate == u"42P04") {
            error.kind = ErrorKind::Conflict;
            error.message = u"There is a database “%1” already."_s.arg(name);
            error.hint = u"Choose another name; nothing was changed."_s;
        }
        return error;
    }
    const QByteArray owner =
        "SET ROLE retail_owner; REVOKE ALL ON DATABASE " + quoted + " FROM PUBLIC; SET ROLE retail_ops";
    Result<void> ready = mark(name, {Mark::State::Restoring, QDateTime::currentDateTimeUtc()});
    if (ready)
        if (const Result<Rows> closed = m_session.executeScript(owner); !closed)
            ready = closed.error();
    if (!ready)
        (void)drop(name);
    return ready;
}

Result<void> Server::drop(const QString &name)
{
    const Result<Rows> dropped =
        m_session.execute("DROP DATABASE IF EXISTS " + quoteIdentifier(name) + " WITH (FORCE)");
    return dropped ? Result<void>() : dropped.error();
}

Result<void> Server::mark(const QString &name, const Mark &mark, const QString &comment)
{
    const QByteArray text = mark.state != Mark::State::None ? quoteLiteral(mark.text())
                            : comment.isEmpty()             ? QByteArray("NULL")
                                                            : quoteLiteral(comment);
    const Result<Rows> marked =
        m_session.execute("COMMENT ON DATABASE " + quoteIdentifier(name) + " IS " + text);
    return marked ? Result<void>() : marked.error();
}

QStringList Server::grant(const QByteArray &database, const backup::Manifest &manifest)
{
    const auto run = [&](const QByteArray &statement) {
        return m_session.executeScript("SET ROLE retail_owner; " + statement + "; SET ROLE retail_ops");
    };
    if (manifest.acl.isEmpty()) { // PostgreSQL's own default
        const Result<Rows> done = run("GRANT CONNECT, TEMPORARY ON DATABASE " + database + " TO PUBLIC");
        return done ? QStringList() : QStringList{u"the rights of PUBLIC: "_s + done.error().message};
    }
    const Result<Rows> items = m_session.execute(sqlcatalog::query("restore/acl").sql, {manifest.acl});
    if (!items)
        return {u"the database's rights: "_s + items.error().message};
    static const QRegularExpression item(u"^(\"(?:[^\"]|\"\")*\"|[^=]*)=([a-zA-Z*]*)/"_s);
    static const QHash<QChar, QByteArray> rights{{u'c', "CONNECT"}, {u'T', "TEMPORARY"}, {u'C', "CREATE"}};
    QStringList failed;
    for (int row = 0; row < items->count(); ++row) {
        const auto match = item.match(items->text(row, 0));
        QString grantee = match.captured(1);
        if (grantee.startsWith(u'"'))
            grantee = grantee.mid(1, grantee.size() - 2).replace(u"\"\""_s, u"\""_s);
        if (!match.hasMatch() || grantee == manifest.owner || grantee == u"retail_owner")
            continue;
        const QString letters = match.captured(2);
        for (qsizetype i = 0; i < letters.size(); ++i) {
            if (!rights.contains(letters[i]))
                continue;
            const bool grantable = i + 1 < letters.size() && letters[i + 1] == u'*';
            const Result<Rows> done =
                run("GRANT " + rights[letters[i]] + " ON DATABASE " + database + " TO " +
                    (grantee.isEmpty() ? QByteArray("PUBLIC") : quoteIdentifier(grantee)) +
                    (grantable ? " WITH GRANT OPTION" : ""));
            if (!done)
                failed += u"%1 for %2: %3"_s.arg(QString::fromLatin1(rights[letters[i]]), grantee,
                                                 done.error().message);
        }
    }
    return failed;
}

QStringList Server::apply(const QString &name, const backup::Manifest &manifest)
{
    const QByteArray database = quoteIdentifier(name);
    QStringList failed = grant(database, manifest);
    for (const backup::DatabaseSetting &setting : manifest.settings) {
        const QString key = setting.setting.section(u'=', 0, 0);
        QByteArray statement = setting.role.isEmpty() ? "ALTER DATABASE " + database
                                                      : "ALTER ROLE " + quoteIdentifier(setting.role) +
                                                            " IN DATABASE " + database;
        statement +=
            " SET " + quoteIdentifier(key) + " TO " + settingValue(key, setting.setting.section(u'=', 1));
        // A superuser is more than retail_ops here, for settings that are a superuser's.
        if (m_facts.superuser)
            (void)m_session.execute("RESET ROLE");
        const Result<Rows> done = m_session.execute(statement);
        if (m_facts.superuser)
            (void)m_session.execute("SET ROLE retail_ops");
        if (!done)
            failed += u"%1%2: %3"_s.arg(setting.role.isEmpty() ? QString() : setting.role + u": "_s,
                                        setting.setting, done.error().message);
    }
    return failed;
}

Result<backup::Manifest> Server::ownFacts(const QString &name)
{
    const Result<DatabaseFacts> facts = database(name);
    if (!facts)
        return facts.error();
    const Result<Rows> rows = m_session.execute(sqlcatalog::query("restore/settings").sql, {name});
    if (!rows)
        return rows.error();
    backup::Manifest manifest;
    manifest.owner = facts->owner;
    manifest.acl = facts->acl;
    manifest.comment = facts->comment;
    for (int row = 0; row < rows->count(); ++row)
        manifest.settings.append({rows->text(row, 0), rows->text(row, 1)});
    return manifest;
}

Result<qint64> eraseIn(const Login &login, const QString &database, const QStringList &ids,
                       const CancelToken &token)
{
    Login patient = login;
    patient.profile.statementTimeoutMs = 0;
    Result<Session> session = openSession(patient, u"Restore"_s, token, database);
    return session ? erasure::applyErasures(*session, ids) : session.error();
}

Result<qint64> eraseAside(const Login &login, const QString &aside, const QStringList &ids,
                          const CancelToken &token)
{
    Result<Server> server = Server::open(login, {}, u"postgres"_s); // which closes it also when cancelled
    if (!server)
        return server.error();
    if (server->facts().superuser)
        (void)server->session().execute("RESET ROLE");
    const QByteArray admit = "ALTER DATABASE " + quoteIdentifier(aside) + " WITH ALLOW_CONNECTIONS ";
    if (const Result<Rows> opened = server->session().execute(admit + "true"); !opened)
        return opened.error();
    const auto close = qScopeGuard([&] { (void)server->session().execute(admit + "false"); });
    const Result<qint64> erased = eraseIn(login, aside, ids, token);
    if (erased || erased.error().kind != ErrorKind::Schema)
        return erased;
    return Error{ErrorKind::Schema,
                 u"“%1” is older than erasures, so customers who were erased since would be back with it: "
                 u"nothing was done."_s.arg(aside),
                 u"As superuser open it (ALTER DATABASE %1 ALLOW_CONNECTIONS true), run “retail-admin "
                 u"migrate” on it, and undo the swap then."_s.arg(QString::fromUtf8(quoteIdentifier(aside))),
                 erased.error().detail};
}

Result<void> swap(const Login &login, const Swap &what, JobContext &job)
{
    // Not from within one of the two: a database with a session in it cannot be renamed.
    Result<Server> server = Server::open(login, job.token(), u"postgres"_s);
    Result<Session> ender = openSession(login, u"Restore"_s, job.token(), u"postgres"_s);
    if (!server || !ender)
        return server ? ender.error() : server.error();
    if (const Result<Rows> role = ender->execute("SET ROLE retail_ops"); !role)
        return role.error();
    const Result<DatabaseFacts> before = server->database(what.live);
    const Result<DatabaseFacts> coming = server->database(what.replacement);
    if (!before || !coming)
        return before ? coming.error() : before.error();
    if (server->facts().superuser)
        for (Session *each : {&server->session(), &*ender})
            (void)each->execute("RESET ROLE");

    const QByteArray live = quoteIdentifier(what.live);
    const QByteArray aside = quoteIdentifier(what.aside);
    const QStringList both{what.live, what.replacement};
    const QByteArrayList statements{
        "ALTER DATABASE " + live + " RENAME TO " + aside,
        "ALTER DATABASE " + aside + " WITH ALLOW_CONNECTIONS false",
        "COMMENT ON DATABASE " + aside + " IS " + quoteLiteral(what.mark.text()),
        "ALTER DATABASE " + quoteIdentifier(what.replacement) + " RENAME TO " + live,
        "ALTER DATABASE " + live + " WITH ALLOW_CONNECTIONS true",
        "COMMENT ON DATABASE " + live + " IS " +
            (what.comment.isEmpty() ? QByteArray("NULL") : quoteLiteral(what.comment)),
        "COMMIT"};
    Result<void> outcome;
    for (int attempt = 1; attempt <= swapAttempts; ++attempt) {
        job.progress({u"ending sessions and exchanging the names"_s, 0, -1, {}});
        // RENAME holds the lock that newcomers need and waits 5 s for the sessions that are there: meanwhile
        // another connection ends them.
        std::atomic<bool> stop = false;
        std::thread ending([&] {
            while (!stop) {
                (void)ender->execute(sqlcatalog::query("restore/end_sessions").sql, {Param(both)});
                std::this_thread::sleep_for(std::chrono::milliseconds(100));
            }
        });
        Result<Rows> done = server->session().executeScript("BEGIN; SET LOCAL lock_timeout = '10s'");
        for (const QByteArray &statement : statements) {
            if (done && job.cancelled())
                done = Error{ErrorKind::Cancelled, u"The swap was cancelled."_s};
            if (!done)
                break;
            done = server->session().execute(statement);
        }
        stop = true;
        ending.join();
        outcome = done ? Result<void>() : Result<void>(done.error());
        if (outcome)
            break;
        (void)server->session().execute("ROLLBACK");
        if (outcome.error().sqlstate != u"55006")
            break;
        job.log(u"a session did not end: %1"_s.arg(outcome.error().detail));
    }
    if (outcome)
        return {};
    Error error = outcome.error();
    if (error.sqlstate == u"55006") {
        const Result<Rows> sessions =
            ender->execute(sqlcatalog::query("restore/sessions").sql, {Param(both)});
        error.kind = ErrorKind::Conflict;
        error.message = u"A session did not end, so the names were not exchanged%1."_s.arg(
            sessions && sessions->count() > 0 ? u": "_s + who(*sessions) : QString());
        error.hint = u"A superuser's session, a replication slot or a prepared transaction is ended by a "
                     "superuser only. Nothing was changed; try again when it is gone."_s;
    }
    // Where the answer to COMMIT was lost, the names themselves tell.
    if (Result<Server> again = Server::open(login, {}, u"postgres"_s)) {
        const Result<DatabaseFacts> now = again->database(what.live);
        if (now && now->oid == coming->oid)
            return {};
        if (now && now->oid == before->oid)
            error.detail += u"\n“%1” is the database that it was before, whole and open."_s.arg(what.live);
    } else {
        error.detail +=
            u"\nThe server cannot be asked now; “%1” is the old or the new database, whole: the two "
            "names change together."_s.arg(what.live);
    }
    return error;
}

} // namespace restore
