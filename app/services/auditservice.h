// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"

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

struct EvidenceFile
{
    QString file;
    QString manifest; ///< filter, store, login, time, rows and SHA-256 of the file
    qint64 rows = 0;
    QByteArray sha256; ///< hexadecimal
};

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

    /// Writes all entries of the filter, oldest last, and beside them FILE.manifest.json. Whole or not at
    /// all; constant memory.
    QFuture<Result<EvidenceFile>> exportEvidence(const QString &storeId, const AuditFilter &filter,
                                                 EvidenceFormat format, const QString &file,
                                                 const CancelToken &token = {});

private:
    ConnectionPool &m_pool;
};
