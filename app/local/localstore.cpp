// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/local/localstore.h"

#include "app/core/paths.h"
#include "app/jobs/job.h"
#include "app/local/localconnection.h"

#include <QFile>
#include <QFileInfo>

#include <pwd.h>
#include <unistd.h>

#include <csignal>

using namespace Qt::StringLiterals;

namespace {

/// Each entry brings the file from the version of its index to the next.
const QStringList upgrades[] = {
    {
        u"CREATE TABLE jobs (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL, target TEXT "
        u"NOT NULL, "
        u"command TEXT NOT NULL, state TEXT NOT NULL, summary TEXT NOT NULL DEFAULT '', log TEXT NOT NULL "
        u"DEFAULT '', "
        u"started TEXT NOT NULL, ended TEXT, pid INTEGER NOT NULL)"_s,
        u"CREATE INDEX jobs_started ON jobs (started)"_s,
    },
    {
        u"ALTER TABLE jobs ADD COLUMN who TEXT NOT NULL DEFAULT ''"_s,
        u"ALTER TABLE jobs ADD COLUMN origin TEXT NOT NULL DEFAULT ''"_s,
    },
    // Saved views, filters and searches.
    {
        u"CREATE TABLE views (scope TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY "
        u"(scope, "
        u"name))"_s,
    },
    // Samples of the server's statistics: see metricstore.h.
    {
        u"CREATE TABLE metric_sources (id INTEGER PRIMARY KEY, server TEXT NOT NULL, kind TEXT NOT NULL, "
        u"base BLOB, UNIQUE (server, kind))"_s,
        u"CREATE TABLE metric_series (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, object TEXT NOT NULL, "
        u"label TEXT NOT NULL DEFAULT '', changed INTEGER NOT NULL DEFAULT 0, UNIQUE (source, object))"_s,
        u"CREATE TABLE metric_samples (source INTEGER NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL, "
        u"seconds INTEGER NOT NULL, PRIMARY KEY (source, step, at)) WITHOUT ROWID"_s,
        u"CREATE TABLE metric_values (series INTEGER NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL, "
        u"counters BLOB, PRIMARY KEY (series, step, at)) WITHOUT ROWID"_s,
    },
    // Drills and uploads that went well.
    {
        u"CREATE TABLE proofs (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, series TEXT NOT NULL, database "
        u"TEXT NOT NULL, backup TEXT NOT NULL, made TEXT NOT NULL, place TEXT NOT NULL, ms INTEGER NOT NULL, "
        u"at TEXT NOT NULL)"_s,
    },
    // Values of filters that may name a person: see ExportService::spec().
    {
        u"UPDATE jobs SET command = substr(command, 1, instr(command, ' --filter ') - 1) WHERE kind = "
        u"'export' "
        u"AND instr(command, ' --filter ') > 0 AND (command LIKE '%export customers %' OR command LIKE "
        u"'%export sales_transactions %')"_s,
    },
};

/// Longer than anything reads back: a year is to be seen, and the overview of backups asks for days.
constexpr int keptDays = 400;

/// The user of the system: whoever shares a login of the database is told apart by it.
QString systemUser()
{
    const passwd *entry = getpwuid(::geteuid());
    return entry ? QString::fromLocal8Bit(entry->pw_name) : QString::number(::geteuid());
}

QString now()
{
    return QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs);
}

Result<void> upgrade(const LocalConnection &connection)
{
    // Fails where another process that starts now is setting it.
    (void)connection.run(u"PRAGMA journal_mode = WAL"_s);
    return connection.inTransaction([&]() -> Result<void> {
        Result<QSqlQuery> version = connection.run(u"PRAGMA user_version"_s);
        if (!version)
            return version.error();
        version->next();
        const int from = version->value(0).toInt();
        version->finish();
        for (int step = from; step < int(std::size(upgrades)); ++step) {
            for (const QString &statement : upgrades[step])
                if (const auto done = connection.run(statement); !done)
                    return done.error();
            if (const auto set = connection.run(u"PRAGMA user_version = %1"_s.arg(step + 1)); !set)
                return set.error();
        }
        const auto check = connection.run(u"SELECT count(*) FROM jobs"_s);
        return check ? Result<void>() : check.error();
    });
}

} // namespace

LocalStore::LocalStore(QString file)
    : m_file(std::move(file))
{
}

Result<QString> LocalStore::prepare()
{
    if (const Result<void> made = paths::makePrivate(QFileInfo(m_file).path()); !made)
        return made.error();
    {
        const LocalConnection connection(m_file);
        const Result<void> ready = upgrade(connection);
        if (ready)
            return QString();
        if (!connection.damaged())
            return ready.error(); // a full disk is no reason to begin anew
    }
    const QString aside =
        m_file + u".damaged-"_s + QDateTime::currentDateTimeUtc().toString(u"yyyyMMddHHmmss");
    // What is only in the log of changes may be all that can be read of it.
    for (const QString &part : {QString(), u"-wal"_s, u"-shm"_s})
        QFile::rename(m_file + part, aside + part);
    if (const Result<void> again = upgrade(LocalConnection(m_file)); !again)
        return again.error();
    return u"The local store could not be read and was set aside as %1. Job history starts anew; no data of "
           u"the "
           u"database is concerned."_s.arg(aside);
}

Result<qint64> LocalStore::jobStarted(const JobSpec &spec, const QString &origin)
{
    const LocalConnection connection(m_file);
    const auto inserted = connection.run(
        u"INSERT INTO jobs (kind, title, target, command, state, started, pid, who, origin) "
        u"VALUES (?, ?, ?, ?, 'running', ?, ?, ?, ?)"_s,
        {spec.kind, spec.title, spec.target, spec.command, now(), qint64(::getpid()), systemUser(), origin});
    if (!inserted)
        return inserted.error();
    const qint64 id = inserted->lastInsertId().toLongLong();
    // What cannot be removed now is with the next job; this one has begun.
    (void)connection.run(u"DELETE FROM jobs WHERE started < ?"_s,
                         {QDateTime::currentDateTimeUtc().addDays(-keptDays).toString(Qt::ISODateWithMs)});
    return id;
}

Result<void> LocalStore::jobEnded(qint64 id, const QString &state, const QString &summary, const QString &log)
{
    const LocalConnection connection(m_file);
    const auto updated =
        connection.run(u"UPDATE jobs SET state = ?, summary = ?, log = ?, ended = ? WHERE id = ?"_s,
                       {state, summary, log, now(), id});
    return updated ? Result<void>() : updated.error();
}

Result<QList<JobRecord>> LocalStore::jobs(int limit) const
{
    const LocalConnection connection(m_file);
    Result<QSqlQuery> query = connection.run(u"SELECT id, kind, title, target, command, state, summary, log, "
                                             u"started, ended, pid, who, origin FROM jobs "
                                             u"ORDER BY id DESC LIMIT ?"_s,
                                             {limit});
    if (!query)
        return query.error();
    QList<JobRecord> records;
    while (query->next()) {
        JobRecord record{query->value(0).toLongLong(),
                         query->value(1).toString(),
                         query->value(2).toString(),
                         query->value(3).toString(),
                         query->value(4).toString(),
                         query->value(5).toString(),
                         query->value(6).toString(),
                         query->value(7).toString(),
                         QDateTime::fromString(query->value(8).toString(), Qt::ISODateWithMs),
                         QDateTime::fromString(query->value(9).toString(), Qt::ISODateWithMs),
                         query->value(11).toString(),
                         query->value(12).toString()};
        if (record.state == u"running" && ::kill(pid_t(query->value(10).toLongLong()), 0) != 0) {
            record.state = u"failed"_s;
            record.summary = u"The program ended before the job did."_s;
        }
        records.append(record);
    }
    return records;
}

Result<void> LocalStore::proven(const BackupProof &proof)
{
    const LocalConnection connection(m_file);
    const auto inserted = connection.run(
        u"INSERT INTO proofs (kind, series, database, backup, made, place, ms, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"_s,
        {proof.kind, proof.series, proof.database, proof.backup,
         proof.made.toUTC().toString(Qt::ISODateWithMs), proof.place, proof.ms, now()});
    return inserted ? Result<void>() : inserted.error();
}

Result<QList<BackupProof>> LocalStore::proofs() const
{
    const LocalConnection connection(m_file);
    Result<QSqlQuery> query =
        connection.run(u"SELECT kind, series, database, backup, made, place, ms, at FROM "
                       u"proofs ORDER BY id DESC LIMIT 1000"_s);
    if (!query)
        return query.error();
    const auto time = [&](int column) {
        return QDateTime::fromString(query->value(column).toString(), Qt::ISODateWithMs);
    };
    QList<BackupProof> proofs;
    while (query->next())
        proofs.append({query->value(0).toString(), query->value(1).toString(), query->value(2).toString(),
                       query->value(3).toString(), time(4), query->value(5).toString(),
                       query->value(6).toLongLong(), time(7)});
    return proofs;
}

Result<QList<SavedView>> LocalStore::views(const QString &scope) const
{
    const LocalConnection connection(m_file);
    Result<QSqlQuery> query =
        connection.run(u"SELECT name, body FROM views WHERE scope = ? ORDER BY name"_s, {scope});
    if (!query)
        return query.error();
    QList<SavedView> views;
    while (query->next())
        views.append({query->value(0).toString(), query->value(1).toString()});
    return views;
}

Result<void> LocalStore::saveView(const QString &scope, const SavedView &view)
{
    const LocalConnection connection(m_file);
    const auto saved =
        connection.run(u"INSERT INTO views (scope, name, body) VALUES (?, ?, ?) ON CONFLICT (scope, name) DO "
                       u"UPDATE SET body = excluded.body"_s,
                       {scope, view.name, view.body});
    return saved ? Result<void>() : saved.error();
}

Result<void> LocalStore::removeView(const QString &scope, const QString &name)
{
    const LocalConnection connection(m_file);
    const auto removed = connection.run(u"DELETE FROM views WHERE scope = ? AND name = ?"_s, {scope, name});
    return removed ? Result<void>() : removed.error();
}
