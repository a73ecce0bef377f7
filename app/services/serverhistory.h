// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/activityservice.h"
#include "app/services/performanceservice.h"

/// The server at one moment, and what it counted in the time before.
struct ServerPoint
{
    QDateTime at;        ///< by this desktop's clock
    qint64 seconds = 0;  ///< that the rates are of; 0 where there are none
    ServerSample levels; ///< its counters are not to be used; below 0: not known
    std::optional<ServerRates> rates;
};

/// When indexes were last seen to be used, as far as this desktop looked.
struct IndexUses
{
    QDateTime since;               ///< when the looking began; invalid: it did not
    QHash<qint64, MetricUse> uses; ///< by id of the index; those without were not used since
};

/// The past of the server, its tables and its indexes: what MetricSampler takes of them and MetricStore
/// keeps, under the numbers (oid) of the database that the pool is on. Futures come from threads of its own,
/// which are waited for at the end; any thread may ask. Errors are those of the store, of kind Io.
class ServerHistory final
{
public:
    ServerHistory(ConnectionPool &pool, MetricStore &store);

    /// What is to be sampled: the server each minute, tables and indexes each quarter of an hour.
    static QList<MetricProbe> probes();

    QFuture<Result<QList<ServerPoint>>> server(const Period &period);

    /// Values of a table's point: rows changed and scans as differences, then sizes in bytes and rows.
    enum TableValue {
        Changes,
        SequentialScans,
        IndexScans,
        HeapBytes,
        IndexBytes,
        ToastBytes,
        LiveRows,
        DeadRows
    };
    /// Sizes below 0 were not measured.
    QFuture<Result<QList<MetricPoint>>> table(qint64 id, const Period &period);
    /// Bytes of each table at that time, or at the first sample when that is later; by id.
    QFuture<Result<QHash<qint64, qint64>>> tableBytes(const QDateTime &at);
    QFuture<Result<QDateTime>> tablesSince();

    QFuture<Result<IndexUses>> indexUses();

    static const MetricKind &serverKind();
    static const MetricKind &tableKind();
    static const MetricKind &indexKind();

private:
    QString key() const { return MetricSampler::serverKey(m_pool.capabilities()); }

    ConnectionPool &m_pool;
    MetricStore &m_store;
    QThreadPool m_threads;
};
