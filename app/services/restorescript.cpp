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
constexpr qint64 mostUnwritten = 4 << 20; // bytes: psql sets the pace

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
    script->feed("BEGIN; SET LOCAL client_min_messages = warning; SET LOCAL ROLE retail_owner;\n");
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
    const QString said = QString::fromLocal8Bit(m_psql.readAllStandardError());
    constexpr int refusedCode = 3; // of psql: the server answered with an error
    if (m_psql.readAllStandardOutput().contains("committing") && !(ended && m_psql.exitCode() == refusedCode))
        return unconfirmed(said.trimmed());
    if (m_stopped)
        return Error{ErrorKind::Cancelled, u"The restore was cancelled."_s};
    return backup::toolFailure(u"The restore failed, and was undone."_s, said, {});
}

Error unconfirmed(const QString &detail)
{
    return {ErrorKind::OutcomeUnknown, u"The connection ended while the restore was being confirmed."_s,
            u"All of it was restored or nothing: look at the database before repeating it."_s,
            logging::redact(detail)};
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
