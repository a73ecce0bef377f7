// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/local/localstore.h"

#include "app/core/paths.h"
#include "app/jobs/job.h"

#include <QFile>
#include <QFileInfo>
#include <QSqlError>
#include <QSqlQuery>
#include <QVariant>

#include <unistd.h>

#include <atomic>
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
};

/// A connection for one call; Qt's connections belong to a thread, and ours to no thread for longer than
/// that.
class Connection final
{
public:
    explicit Connection(const QString &file)
    {
        static std::atomic<int> counter{0};
        m_name = u"local-%1"_s.arg(++counter);
        m_database = QSqlDatabase::addDatabase(u"QSQLITE"_s, m_name);
        m_database.setDatabaseName(file);
        m_database.setConnectOptions(u"QSQLITE_BUSY_TIMEOUT=5000"_s);
        m_open = m_database.open();
    }
    ~Connection()
    {
        m_database = {};
        QSqlDatabase::removeDatabase(m_name);
    }
    Q_DISABLE_COPY_MOVE(Connection)

    Result<QSqlQuery> run(const QString &sql, const QVariantList &values = {}) const
    {
        QSqlQuery query(m_database);
        if (m_open && query.prepare(sql)) {
            // A null QString would be bound as NULL; our columns know the empty text only.
            for (const QVariant &value : values) {
                const bool null = value.typeId() == QMetaType::QString && value.toString().isNull();
                query.addBindValue(null ? QVariant(QLatin1String("")) : value);
            }
            if (query.exec())
                return query;
        }
        return Error{ErrorKind::Io, u"This desktop's local store cannot be used."_s,
                     u"Check the free space and the rights of %1."_s.arg(m_database.databaseName()),
                     m_open ? query.lastError().text() : m_database.lastError().text()};
    }

private:
    QString m_name;
    QSqlDatabase m_database;
    bool m_open = false;
};

QString now()
{
    return QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs);
}

Result<void> upgrade(const Connection &connection)
{
    if (const auto wal = connection.run(u"PRAGMA journal_mode = WAL"_s); !wal)
        return wal.error();
    Result<QSqlQuery> version = connection.run(u"PRAGMA user_version"_s);
    if (!version)
        return version.error();
    version->next();
    for (int from = version->value(0).toInt(); from < int(std::size(upgrades)); ++from) {
        if (const auto begun = connection.run(u"BEGIN IMMEDIATE"_s); !begun)
            return begun.error();
        for (const QString &statement : upgrades[from])
            if (const auto done = connection.run(statement); !done)
                return done.error();
        if (const auto set = connection.run(u"PRAGMA user_version = %1"_s.arg(from + 1)); !set)
            return set.error();
        if (const auto committed = connection.run(u"COMMIT"_s); !committed)
            return committed.error();
    }
    const auto check = connection.run(u"SELECT count(*) FROM jobs"_s);
    return check ? Result<void>() : check.error();
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
    if (upgrade(Connection(m_file)))
        return QString();
    const QString aside =
        m_file + u".damaged-"_s + QDateTime::currentDateTimeUtc().toString(u"yyyyMMddHHmmss");
    if (!QFile::exists(m_file) || !QFile::rename(m_file, aside)) {
        const Result<void> again = upgrade(Connection(m_file));
        return again ? Result<QString>(QString()) : again.error();
    }
    QFile::remove(m_file + u"-wal"_s);
    QFile::remove(m_file + u"-shm"_s);
    if (const Result<void> again = upgrade(Connection(m_file)); !again)
        return again.error();
    return u"The local store could not be read and was set aside as %1. Job history starts anew; no data of "
           u"the "
           u"database is concerned."_s.arg(aside);
}

Result<qint64> LocalStore::jobStarted(const JobSpec &spec)
{
    const Connection connection(m_file);
    const auto inserted = connection.run(
        u"INSERT INTO jobs (kind, title, target, command, state, started, pid) VALUES (?, ?, ?, ?, 'running', ?, ?)"_s,
        {spec.kind, spec.title, spec.target, spec.command, now(), qint64(::getpid())});
    if (!inserted)
        return inserted.error();
    return inserted->lastInsertId().toLongLong();
}

Result<void> LocalStore::jobEnded(qint64 id, const QString &state, const QString &summary, const QString &log)
{
    const Connection connection(m_file);
    const auto updated =
        connection.run(u"UPDATE jobs SET state = ?, summary = ?, log = ?, ended = ? WHERE id = ?"_s,
                       {state, summary, log, now(), id});
    return updated ? Result<void>() : updated.error();
}

Result<QList<JobRecord>> LocalStore::jobs(int limit) const
{
    const Connection connection(m_file);
    Result<QSqlQuery> query = connection.run(
        u"SELECT id, kind, title, target, command, state, summary, log, started, ended, pid FROM jobs "
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
                         QDateTime::fromString(query->value(9).toString(), Qt::ISODateWithMs)};
        if (record.state == u"running" && ::kill(pid_t(query->value(10).toLongLong()), 0) != 0) {
            record.state = u"failed"_s;
            record.summary = u"The program ended before the job did."_s;
        }
        records.append(record);
    }
    return records;
}
