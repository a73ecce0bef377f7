// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/session.h"

#include "app/core/log.h"
#include "app/db/pgconnection.h"
#include "app/db/querymark.h"

#include <QRegularExpression>

#include <libpq-fe.h>

using namespace Qt::StringLiterals;

namespace {

using ResultPointer = std::unique_ptr<PGresult, decltype(&PQclear)>;

QString field(const PGresult *result, int code)
{
    return QString::fromUtf8(PQresultErrorField(result, code));
}

Error serverError(const PGresult *result, const Statement &statement, const CancelToken &token)
{
    Error error{ErrorKind::Server,
                field(result, PG_DIAG_MESSAGE_PRIMARY),
                field(result, PG_DIAG_MESSAGE_HINT),
                field(result, PG_DIAG_MESSAGE_DETAIL),
                field(result, PG_DIAG_SQLSTATE),
                QString::fromUtf8(statement.name)};
    const QString &state = error.sqlstate;
    if (state == u"57014") {
        error.kind = token.cancelled() ? ErrorKind::Cancelled : ErrorKind::Timeout;
        error.hint = token.cancelled()
                         ? QString()
                         : u"The profile's statement time-out ended it. Narrow what is asked for, or "
                           u"raise the time-out in the profile."_s;
    } else if (state == u"55P03") {
        error.kind = ErrorKind::Timeout;
        error.hint = u"Another session holds a lock on it. Try again, or see who blocks."_s;
    } else if (state == u"42501") {
        error.kind = ErrorKind::Permission;
    } else if (state == u"57P01" || state == u"57P02" || state == u"57P03" || state.startsWith(u"08")) {
        error.kind = ErrorKind::LinkLost;
        error.message = state == u"57P01" ? u"The server ended this connection: it is stopping, or somebody "
                                            "ended the session."_s
                        : state == u"57P02"
                            ? u"The server ended this connection after another process of it crashed."_s
                            : error.message;
    } else if (state == u"25006") {
        error.hint = statement.name.startsWith("session/")
                         ? error.hint
                         : u"The profile is read-only, or the server is a standby."_s;
    } else if (state == u"53100") {
        error.kind = ErrorKind::Io;
        error.hint = u"The server's disk is full. Free some space there and repeat."_s;
    }
    return error;
}

/// Statements that services put together, or around one of the catalogue, begin with the mark as well:
/// statistics tell ours from others' by it.
QByteArray marked(const QByteArray &sql)
{
    return sql.startsWith(sqlcatalog::mark) ? sql : sqlcatalog::mark + QByteArray(" */ ") + sql;
}

} // namespace

Param::Param(const QStringList &values)
{
    QByteArray array = "{";
    for (const QString &value : values) {
        QByteArray element = value.toUtf8();
        element.replace('\\', "\\\\").replace('"', "\\\"");
        array += (array.size() > 1 ? ",\"" : "\"") + element + '"';
    }
    m_text = array + '}';
}

QByteArray quoteIdentifier(const QString &name)
{
    return '"' + name.toUtf8().replace('"', "\"\"") + '"';
}

QString zoneForServer(const QString &id)
{
    static const QRegularExpression offset(u"^(?:UTC|GMT)([+-])(\\d\\d?(?::?\\d\\d)?)$"_s,
                                           QRegularExpression::CaseInsensitiveOption);
    const QRegularExpressionMatch match = offset.match(id);
    if (!match.hasMatch())
        return id;
    QString digits = match.captured(2);
    if (digits.size() == 4)
        digits.insert(2, u':');
    // POSIX counts what is to be added to reach Greenwich.
    return u"<%1%2>%3%2"_s.arg(match.captured(1), digits, match.captured(1) == u"+" ? u"-"_s : u"+"_s);
}

QByteArray quoteLiteral(const QString &text)
{
    // With standard_conforming_strings, on since PostgreSQL 9.1, only the quote is special; E'' keeps
    // backslashes right where it is off.
    QByteArray literal = text.toUtf8().replace('\'', "''");
    return literal.contains('\\') ? " E'" + literal.replace('\\', "\\\\") + '\'' : '\'' + literal + '\'';
}

Session::Session(std::shared_ptr<PgConnection> connection, Profile profile, QString purpose,
                 CancelToken token)
    : m_connection(std::move(connection))
    , m_profile(std::move(profile))
    , m_purpose(std::move(purpose))
    , m_token(std::move(token))
{
}

Session::~Session() = default;

bool Session::send(const Statement &statement, const Params &params)
{
    std::vector<const char *> values;
    values.reserve(size_t(params.size()));
    for (const Param &param : params)
        values.push_back(param.data());
    return PQsendQueryParams(m_connection->handle(), statement.sql.constData(), int(values.size()), nullptr,
                             values.data(), nullptr, nullptr, 0) == 1;
}

namespace {

// The mark is sqlcatalog::mark. What travels in each transaction; text formats are fixed here so that Rows
// can read them. One statement, since each costs the server a parse, a plan and two messages: the select list
// is evaluated from left to right, and the store comes last. A role is taken by a statement of its own before
// the store, because the right to call use_store() is looked at before the list is evaluated.
#define RETAIL_SETTINGS                                                                                      \
    "set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true),"                       \
    " set_config('datestyle', 'ISO', true), set_config('timezone', 'UTC', true),"                            \
    " set_config('application_name', $3, true), set_config('role', $4, true)"
#define RETAIL_READ_ONLY "set_config('transaction_read_only', 'on', true), "
#define RETAIL_SELECT "/* retail-admin */ SELECT "
const Statement writeSettings{"session/settings", RETAIL_SELECT RETAIL_SETTINGS};
const Statement readSettings{"session/settings", RETAIL_SELECT RETAIL_READ_ONLY RETAIL_SETTINGS};
const Statement writeSettingsAndStore{"session/settings",
                                      RETAIL_SELECT RETAIL_SETTINGS ", retail.use_store($5)"};
const Statement readSettingsAndStore{"session/settings",
                                     RETAIL_SELECT RETAIL_READ_ONLY RETAIL_SETTINGS ", retail.use_store($5)"};
const Statement storeStatement{"session/use_store", RETAIL_SELECT "retail.use_store($1)"};
#undef RETAIL_SETTINGS
#undef RETAIL_READ_ONLY
#undef RETAIL_SELECT
const Statement beginStatement{"session/begin", "/* retail-admin */ BEGIN READ WRITE"};
const Statement beginReadOnlyStatement{"session/begin", "/* retail-admin */ BEGIN READ ONLY"};
const Statement commitStatement{"session/commit", "/* retail-admin */ COMMIT"};
const Statement rollbackStatement{"session/rollback", "/* retail-admin */ ROLLBACK"};

} // namespace

/// Settings and store, as the first part of a pipeline.
bool Session::sendContext(Access access, const QString &storeId)
{
    const bool readOnly = access == Access::ReadOnly;
    Params params{m_profile.statementTimeoutMs, m_profile.lockTimeoutMs, u"retail-admin - "_s + m_purpose,
                  m_profile.role.isEmpty() ? u"none"_s : m_profile.role};
    // The server's own time-out comes first; this is for a link on which its answer does not arrive.
    m_connection->setPatience(m_profile.statementTimeoutMs > 0 ? m_profile.statementTimeoutMs + answerGraceMs
                                                               : 0);
    if (storeId.isEmpty() || !m_profile.role.isEmpty())
        return send(readOnly ? readSettings : writeSettings, params) &&
               (storeId.isEmpty() || send(storeStatement, {storeId}));
    params.append(storeId);
    return send(readOnly ? readSettingsAndStore : writeSettingsAndStore, params);
}

Result<void> Session::collectContext(const QString &storeId)
{
    Result<void> first;
    const auto keep = [&first](const Result<Rows> &next) {
        if (first.ok() && !next)
            first = next.error();
    };
    keep(collect(readSettings));
    if (!storeId.isEmpty() && !m_profile.role.isEmpty())
        keep(collect(storeStatement));
    return first;
}

/// libpq took a statement not: the link is gone, or the statement cannot be (65,536 parameters).
Error Session::notSent(const Statement &statement) const
{
    if (PQstatus(m_connection->handle()) == CONNECTION_BAD || !m_connection->usable())
        return lost(statement);
    return {ErrorKind::Internal,
            u"The statement could not be sent."_s,
            {},
            m_connection->lastMessage(),
            {},
            QString::fromUtf8(statement.name)};
}

Error Session::lost(const Statement &statement) const
{
    if (m_connection->cancelUnanswered())
        return {ErrorKind::Cancelled,
                u"The server did not stop within 5 s, so the connection was closed."_s,
                u"The session may still run there; Activity shows it, and can end it."_s,
                u"Server process %1"_s.arg(m_connection->backend()),
                {},
                QString::fromUtf8(statement.name)};
    if (m_token.cancelled())
        return {ErrorKind::Cancelled, u"It was cancelled."_s, {}, {}, {}, QString::fromUtf8(statement.name)};
    return {ErrorKind::LinkLost,
            u"The connection to the server ended before it answered."_s,
            {},
            m_connection->lastMessage(),
            {},
            QString::fromUtf8(statement.name)};
}

/// The answer to one statement of the pipeline: rows, or why not. The rest of a failed pipeline answers
/// "aborted", told as an error without message.
Result<Rows> Session::collect(const Statement &statement)
{
    PGconn *connection = m_connection->handle();
    if (!m_connection->waitForResult(m_token))
        return lost(statement);
    ResultPointer result(PQgetResult(connection), PQclear);
    if (!result)
        return lost(statement);
    const ExecStatusType status = PQresultStatus(result.get());
    Result<Rows> outcome = Rows();
    if (status == PGRES_PIPELINE_ABORTED)
        outcome = Error{ErrorKind::Server, {}};
    else if (status == PGRES_FATAL_ERROR)
        outcome =
            PQstatus(connection) == CONNECTION_BAD && !PQresultErrorField(result.get(), PG_DIAG_SQLSTATE)
                ? lost(statement)
                : serverError(result.get(), statement, m_token);
    else
        outcome = Rows(result.release());
    // The null that ends this statement's answers.
    if (!m_connection->waitForResult(m_token))
        return lost(statement);
    PQclear(PQgetResult(connection));
    return outcome;
}

Result<void> Session::collectSync()
{
    if (!m_connection->waitForResult(m_token))
        return lost({"session/sync", {}});
    const ResultPointer result(PQgetResult(m_connection->handle()), PQclear);
    if (!result || PQresultStatus(result.get()) != PGRES_PIPELINE_SYNC)
        return lost({"session/sync", {}});
    return {};
}

Result<Rows> Session::read(const QString &storeId, const Statement &statement, const Params &params)
{
    const Result<QList<Rows>> rows = readAll(storeId, {{statement, params}});
    return rows ? Result<Rows>(rows->first()) : rows.error();
}

Result<QList<Rows>> Session::readAll(const QString &storeId, const QList<Command> &commands)
{
    PGconn *connection = m_connection->handle();
    // Everything up to the Sync is one transaction without BEGIN and COMMIT. It is read-only from its first
    // statement on, and the Sync ends it whether the statements failed or not.
    bool sent = PQenterPipelineMode(connection) && sendContext(Access::ReadOnly, storeId);
    for (const Command &command : commands)
        sent = sent && send({command.statement.name, marked(command.statement.sql)}, command.params);
    if (!sent || !PQpipelineSync(connection))
        return notSent(commands.last().statement);
    Result<void> outcome = collectContext(storeId);
    QList<Rows> answers;
    for (const Command &command : commands) {
        const Result<Rows> rows = collect(command.statement);
        if (rows)
            answers.append(*rows);
        else if (outcome)
            outcome = rows.error();
    }
    const Result<void> ended = collectSync();
    PQexitPipelineMode(connection);
    if (outcome && !ended)
        outcome = ended.error();
    return outcome ? Result<QList<Rows>>(answers) : outcome.error();
}

Result<QList<Rows>> Session::write(const QString &storeId, const QList<Command> &commands)
{
    PGconn *connection = m_connection->handle();
    m_wrote = true;
    const Statement &last = commands.last().statement;
    bool sent = PQenterPipelineMode(connection) &&
                send(m_profile.readOnly ? beginReadOnlyStatement : beginStatement, {}) &&
                sendContext(Access::ReadWrite, storeId);
    for (const Command &command : commands)
        sent = sent && send({command.statement.name, marked(command.statement.sql)}, command.params);
    if (!sent || !PQpipelineSync(connection))
        return notSent(last);

    Result<void> failure;
    QList<Rows> answers;
    const auto keep = [&](const Error &error) {
        if (failure)
            failure = error;
    };
    if (const Result<Rows> begun = collect(beginStatement); !begun)
        keep(begun.error());
    if (const Result<void> context = collectContext(storeId); !context)
        keep(context.error());
    for (const Command &command : commands) {
        Result<Rows> rows = collect(command.statement);
        if (rows)
            answers.append(*rows);
        else
            keep(rows.error());
    }
    if (const Result<void> synced = collectSync(); !synced)
        keep(synced.error());
    // COMMIT was not sent, so nothing is saved: the server rolls back when the connection ends.
    if (PQstatus(connection) == CONNECTION_BAD || !m_connection->usable())
        return failure ? lost(last) : failure.error();
    if (failure && m_token.cancelled())
        failure = Error{ErrorKind::Cancelled, u"It was cancelled; nothing was saved."_s};

    // COMMIT goes alone, after all answers are in: only here can the outcome become unknown. After a failure
    // it goes as a ROLLBACK.
    const bool rollingBack = !failure;
    const Statement &ending = rollingBack ? rollbackStatement : commitStatement;
    const bool ordered = send(ending, {}) && PQpipelineSync(connection);
    const Result<Rows> committed = ordered ? collect(ending) : Result<Rows>(notSent(ending));
    const Result<void> ended = committed ? collectSync() : Result<void>(committed.error());
    if (ordered && !committed && m_connection->usable())
        (void)collectSync();
    PQexitPipelineMode(connection);
    if (!failure)
        return failure.error();
    if (committed)
        return answers; // the server said so; what became of the link afterwards is the next request's
    if (!committed.error().sqlstate.isEmpty() && committed.error().kind != ErrorKind::LinkLost)
        return committed.error(); // refused by the server: a deferred constraint, a time-out
    return Error{
        ErrorKind::OutcomeUnknown,
        u"The connection ended while the change was being confirmed."_s,
        u"It may or may not have been saved: look at the row, or at the audit log, before repeating it."_s,
        m_connection->lastMessage(),
        {},
        QString::fromUtf8(last.name)};
}

Result<Rows> Session::simpleResult(const Statement &statement)
{
    PGconn *connection = m_connection->handle();
    Result<Rows> outcome = Rows();
    for (;;) {
        if (!m_connection->waitForResult(m_token))
            return lost(statement);
        ResultPointer result(PQgetResult(connection), PQclear);
        if (!result)
            return outcome;
        const ExecStatusType status = PQresultStatus(result.get());
        if (status == PGRES_FATAL_ERROR) {
            outcome =
                PQstatus(connection) == CONNECTION_BAD && !PQresultErrorField(result.get(), PG_DIAG_SQLSTATE)
                    ? lost(statement)
                    : serverError(result.get(), statement, m_token);
            if (PQstatus(connection) == CONNECTION_BAD)
                return outcome;
        } else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) {
            return Rows(result.release());
        } else if (outcome) {
            outcome = Rows(result.release());
        }
    }
}

Result<Rows> Session::execute(const QByteArray &sql, const Params &params)
{
    m_wrote = true;
    const Statement statement{sql.left(60), sql};
    m_connection->setPatience(0);
    if (!send(statement, params))
        return notSent(statement);
    return simpleResult(statement);
}

Result<Rows> Session::executeScript(const QByteArray &sql)
{
    m_wrote = true;
    const Statement statement{"script", sql};
    m_connection->setPatience(0);
    if (!PQsendQuery(m_connection->handle(), sql.constData()))
        return notSent(statement);
    return simpleResult(statement);
}

Result<qint64> Session::copyIn(const QByteArray &sql,
                               const std::function<Result<bool>(QByteArray &)> &produce)
{
    PGconn *connection = m_connection->handle();
    Result<Rows> started = execute(sql);
    if (!started)
        return started.error();
    const Statement statement{sql.left(60), sql};
    QByteArray buffer;
    Result<bool> more = true;
    while (more && *more) {
        buffer.clear();
        if (m_token.cancelled())
            more = Error{ErrorKind::Cancelled, u"Loading was cancelled."_s};
        else
            more = produce(buffer);
        if (!more || buffer.isEmpty())
            continue;
        int queued = 0;
        while ((queued = PQputCopyData(connection, buffer.constData(), int(buffer.size()))) == 0)
            if (!m_connection->waitToSend(m_token))
                return lost(statement);
        if (queued < 0 || !m_connection->waitToSend(m_token))
            return lost(statement);
    }
    while (PQputCopyEnd(connection, more ? nullptr : "the client gave up") == 0)
        if (!m_connection->waitToSend(m_token))
            return lost(statement);
    const Result<Rows> ended = simpleResult(statement);
    if (!more)
        return more.error();
    if (!ended)
        return ended.error();
    return ended->affected();
}

Result<qint64> Session::copyOut(const QByteArray &sql,
                                const std::function<Result<void>(QByteArrayView)> &consume)
{
    PGconn *connection = m_connection->handle();
    Result<Rows> started = execute(sql);
    if (!started)
        return started.error();
    const Statement statement{sql.left(60), sql};
    for (;;) {
        char *row = nullptr;
        const int size = PQgetCopyData(connection, &row, 1);
        if (size > 0) {
            const Result<void> taken = consume(QByteArrayView(row, size));
            PQfreemem(row);
            if (!taken) // in the middle of a COPY: the connection is closed with the session, which ends it
                return taken.error();
        } else if (size == 0) {
            if (!m_connection->waitForCopyData(m_token))
                return lost(statement);
        } else {
            break;
        }
    }
    const Result<Rows> ended = simpleResult(statement);
    if (!ended)
        return ended.error();
    return ended->affected();
}

Result<qint64> Session::copyRows(const QString &storeId, const QByteArray &sql,
                                 const std::function<Result<void>(QByteArrayView)> &consume)
{
    Result<Rows> begun = execute(beginReadOnlyStatement.sql);
    if (begun)
        begun = execute(writeSettings.sql, {0, m_profile.lockTimeoutMs, u"retail-admin - "_s + m_purpose,
                                            m_profile.role.isEmpty() ? u"none"_s : m_profile.role});
    if (begun && !storeId.isEmpty())
        begun = execute(storeStatement.sql, {storeId});
    if (!begun)
        return begun.error();
    const Result<qint64> rows = copyOut(marked(sql), consume);
    if (!rows)
        return rows.error();
    const Result<Rows> ended = execute(commitStatement.sql);
    if (!ended)
        return ended.error();
    return *rows;
}

Result<QString> Session::scramVerifier(const QString &login, const QString &password)
{
    char *verifier = PQencryptPasswordConn(m_connection->handle(), password.toUtf8().constData(),
                                           login.toUtf8().constData(), "scram-sha-256");
    if (!verifier)
        return Error{
            ErrorKind::Server, u"The password could not be prepared."_s, {}, m_connection->lastMessage()};
    const QString text = QString::fromUtf8(verifier);
    PQfreemem(verifier);
    return text;
}
