// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/archive.h"
#include "app/services/erasure.h"
#include "app/services/restoreserver.h"

namespace restore {

enum class Mode {
    NewDatabase, ///< nothing that is there is touched
    Swap,        ///< a new database, which then takes the name of a live one; that is kept aside
    Existing,    ///< over what is there, after a backup of it
};

struct Request
{
    QString file;
    QString into; ///< empty: a free name
    bool swap = false;
    QStringList tables;   ///< rows of these only ("customers", "schema.table"); empty: of all
    int jobs = 2;         ///< at a time, where the archive can be read so
    int keepDays = 7;     ///< how long the database set aside by a swap is to stay
    QString safetyFolder; ///< where the backup before Existing goes; empty: beside the file
};

/// What a restore will do, as it is shown, executed and audited: execute() decides nothing anew.
struct Plan
{
    Mode mode = Mode::NewDatabase;
    backup::Archive archive;
    backup::Manifest expected; ///< what the copy must have
    bool counted = true;       ///< `expected` holds exact rows
    QString target;            ///< user@host
    Environment environment = Environment::Development;
    QString into;  ///< the name that the restored database has in the end
    QString work;  ///< the name of the database that is made, or `into`
    QString aside; ///< Swap: the name of the former one afterwards
    QDateTime keepUntil;
    QString safetyFolder;
    QList<backup::TocEntry> entries; ///< what is restored, in the archive's order
    QMap<QString, int> leftOut;      ///< type → how many entries are not
    QStringList tables;              ///< those whose rows come; empty: all
    int jobs = 1;
    QStringList createRoles;           ///< missing ones that a superuser makes, without login
    std::optional<DatabaseFacts> live; ///< Swap, Existing: what is there
    backup::Manifest database;         ///< the database's own rights, settings and comment
    QString databaseFrom;              ///< "the manifest", or whose they are
    QDateTime lastBackup;              ///< of the live one in the folder of backups; invalid: none found
    qint64 newerAudit = -1;            ///< entries newer than the backup; -1: unknown
    QDateTime newestAudit;
    QStringList erased;  ///< ids of customers who must not come back
    QString erasedWhere; ///< where the list of them is, or that there is none
    QStringList warnings;

    /// Whether the name of the database has to be typed.
    bool needsWord() const { return mode != Mode::NewDatabase; }
    QString title() const;
    QStringList steps() const;
    QString text() const;
    QJsonObject toJson() const; ///< without rows and secrets, for the audit log
};

/// Reads the file and asks the server; changes nothing. Errors: NotFound, Usage, Permission, Schema (the
/// server is not prepared or differs: extension, encoding, collation, role), Verification (the file is
/// damaged), Io (it does not fit on the disk). Blocks; any thread.
Result<Plan> plan(const Login &login, const Request &request, const backup::Means &means, JobContext &job);

/// Who was erased, by the list beside the file and by the databases that the backup is of and that the plan
/// replaces. Asked for again when the plan is executed: hours may have passed.
Result<erasure::Union> erasedSince(const Login &login, const Plan &plan, const CancelToken &token);

/// A free name like `wanted`.
Result<QString> freeName(Server &server, const QString &wanted);

/// The names that PostgreSQL and this program need for themselves.
Result<void> checkName(const QString &name);

} // namespace restore
