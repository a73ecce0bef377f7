// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/httpembedding.h"

/// A server that computes vectors, as it was set up on this desktop.
struct EmbeddingServer
{
    QString preset; ///< "openai", "azure", "ollama", "llama.cpp"
    QUrl baseUrl;
    QString model;
    int dimensions = 0;
    bool keyInKeyring = false;
    QString keyFile = {}; ///< instead of the keyring, where there is none; only its owner may read it

    QString modelName() const; ///< as product_embeddings.embedding_model says it
    /// Under which name its key is in the keyring: servers of one address share it.
    QString keyName() const;
    Result<HttpEmbeddingOptions> options() const; ///< without the key
};

/// The servers that were set up, in embedding-servers.json beside the settings; their keys are in the keyring
/// or in files of their own, never here. Any thread; the calls are few and read the file each time.
class EmbeddingServers final
{
public:
    explicit EmbeddingServers(QString file)
        : m_file(std::move(file))
    {
    }

    Result<QList<EmbeddingServer>> all() const;
    /// Takes the place of one with the same model.
    Result<void> save(const EmbeddingServer &server);
    Result<void> remove(const QString &modelName);

    /// The provider of a server, with its key; blocks while the keyring is asked, so never in the GUI thread.
    static Result<std::shared_ptr<EmbeddingProvider>> provider(const EmbeddingServer &server,
                                                               const CancelToken &token = {});

private:
    const QString m_file;
};

/// The key that a file holds, if only its owner can read it. A key in an argument would be in every process
/// list, one in the environment in every child.
Result<QByteArray> readKeyFile(const QString &path);
