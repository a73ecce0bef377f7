// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/canceltoken.h"
#include "app/core/result.h"
#include "app/services/offlineembedder.h"

#include <QStringList>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

/// The vectors of some texts, in their order, all of one length.
struct Embeddings
{
    std::vector<std::vector<float>> vectors;
    QString model;
    int dimensions = 0;
};

/// Turns texts into vectors, whoever computes them. embed() blocks and may be called from any worker threads
/// at once. It answers with one vector a text, none zero and none non-finite, or with an error that says what
/// to do about it.
class EmbeddingProvider
{
public:
    static constexpr int columnDimensions = 1536; ///< of product_embeddings.embedding

    EmbeddingProvider() = default;
    virtual ~EmbeddingProvider();
    Q_DISABLE_COPY_MOVE(EmbeddingProvider)

    virtual QString name() const = 0;  ///< "offline", "openai", …
    virtual QString model() const = 0; ///< as product_embeddings.embedding_model says it
    virtual int batchSize() const = 0; ///< texts for one call
    virtual double dollarsPerMillionTokens() const { return 0; }
    virtual Result<Embeddings> embed(const QStringList &texts, const CancelToken &token) = 0;
};

/// The built-in embedder behind that interface: no network, no cost.
class OfflineEmbeddingProvider final : public EmbeddingProvider
{
public:
    explicit OfflineEmbeddingProvider(OfflineEmbedder embedder)
        : m_embedder(std::move(embedder))
    {
    }
    /// The model that travels inside the program.
    static Result<std::shared_ptr<EmbeddingProvider>> load();
    static QString builtInModel(); ///< its name, without loading it

    QString name() const override { return QStringLiteral("offline"); }
    QString model() const override { return m_embedder.model(); }
    int batchSize() const override { return 200; }
    Result<Embeddings> embed(const QStringList &texts, const CancelToken &token) override;

private:
    const OfflineEmbedder m_embedder;
};

/// Finds the provider of a model: loads the built-in one when it is first asked for, makes those that were
/// set up, and keeps them. Any thread.
class EmbeddingProviders final
{
public:
    /// How a provider is made that was set up for a model; null when none was.
    using Maker = std::function<Result<std::shared_ptr<EmbeddingProvider>>(const QString &model,
                                                                           const CancelToken &token)>;

    explicit EmbeddingProviders(Maker maker = {})
        : m_maker(std::move(maker))
    {
    }

    /// NotFound when nobody computes that model here. May ask the keyring: not for the GUI thread.
    Result<std::shared_ptr<EmbeddingProvider>> forModel(const QString &model, const CancelToken &token = {});
    Result<std::shared_ptr<EmbeddingProvider>> offline();
    void add(std::shared_ptr<EmbeddingProvider> provider); ///< takes the place of another one of that model
    void forget(const QString &model); ///< its setting has changed: it is made anew when asked for

private:
    const Maker m_maker;
    std::mutex m_mutex; // guards all below
    std::shared_ptr<EmbeddingProvider> m_offline;
    std::vector<std::shared_ptr<EmbeddingProvider>> m_others;
};

namespace embedding {

/// As pgvector reads it, filled up with zeros to the column's length: the cosine stays the same. An error for
/// a vector that is too long, zero or not finite.
Result<QString> vectorText(const std::vector<float> &vector);

/// Whether the answer holds one usable vector a text.
Result<void> check(const Embeddings &answer, qsizetype texts);

} // namespace embedding
