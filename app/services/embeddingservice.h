// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/jobs/job.h"
#include "app/services/embeddingprovider.h"

namespace embedding {

/// So many characters of a text are sent to who computes its vector, of a product's as of a search's. Servers
/// take at least these and refuse a whole batch for one that is much longer; the meaning of a longer text is
/// not told by its end.
constexpr qsizetype longestText = 20'000;

/// A refused text is halved as long as this much is left of it: tokens of some languages and models are
/// short.
constexpr qsizetype shortestText = 500;

/// Error::where of a provider that refuses what it was given and may take less of it.
inline const QString refusedInput = QStringLiteral("input");

} // namespace embedding

/// What an embedding job would do, to be shown before it starts.
struct EmbeddingPlan
{
    QString provider;
    QString model;
    QStringList stores;
    qint64 products = 0;   ///< in those stores
    qint64 texts = 0;      ///< without a vector of the model, or whose text has changed since
    qint64 characters = 0; ///< of those texts
    qint64 tokens = 0;     ///< estimated at four characters each
    double dollars = 0;    ///< estimated; 0 when the provider is free
    std::shared_ptr<EmbeddingProvider> source; ///< who would compute them
};

/// How far the vectors of one model cover one store.
struct EmbeddingCoverage
{
    QString storeId;
    QString storeName;
    QString model;
    bool active = false; ///< searches use this model
    qint64 products = 0; ///< all of the store; the three below add up to it
    qint64 upToDate = 0;
    qint64 stale = 0; ///< the vector is of an older text
    qint64 missing = 0;
    QDateTime newest; ///< of the vectors; invalid when there is none
};

/// Gives products their vectors, in batches that are each committed with the texts they stand for: a job that
/// ends early leaves whole rows, and the next one goes on where it ended. A product whose text the provider
/// refuses, even shortened, is logged and left out. Works under the store's policies as the profile's role:
/// owner, application or manager. plan() may be called from any thread.
class EmbeddingService final
{
public:
    EmbeddingService(ConnectionPool &pool, EmbeddingProviders &providers)
        : m_pool(pool)
        , m_providers(providers)
    {
    }

    /// `stores` empty: all active ones that the login may see.
    QFuture<Result<EmbeddingPlan>> plan(const QStringList &stores,
                                        const std::shared_ptr<EmbeddingProvider> &provider,
                                        const CancelToken &token = {});
    /// The same with the provider of a model, which is found first; NotFound when nobody here computes it.
    QFuture<Result<EmbeddingPlan>> planFor(const QStringList &stores, const QString &model,
                                           const CancelToken &token = {});

    /// The work of a job. With `activate` the database's searches use the model afterwards, which only the
    /// owner may decide. As that holds for all stores, it is a Conflict before anything is embedded while
    /// other stores have products without a vector of the model, unless `confirmed` is its name.
    JobWork embed(const QStringList &stores, const std::shared_ptr<EmbeddingProvider> &provider,
                  bool activate = false, const QString &confirmed = {});

    /// The same on a session of one's own. Returns a summary.
    static Result<QString> embedInto(Session &session, const QStringList &stores, EmbeddingProvider &provider,
                                     bool activate, JobContext &job, const QString &confirmed = {});

    /// The model that searches use, unless they name another.
    QFuture<Result<QString>> activeModel(const CancelToken &token = {});

    /// Each active store that the login may see, with each model that has vectors there; the active one
    /// always.
    QFuture<Result<QList<EmbeddingCoverage>>> coverage(const CancelToken &token = {});

    /// Searches use this model from now on; audited. For the owner.
    QFuture<Result<void>> activate(const QString &model, const CancelToken &token = {});

    EmbeddingProviders &providers() const { return m_providers; }

private:
    ConnectionPool &m_pool;
    EmbeddingProviders &m_providers;
};
