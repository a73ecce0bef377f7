// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/services/searchservice.h"

/// An index over the vectors of all stores, as the catalogue tells it.
struct VectorIndex
{
    QString name;
    QString method; ///< "hnsw", "ivfflat"
    bool valid = true;
    qint64 bytes = 0;
    qint64 vectors = 0; ///< the planner's estimate
    int m = 0;
    int efConstruction = 0;
    qint64 scans = 0; ///< since SearchFacts::statisticsSince
};

/// A build that is under way, by anybody.
struct IndexBuild
{
    qint64 pid = 0;
    QString index; ///< empty before it is committed
    QString command;
    QString phase;
    qint64 blocksDone = 0;
    qint64 blocksTotal = 0;
    qint64 tuplesDone = 0;
    double seconds = 0;
};

struct SearchFacts
{
    QList<VectorIndex> indexes;
    int efSearch = 0;
    QString iterativeScan;
    int maxScanTuples = 0;
    int exactBelow = 0; ///< a store with fewer matching vectors is compared exactly
    QDateTime changed;  ///< of these settings
    QString activeModel;
    QString pgvector; ///< version
    QDateTime statisticsSince;
    qint64 sharedBuffers = 0; ///< bytes
};

struct MeasureRequest
{
    QString storeId;
    int samples = 20;
    int k = 20;
    QList<int> efSearch; ///< 1 to 8 values, all measured on the same sample
};

/// The index with one ef_search against the exact answer. NaN where nothing could be measured.
struct IndexMeasure
{
    int efSearch = 0;
    qint64 sampled = 0;
    double recall = 0;
    double p50 = 0, p95 = 0; ///< ms in the database, through the index
    double exactP50 = 0, exactP95 = 0;
};

/// Whole searches of one mode, in the database.
struct ModeMeasure
{
    QString mode; ///< "vector", "text", "hybrid"
    qint64 sampled = 0;
    double p50 = 0, p95 = 0;
    QString scan; ///< "exact", "index", "index or exact", or empty for words
};

struct SearchMeasure
{
    QList<IndexMeasure> index;
    QList<ModeMeasure> modes;
};

struct SearchPlan
{
    QString index; ///< EXPLAIN (ANALYZE, BUFFERS) of the way through the index, vectors left out
    QString exact;
    QString used; ///< "index" or "exact": the way that searches of this store take; empty without vectors
};

/// How good and how fast searches by meaning are, told in numbers: what a DBA needs who may see no row. The
/// sample is of stored vectors. Any thread may call; errors are the database's (Permission for another
/// store).
class SearchQuality final
{
public:
    explicit SearchQuality(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    QFuture<Result<SearchFacts>> facts(const CancelToken &token = {});
    QFuture<Result<QList<IndexBuild>>> builds(const CancelToken &token = {});
    QFuture<Result<SearchMeasure>> measure(const MeasureRequest &request, const CancelToken &token = {});
    /// For DBAs, ops and the owner. `efSearch` 0: the one that is set.
    QFuture<Result<SearchPlan>> plan(const QString &storeId, int k, int efSearch,
                                     const CancelToken &token = {});
    /// Of every search from now on; audited. For DBAs, ops and the owner.
    QFuture<Result<void>> setEfSearch(int efSearch, const CancelToken &token = {});

private:
    ConnectionPool &m_pool;
};
