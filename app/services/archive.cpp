// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/archive.h"

#include "app/core/format.h"
#include "app/db/childconnection.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QSet>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace backup {

namespace {

/// "schema.table" of an identifier as pg_dump writes it.
QString unquoted(QString name)
{
    return name.remove(u'"');
}

/// Reads the script that pg_restore makes of an archive, line by line, and notes what it holds. The rows
/// themselves are only counted.
class ScriptReader final
{
public:
    explicit ScriptReader(Manifest &manifest, QSet<QString> &roles)
        : m_manifest(manifest)
        , m_roles(roles)
    {
    }

    void take(QByteArrayView bytes)
    {
        m_rest.append(bytes.data(), bytes.size());
        qsizetype begin = 0;
        for (qsizetype end = m_rest.indexOf('\n'); end >= 0; end = m_rest.indexOf('\n', begin)) {
            line(QByteArrayView(m_rest).sliced(begin, end - begin));
            begin = end + 1;
        }
        m_rest.remove(0, begin);
    }

private:
    void line(QByteArrayView text)
    {
        if (m_copying >= 0) {
            if (text == "\\.")
                m_copying = -1;
            else
                ++m_manifest.tables[m_copying].rows;
            return;
        }
        if (text.startsWith("COPY ") || text.startsWith("CREATE ") || text.startsWith("ALTER TABLE ") ||
            text.startsWith("GRANT ") || text.startsWith("REVOKE "))
            statement(QString::fromUtf8(text));
    }

    void statement(const QString &text)
    {
        static const QRegularExpression copy(u"^COPY (\\S+) .*FROM stdin;$"_s);
        static const QRegularExpression create(u"^CREATE (?:UNLOGGED )?TABLE (\\S+) \\("_s);
        static const QRegularExpression security(
            u"^ALTER TABLE (?:ONLY )?(\\S+) (ENABLE|FORCE) ROW LEVEL SECURITY;$"_s);
        static const QRegularExpression policy(u"^CREATE POLICY (\"[^\"]+\"|\\S+) ON (\\S+)( AS "
                                               u"RESTRICTIVE)?(?: FOR (SELECT|INSERT|UPDATE|DELETE))?"
                                               "(?: TO (.+?))?(?: USING | WITH CHECK |;)"_s);
        static const QRegularExpression grant(
            u"^(?:GRANT|REVOKE) .+ (?:TO|FROM) (\"[^\"]+\"|\\S+?)(?: WITH GRANT OPTION)?;$"_s);
        if (const auto match = copy.match(text); match.hasMatch()) {
            m_copying = indexOf(unquoted(match.captured(1)));
        } else if (const auto made = create.match(text); made.hasMatch()) {
            (void)indexOf(unquoted(made.captured(1)));
        } else if (const auto row = security.match(text); row.hasMatch()) {
            Table &table = m_manifest.tables[indexOf(unquoted(row.captured(1)))];
            (row.captured(2) == u"FORCE" ? table.forceRowSecurity : table.rowSecurity) = true;
        } else if (const auto rule = policy.match(text); rule.hasMatch()) {
            static const QHash<QString, QString> commands{
                {u"SELECT"_s, u"r"_s}, {u"INSERT"_s, u"a"_s}, {u"UPDATE"_s, u"w"_s}, {u"DELETE"_s, u"d"_s}};
            m_manifest.tables[indexOf(unquoted(rule.captured(2)))].policies +=
                unquoted(rule.captured(1)) + u' ' + commands.value(rule.captured(4), u"*"_s) +
                (rule.captured(3).isEmpty() ? QString() : u" restrictive"_s);
            for (const QString &role : rule.captured(5).split(u", "_s, Qt::SkipEmptyParts))
                m_roles.insert(unquoted(role));
        } else if (const auto right = grant.match(text); right.hasMatch()) {
            m_roles.insert(unquoted(right.captured(1)));
        }
    }

    int indexOf(const QString &name)
    {
        if (const auto known = m_tables.constFind(name); known != m_tables.cend())
            return *known;
        Table table;
        table.schema = name.section(u'.', 0, 0);
        table.name = name.section(u'.', 1);
        m_manifest.tables.append(table);
        return m_tables[name] = int(m_manifest.tables.size() - 1);
    }

    Manifest &m_manifest;
    QSet<QString> &m_roles;
    QHash<QString, int> m_tables;
    QByteArray m_rest;
    int m_copying = -1;
};

/// age asks a terminal for the passphrase of such a key, and waits: from here nobody can answer it.
bool needsPassphrase(const QString &identity)
{
    QFile file(identity);
    if (!QFileInfo(identity).isFile() || !file.open(QIODevice::ReadOnly))
        return false; // age says what is wrong with it
    const QByteArray head = file.read(4096);
    if (head.startsWith("age-encryption.org/") || head.contains("BEGIN AGE ENCRYPTED FILE") ||
        head.contains("\nProc-Type: 4,ENCRYPTED"))
        return true;
    // OpenSSH's own format begins with its name and that of the cipher (PROTOCOL.key of OpenSSH).
    static const QByteArray begin("-----BEGIN OPENSSH PRIVATE KEY-----");
    static const QByteArray open("openssh-key-v1\0\0\0\0\4none", 23);
    const qsizetype at = head.indexOf(begin);
    return at >= 0 && !QByteArray::fromBase64(head.mid(at + begin.size())).startsWith(open);
}

Error unreadable(const Archive &archive, const ProcessOutput &output)
{
    if (output.feederExitCode > 0 && !output.feederError.isEmpty())
        return unpackFailed(archive, output.feederError);
    Error error{ErrorKind::Verification, u"%1 cannot be read to its end."_s.arg(archive.path),
                u"It is damaged, or was not written to its end: take another backup."_s,
                output.standardError};
    if (output.standardError.contains(u"unsupported version")) {
        error.kind = ErrorKind::Tool;
        error.message = u"%1 was written by a newer pg_dump than the pg_restore here."_s.arg(archive.path);
        error.hint = u"Install the newer postgresql-client package."_s;
    }
    return error;
}

} // namespace

Archive archiveOf(const StoredBackup &backup)
{
    Archive archive;
    archive.path = backup.dumpPath();
    // While it is being made the sealed file is not there yet, and the plain one is meant.
    archive.packing = archive.path.endsWith(u".age") ? Archive::Packing::Sealed : Archive::Packing::Plain;
    archive.toolMajor = backup.manifest.tool.section(u' ', 1).section(u'.', 0, 0).toInt(); // "pg_dump 15.20"
    archive.stored = backup;
    return archive;
}

Result<Archive> openArchive(const QString &path)
{
    const QFileInfo info(path);
    const Result<StoredBackup> ours = findBackup(path);
    if (ours)
        return archiveOf(*ours);
    const bool noManifest =
        ours.error().kind == ErrorKind::Verification && ours.error().message.contains(u"no manifest");
    if (!noManifest)
        return ours.error();
    Archive archive;
    archive.path = QDir::cleanPath(info.absoluteFilePath());
    if (info.isDir()) {
        if (QFileInfo::exists(archive.path + u"/toc.dat"_s))
            return archive;
        return Error{ErrorKind::Usage,
                     u"The folder %1 is no dump of pg_dump: it has no toc.dat."_s.arg(path)};
    }
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorKind::Io, u"%1 cannot be read."_s.arg(path), {}, file.errorString()};
    const QByteArray head = file.read(512);
    if (head.isEmpty())
        return Error{ErrorKind::Verification, u"%1 is empty."_s.arg(path),
                     u"A backup that failed leaves such a file; take another one."_s};
    if (head.startsWith("PGDMP") || head.mid(257, 5) == "ustar")
        return archive;
    if (head.startsWith("\x1f\x8b")) {
        archive.packing = Archive::Packing::Gzip;
        return archive;
    }
    if (head.startsWith("age-encryption.org/") || head.startsWith("-----BEGIN AGE")) {
        archive.packing = Archive::Packing::Sealed;
        return archive;
    }
    const bool script = head.startsWith("--") || head.contains("SET ") || head.contains("CREATE ");
    return Error{ErrorKind::Usage, u"%1 is no archive of pg_dump."_s.arg(path),
                 script
                     ? u"It looks like a script of SQL, which psql runs; take a dump in custom or directory "
                       "format."_s
                     : u"Backups of this program, and pg_dump's custom and directory formats, also inside "
                       "gzip, can be restored."_s};
}

Result<ProcessCall> restoreCall(const Archive &archive, const Means &means, const QStringList &arguments,
                                const CancelToken &token)
{
    const Result<Tool> tool = findTool(u"pg_restore"_s, archive.toolMajor, means.toolFolders, token);
    if (!tool)
        return tool.error();
    ProcessCall call;
    call.program = tool->program;
    call.arguments = arguments;
    call.environment = ChildConnection::cleanEnvironment();
    call.privateFiles = true;
    switch (archive.packing) {
    case Archive::Packing::Plain:
        call.arguments += archive.path;
        break;
    case Archive::Packing::Gzip:
        call.feeder = u"/bin/gzip"_s;
        call.feederArguments = {u"--decompress"_s, u"--stdout"_s, archive.path};
        break;
    case Archive::Packing::Sealed: {
        const Result<QString> age = findAge();
        if (!age)
            return age.error();
        if (means.identity.isEmpty())
            return Error{ErrorKind::Unverified, u"The backup is sealed: only its checksum can be verified."_s,
                         u"Name the file of its secret key with --identity to look inside."_s};
        if (needsPassphrase(means.identity))
            return Error{
                ErrorKind::Usage,
                u"The identity %1 is protected by a passphrase, which cannot be asked for here."_s.arg(
                    means.identity),
                u"Decrypt it first into a file that only you can read, and name that one: "
                u"(umask 077; age -d key.age > key.txt), or of an SSH key a copy without passphrase: "
                u"ssh-keygen -p -N '' -f COPY."_s};
        call.feeder = *age;
        call.feederArguments = {u"--decrypt"_s, u"--identity"_s, QFileInfo(means.identity).absoluteFilePath(),
                                archive.path};
    }
    }
    return call;
}

Error unpackFailed(const Archive &archive, const QString &said)
{
    if (said.contains(u"no identity matched"))
        return {ErrorKind::Usage, u"The identity does not open %1."_s.arg(archive.path),
                archive.stored
                    ? u"It was sealed to: %1"_s.arg(archive.stored->manifest.recipients.join(u", "_s))
                    : QString(),
                said};
    return {ErrorKind::Verification, u"%1 cannot be unpacked: it is damaged."_s.arg(archive.path), {}, said};
}

Result<QList<TocEntry>> readToc(const Archive &archive, const Means &means, const CancelToken &token)
{
    const Result<ProcessCall> call = restoreCall(archive, means, {u"--list"_s}, token);
    if (!call)
        return call.error();
    const Result<ProcessOutput> output = runProcess(*call, token);
    if (!output)
        return output.error();
    if (output->exitCode == 0)
        return parseToc(output->standardOutput);
    Error error = unreadable(archive, *output);
    if (error.kind == ErrorKind::Verification && output->feederExitCode <= 0)
        error.message = u"The table of contents of %1 cannot be read."_s.arg(archive.path);
    return error;
}

Result<Manifest> readThrough(const Archive &archive, const Means &means, JobContext &job)
{
    Result<ProcessCall> call = restoreCall(archive, means, {u"--file"_s, u"-"_s}, job.token());
    if (!call)
        return call.error();
    Manifest manifest;
    QSet<QString> roles;
    ScriptReader reader(manifest, roles);
    qint64 read = 0;
    call->onOutput = [&](QByteArrayView bytes) {
        reader.take(bytes);
        job.progress({u"reading the whole file"_s, read += bytes.size(), -1, u"bytes"_s});
    };
    const Result<ProcessOutput> output = runProcess(*call, job.token());
    if (!output)
        return output.error();
    // gzip says only at the end that the sum is wrong, when pg_restore has long been content.
    if (output->exitCode != 0 || output->feederExitCode > 0)
        return unreadable(archive, *output);
    manifest.roles = QStringList(roles.cbegin(), roles.cend());
    manifest.databaseBytes = 2 * read; // as text, and indexes
    job.log(u"%1 was read to its end: %2 tables, %3 rows"_s.arg(
        archive.path, format::count(manifest.tables.size()), format::count(manifest.rows())));
    return manifest;
}

Result<QStringList> rolesNamed(const Archive &archive, const Means &means, const CancelToken &token)
{
    Result<ProcessCall> call = restoreCall(archive, means, {u"--schema-only"_s, u"--file"_s, u"-"_s}, token);
    if (!call)
        return call.error();
    Manifest manifest;
    QSet<QString> roles;
    ScriptReader reader(manifest, roles);
    call->onOutput = [&](QByteArrayView bytes) { reader.take(bytes); };
    const Result<ProcessOutput> output = runProcess(*call, token);
    if (!output)
        return output.error();
    if (output->exitCode != 0)
        return unreadable(archive, *output);
    roles.remove(u"PUBLIC"_s);
    QStringList names(roles.cbegin(), roles.cend());
    names.sort();
    return names;
}

QList<TocEntry> withoutTheServers(const QList<TocEntry> &toc)
{
    // A publication's entry does not say whether it is FOR ALL TABLES, and no copy needs one.
    static const QStringList superusers{
        u"EXTENSION"_s,   u"EVENT TRIGGER"_s,     u"FOREIGN DATA WRAPPER"_s,
        u"PUBLICATION"_s, u"PUBLICATION TABLE"_s, u"PUBLICATION TABLES IN SCHEMA"_s,
        u"SUBSCRIPTION"_s};
    static const QStringList about{u"COMMENT"_s, u"ACL"_s, u"SECURITY LABEL"_s};
    QSet<QString> own;
    for (const TocEntry &entry : toc) {
        const qsizetype schemaEnd = entry.name.indexOf(u' ');
        own.insert(entry.name.left(schemaEnd) + u' ' + entry.type + entry.name.mid(schemaEnd));
    }
    QList<TocEntry> kept;
    for (const TocEntry &entry : toc) {
        if (superusers.contains(entry.type) || entry.type == u"DEFAULT ACL")
            continue;
        // "COMMENT - EVENT TRIGGER name owner"
        if (about.contains(entry.type) &&
            std::any_of(superusers.cbegin(), superusers.cend(),
                        [&](const QString &type) { return entry.name.startsWith(u"- "_s + type + u' '); }))
            continue;
        // A grant on something of public that the archive does not make is on a part of an extension.
        if (entry.type == u"ACL" &&
            (entry.name.startsWith(u"pg_catalog ") ||
             (entry.name.startsWith(u"public ") && !entry.name.startsWith(u"public COLUMN ") &&
              !own.contains(entry.name))))
            continue;
        kept += entry;
    }
    return kept;
}

QList<TocEntry> standingAlone(const QList<TocEntry> &toc)
{
    static const QStringList types{u"TABLE"_s, u"TABLE DATA"_s, u"TABLE ATTACH"_s, u"SEQUENCE"_s,
                                   u"SEQUENCE OWNED BY"_s};
    QList<TocEntry> kept;
    std::copy_if(toc.cbegin(), toc.cend(), std::back_inserter(kept),
                 [](const TocEntry &entry) { return types.contains(entry.type); });
    return kept;
}

std::unique_ptr<QTemporaryFile> listFile(const QList<TocEntry> &entries)
{
    auto file = std::make_unique<QTemporaryFile>();
    if (!file->open())
        return nullptr;
    for (const TocEntry &entry : entries)
        file->write(entry.line.toUtf8() + '\n');
    return file->flush() ? std::move(file) : nullptr;
}

} // namespace backup
