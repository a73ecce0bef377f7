// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/session.h"

/// A row that breaks a rule of our schema, in a database that was made from the course's own SQL.
struct AdoptionViolation
{
    QString table;
    QString key;
    QString rule;
    QString detail;
};

struct MigrationOptions
{
    bool dryRun = false;     ///< tell, change nothing
    bool quarantine = false; ///< set rows that break a rule aside instead of stopping
};

struct MigrationReport
{
    int from = 0;
    int to = 0;
    QStringList applied; ///< file names; with dryRun, what would be applied
    bool adoption = false;
    bool templateMade = false;
    QList<AdoptionViolation> violations;
};

/// Brings a database to this program's schema: ordered, one transaction a file (an adopted database: one in
/// all), behind an advisory lock, each file recorded with its checksum. Runs on a connection of its own as
/// the cluster's superuser; blocks. A second run finds nothing to do. Kind OutcomeUnknown when a COMMIT was
/// sent and not answered.
class Migrator final
{
public:
    using OpenDatabase = std::function<Result<Session>(const QString &database)>;
    using Log = std::function<void(const QString &line)>;

    Migrator(Session &session, OpenDatabase openDatabase, Log log)
        : m_session(session)
        , m_openDatabase(std::move(openDatabase))
        , m_log(std::move(log))
    {
    }

    Result<MigrationReport> run(const MigrationOptions &options);

private:
    Result<QList<sqlcatalog::Migration>> pending(int &current);
    Result<QList<AdoptionViolation>> violations();
    Result<void> apply(const QList<sqlcatalog::Migration> &migrations, const MigrationReport &report);
    Result<void> applyOne(const sqlcatalog::Migration &migration);
    Result<bool> makeTemplate();

    Session &m_session;
    OpenDatabase m_openDatabase;
    Log m_log;
};
