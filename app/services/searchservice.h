// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/services/embeddingprovider.h"

#include <QJsonObject>
#include <QUuid>

#include <limits>
#include <optional>

enum class SearchMode { Vector, Text, Hybrid };
QString searchModeName(SearchMode mode); ///< "vector", "text", "hybrid"

/// What a search is restricted to; empty restricts nothing.
struct SearchFilter
{
    QStringList categories; ///< by name
    QStringList brands;
    std::optional<double> minPrice;
    std::optional<double> maxPrice;
    std::optional<int> minStock;
    std::optional<double> minRating;
    QStringList tags; ///< all of them
    bool includeInactive = false;

    /// By the names of the database's search functions. Without the categories, which those want by number,
    /// and without `includeInactive`.
    QJsonObject toJson() const;
};

struct SearchRequest
{
    QString text;
    QString like; ///< product whose neighbours are wanted, instead of `text`
    SearchMode mode = SearchMode::Hybrid;
    int limit = 20;                  ///< at most 999
    std::optional<double> threshold; ///< least similarity of what the vectors find
    SearchFilter filter;
    QString model; ///< empty: the database's active one
};

/// A product found. What a mode does not tell is NaN or 0.
struct SearchHit
{
    QString productId, sku, name, description, brand, category;
    QString price; ///< exact decimal
    qint64 stock = 0;
    double rating = 0;
    qint64 ratings = 0;
    bool active = true;
    double similarity = std::numeric_limits<double>::quiet_NaN(); ///< cosine
    double score = 0;                                             ///< what the answer is ordered by
    int vectorRank = 0;
    int textRank = 0;
};

struct SearchAnswer
{
    QList<SearchHit> hits; ///< best first
    SearchMode mode = SearchMode::Hybrid;
    QString scan;     ///< "exact", "index", or empty when no vector was compared
    QString model;    ///< empty for a search by words
    QString likeName; ///< of the product whose neighbours were wanted
    int textUsed = 0; ///< characters of a text that was too long to be used whole; 0: all of it was
    qint64 elapsedMs = 0;
    double databaseMs = 0; ///< of them, waiting for the database
};

/// Finds products of one store by meaning, by words or by both. A search uses the vectors of one model; the
/// query is embedded by that model's provider before a connection is leased. NotFound when nobody here
/// computes the active model. Any thread may call.
class SearchService final
{
public:
    SearchService(ConnectionPool &pool, EmbeddingProviders &providers)
        : m_pool(pool)
        , m_providers(providers)
    {
    }

    QFuture<Result<SearchAnswer>> search(const QString &storeId, const SearchRequest &request,
                                         const CancelToken &token = {});

    /// The same on a session of one's own; blocks.
    static Result<SearchAnswer> searchIn(Session &session, const QString &storeId,
                                         const SearchRequest &request, EmbeddingProviders &providers);

private:
    ConnectionPool &m_pool;
    EmbeddingProviders &m_providers;
};
