// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/embeddingservice.h"

#include "app/core/format.h"

#include <QMap>

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype manyRefused = 8; // of one batch, and nothing taken

Result<QStringList> activeStores(Session &session)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("embedding/stores"));
    if (!rows)
        return rows.error();
    QStringList stores;
    for (int row = 0; row < rows->count(); ++row)
        stores += rows->text(row, 0);
    return stores;
}

Result<EmbeddingPlan> makePlan(Session &session, const QStringList &asked, const EmbeddingProvider &provider)
{
    EmbeddingPlan plan;
    plan.provider = provider.name();
    plan.model = provider.model();
    plan.stores = asked;
    if (plan.stores.isEmpty()) {
        const Result<QStringList> stores = activeStores(session);
        if (!stores)
            return stores.error();
        plan.stores = *stores;
    }
    for (const QString &store : std::as_const(plan.stores)) {
        const Result<Rows> counted =
            session.read(store, sqlcatalog::query("embedding/plan"), {store, plan.model});
        if (!counted)
            return counted.error();
        plan.products += counted->integer(0, 0);
        plan.texts += counted->integer(0, 1);
        plan.characters += counted->integer(0, 2);
    }
    plan.tokens = (plan.characters + 3) / 4;
    plan.dollars = double(plan.tokens) * provider.dollarsPerMillionTokens() / 1e6;
    return plan;
}

/// Appends a vector a text, a null one for a text that is refused by itself and shortened; why, in `refused`.
Result<void> embedTexts(EmbeddingProvider &provider, const QStringList &texts, const CancelToken &token,
                        QStringList &vectors, QList<Error> &refused)
{
    const Result<Embeddings> answer = provider.embed(texts, token);
    if (answer) {
        if (const Result<void> whole = embedding::check(*answer, texts.size()); !whole)
            return whole.error();
        for (const std::vector<float> &vector : answer->vectors) {
            const Result<QString> text = embedding::vectorText(vector);
            if (!text)
                return text.error();
            vectors += *text;
        }
        return {};
    }
    if (answer.error().where != embedding::refusedInput)
        return answer.error();
    if (texts.size() > 1) { // one of them is enough to have all refused
        const qsizetype half = texts.size() / 2;
        if (const Result<void> first = embedTexts(provider, texts.first(half), token, vectors, refused);
            !first)
            return first;
        return embedTexts(provider, texts.sliced(half), token, vectors, refused);
    }
    const qsizetype half = texts.first().size() / 2;
    if (half >= embedding::shortestText)
        return embedTexts(provider, {texts.first().left(half)}, token, vectors, refused);
    refused += answer.error();
    vectors += QString();
    return {};
}

struct Embedded
{
    qint64 products = 0;
    qint64 refused = 0;
};

/// One batch: read, embed, save in one transaction. The last product seen, or empty when there was none.
Result<QString> embedBatch(Session &session, const QString &store, const QString &after,
                           EmbeddingProvider &provider, JobContext &job, Embedded &done)
{
    const Param from = after.isEmpty() ? Param(nullptr) : Param(after);
    const Result<Rows> rows = session.read(store, sqlcatalog::query("embedding/pending"),
                                           {store, provider.model(), from, provider.batchSize()});
    if (!rows)
        return rows.error();
    if (rows->count() == 0)
        return QString();
    QStringList products;
    QStringList texts; // whole: they tell later on whether the product's text has changed
    QStringList sent;
    for (int row = 0; row < rows->count(); ++row) {
        products += rows->text(row, 0);
        texts += rows->text(row, 1);
        sent += texts.last().left(embedding::longestText);
    }
    const QString last = products.last();
    QStringList vectors;
    QList<Error> refused;
    if (const Result<void> embedded = embedTexts(provider, sent, session.token(), vectors, refused);
        !embedded)
        return embedded.error();
    // A wrong setting, not texts.
    if (refused.size() == vectors.size() && refused.size() >= manyRefused)
        return refused.first();
    for (qsizetype i = vectors.size(); i-- > 0;) {
        if (!vectors[i].isNull())
            continue;
        const Error why = refused.takeLast();
        const Result<Rows> sku =
            session.read(store, sqlcatalog::query("embedding/sku"), {store, products[i]});
        if (!sku)
            return sku.error();
        job.log(u"%1 in %2 is left out, its text is refused: %3 %4"_s
                    .arg(sku->count() > 0 ? sku->text(0, 0) : products[i], store, why.message, why.detail)
                    .trimmed());
        ++done.refused;
        products.removeAt(i);
        texts.removeAt(i);
        vectors.removeAt(i);
    }
    if (products.isEmpty())
        return last;
    const Result<QList<Rows>> saved = session.write(
        store, {{sqlcatalog::query("embedding/save"), {store, provider.model(), products, texts, vectors}}});
    if (!saved)
        return saved.error();
    done.products += saved->last().affected();
    return last;
}

/// The stores beside those of the plan whose products would not all be found by meaning if searches used its
/// model from now on; none if they use it already.
Result<QStringList> storesLeftOut(Session &session, const EmbeddingPlan &plan)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("embedding/health"));
    if (!rows)
        return rows.error();
    QMap<QString, qint64> missing;
    for (int row = 0; row < rows->count(); ++row) {
        const QString store = rows->text(row, 0);
        const bool ours = rows->text(row, 2) == plan.model;
        if (ours && rows->boolean(row, 3))
            return QStringList();
        // A store without any vector of the model has no row of it: all its products lack one.
        if (ours)
            missing[store] = rows->integer(row, 7);
        else if (!missing.contains(store))
            missing[store] = rows->integer(row, 4);
    }
    QStringList left;
    for (auto store = missing.cbegin(); store != missing.cend(); ++store)
        if (store.value() > 0 && !plan.stores.contains(store.key()))
            left += store.key();
    return left;
}

} // namespace

QFuture<Result<EmbeddingPlan>> EmbeddingService::plan(const QStringList &stores,
                                                      const std::shared_ptr<EmbeddingProvider> &provider,
                                                      const CancelToken &token)
{
    return m_pool.run<EmbeddingPlan>(u"Embeddings"_s, token, [stores, provider](Session &session) {
        Result<EmbeddingPlan> made = makePlan(session, stores, *provider);
        if (made)
            made->source = provider;
        return made;
    });
}

QFuture<Result<EmbeddingPlan>> EmbeddingService::planFor(const QStringList &stores, const QString &model,
                                                         const CancelToken &token)
{
    return m_pool.run<EmbeddingPlan>(u"Embeddings"_s, token,
                                     [this, stores, model](Session &session) -> Result<EmbeddingPlan> {
                                         const Result<std::shared_ptr<EmbeddingProvider>> provider =
                                             m_providers.forModel(model, session.token());
                                         if (!provider)
                                             return provider.error();
                                         Result<EmbeddingPlan> made = makePlan(session, stores, **provider);
                                         if (made)
                                             made->source = *provider;
                                         return made;
                                     });
}

JobWork EmbeddingService::embed(const QStringList &stores, const std::shared_ptr<EmbeddingProvider> &provider,
                                bool activate, const QString &confirmed)
{
    return [origin = m_pool.origin(), stores, provider, activate,
            confirmed](JobContext &job) -> Result<QString> {
        Result<Session> session = ConnectionPool::direct(origin, u"Embeddings"_s, job.token());
        if (!session)
            return session.error();
        return embedInto(*session, stores, *provider, activate, job, confirmed);
    };
}

Result<QString> EmbeddingService::embedInto(Session &session, const QStringList &stores,
                                            EmbeddingProvider &provider, bool activate, JobContext &job,
                                            const QString &confirmed)
{
    const Result<EmbeddingPlan> plan = makePlan(session, stores, provider);
    if (!plan)
        return plan.error();
    if (activate && confirmed != plan->model) {
        const Result<QStringList> left = storesLeftOut(session, *plan);
        if (!left)
            return left.error();
        if (!left->isEmpty())
            return Error{
                ErrorKind::Conflict,
                u"Searches of all stores would use the model %1, and these stores have products "
                u"without a vector of it, which meaning would not find: %2."_s.arg(plan->model,
                                                                                   left->join(u", "_s)),
                u"Embed them too (without --store all are), or say that it is meant: --confirm %1."_s.arg(
                    plan->model)};
    }
    job.log(u"%1 of %2 %3 a vector of the model %4."_s.arg(
        format::count(plan->texts), format::counted(plan->products, u"product"_s, u"products"_s),
        plan->texts == 1 ? u"needs"_s : u"need"_s, plan->model));
    Embedded done;
    for (const QString &store : plan->stores) {
        QString after;
        for (;;) {
            job.progress({u"embedding "_s + store, done.products, plan->texts, u"products"_s});
            Result<QString> last = job.cancelled()
                                       ? Error{ErrorKind::Cancelled, u"Embedding was cancelled."_s}
                                       : embedBatch(session, store, after, provider, job, done);
            if (!last) {
                Error error = last.error();
                if (done.products > 0)
                    error.hint += (error.hint.isEmpty() ? u""_s : u" "_s) +
                                  u"%1; start again to go on."_s.arg(
                                      format::counted(done.products, u"product was embedded and stays so"_s,
                                                      u"products were embedded and stay so"_s));
                return error;
            }
            if (last->isEmpty())
                break;
            after = *last;
        }
    }
    if (activate) {
        const Result<QList<Rows>> activated =
            session.write({}, {{sqlcatalog::query("embedding/activate"), {plan->model}}});
        if (!activated)
            return activated.error();
    }
    const QString sentence = u"%1 of %2 %3 embedded with %4"_s.arg(
        format::count(done.products), format::counted(plan->products, u"product"_s, u"products"_s),
        done.products == 1 ? u"was"_s : u"were"_s, plan->model);
    return sentence + (activate ? u", which searches use from now on."_s : u"."_s) +
           (done.refused == 0
                ? QString()
                : u" Left out, as the provider refuses their texts: %1 (the log names them)."_s.arg(
                      format::counted(done.refused, u"product"_s, u"products"_s)));
}

QFuture<Result<QString>> EmbeddingService::activeModel(const CancelToken &token)
{
    return m_pool.run<QString>(u"Search"_s, token, [](Session &session) -> Result<QString> {
        const Result<Rows> rows = session.read({}, sqlcatalog::query("embedding/active_model"));
        if (!rows)
            return rows.error();
        return rows->text(0, 0);
    });
}

QFuture<Result<QList<EmbeddingCoverage>>> EmbeddingService::coverage(const CancelToken &token)
{
    return m_pool.run<QList<EmbeddingCoverage>>(
        u"Embeddings"_s, token, [](Session &session) -> Result<QList<EmbeddingCoverage>> {
            const Result<Rows> rows = session.read({}, sqlcatalog::query("embedding/health"));
            if (!rows)
                return rows.error();
            QList<EmbeddingCoverage> all;
            for (int row = 0; row < rows->count(); ++row)
                all.append({rows->text(row, 0), rows->text(row, 1), rows->text(row, 2), rows->boolean(row, 3),
                            rows->integer(row, 4), rows->integer(row, 5), rows->integer(row, 6),
                            rows->integer(row, 7),
                            rows->isNull(row, 8) ? QDateTime() : rows->timestamp(row, 8)});
            return all;
        });
}

QFuture<Result<void>> EmbeddingService::activate(const QString &model, const CancelToken &token)
{
    return m_pool.run<void>(u"Embeddings"_s, token, [model](Session &session) -> Result<void> {
        const Result<QList<Rows>> done =
            session.write({}, {{sqlcatalog::query("embedding/activate"), {model}}});
        return done ? Result<void>() : done.error();
    });
}
