// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"

#include "app/core/log.h"
#include "app/core/paths.h"

using namespace Qt::StringLiterals;

AppContext::AppContext()
    : settings(paths::config() + u"/settings.ini"_s)
    , profiles(paths::config() + u"/profiles"_s)
    , local(paths::data() + u"/local.db"_s)
    , pool(settings.get(settings::poolSize))
    , stores(pool)
    , browse(pool)
    , sampleData(pool)
    , embeddings(pool, providers)
    , search(pool, providers)
    , imports(pool)
    , jobs(local)
{
    const Result<QString> prepared = local.prepare();
    if (!prepared)
        qCWarning(lcApp) << prepared.error().text();
    else if (!prepared->isEmpty())
        qCWarning(lcApp) << *prepared;
}

AppContext::~AppContext()
{
    pool.shutDown();
}
