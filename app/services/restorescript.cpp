// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/restorescript.h"

#include "app/core/log.h"
#include "app/db/session.h"
#include "app/jobs/processrunner.h"

#include <csignal>

using namespace Qt::StringLiterals;

namespace restore {

namespace {

constexpr int pollMs = 50;
constexpr int graceMs = 5'000;
constexpr qint64 mostUnwritten = 4 << 20;        // bytes: psql sets the pace
constexpr int blockedSeconds = 20;               // how long a lock is waited for
constexpr int lockSeconds = blockedSeconds + 10; // the server's own limit, which names nobody
constexpr char settled[] = "retail-admin-settled";

/// The answer to COMMIT did not come: what is there now is the one or the other, whole.
Error unconfirmed(const QString &detail)
{
    return {ErrorKind::OutcomeUnknown, u"The connection ended while the restore was being confirmed."_s,
            u"All of it was restored or nothing: look at the database before repeating it."_s,
            logging::redact(detail)};
}

/// Whoever has read keeps that lock to the end of his transaction. When he then wants to write, he waits for
/// us, and we may not wait for him: the server ends such a wait at once, with our error. So his statement is
/// cancelled, nothing of which is done.
void cancelDeadlocked(Session &monitor, const QString &application, JobContext &job)
{
    const Result<Rows> rows =
        monitor.execute(sqlcatalog::query("restore/cancel_deadlocked").sql, {application});
    for (int row = 0; rows && row < rows->count(); ++row)
        job.log(
            u"The restore and process %1 of %2 (%3) waited for each other: its statement is cancelled."_s.arg(
                rows->text(row, 0), rows->text(row, 1), rows->text(row, 2)));
}

} // namespace

Result<std::unique_ptr<Script>> Script::begin(const ChildConnection &connection, const QStringList &folders,
                                              int major, const std::function<void()> &onTick,
                                              const CancelToken &token)
{
    const Result<backup::Tool> tool = backup::findTool(u"psql"_s, major, folders, token);
    if (!tool)
        return tool.error();
    std::unique_ptr<Script> script(new Script(onTick, token));
    QProcess &psql = script->m_psql;
    psql.setProgram(tool->program);
    psql.setArguments({u"--no-psqlrc"_s, u"--quiet"_s, u"--no-password"_s, u"--set=ON_ERROR_STOP=1"_s,
                       u"--output=/dev/null"_s, u"--dbname"_s, connection.conninfo(), u"--file=-"_s});
    psql.setProcessEnvironment(connection.environment());
    psql.setWorkingDirectory(u"/"_s);
    psql.setChildProcessModifier(childSetup({}, SIGKILL));
    psql.start();
    if (!psql.waitForStarted())
        return Error{ErrorKind::Tool, u"%1 cannot be started."_s.arg(tool->program), {}, psql.errorString()};
    // It may wait for a backup, idle, as long as that takes.
    script->feed("BEGIN; SET LOCAL client_min_messages = warning; SET LOCAL statement_timeout = 0; "
                 "SET LOCAL idle_in_transaction_session_timeout = 0;\n"
                 "SELECT set_config('transaction_timeout', '0', true) WHERE "
                 "current_setting('server_version_num')::int >= 170000;\n"
                 "SET LOCAL ROLE retail_owner;\n");
    return script;
}

Script::~Script()
{
    stop();
}

void Script::stop()
{
    if (!running())
        return;
    m_stopped = true;
    // psql passes an interrupt on to the server, so that what it does there ends too.
    ::kill(pid_t(m_psql.processId()), SIGINT);
    m_psql.closeWriteChannel();
    if (m_psql.waitForFinished(graceMs))
        return;
    m_psql.kill();
    m_psql.waitForFinished();
}

bool Script::feed(QByteArrayView script)
{
    m_psql.write(script.data(), script.size());
    while (running() && !m_token.cancelled() && m_psql.bytesToWrite() > mostUnwritten) {
        m_psql.waitForBytesWritten(pollMs);
        m_onTick();
    }
    return running() && !m_token.cancelled();
}

bool Script::settle()
{
    // Standard error, since psql keeps its standard output in a buffer.
    m_psql.write(QByteArray("\n\\warn ") + settled + '\n');
    while (running() && !m_token.cancelled() && !m_said.contains(settled)) {
        m_psql.waitForReadyRead(pollMs);
        m_said += m_psql.readAllStandardError();
        m_onTick();
    }
    if (!m_said.contains(settled))
        return false;
    m_said.clear();
    return true;
}

Result<void> Script::commit()
{
    const bool whole = running() && !m_token.cancelled();
    if (whole) {
        // The first error ends psql: once it has said this, all before is done and COMMIT is sent.
        m_psql.write("\n\\echo committing\nCOMMIT;\n");
        m_psql.closeWriteChannel();
    }
    while (running() && !m_psql.waitForFinished(pollMs)) {
        m_onTick();
        if (m_token.cancelled())
            stop();
    }
    const bool ended = m_psql.exitStatus() == QProcess::NormalExit;
    if (whole && ended && m_psql.exitCode() == 0)
        return {};
    const QString said = QString::fromLocal8Bit(m_said + m_psql.readAllStandardError());
    constexpr int refusedCode = 3; // of psql: the server answered with an error
    if (m_psql.readAllStandardOutput().contains("committing") && !(ended && m_psql.exitCode() == refusedCode))
        return unconfirmed(said.trimmed());
    if (m_stopped)
        return Error{ErrorKind::Cancelled, u"The restore was cancelled."_s};
    return backup::toolFailure(u"The restore failed, and was undone."_s, said, {});
}

Result<void> lookForBlockers(Session &monitor, const QString &application, bool takesAll, JobContext &job)
{
    if (takesAll)
        cancelDeadlocked(monitor, application, job);
    const Result<Rows> rows = monitor.execute(sqlcatalog::query("restore/blockers").sql, {application});
    if (!rows || rows->count() == 0)
        return {};
    if (rows->integer(0, 3) < blockedSeconds)
        return {};
    return Error{
        ErrorKind::Timeout,
        u"The restore waited %1 s for a table that process %2 of %3 (%4) uses, and was undone."_s.arg(
            QString::number(rows->integer(0, 3)), rows->text(0, 0), rows->text(0, 1), rows->text(0, 2)),
        u"End that session (Activity), or restore into a new database and swap."_s};
}

QByteArray lockScript(const QList<backup::TocEntry> &entries, const QByteArray &mode)
{
    QByteArrayList schemas;
    QByteArrayList tables;
    for (const backup::TocEntry &entry : entries) {
        const QString schema = entry.name.section(u' ', 0, 0);
        const QString name = entry.name.section(u' ', 1, -2);
        if (entry.type == u"SCHEMA" && name != u"public")
            schemas += quoteLiteral(name);
        else if (entry.type == u"TABLE")
            tables += quoteLiteral(schema + u'.' + name);
    }
    // Again where somebody waits for us: the lock itself would fail, see cancelDeadlocked().
    return "SET LOCAL lock_timeout = '" + QByteArray::number(lockSeconds) +
           "s';\n"
           "DO $lock$\n"
           "DECLARE\n"
           "    tables text := (SELECT string_agg(format('%I.%I', n.nspname, c.relname), ', ')\n"
           "  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace\n"
           // What others own in a schema goes with it, and cannot be locked.
           " WHERE c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'USAGE') AND (n.nspname = ANY "
           "(ARRAY[" +
           schemas.join(", ") + "]::text[])\n        OR n.nspname || '.' || c.relname = ANY (ARRAY[" +
           tables.join(", ") +
           "]::text[])));\n"
           "BEGIN\n"
           "    IF tables IS NULL THEN\n"
           "        RETURN;\n"
           "    END IF;\n"
           "    FOR attempt IN 1..50 LOOP\n"
           "        BEGIN\n"
           "            EXECUTE 'LOCK TABLE ' || tables || ' IN " +
           mode +
           " MODE';\n"
           "            EXIT;\n"
           "        EXCEPTION WHEN deadlock_detected THEN\n"
           "            IF attempt = 50 THEN\n"
           "                RAISE EXCEPTION 'These sessions read what is replaced and wait to write: %', "
           "(SELECT "
           "string_agg(format('process %s of %s', pid, usename), ', ') FROM pg_stat_activity WHERE "
           "pg_backend_pid() = ANY (pg_blocking_pids(pid)));\n"
           "            END IF;\n"
           "            PERFORM pg_sleep(0.2);\n"
           "        END;\n"
           "    END LOOP;\n"
           "END $lock$;\n";
}

QByteArray dropScript(const QList<backup::TocEntry> &entries)
{
    static const QStringList kinds{u"TABLE"_s,     u"FOREIGN TABLE"_s, u"VIEW"_s, u"MATERIALIZED VIEW"_s,
                                   u"SEQUENCE"_s,  u"FUNCTION"_s,      u"TYPE"_s, u"DOMAIN"_s,
                                   u"PROCEDURE"_s, u"AGGREGATE"_s};
    QByteArray schemas;
    QByteArray others;
    for (const backup::TocEntry &entry : entries) {
        const QString schema = entry.name.section(u' ', 0, 0);
        const QString name = entry.name.section(u' ', 1, -2);
        if (entry.type == u"SCHEMA" && name != u"public")
            schemas += "DROP SCHEMA IF EXISTS " + quoteIdentifier(name) + " CASCADE;\n";
        else if (schema == u"public" && kinds.contains(entry.type)) {
            // A function's name comes with its arguments.
            const qsizetype arguments = name.indexOf(u'(');
            others += "DROP " + entry.type.toLatin1() + " IF EXISTS public." +
                      quoteIdentifier(arguments < 0 ? name : name.left(arguments)) +
                      (arguments < 0 ? QByteArray() : name.mid(arguments).toUtf8()) + " CASCADE;\n";
        }
    }
    return schemas + others;
}

} // namespace restore
