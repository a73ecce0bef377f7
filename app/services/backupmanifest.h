// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QStringList>

/// The words and the record of a backup. Plain values; any thread.
namespace backup {

enum class Format { Custom, Directory };
enum class Scope { Database, Schema, Tables };

/// How far a backup was proven, each level including the former.
enum class Level {
    None,
    Checksum, ///< its bytes are the ones that were written
    Listed,   ///< and its table of contents was read and names every table
    Restored, ///< and it was restored, and the copy compared with the manifest
};

QString formatName(Format format);
QString scopeName(Scope scope);
QString levelName(Level level);
Result<Format> formatOf(const QString &name);
Result<Scope> scopeOf(const QString &name);
Result<Level> levelOf(const QString &name);

/// One table as the dump's own snapshot saw it.
struct Table
{
    QString schema;
    QString name;
    bool partitioned = false; ///< holds no rows itself
    qint64 rows = 0;
    qint64 bytes = 0; ///< on the server, with TOAST, without indexes
    bool rowSecurity = false;
    bool forceRowSecurity = false;
    QStringList policies;
    QStringList grants; ///< "mcp_user SELECT", but none of the owner
    QStringList constraints;
    QStringList indexes;
    QStringList triggers;

    qint64 oid = 0;           ///< of the server it was read from; not recorded
    qint64 parent = 0;        ///< oid of the partitioned table, or 0; not recorded
    qint64 estimatedRows = 0; ///< not recorded
    bool readable = true;     ///< not recorded
    bool allRows = true;      ///< not recorded

    QString fullName() const { return schema + u'.' + name; }
};

struct Extension
{
    QString name;
    QString version;
    QString schema;
};

struct DatabaseSetting
{
    QString role; ///< empty: of everybody
    QString setting;
};

/// A file of the backup, by its name below the backup's folder.
struct StoredFile
{
    QString name;
    qint64 bytes = 0;
    QString sha256;
    qint64 plainBytes = 0; ///< before sealing; 0 when it is not sealed
    QString plainSha256;
};

struct Verification
{
    Level level = Level::None;
    bool failed = false; ///< found wrong: nothing of it may be shown as good
    QDateTime at;
    QString where;  ///< "a throw-away PostgreSQL 15.20 on this machine"
    QString reason; ///< why it failed, or why the level asked for was not reached
};

/// Everything about one backup, kept beside it as JSON and written last: a dump without one is no backup.
/// Holds no secret and no row.
struct Manifest
{
    QString program; ///< name and version of what wrote it
    QDateTime created;
    QDateTime finished;

    QString database;
    qint64 databaseOid = 0;
    QString encoding;
    QString collate;
    QString ctype;
    QString owner;
    QString acl;
    QString comment;
    qint64 databaseBytes = 0;
    QList<DatabaseSetting> settings;
    QList<Extension> extensions;
    QStringList roles;

    QString serverVersion;
    int serverVersionNumber = 0;
    QString systemIdentifier;
    QString target; ///< user@host/database
    bool standby = false;

    Format format = Format::Custom;
    Scope scope = Scope::Database;
    int jobs = 1;
    int compress = -1; ///< -1: pg_dump's own choice
    QString role;      ///< taken by pg_dump, or empty
    QString tool;      ///< "pg_dump 15.20"
    QStringList recipients;
    QList<Table> tables;

    QList<StoredFile> files; ///< the dump first
    QString dump;            ///< name of the dump: a file, or a folder for Format::Directory
    QString globals;         ///< name of the roles' script, or empty

    qint64 dumpMs = 0;
    qint64 countMs = 0;
    qint64 checksumMs = 0;
    qint64 verifyMs = 0;
    qint64 sealMs = 0;

    Verification verification;

    int serverMajor() const { return serverVersionNumber / 10'000; }
    bool sealed() const { return !recipients.isEmpty(); }
    /// Of the verification alone; whether the files are there still StoredBackup::good() looks.
    bool good() const { return !verification.failed && verification.level >= Level::Listed; }
    qint64 rows() const;
    qint64 bytes() const;
    /// Dated later than clocks may differ: the one that dated it was wrong, or the one that says `now` is.
    bool ahead(const QDateTime &now) const { return created > now.addSecs(3600); }
    /// What makes two backups generations of one another: server, database, scope, and of an export its
    /// tables.
    QString series() const;
    /// "restored", "listed", "restored before sealing, checksum only since", "failed: …".
    QString levelText() const;

    QJsonObject toJson() const;
    static Result<Manifest> fromJson(const QJsonObject &json);
};

/// Manifest and where it was found.
struct StoredBackup
{
    QString folder;
    QString file; ///< name of the manifest
    Manifest manifest;
    bool lost = false; ///< files were missing when the overview looked: asking a disk takes its time

    /// Verified, and all its files are there: what may be relied on.
    bool good() const { return manifest.good() && whole(); }
    /// All files there with the size they should have; that their bytes are right only reading them tells.
    bool whole() const;
    QString path(const QString &name) const { return folder + u'/' + name; }
    QString dumpPath() const { return path(manifest.dump); }
    QString manifestPath() const { return path(file); }
};

/// Lasting and whole: through a temporary name; with a checksum over its own bytes.
Result<void> writeManifest(const StoredBackup &backup);

/// Refuses a manifest whose bytes are not the ones written (kind Verification) and one of a newer format.
Result<StoredBackup> readManifest(const QString &path);

/// The backup that a path means: of its dump, its manifest or its folder's dump.
Result<StoredBackup> findBackup(const QString &path);

} // namespace backup
