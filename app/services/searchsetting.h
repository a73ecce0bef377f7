// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/services/embeddingprovider.h"

/// What a search of one store can be restricted to, and how far its products can be found by meaning.
struct SearchSetting
{
    QStringList categories; ///< of all stores
    QStringList brands;     ///< of this store
    QString model;          ///< that searches use
    qint64 products = 0;
    qint64 due = 0;          ///< without a vector of the model, or whose text has changed since
    QStringList otherModels; ///< whose vectors the store has, read when it has none up to date of `model`
    /// Computes the model's vectors; null when nobody does here, for the reason in `unavailable`.
    std::shared_ptr<EmbeddingProvider> provider;
    Error unavailable;
};

/// Reads them in one lease of the pool. Any thread may call.
QFuture<Result<SearchSetting>> readSearchSetting(ConnectionPool &pool, EmbeddingProviders &providers,
                                                 const QString &storeId, const CancelToken &token = {});
