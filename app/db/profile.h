// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QList>
#include <QString>

enum class Environment { Development, Test, Production };

/// How to reach one database with one login. Holds no secret: passwords live in the keyring, in `passfile` or
/// in
/// ~/.pgpass. `conninfo` is a libpq connection string or URI and is handed to libpq unparsed, so that its
/// rules (service file, PG* variables, several hosts) hold.
struct Profile
{
    QString name;
    QString conninfo;
    QString passfile = {}; ///< a libpq pass file, or empty
    QString colour = {};   ///< #rrggbb, or empty
    Environment environment = Environment::Development;
    QString role = {};     ///< taken inside each transaction, or empty
    bool readOnly = false; ///< each transaction is READ ONLY
    int statementTimeoutMs = 30'000;
    int lockTimeoutMs = 5'000;
    QString ssh = {}; ///< host or alias of ~/.ssh/config to tunnel through, user@host, ssh://…; or empty

    /// "user@host:port/database" as libpq would resolve it, for people; never a password.
    QString target() const;
    /// What the command line takes to mean it.
    QStringList words() const { return {QStringLiteral("--profile"), name.isEmpty() ? conninfo : name}; }
};

/// A profile and the password to use with it now, if one was given; kept in memory only.
struct Login
{
    Profile profile = {};
    QString password = {};
};

/// Splits a password out of a connection string, so that it reaches no list, title or log.
Result<Login> parseConninfo(const QString &conninfo);

/// A profile as a file to give away: everything but secrets and paths of this machine (the pass file).
QByteArray exportProfile(const Profile &profile);
/// The reverse; refuses what is no such file, and one that holds a password.
Result<Profile> importProfile(const QByteArray &file);

/// What pg_service.conf and the pass file name, as profiles to save: names and places, no secret is copied.
/// Lines of the pass file with * for the host name no place and are left out, and so is what `known` has
/// already.
QList<Profile> importableProfiles(const QList<Profile> &known);

/// The profiles of this user, one JSON file each under paths::config()/profiles. Thread: any, one at a time.
class ProfileStore final
{
public:
    explicit ProfileStore(QString folder);

    QList<Profile> all() const; ///< by name; a file that cannot be read is left out and logged
    Result<Profile> byName(const QString &name) const;
    Result<void> save(const Profile &profile);
    Result<void> remove(const QString &name);

    /// A profile name, else a libpq URI ("postgresql://…"), a key=value string or "service=…"; empty means
    /// libpq's defaults and PG* variables.
    Result<Login> resolve(const QString &nameOrConninfo) const;

    QString folder() const { return m_folder; }

private:
    QString m_folder;
};
