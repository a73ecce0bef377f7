// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/jobs/job.h"

struct ImportOptions
{
    QString file;
    QString store;
    /// Column of the file → field; others go by their own names. Upper and lower case are the same.
    QList<std::pair<QString, QString>> map;
    bool skipBad = false; ///< load the good rows although there are bad ones
    bool update = false;  ///< change products whose SKU the store has; else they are bad rows
    char delimiter = ',';
};

struct ImportReport
{
    struct BadRow
    {
        qint64 line = 0;
        QString reason;
    };
    static constexpr int mostBadRows = 1000; ///< that are kept

    qint64 rows = 0; ///< records in the file
    qint64 inserted = 0;
    qint64 updated = 0;
    qint64 bad = 0;
    QList<BadRow> badRows;     ///< the first of them, by line
    QStringList unusedColumns; ///< of the file: they fill no field
    bool committed = false;
};

/// Reads products from a CSV file into one store, through a temporary table, in one transaction under the
/// store's policies: all rows or none, unless skipBad. Updating sets the mapped fields that are not empty, so
/// a manager may import what a manager may edit; where no product can be added, an unknown SKU is a bad row.
/// Conflict when bad rows stopped it, Usage for a mapping that does not fit the file, Io when the file cannot
/// be read to its end.
class ImportService final
{
public:
    explicit ImportService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    static QStringList fields(); ///< that a column may be mapped to

    /// The work of a job; `report` tells more than its sentence, also when it fails.
    JobWork products(const ImportOptions &options, const std::shared_ptr<ImportReport> &report);

    static Result<QString> productsInto(Session &session, const ImportOptions &options, ImportReport &report,
                                        JobContext &job);

private:
    ConnectionPool &m_pool;
};
