// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/searchservice.h"

#include "app/services/embeddingservice.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace {

constexpr int mostHits = 999; // the database's function gives 1,000; one may be the product itself

Result<QString> filterText(Session &session, const SearchFilter &filter)
{
    QJsonObject json = filter.toJson();
    if (!filter.categories.isEmpty()) {
        const Result<Rows> known = session.read({}, sqlcatalog::query("search/categories"));
        if (!known)
            return known.error();
        QJsonArray ids;
        for (const QString &name : filter.categories) {
            const qsizetype before = ids.size();
            for (int row = 0; row < known->count(); ++row)
                if (known->text(row, 1).compare(name, Qt::CaseInsensitive) == 0)
                    ids.append(known->integer(row, 0));
            if (ids.size() == before)
                return Error{ErrorKind::NotFound, u"There is no category “%1”."_s.arg(name)};
        }
        json[u"category_ids"_s] = ids;
    }
    if (filter.includeInactive)
        json[u"active"_s] = QJsonValue();
    return QString::fromUtf8(QJsonDocument(json).toJson(QJsonDocument::Compact));
}

Error unusable(const QString &message)
{
    return {ErrorKind::Usage, message};
}

/// The vector to look for in pgvector's text form. Of a product that is the stored one, and where there is
/// none that of its text.
Result<QString> queryVector(Session &session, const QString &storeId, const SearchRequest &request,
                            SearchAnswer &answer, EmbeddingProviders &providers)
{
    QString text = request.text;
    if (!request.like.isEmpty()) {
        const Result<Rows> rows = session.read(storeId, sqlcatalog::query("search/vector_of"),
                                               {storeId, request.like, answer.model});
        if (!rows)
            return rows.error();
        if (rows->count() == 0)
            return Error{ErrorKind::NotFound, u"There is no such product in this store."_s};
        answer.likeName = rows->text(0, 1);
        if (!rows->isNull(0, 0))
            return rows->text(0, 0);
        text = rows->text(0, 2);
    }
    const Result<std::shared_ptr<EmbeddingProvider>> provider =
        providers.forModel(answer.model, session.token());
    if (!provider)
        return provider.error();
    const Result<Embeddings> made = (*provider)->embed({text.left(embedding::longestText)}, session.token());
    if (!made)
        return made.error();
    if (const Result<void> whole = embedding::check(*made, 1); !whole)
        return whole.error();
    return embedding::vectorText(made->vectors.front());
}

SearchHit readHit(const Rows &rows, int row)
{
    SearchHit hit;
    hit.productId = rows.text(row, 0);
    hit.sku = rows.text(row, 1);
    hit.name = rows.text(row, 2);
    hit.description = rows.text(row, 3);
    hit.brand = rows.text(row, 4);
    hit.category = rows.text(row, 5);
    hit.price = rows.text(row, 6);
    hit.stock = rows.integer(row, 7);
    hit.rating = rows.number(row, 8);
    hit.ratings = rows.integer(row, 9);
    hit.active = rows.boolean(row, 10);
    if (!rows.isNull(row, 11))
        hit.similarity = rows.number(row, 11);
    hit.score = rows.number(row, 12);
    hit.vectorRank = int(rows.integer(row, 13));
    hit.textRank = int(rows.integer(row, 14));
    return hit;
}

} // namespace

QJsonObject SearchFilter::toJson() const
{
    QJsonObject json;
    if (!brands.isEmpty())
        json[u"brands"_s] = QJsonArray::fromStringList(brands);
    if (minPrice)
        json[u"min_price"_s] = *minPrice;
    if (maxPrice)
        json[u"max_price"_s] = *maxPrice;
    if (minStock)
        json[u"min_stock"_s] = *minStock;
    if (minRating)
        json[u"min_rating"_s] = *minRating;
    if (!tags.isEmpty())
        json[u"tags"_s] = QJsonArray::fromStringList(tags);
    return json;
}

QString searchModeName(SearchMode mode)
{
    switch (mode) {
    case SearchMode::Vector:
        return u"vector"_s;
    case SearchMode::Text:
        return u"text"_s;
    case SearchMode::Hybrid:
        break;
    }
    return u"hybrid"_s;
}

QFuture<Result<SearchAnswer>> SearchService::search(const QString &storeId, const SearchRequest &request,
                                                    const CancelToken &token)
{
    return m_pool.run<SearchAnswer>(u"Search"_s, token, [this, storeId, request](Session &session) {
        return searchIn(session, storeId, request, m_providers);
    });
}

Result<SearchAnswer> SearchService::searchIn(Session &session, const QString &storeId,
                                             const SearchRequest &asked, EmbeddingProviders &providers)
{
    SearchRequest request = asked;
    request.text = request.text.trimmed();
    const bool cut = request.text.size() > embedding::longestText;
    if (cut)
        request.text.truncate(embedding::longestText);
    if (request.text.isEmpty() == request.like.isEmpty())
        return unusable(u"Say what to search for: a text, or a product to find similar ones."_s);
    if (!request.like.isEmpty()) {
        request.mode = SearchMode::Vector;
        if (QUuid::fromString(request.like).isNull())
            return unusable(u"“%1” is no product's id."_s.arg(request.like));
    }
    if (request.limit < 1 || request.limit > mostHits)
        return unusable(u"A search gives between 1 and %1 products."_s.arg(mostHits));
    if (request.threshold && (*request.threshold < -1 || *request.threshold > 1))
        return unusable(u"A similarity lies between -1 and 1."_s);

    QElapsedTimer clock;
    clock.start();
    qint64 databaseNs = 0;
    const auto timed = [&databaseNs](auto &&ask) {
        QElapsedTimer asking;
        asking.start();
        auto rows = ask();
        databaseNs += asking.nsecsElapsed();
        return rows;
    };
    SearchAnswer answer;
    answer.mode = request.mode;
    answer.textUsed = cut ? int(embedding::longestText) : 0;
    const Result<QString> filter = timed([&] { return filterText(session, request.filter); });
    if (!filter)
        return filter.error();
    Param vector = nullptr;
    if (request.mode != SearchMode::Text) {
        answer.model = request.model;
        if (answer.model.isEmpty()) {
            const Result<Rows> active =
                timed([&] { return session.read({}, sqlcatalog::query("embedding/active_model")); });
            if (!active)
                return active.error();
            answer.model = active->text(0, 0);
        }
        const Result<QString> found = queryVector(session, storeId, request, answer, providers);
        if (!found)
            return found.error();
        vector = *found;
    }
    const bool words = request.mode != SearchMode::Vector;
    const bool alike = !request.like.isEmpty();
    const Params params{storeId,
                        vector,
                        words ? Param(request.text) : Param(nullptr),
                        request.limit + (alike ? 1 : 0),
                        *filter,
                        answer.model.isEmpty() ? Param(nullptr) : Param(answer.model),
                        request.threshold ? Param(*request.threshold) : Param(nullptr),
                        alike ? Param(request.like) : Param(nullptr)};
    const Result<Rows> rows =
        timed([&] { return session.read(storeId, sqlcatalog::query("search/products"), params); });
    if (!rows)
        return rows.error();
    for (int row = 0; row < std::min(rows->count(), request.limit); ++row)
        answer.hits.append(readHit(*rows, row));
    if (rows->count() > 0)
        answer.scan = rows->text(0, 15);
    answer.elapsedMs = clock.elapsed();
    answer.databaseMs = double(databaseNs) / 1e6;
    return answer;
}
