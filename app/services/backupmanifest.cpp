// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/backupmanifest.h"

#include "app/core/durable.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace backup {

namespace {

constexpr int formatVersion = 1;
const QByteArray checksumKey = "\"manifest_sha256\": \"";
constexpr int checksumLength = 64;

const QStringList formats{QStringLiteral("custom"), QStringLiteral("directory")};
const QStringList scopes{QStringLiteral("database"), QStringLiteral("schema"), QStringLiteral("tables")};
const QStringList levels{QStringLiteral("none"), QStringLiteral("checksum"), QStringLiteral("listed"),
                         QStringLiteral("restored")};

template <typename T>
Result<T> byName(const QStringList &names, const QString &name, const QString &what)
{
    const qsizetype index = names.indexOf(name);
    if (index < 0)
        return Error{ErrorKind::Usage,
                     u"“%1” is no %2; there are %3."_s.arg(name, what, names.join(u", "_s))};
    return T(int(index));
}

QJsonObject tableToJson(const Table &table)
{
    return {{u"schema"_s, table.schema},
            {u"name"_s, table.name},
            {u"partitioned"_s, table.partitioned},
            {u"rows"_s, table.rows},
            {u"bytes"_s, table.bytes},
            {u"row_security"_s, table.rowSecurity},
            {u"force_row_security"_s, table.forceRowSecurity},
            {u"policies"_s, QJsonArray::fromStringList(table.policies)},
            {u"grants"_s, QJsonArray::fromStringList(table.grants)},
            {u"constraints"_s, QJsonArray::fromStringList(table.constraints)},
            {u"indexes"_s, QJsonArray::fromStringList(table.indexes)},
            {u"triggers"_s, QJsonArray::fromStringList(table.triggers)}};
}

QStringList strings(const QJsonValue &value)
{
    QStringList list;
    for (const QJsonValue &each : value.toArray())
        list += each.toString();
    return list;
}

Table tableFromJson(const QJsonObject &json)
{
    Table table;
    table.schema = json[u"schema"].toString();
    table.name = json[u"name"].toString();
    table.partitioned = json[u"partitioned"].toBool();
    table.rows = json[u"rows"].toInteger();
    table.bytes = json[u"bytes"].toInteger();
    table.rowSecurity = json[u"row_security"].toBool();
    table.forceRowSecurity = json[u"force_row_security"].toBool();
    table.policies = strings(json[u"policies"]);
    table.grants = strings(json[u"grants"]);
    table.constraints = strings(json[u"constraints"]);
    table.indexes = strings(json[u"indexes"]);
    table.triggers = strings(json[u"triggers"]);
    return table;
}

/// Of the bytes with the checksum's own digits as zeros.
QByteArray checksumOf(QByteArray bytes, qsizetype digits)
{
    bytes.replace(digits, checksumLength, QByteArray(checksumLength, '0'));
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
}

QString time(const QDateTime &when)
{
    return when.toUTC().toString(Qt::ISODateWithMs);
}

} // namespace

QString formatName(Format format)
{
    return formats[int(format)];
}
QString scopeName(Scope scope)
{
    return scopes[int(scope)];
}
QString levelName(Level level)
{
    return levels[int(level)];
}
Result<Format> formatOf(const QString &name)
{
    return byName<Format>(formats, name, u"format"_s);
}
Result<Scope> scopeOf(const QString &name)
{
    return byName<Scope>(scopes, name, u"scope"_s);
}
Result<Level> levelOf(const QString &name)
{
    return byName<Level>(levels, name, u"level"_s);
}

qint64 Manifest::rows() const
{
    qint64 sum = 0;
    for (const Table &table : tables)
        sum += table.rows;
    return sum;
}

qint64 Manifest::bytes() const
{
    qint64 sum = 0;
    for (const StoredFile &file : files)
        sum += file.bytes;
    return sum;
}

QString Manifest::series() const
{
    const QString series = systemIdentifier + u'/' + database + u'/' + scopeName(scope);
    if (scope != Scope::Tables)
        return series;
    // With its partitions, which the manifest does not tell from tables: a series too many only keeps more.
    QStringList names;
    for (const Table &table : tables)
        names += table.fullName();
    names.sort();
    return series + u'/' + names.join(u',');
}

QString Manifest::levelText() const
{
    if (verification.failed)
        return u"failed: "_s + verification.reason;
    if (sealed() && verification.level >= Level::Listed)
        return levelName(verification.level) + u" before sealing, checksum only since"_s;
    return verification.level == Level::None ? u"not verified"_s : levelName(verification.level);
}

QJsonObject Manifest::toJson() const
{
    QJsonArray settingList;
    for (const DatabaseSetting &each : settings)
        settingList.append(QJsonObject{{u"role"_s, each.role}, {u"setting"_s, each.setting}});
    QJsonArray extensionList;
    for (const Extension &each : extensions)
        extensionList.append(
            QJsonObject{{u"name"_s, each.name}, {u"version"_s, each.version}, {u"schema"_s, each.schema}});
    QJsonArray tableList;
    for (const Table &table : tables)
        tableList.append(tableToJson(table));
    QJsonArray fileList;
    for (const StoredFile &file : files) {
        QJsonObject entry{{u"name"_s, file.name}, {u"bytes"_s, file.bytes}, {u"sha256"_s, file.sha256}};
        if (!file.plainSha256.isEmpty()) {
            entry[u"plain_bytes"_s] = file.plainBytes;
            entry[u"plain_sha256"_s] = file.plainSha256;
        }
        fileList.append(entry);
    }
    return {
        {u"manifest_format"_s, formatVersion},
        {u"program"_s, program},
        {u"created"_s, time(created)},
        {u"finished"_s, time(finished)},
        {u"database"_s, QJsonObject{{u"name"_s, database},
                                    {u"oid"_s, databaseOid},
                                    {u"encoding"_s, encoding},
                                    {u"collate"_s, collate},
                                    {u"ctype"_s, ctype},
                                    {u"owner"_s, owner},
                                    {u"acl"_s, acl},
                                    {u"comment"_s, comment},
                                    {u"bytes"_s, databaseBytes},
                                    {u"settings"_s, settingList},
                                    {u"extensions"_s, extensionList},
                                    {u"roles"_s, QJsonArray::fromStringList(roles)}}},
        {u"server"_s, QJsonObject{{u"version"_s, serverVersion},
                                  {u"version_number"_s, serverVersionNumber},
                                  {u"system_identifier"_s, systemIdentifier},
                                  {u"target"_s, target},
                                  {u"standby"_s, standby}}},
        {u"options"_s, QJsonObject{{u"format"_s, formatName(format)},
                                   {u"scope"_s, scopeName(scope)},
                                   {u"jobs"_s, jobs},
                                   {u"compress"_s, compress < 0 ? QJsonValue() : QJsonValue(compress)},
                                   {u"role"_s, role},
                                   {u"tool"_s, tool},
                                   {u"recipients"_s, QJsonArray::fromStringList(recipients)}}},
        {u"tables"_s, tableList},
        {u"files"_s, fileList},
        {u"dump"_s, dump},
        {u"globals"_s, globals},
        {u"duration_ms"_s, QJsonObject{{u"dump"_s, dumpMs},
                                       {u"counts"_s, countMs},
                                       {u"checksum"_s, checksumMs},
                                       {u"verification"_s, verifyMs},
                                       {u"sealing"_s, sealMs},
                                       {u"total"_s, created.msecsTo(finished)}}},
        {u"verification"_s, QJsonObject{{u"level"_s, levelName(verification.level)},
                                        {u"failed"_s, verification.failed},
                                        {u"at"_s, time(verification.at)},
                                        {u"where"_s, verification.where},
                                        {u"reason"_s, verification.reason},
                                        {u"text"_s, levelText()}}},
    };
}

Result<Manifest> Manifest::fromJson(const QJsonObject &json)
{
    const int version = json[u"manifest_format"].toInt();
    if (version != formatVersion)
        return Error{ErrorKind::Verification, version == 0
                                                  ? u"This is not the manifest of a backup."_s
                                                  : u"This backup's manifest is of a newer program."_s};
    Manifest manifest;
    const auto when = [](const QJsonValue &value) {
        return QDateTime::fromString(value.toString(), Qt::ISODateWithMs);
    };
    manifest.program = json[u"program"].toString();
    manifest.created = when(json[u"created"]);
    manifest.finished = when(json[u"finished"]);
    const QJsonObject database = json[u"database"].toObject();
    manifest.database = database[u"name"].toString();
    manifest.databaseOid = database[u"oid"].toInteger();
    manifest.encoding = database[u"encoding"].toString();
    manifest.collate = database[u"collate"].toString();
    manifest.ctype = database[u"ctype"].toString();
    manifest.owner = database[u"owner"].toString();
    manifest.acl = database[u"acl"].toString();
    manifest.comment = database[u"comment"].toString();
    manifest.databaseBytes = database[u"bytes"].toInteger();
    for (const QJsonValue &each : database[u"settings"].toArray())
        manifest.settings.append({each[u"role"].toString(), each[u"setting"].toString()});
    for (const QJsonValue &each : database[u"extensions"].toArray())
        manifest.extensions.append(
            {each[u"name"].toString(), each[u"version"].toString(), each[u"schema"].toString()});
    manifest.roles = strings(database[u"roles"]);
    const QJsonObject server = json[u"server"].toObject();
    manifest.serverVersion = server[u"version"].toString();
    manifest.serverVersionNumber = server[u"version_number"].toInt();
    manifest.systemIdentifier = server[u"system_identifier"].toString();
    manifest.target = server[u"target"].toString();
    manifest.standby = server[u"standby"].toBool();
    const QJsonObject options = json[u"options"].toObject();
    const Result<Format> format = formatOf(options[u"format"].toString());
    const Result<Scope> scope = scopeOf(options[u"scope"].toString());
    const QJsonObject verification = json[u"verification"].toObject();
    const Result<Level> level = levelOf(verification[u"level"].toString());
    if (!format || !scope || !level)
        return Error{ErrorKind::Verification,
                     u"The manifest holds a word that this program does not know."_s};
    manifest.format = *format;
    manifest.scope = *scope;
    manifest.jobs = options[u"jobs"].toInt();
    manifest.compress = options[u"compress"].toInt(-1);
    manifest.role = options[u"role"].toString();
    manifest.tool = options[u"tool"].toString();
    manifest.recipients = strings(options[u"recipients"]);
    for (const QJsonValue &each : json[u"tables"].toArray())
        manifest.tables.append(tableFromJson(each.toObject()));
    for (const QJsonValue &each : json[u"files"].toArray())
        manifest.files.append({each[u"name"].toString(), each[u"bytes"].toInteger(),
                               each[u"sha256"].toString(), each[u"plain_bytes"].toInteger(),
                               each[u"plain_sha256"].toString()});
    manifest.dump = json[u"dump"].toString();
    manifest.globals = json[u"globals"].toString();
    const QJsonObject durations = json[u"duration_ms"].toObject();
    manifest.dumpMs = durations[u"dump"].toInteger();
    manifest.countMs = durations[u"counts"].toInteger();
    manifest.checksumMs = durations[u"checksum"].toInteger();
    manifest.verifyMs = durations[u"verification"].toInteger();
    manifest.sealMs = durations[u"sealing"].toInteger();
    manifest.verification = {*level, verification[u"failed"].toBool(), when(verification[u"at"]),
                             verification[u"where"].toString(), verification[u"reason"].toString()};
    return manifest;
}

bool StoredBackup::whole() const
{
    return !manifest.files.isEmpty() &&
           std::all_of(manifest.files.cbegin(), manifest.files.cend(), [this](const StoredFile &each) {
               const QFileInfo info(path(each.name));
               return info.isFile() && !info.isSymLink() && info.size() == each.bytes;
           });
}

Result<void> writeManifest(const StoredBackup &backup)
{
    QJsonObject json = backup.manifest.toJson();
    json[u"manifest_sha256"_s] = QString(checksumLength, u'0');
    QByteArray bytes = QJsonDocument(json).toJson();
    const qsizetype digits = bytes.indexOf(checksumKey) + checksumKey.size();
    bytes.replace(digits, checksumLength, checksumOf(bytes, digits));
    return durable::write(backup.manifestPath(), bytes);
}

Result<StoredBackup> readManifest(const QString &path)
{
    const QFileInfo info(path);
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{info.exists() ? ErrorKind::Io : ErrorKind::NotFound,
                     u"The manifest %1 cannot be read."_s.arg(path),
                     {},
                     file.errorString()};
    const QByteArray bytes = file.readAll();
    const Error damaged{ErrorKind::Verification, u"The manifest %1 is damaged."_s.arg(path),
                        u"Its bytes are not the ones that were written; trust neither it nor its dump."_s};
    const qsizetype key = bytes.indexOf(checksumKey);
    const qsizetype digits = key + checksumKey.size();
    if (key < 0 || bytes.mid(digits, checksumLength) != checksumOf(bytes, digits))
        return damaged;
    QJsonParseError parsed;
    const QJsonObject json = QJsonDocument::fromJson(bytes, &parsed).object();
    if (parsed.error != QJsonParseError::NoError)
        return damaged;
    Result<Manifest> manifest = Manifest::fromJson(json);
    if (!manifest)
        return manifest.error();
    // Names only, never a way out of the folder: these are read, and removed by the retention.
    QStringList names{manifest->dump};
    for (const StoredFile &each : manifest->files)
        names += each.name;
    for (const QString &name : names)
        if (name.isEmpty() || name.startsWith(u'/') || name.split(u'/').contains(u".."_s))
            return damaged;
    return StoredBackup{QFileInfo(info.absoluteFilePath()).path(), info.fileName(), *manifest};
}

Result<StoredBackup> findBackup(const QString &path)
{
    QString base = QFileInfo(path).absoluteFilePath();
    while (base.endsWith(u'/'))
        base.chop(1);
    if (base.endsWith(u".json"))
        return readManifest(base);
    if (base.endsWith(u".age"))
        base.chop(4);
    for (const QString &suffix : {u".dump"_s, u".globals.sql"_s})
        if (base.endsWith(suffix))
            base.chop(suffix.size());
    if (!QFileInfo::exists(path) && !QFileInfo::exists(base + u".json"_s))
        return Error{ErrorKind::NotFound, u"There is no backup %1."_s.arg(path)};
    if (!QFileInfo::exists(base + u".json"_s))
        return Error{
            ErrorKind::Verification, u"%1 has no manifest beside it."_s.arg(path),
            u"The manifest is written last, so this is either the rest of a run that did not end well "
            u"or a file of another program."_s};
    return readManifest(base + u".json"_s);
}

} // namespace backup
