// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/searchsetting.h"

using namespace Qt::StringLiterals;

namespace {

QStringList texts(const Rows &rows, int column)
{
    QStringList all;
    for (int row = 0; row < rows.count(); ++row)
        all += rows.text(row, column);
    return all;
}

Result<SearchSetting> read(Session &session, const QString &storeId, EmbeddingProviders &providers)
{
    SearchSetting setting;
    const Result<Rows> categories = session.read({}, sqlcatalog::query("search/categories"));
    if (!categories)
        return categories.error();
    setting.categories = texts(*categories, 1);
    const Result<Rows> brands = session.read(storeId, sqlcatalog::query("search/brands"), {storeId});
    if (!brands)
        return brands.error();
    setting.brands = texts(*brands, 0);
    const Result<Rows> active = session.read({}, sqlcatalog::query("embedding/active_model"));
    if (!active)
        return active.error();
    setting.model = active->count() > 0 ? active->text(0, 0) : QString();
    const Result<Rows> plan =
        session.read(storeId, sqlcatalog::query("embedding/plan"), {storeId, setting.model});
    if (!plan)
        return plan.error();
    setting.products = plan->integer(0, 0);
    setting.due = plan->integer(0, 1);
    if (setting.due > 0 && setting.due >= setting.products) {
        const Result<Rows> models =
            session.read(storeId, sqlcatalog::query("embedding/other_models"), {storeId, setting.model});
        if (!models)
            return models.error();
        setting.otherModels = texts(*models, 0);
    }
    Result<std::shared_ptr<EmbeddingProvider>> provider = providers.forModel(setting.model, session.token());
    if (provider)
        setting.provider = std::move(provider).value();
    else
        setting.unavailable = provider.error();
    return setting;
}

} // namespace

QFuture<Result<SearchSetting>> readSearchSetting(ConnectionPool &pool, EmbeddingProviders &providers,
                                                 const QString &storeId, const CancelToken &token)
{
    return pool.run<SearchSetting>(u"Search"_s, token, [&providers, storeId](Session &session) {
        return read(session, storeId, providers);
    });
}
