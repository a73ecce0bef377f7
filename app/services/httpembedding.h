// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/embeddingprovider.h"

#include <QThread>
#include <QUrl>

/// Where an OpenAI-compatible server is and how it wants to be asked. The key comes from the keyring or from
/// a file of its own, never from an argument, an environment variable or a setting.
struct HttpEmbeddingOptions
{
    enum class Header { Bearer, ApiKey }; ///< "Authorization: Bearer …" or "api-key: …"

    QString name;
    QUrl baseUrl; ///< "/embeddings" is appended to its path
    QString model;
    QByteArray key; ///< empty: none is sent
    Header header = Header::Bearer;
    int dimensions = 0; ///< asks the server to shorten its vectors; 0: as they are
    double dollarsPerMillionTokens = 0;
    int batch = 64; ///< texts a request
    int concurrency = 2;
    int timeoutMs = 60'000;      ///< without a byte; three times that for a whole answer
    int attempts = 6;            ///< of each request, where waiting may help
    int firstDelayMs = 500;      ///< doubled each time, more if Retry-After asks for it
    int longestDelayMs = 60'000; ///< a server that asks for more is not waited for

    /// The presets: openai, azure, ollama, llama.cpp. NotFound for another name.
    static Result<HttpEmbeddingOptions> preset(const QString &name);
    static QStringList presets();
};

/// Embeds through the OpenAI-compatible HTTP interface (POST …/embeddings), on a thread with an event loop of
/// its own. Repeats what 429, 5xx and a lost link may let succeed; everything else is an error at once: texts
/// that it does not take (embedding::refusedInput), a refused key (Permission), a wrong dimension, count or
/// number, a reply that is cut off, too large or no JSON (Verification), a server that cannot be reached or
/// whose certificate does not verify (Connect).
class HttpEmbeddingProvider final : public EmbeddingProvider
{
public:
    /// Usage for options that cannot be, such as a key for a server without TLS that is not this machine.
    static Result<std::shared_ptr<EmbeddingProvider>> make(const HttpEmbeddingOptions &options);
    ~HttpEmbeddingProvider() override;

    QString name() const override { return m_options.name; }
    QString model() const override;
    int batchSize() const override { return m_options.batch * m_options.concurrency; }
    double dollarsPerMillionTokens() const override { return m_options.dollarsPerMillionTokens; }
    Result<Embeddings> embed(const QStringList &texts, const CancelToken &token) override;

private:
    explicit HttpEmbeddingProvider(const HttpEmbeddingOptions &options);

    const HttpEmbeddingOptions m_options;
    QThread m_thread;
    std::unique_ptr<QObject> m_worker; // lives in m_thread; owns the network access manager
};
