// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/embeddingprovider.h"

#include <algorithm>
#include <charconv>
#include <cmath>

using namespace Qt::StringLiterals;

EmbeddingProvider::~EmbeddingProvider() = default;

QString OfflineEmbeddingProvider::builtInModel()
{
    return u"retail-offline-1"_s;
}

Result<std::shared_ptr<EmbeddingProvider>> OfflineEmbeddingProvider::load()
{
    Result<OfflineEmbedder> embedder = OfflineEmbedder::builtIn();
    if (!embedder)
        return embedder.error();
    return std::shared_ptr<EmbeddingProvider>(
        std::make_shared<OfflineEmbeddingProvider>(std::move(embedder).value()));
}

Result<Embeddings> OfflineEmbeddingProvider::embed(const QStringList &texts, const CancelToken &token)
{
    Embeddings answer;
    answer.model = model();
    answer.dimensions = m_embedder.dimensions();
    for (const QString &text : texts) {
        if (token.cancelled())
            return Error{ErrorKind::Cancelled, u"Embedding was cancelled."_s};
        answer.vectors.push_back(m_embedder.embed(text));
    }
    if (const Result<void> usable = embedding::check(answer, texts.size()); !usable)
        return usable.error();
    return answer;
}

Result<std::shared_ptr<EmbeddingProvider>> EmbeddingProviders::offline()
{
    const std::lock_guard lock(m_mutex);
    if (!m_offline) {
        Result<std::shared_ptr<EmbeddingProvider>> loaded = OfflineEmbeddingProvider::load();
        if (!loaded)
            return loaded.error();
        m_offline = *loaded;
    }
    return m_offline;
}

Result<std::shared_ptr<EmbeddingProvider>> EmbeddingProviders::forModel(const QString &model,
                                                                        const CancelToken &token)
{
    if (model == OfflineEmbeddingProvider::builtInModel())
        return offline();
    {
        const std::lock_guard lock(m_mutex);
        for (const auto &provider : m_others)
            if (provider->model() == model)
                return provider;
    }
    // Not under the lock: a keyring may take its time.
    if (m_maker) {
        const Result<std::shared_ptr<EmbeddingProvider>> made = m_maker(model, token);
        if (!made)
            return made.error();
        if (*made) {
            add(*made);
            return *made;
        }
    }
    return Error{
        ErrorKind::NotFound, u"Nothing is set up here that computes vectors of the model %1."_s.arg(model),
        u"Set up its server under Search quality ▸ Embeddings, or embed the products with the built-in model "
        u"(retail-admin embed --activate). Searching by words works without."_s};
}

void EmbeddingProviders::add(std::shared_ptr<EmbeddingProvider> provider)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_others, [&](const auto &other) { return other->model() == provider->model(); });
    m_others.push_back(std::move(provider));
}

void EmbeddingProviders::forget(const QString &model)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_others, [&](const auto &other) { return other->model() == model; });
}

namespace {

Result<void> checkVector(const std::vector<float> &vector)
{
    if (vector.empty() || vector.size() > std::size_t(EmbeddingProvider::columnDimensions))
        return Error{ErrorKind::Verification,
                     u"A vector has %1 dimensions; 1 to %2 can be stored."_s.arg(vector.size())
                         .arg(EmbeddingProvider::columnDimensions)};
    if (!std::all_of(vector.begin(), vector.end(), [](float x) { return std::isfinite(x); }))
        return Error{ErrorKind::Verification, u"A vector holds a number that is not finite."_s};
    if (std::all_of(vector.begin(), vector.end(), [](float x) { return std::abs(x) < 1e-30F; }))
        return Error{ErrorKind::Verification, u"A vector is zero: it is near to nothing."_s};
    return {};
}

} // namespace

Result<QString> embedding::vectorText(const std::vector<float> &vector)
{
    if (const Result<void> usable = checkVector(vector); !usable)
        return usable.error();
    QByteArray text;
    text.reserve(qsizetype(vector.size()) * 12);
    text += '[';
    for (std::size_t i = 0; i < std::size_t(EmbeddingProvider::columnDimensions); ++i) {
        if (i > 0)
            text += ',';
        if (i >= vector.size()) {
            text += '0';
            continue;
        }
        char digits[32];
        const auto end = std::to_chars(digits, digits + sizeof digits, vector[i]);
        text.append(digits, end.ptr - digits);
    }
    return QString::fromLatin1(text + ']');
}

Result<void> embedding::check(const Embeddings &answer, qsizetype texts)
{
    if (qsizetype(answer.vectors.size()) != texts)
        return Error{
            ErrorKind::Verification,
            u"%1 gave %2 vectors for %3 texts."_s.arg(answer.model).arg(answer.vectors.size()).arg(texts)};
    for (const std::vector<float> &vector : answer.vectors) {
        if (int(vector.size()) != answer.dimensions)
            return Error{ErrorKind::Verification,
                         u"%1 gave vectors of different lengths."_s.arg(answer.model)};
        if (const Result<void> usable = checkVector(vector); !usable)
            return usable.error();
    }
    return {};
}
