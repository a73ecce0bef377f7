// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"

#include "app/core/log.h"
#include "app/core/paths.h"
#include "app/services/serverhistory.h"

#include <QThreadPool>

using namespace Qt::StringLiterals;

namespace {

/// The provider of a server that was set up for the model; null when there is none.
Result<std::shared_ptr<EmbeddingProvider>> serverOf(const EmbeddingServers &servers, const QString &model,
                                                    const CancelToken &token)
{
    const Result<QList<EmbeddingServer>> all = servers.all();
    if (!all)
        return all.error();
    for (const EmbeddingServer &server : *all)
        if (server.modelName() == model)
            return EmbeddingServers::provider(server, token);
    return std::shared_ptr<EmbeddingProvider>();
}

} // namespace

AppContext::AppContext()
    : settings(paths::config() + u"/settings.ini"_s)
    , profiles(paths::config() + u"/profiles"_s)
    , local(paths::data() + u"/local.db"_s)
    , embeddingServers(paths::config() + u"/embedding-servers.json"_s)
    , uploadTargets(paths::config() + u"/upload-targets.json"_s)
    , schedules(paths::config() + u"/schedules"_s, paths::state() + u"/schedules"_s)
    , metrics(local.file())
    , providers([this](const QString &model, const CancelToken &token) {
        return serverOf(embeddingServers, model, token);
    })
    , pool(settings.get(settings::poolSize))
    , stores(pool)
    , browse(pool)
    , exports(pool)
    , isolation(pool)
    , audit(pool)
    , overview(pool)
    , sampleData(pool)
    , embeddings(pool, providers)
    , search(pool, providers)
    , searchQuality(pool)
    , imports(pool)
    , sampler(pool, metrics, settings)
    , performance(pool, metrics, sampler)
    , explain(pool)
    , jobs(local)
{
    for (const MetricProbe &probe : ServerHistory::probes())
        sampler.add(probe);
    const Result<QString> prepared = local.prepare();
    if (!prepared)
        qCWarning(lcApp) << prepared.error().text();
    else if (!prepared->isEmpty())
        qCWarning(lcApp) << *prepared;
}

AppContext::~AppContext()
{
    pool.shutDown();
    QThreadPool::globalInstance()->waitForDone(); // who reads the local store, which goes with us
}
