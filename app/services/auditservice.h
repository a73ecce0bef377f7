// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/jobs/job.h"

#include <QDateTime>
#include <QJsonObject>
#include <QTimeZone>

/// Which entries of a store's audit log; what is empty or invalid does not restrict.
struct AuditFilter
{
    QDateTime since;
    QDateTime until; ///< not included
    QString table;
    QString action;
    QString user;
    QString record; ///< uuid of the row
    QString column; ///< of an UPDATE: this column changed
    QString text;   ///< anywhere in the old and new values, in any case

    bool operator==(const AuditFilter &) const = default;
    QJsonObject toJson() const; ///< what restricts, for the evidence
};

/// Entries, newest first: log_id, created_at, table_name, action, user_name, record_id, old_values,
/// new_values, metadata. `next` is empty at the end.
struct AuditPage
{
    Rows rows;
    QString next;
};

/// How many entries an action has in a unit of time (its start, in the zone that was asked for).
struct AuditActivity
{
    QDateTime period;
    QString action;
    qint64 entries = 0;
};

enum class EvidenceFormat { Csv, JsonLines };

/// Reads the audit log of one store. Pages go along (created_at, log_id), so that the millionth entry costs
/// what the first does. Any thread may call. Errors: Usage for a filter that cannot be, the server's else.
class AuditService final
{
public:
    explicit AuditService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    QFuture<Result<AuditPage>> page(const QString &storeId, const AuditFilter &filter,
                                    const QString &after = {}, int limit = 200,
                                    const CancelToken &token = {});

    /// By hour up to three days, by day up to a quarter, else by month. Needs `since`.
    QFuture<Result<QList<AuditActivity>>> activity(const QString &storeId, const AuditFilter &filter,
                                                   const QTimeZone &zone, const CancelToken &token = {});

    /// The work of a job: writes all entries of the filter as of one moment, oldest last, and beside them
    /// FILE.manifest.json, which holds filter, store, database, login, time, rows and the file's SHA-256.
    /// Whole or not at all; constant memory.
    JobWork exportEvidence(const QString &storeId, const AuditFilter &filter, EvidenceFormat format,
                           const QString &file);

    /// How the job reads in the panel and the history.
    JobSpec evidenceSpec(const QString &storeId, const AuditFilter &filter, const QString &file) const;

private:
    ConnectionPool &m_pool;
};
