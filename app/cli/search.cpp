// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/core/format.h"
#include "app/services/savedsearches.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

QJsonValue number(double value)
{
    return std::isfinite(value) ? QJsonValue(value) : QJsonValue();
}

QJsonObject toJson(const SearchHit &hit)
{
    return {{u"product_id"_s, hit.productId},
            {u"sku"_s, hit.sku},
            {u"product_name"_s, hit.name},
            {u"product_description"_s, hit.description},
            {u"brand"_s, hit.brand},
            {u"category"_s, hit.category},
            {u"price"_s, hit.price.toDouble()},
            {u"current_stock"_s, hit.stock},
            {u"rating_average"_s, hit.rating},
            {u"rating_count"_s, hit.ratings},
            {u"is_active"_s, hit.active},
            {u"similarity"_s, number(hit.similarity)},
            {u"score"_s, hit.score},
            {u"vector_rank"_s, hit.vectorRank > 0 ? QJsonValue(hit.vectorRank) : QJsonValue()},
            {u"text_rank"_s, hit.textRank > 0 ? QJsonValue(hit.textRank) : QJsonValue()}};
}

QJsonObject toJson(const SearchAnswer &answer)
{
    QJsonArray results;
    for (const SearchHit &hit : answer.hits)
        results.append(toJson(hit));
    const auto text = [](const QString &value) { return value.isEmpty() ? QJsonValue() : QJsonValue(value); };
    return {{u"results"_s, results},
            {u"mode"_s, searchModeName(answer.mode)},
            {u"scan"_s, text(answer.scan)},
            {u"model"_s, text(answer.model)},
            {u"elapsed_ms"_s, answer.elapsedMs},
            {u"database_ms"_s, answer.databaseMs}};
}

void printTable(const SearchAnswer &answer)
{
    for (const SearchHit &hit : answer.hits)
        cli::printLine(u"%1  %2  %3  %4  %5"_s.arg(
            (std::isfinite(hit.similarity) ? QString::number(hit.similarity, 'f', 3) : u"-"_s)
                .leftJustified(6),
            hit.sku.leftJustified(14), hit.price.rightJustified(10), hit.name.leftJustified(50),
            hit.category));
    cli::printError(u"%1 found (%2%3%4) in %5 ms"_s.arg(
        format::count(answer.hits.size()), searchModeName(answer.mode),
        answer.scan.isEmpty() ? QString() : u", "_s + answer.scan,
        answer.model.isEmpty() ? QString() : u", "_s + answer.model, QString::number(answer.elapsedMs)));
}

/// A decimal of an option, if it is there and one.
Result<std::optional<double>> decimal(const cli::Invocation &call, const QString &option)
{
    if (!call.isSet(option))
        return std::optional<double>();
    bool valid = false;
    const double value = call.value(option).toDouble(&valid);
    if (!valid || !std::isfinite(value))
        return Error{ErrorKind::Usage, u"--%1 takes a number."_s.arg(option)};
    return std::optional<double>(value);
}

/// Takes over the options that are set; for a new search also the others' defaults.
Result<void> readOptions(cli::Invocation &call, bool saved, SearchRequest &request)
{
    if (!saved || call.isSet(u"mode"_s)) {
        const qsizetype mode =
            QStringList{u"vector"_s, u"text"_s, u"hybrid"_s}.indexOf(call.value(u"mode"_s));
        if (mode < 0)
            return Error{ErrorKind::Usage, u"--mode takes vector, text or hybrid."_s};
        request.mode = SearchMode(mode);
    }
    if (!saved || call.isSet(u"limit"_s)) {
        const Result<int> limit = call.number(u"limit"_s, 1, 999);
        if (!limit)
            return limit.error();
        request.limit = *limit;
    }
    SearchFilter &filter = request.filter;
    for (const auto &[option, field] :
         {std::pair{u"threshold"_s, &request.threshold}, std::pair{u"min-price"_s, &filter.minPrice},
          std::pair{u"max-price"_s, &filter.maxPrice}, std::pair{u"min-rating"_s, &filter.minRating}}) {
        const Result<std::optional<double>> value = decimal(call, option);
        if (!value)
            return value.error();
        if (*value)
            *field = *value;
    }
    for (const auto &[option, field] :
         {std::pair{u"category"_s, &filter.categories}, std::pair{u"brand"_s, &filter.brands},
          std::pair{u"tag"_s, &filter.tags}})
        if (call.isSet(option))
            *field = call.parser().values(option);
    if (call.isSet(u"in-stock"_s))
        filter.minStock = 1;
    if (call.isSet(u"inactive"_s))
        filter.includeInactive = true;
    return {};
}

} // namespace

int cli::search(AppContext &context, const QStringList &arguments)
{
    Invocation call(context, u"search"_s, u"Finds a store's products by meaning, by words, or by both."_s,
                    Data::Json);
    QCommandLineParser &parser = call.parser();
    parser.addPositionalArgument(u"TEXT"_s, u"What to look for."_s);
    const auto add = [&](const QString &name, const QString &what, const QString &value,
                         const QString &fallback = {}) {
        parser.addOption({name, what, value, fallback});
    };
    add(u"store"_s, u"The store."_s, u"STORE"_s);
    add(u"like"_s, u"Instead of TEXT: products similar to this one."_s, u"PRODUCT_ID"_s);
    add(u"saved"_s,
        u"Instead of TEXT: a search saved in the window; options given beside it go before its own."_s,
        u"NAME"_s);
    add(u"mode"_s, u"vector, text or hybrid (hybrid)."_s, u"MODE"_s, u"hybrid"_s);
    add(u"limit"_s, u"How many products (10)."_s, u"N"_s, u"10"_s);
    add(u"threshold"_s, u"Least similarity of what the vectors find."_s, u"T"_s);
    addProviderOptions(call);
    add(u"category"_s, u"Only this category; may be repeated."_s, u"NAME"_s);
    add(u"brand"_s, u"Only this brand; may be repeated."_s, u"NAME"_s);
    add(u"tag"_s, u"Only with this tag; repeated: with all of them."_s, u"TAG"_s);
    add(u"min-price"_s, u"Lowest price."_s, u"AMOUNT"_s);
    add(u"max-price"_s, u"Highest price."_s, u"AMOUNT"_s);
    add(u"min-rating"_s, u"Lowest rating."_s, u"STARS"_s);
    parser.addOption({u"in-stock"_s, u"Only what is in stock."_s});
    parser.addOption({u"inactive"_s, u"Inactive products too."_s});
    if (!call.parse(arguments))
        return call.exit();
    if (!call.isSet(u"store"_s))
        return call.usage(u"--store is missing."_s);

    SearchRequest request;
    request.text = parser.positionalArguments().join(u' ');
    request.like = call.value(u"like"_s);
    if (const Result<void> read = readOptions(call, false, request); !read)
        return call.fail(read.error());

    // Without --provider the database's active model decides; the built-in one needs no setting up.
    if (call.isSet(u"provider"_s) && request.mode != SearchMode::Text) {
        const Result<std::shared_ptr<EmbeddingProvider>> provider = chosenProvider(call);
        if (!provider)
            return call.fail(provider.error());
        request.model = (*provider)->model();
        context.providers.add(*provider);
    } else if (call.isSet(u"model"_s)) {
        request.model = call.value(u"model"_s);
    }

    const Result<Capabilities> connected = call.connect();
    if (!connected)
        return call.fail(connected.error());
    if (call.isSet(u"saved"_s)) {
        if (!request.text.isEmpty() || !request.like.isEmpty())
            return call.usage(u"--saved stands instead of TEXT and --like."_s);
        Result<SearchRequest> saved =
            SavedSearches(context.local, context.pool.profile().name, call.value(u"store"_s))
                .find(call.value(u"saved"_s));
        if (!saved)
            return call.fail(saved.error());
        saved->model = request.model; // none is saved
        request = *saved;
        if (const Result<void> read = readOptions(call, true, request); !read)
            return call.fail(read.error());
    }
    const Result<SearchAnswer> answer =
        context.search.search(call.value(u"store"_s), request, interruption()).result();
    if (!answer)
        return call.fail(answer.error());
    if (call.json())
        printLine(QString::fromUtf8(QJsonDocument(toJson(*answer)).toJson(QJsonDocument::Compact)));
    else
        printTable(*answer);
    return Success;
}
