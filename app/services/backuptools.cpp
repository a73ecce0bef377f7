// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/backuptools.h"

#include "app/core/log.h"
#include "app/db/childconnection.h"
#include "app/jobs/processrunner.h"

#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>
#include <QStandardPaths>

using namespace Qt::StringLiterals;

namespace backup {

namespace {

constexpr int keptErrorLines = 12;

Result<Tool> versionOf(const QString &program, const CancelToken &token)
{
    ProcessCall call;
    call.program = program;
    call.arguments = QStringList{u"--version"_s};
    call.environment = ChildConnection::cleanEnvironment();
    const Result<ProcessOutput> output = runProcess(call, token);
    if (!output)
        return output.error();
    static const QRegularExpression number(u"\\(PostgreSQL\\) (\\d+)(?:\\.\\d+)?\\S*"_s);
    const auto match = number.match(QString::fromLocal8Bit(output->standardOutput));
    if (!match.hasMatch())
        return Error{ErrorKind::Tool, u"%1 does not tell its version."_s.arg(program)};
    return Tool{program, match.captured(0).section(u' ', 1), match.captured(1).toInt()};
}

} // namespace

QStringList toolFolders(const QString &preferred)
{
    QStringList folders;
    if (!preferred.isEmpty())
        folders += preferred;
    // Red Hat's packages of postgresql.org are in /usr/pgsql-NN.
    for (const auto &[root, pattern] :
         {std::pair{u"/usr/lib/postgresql"_s, u"*"_s}, std::pair{u"/usr"_s, u"pgsql-*"_s}})
        for (const QString &version : QDir(root).entryList({pattern}, QDir::Dirs | QDir::NoDotAndDotDot))
            folders += u"%1/%2/bin"_s.arg(root, version);
    return folders + qEnvironmentVariable("PATH").split(u':', Qt::SkipEmptyParts);
}

Result<Tool> findTool(const QString &name, int serverMajor, const QStringList &folders,
                      const CancelToken &token)
{
    Tool best;
    QStringList older;
    for (const QString &folder : folders) {
        const QFileInfo file(folder + u'/' + name);
        if (!file.isFile() || !file.isExecutable())
            continue;
        const Result<Tool> tool = versionOf(file.absoluteFilePath(), token);
        if (!tool && tool.error().kind == ErrorKind::Cancelled)
            return tool.error();
        if (!tool)
            continue;
        if (tool->major < serverMajor)
            older += u"%1 (%2)"_s.arg(tool->version, tool->program);
        else if (best.program.isEmpty() || tool->major < best.major)
            best = *tool;
    }
    if (!best.program.isEmpty())
        return best;
    older.removeDuplicates();
    return Error{ErrorKind::Tool,
                 older.isEmpty()
                     ? u"%1 is not installed."_s.arg(name)
                     : u"The server is PostgreSQL %1, and every %2 here is older and would refuse it."_s.arg(
                           QString::number(serverMajor), name),
                 u"Install the package postgresql-client-%1 (apt-get install postgresql-client-%1; where the "
                 u"distribution has none, add apt.postgresql.org first)."_s.arg(serverMajor),
                 older.isEmpty() ? QString() : u"Found: "_s + older.join(u", "_s)};
}

Result<QString> findAge()
{
    const QString age = QStandardPaths::findExecutable(u"age"_s);
    if (age.isEmpty())
        return Error{ErrorKind::Tool, u"age, which seals backups, is not installed."_s,
                     u"Install it: apt-get install age."_s};
    return age;
}

Result<void> checkRecipient(const QString &recipient)
{
    static const QRegularExpression valid(u"^(age1[0-9a-z]{20,}|ssh-(ed25519|rsa) [A-Za-z0-9+/=]+( .*)?)$"_s);
    if (recipient.startsWith(u"AGE-SECRET-KEY-"))
        return Error{
            ErrorKind::Usage, u"That is a secret key, not a recipient."_s,
            u"A backup is sealed to the public key, “age1…”. Keep the secret one off this machine, and "
            u"make a new pair if others could have seen this one."_s};
    if (!valid.match(recipient).hasMatch())
        return Error{ErrorKind::Usage, u"“%1” is no public key of age."_s.arg(recipient),
                     u"Give “age1…” or a line of an SSH public key file. age-keygen makes a pair."_s};
    return {};
}

QList<TocEntry> parseToc(const QByteArray &list)
{
    // Types of more than one word; the longest that fits decides.
    static const QStringList longTypes{u"SEQUENCE OWNED BY"_s,
                                       u"TEXT SEARCH CONFIGURATION"_s,
                                       u"TEXT SEARCH DICTIONARY"_s,
                                       u"TEXT SEARCH PARSER"_s,
                                       u"TEXT SEARCH TEMPLATE"_s,
                                       u"MATERIALIZED VIEW DATA"_s,
                                       u"MATERIALIZED VIEW"_s,
                                       u"DATABASE PROPERTIES"_s,
                                       u"FOREIGN DATA WRAPPER"_s,
                                       u"FOREIGN TABLE"_s,
                                       u"PUBLICATION TABLES IN SCHEMA"_s,
                                       u"PUBLICATION TABLE"_s,
                                       u"INDEX ATTACH"_s,
                                       u"TABLE ATTACH"_s,
                                       u"STATISTICS DATA"_s,
                                       u"CHECK CONSTRAINT"_s,
                                       u"FK CONSTRAINT"_s,
                                       u"ROW SECURITY"_s,
                                       u"SEQUENCE SET"_s,
                                       u"TABLE DATA"_s,
                                       u"DEFAULT ACL"_s,
                                       u"EVENT TRIGGER"_s,
                                       u"USER MAPPING"_s,
                                       u"OPERATOR CLASS"_s,
                                       u"OPERATOR FAMILY"_s,
                                       u"ACCESS METHOD"_s,
                                       u"SHELL TYPE"_s,
                                       u"PROCEDURAL LANGUAGE"_s,
                                       u"LARGE OBJECT"_s,
                                       u"BLOB METADATA"_s,
                                       u"SECURITY LABEL"_s};
    static const QRegularExpression entry(u"^(\\d+); \\d+ \\d+ (.+)$"_s);
    QList<TocEntry> entries;
    for (const QByteArray &bytes : list.split('\n')) {
        const QString line = QString::fromUtf8(bytes);
        const auto match = entry.match(line);
        if (!match.hasMatch())
            continue;
        const QString rest = match.captured(2);
        QString type = rest.section(u' ', 0, 0);
        for (const QString &known : longTypes)
            if (rest.startsWith(known + u' ') && known.size() > type.size())
                type = known;
        entries.append({match.captured(1).toInt(), type, rest.mid(type.size() + 1), line});
    }
    return entries;
}

Error toolFailure(const QString &what, const QString &standardError, const QString &folder)
{
    const QString place = folder.isEmpty() ? u"the server"_s : folder;
    QStringList said;
    bool statement = false; // inside one that failed, which may be a whole function
    for (const QString &line : standardError.split(u'\n', Qt::SkipEmptyParts)) {
        statement = statement && !line.startsWith(u"pg_");
        // Verbose lines are "pg_dump: doing this"; what went wrong says so.
        const bool wrong = !line.startsWith(u"pg_") || line.contains(u"error:") ||
                           line.contains(u"detail:") || line.contains(u"hint:") || line.contains(u"warning:");
        if (wrong && !statement)
            said += line;
        statement = statement || line.startsWith(u"Command was:");
    }
    if (said.size() > keptErrorLines)
        said = said.mid(said.size() - keptErrorLines);
    const QString text = logging::redact(said.join(u'\n'));
    Error error{ErrorKind::Tool, what, {}, text};
    const auto says = [&](const char *words) {
        return text.contains(QLatin1String(words), Qt::CaseInsensitive);
    };
    if (says("No space left on device") || says("Disk quota exceeded")) {
        error.kind = ErrorKind::Io;
        error.message = u"%1 The disk of %2 is full."_s.arg(what, place);
        error.hint = folder.isEmpty() ? u"Free some space on the server's disk, and start again."_s
                                      : u"Free some space there, or choose a folder on another disk."_s;
    } else if (says("File too large")) {
        error.kind = ErrorKind::Io;
        error.message = u"%1 A limit on the size of files (ulimit -f) was reached in %2."_s.arg(what, place);
        error.hint = u"Raise the limit, or use the directory format with its smaller files."_s;
    } else if (says("Input/output error") || says("Read-only file system")) {
        error.kind = ErrorKind::Io;
        error.message = u"%1 The disk of %2 does not take writes."_s.arg(what, place);
    } else if (says("server version mismatch")) {
        error.message = u"%1 The program is older than the server."_s.arg(what);
    } else if (says("lock timeout") || says("could not obtain lock")) {
        error.kind = ErrorKind::Timeout;
        error.message = u"%1 Another session holds or waits for a lock on a table."_s.arg(what);
        error.hint = u"Look who holds it (Activity), and repeat when that has ended."_s;
    } else if (says("row-level security") || says("row security")) {
        error.kind = ErrorKind::Permission;
        error.message = u"%1 The role does not see all rows."_s.arg(what);
    } else if (says("permission denied") && !says("could not open")) {
        error.kind = ErrorKind::Permission;
        error.message = u"%1 The role lacks a right."_s.arg(what);
    } else if (says("server closed the connection") || says("terminating connection") ||
               says("connection to server") || says("no connection to the server") ||
               says("SSL connection has been closed")) {
        error.kind = ErrorKind::LinkLost;
        error.message = u"%1 The server ended the connection."_s.arg(what);
        error.hint = u"Was it stopped or restarted? Its log tells."_s;
    }
    return error;
}

} // namespace backup
