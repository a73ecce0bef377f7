// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/core/format.h"

#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace {

void printJson(const EmbeddingPlan &plan, bool dryRun, qint64 embedded, bool activated)
{
    QJsonObject json{{u"provider"_s, plan.provider},
                     {u"model"_s, plan.model},
                     {u"stores"_s, QJsonArray::fromStringList(plan.stores)},
                     {u"products"_s, plan.products},
                     {u"texts"_s, plan.texts},
                     {u"characters"_s, plan.characters},
                     {u"estimated_tokens"_s, plan.tokens},
                     {u"estimated_cost_usd"_s, plan.dollars},
                     {u"dry_run"_s, dryRun}};
    if (!dryRun) {
        json[u"embedded"_s] = embedded;
        json[u"activated"_s] = activated;
    }
    cli::printLine(QString::fromUtf8(QJsonDocument(json).toJson(QJsonDocument::Compact)));
}

QString estimate(const EmbeddingPlan &plan)
{
    QString text = u"%1 of %2 in %3 %4 a vector of the model %5 (about %6"_s.arg(
        format::count(plan.texts),
        plan.products == 1 ? u"1 product"_s : u"%1 products"_s.arg(format::count(plan.products)),
        plan.stores.join(u", "_s), plan.texts == 1 ? u"needs"_s : u"need"_s, plan.model,
        plan.tokens == 1 ? u"1 token"_s : u"%1 tokens"_s.arg(format::count(plan.tokens)));
    if (plan.dollars > 0)
        text += u", about %1 US dollars"_s.arg(format::decimal(plan.dollars, 4));
    return text + u")."_s;
}

/// --status: how far the vectors cover the catalogues.
int printStatus(AppContext &context, const cli::Invocation &call)
{
    const Result<QList<EmbeddingCoverage>> coverage =
        context.embeddings.coverage(cli::interruption()).result();
    if (!coverage)
        return call.fail(coverage.error());
    QJsonArray rows;
    for (const EmbeddingCoverage &row : *coverage) {
        const QString newest = row.newest.isValid() ? row.newest.toString(Qt::ISODateWithMs) : QString();
        rows.append(QJsonObject{{u"store_id"_s, row.storeId},
                                {u"store_name"_s, row.storeName},
                                {u"model"_s, row.model},
                                {u"active"_s, row.active},
                                {u"products"_s, row.products},
                                {u"up_to_date"_s, row.upToDate},
                                {u"stale"_s, row.stale},
                                {u"missing"_s, row.missing},
                                {u"newest"_s, newest.isEmpty() ? QJsonValue() : QJsonValue(newest)}});
        if (!call.json())
            cli::printLine(u"%1  %2%3  %4 of %5 up to date, %6 stale, %7 missing"_s.arg(
                row.storeId.leftJustified(12), row.model.leftJustified(24), row.active ? u"*"_s : u" "_s,
                format::count(row.upToDate), format::count(row.products), format::count(row.stale),
                format::count(row.missing)));
    }
    if (call.json())
        cli::printLine(
            QString::fromUtf8(QJsonDocument(QJsonObject{{u"rows"_s, rows}, {u"next"_s, QJsonValue()}})
                                  .toJson(QJsonDocument::Compact)));
    return cli::Success;
}

} // namespace

int cli::embed(AppContext &context, const QStringList &arguments)
{
    Invocation call(
        context, u"embed"_s,
        u"Gives products without an up-to-date vector one, so that they can be searched by meaning."_s,
        Data::Json);
    call.parser().addOption(
        {u"store"_s, u"Only this store (all that the login may enter); may be repeated."_s, u"STORE"_s});
    addProviderOptions(call);
    call.parser().addOption(
        {u"activate"_s, u"Searches of all stores use this model afterwards; for the owner."_s});
    call.parser().addOption(
        {u"confirm"_s,
         u"With --activate: the model's name, to say that it is meant although products of "
         u"other stores have no vector of it."_s,
         u"MODEL"_s});
    call.parser().addOption({u"dry-run"_s, u"Only count and estimate."_s});
    call.parser().addOption(
        {u"status"_s, u"Only tell how many products of each store and model have a vector of their text."_s});
    if (!call.parse(arguments))
        return call.exit();
    if (call.isSet(u"status"_s)) {
        const Result<Capabilities> opened = call.connect();
        return opened ? printStatus(context, call) : call.fail(opened.error());
    }
    const Result<std::shared_ptr<EmbeddingProvider>> provider = chosenProvider(call);
    if (!provider)
        return call.fail(provider.error());
    const Result<Capabilities> connected = call.connect();
    if (!connected)
        return call.fail(connected.error());
    const QStringList stores = call.parser().values(u"store"_s);
    const auto planned = [&] { return context.embeddings.plan(stores, *provider, interruption()).result(); };
    const Result<EmbeddingPlan> plan = planned();
    if (!plan)
        return call.fail(plan.error());
    const bool dryRun = call.isSet(u"dry-run"_s);
    if (dryRun) {
        call.json() ? printJson(*plan, true, 0, false) : printLine(estimate(*plan));
        return Success;
    }
    if (!call.json())
        printError(estimate(*plan));
    const bool activate = call.isSet(u"activate"_s);
    const int code =
        call.runJob({u"embed"_s, u"Embed products"_s, context.pool.profile().target(),
                     u"retail-admin embed --provider %1"_s.arg(plan->provider)},
                    context.embeddings.embed(stores, *provider, activate, call.value(u"confirm"_s)));
    if (code != Success || !call.json())
        return code;
    const Result<EmbeddingPlan> left = planned();
    if (!left)
        return call.fail(left.error());
    printJson(*plan, false, plan->texts - left->texts, activate);
    return Success;
}
