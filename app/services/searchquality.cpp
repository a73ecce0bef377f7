// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/searchquality.h"

using namespace Qt::StringLiterals;

namespace {

const QString purpose = QStringLiteral("Search quality");

double numberOrNone(const Rows &rows, int row, int column)
{
    return rows.isNull(row, column) ? std::numeric_limits<double>::quiet_NaN() : rows.number(row, column);
}

Result<SearchFacts> readFacts(Session &session)
{
    const Result<Rows> settings = session.read({}, sqlcatalog::query("search/settings"));
    if (!settings)
        return settings.error();
    const Result<Rows> indexes = session.read({}, sqlcatalog::query("search/indexes"));
    if (!indexes)
        return indexes.error();
    SearchFacts facts;
    facts.efSearch = int(settings->integer(0, 0));
    facts.iterativeScan = settings->text(0, 1);
    facts.maxScanTuples = int(settings->integer(0, 2));
    facts.exactBelow = int(settings->integer(0, 3));
    facts.changed = settings->timestamp(0, 4);
    facts.activeModel = settings->text(0, 5);
    facts.pgvector = settings->text(0, 6);
    if (!settings->isNull(0, 7))
        facts.statisticsSince = settings->timestamp(0, 7);
    facts.sharedBuffers = settings->integer(0, 8);
    for (int row = 0; row < indexes->count(); ++row)
        facts.indexes.append({indexes->text(row, 0), indexes->text(row, 1), indexes->boolean(row, 2),
                              indexes->integer(row, 3), indexes->integer(row, 4),
                              int(indexes->integer(row, 5)), int(indexes->integer(row, 6)),
                              indexes->integer(row, 7)});
    return facts;
}

Result<QList<IndexBuild>> readBuilds(Session &session)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("search/index_builds"));
    if (!rows)
        return rows.error();
    QList<IndexBuild> builds;
    for (int row = 0; row < rows->count(); ++row)
        builds.append({rows->integer(row, 0), rows->text(row, 1), rows->text(row, 2), rows->text(row, 3),
                       rows->integer(row, 4), rows->integer(row, 5), rows->integer(row, 6),
                       rows->number(row, 7)});
    return builds;
}

Result<SearchMeasure> takeMeasure(Session &session, const MeasureRequest &request)
{
    QStringList efSearch;
    for (const int value : request.efSearch)
        efSearch.append(QString::number(value));
    const Result<Rows> index = session.read({}, sqlcatalog::query("search/measure_index"),
                                            {request.storeId, request.samples, request.k, efSearch, nullptr});
    if (!index)
        return index.error();
    const Result<Rows> modes = session.read({}, sqlcatalog::query("search/measure_modes"),
                                            {request.storeId, request.samples, request.k, nullptr});
    if (!modes)
        return modes.error();
    SearchMeasure measure;
    for (int row = 0; row < index->count(); ++row)
        measure.index.append({int(index->integer(row, 0)), index->integer(row, 1),
                              numberOrNone(*index, row, 2), numberOrNone(*index, row, 3),
                              numberOrNone(*index, row, 4), numberOrNone(*index, row, 5),
                              numberOrNone(*index, row, 6)});
    for (int row = 0; row < modes->count(); ++row)
        measure.modes.append({modes->text(row, 0), modes->integer(row, 1), numberOrNone(*modes, row, 2),
                              numberOrNone(*modes, row, 3), modes->text(row, 4)});
    return measure;
}

} // namespace

QFuture<Result<SearchFacts>> SearchQuality::facts(const CancelToken &token)
{
    return m_pool.run<SearchFacts>(purpose, token, readFacts);
}

QFuture<Result<QList<IndexBuild>>> SearchQuality::builds(const CancelToken &token)
{
    return m_pool.run<QList<IndexBuild>>(purpose, token, readBuilds);
}

QFuture<Result<SearchMeasure>> SearchQuality::measure(const MeasureRequest &request, const CancelToken &token)
{
    return m_pool.run<SearchMeasure>(purpose, token,
                                     [request](Session &session) { return takeMeasure(session, request); });
}

QFuture<Result<SearchPlan>> SearchQuality::plan(const QString &storeId, int k, int efSearch,
                                                const CancelToken &token)
{
    return m_pool.run<SearchPlan>(
        purpose, token, [storeId, k, efSearch](Session &session) -> Result<SearchPlan> {
            const Result<Rows> rows =
                session.read({}, sqlcatalog::query("search/explain"),
                             {storeId, k, efSearch > 0 ? Param(efSearch) : Param(nullptr)});
            if (!rows)
                return rows.error();
            SearchPlan plan;
            for (int row = 0; row < rows->count(); ++row) {
                const QString way = rows->text(row, 0);
                (way == "index"_L1 ? plan.index : plan.exact) += rows->text(row, 2) + u'\n';
                if (rows->boolean(row, 1))
                    plan.used = way;
            }
            return plan;
        });
}

QFuture<Result<void>> SearchQuality::setEfSearch(int efSearch, const CancelToken &token)
{
    return m_pool.run<void>(purpose, token, [efSearch](Session &session) -> Result<void> {
        const Result<QList<Rows>> done =
            session.write({}, {{sqlcatalog::query("search/set_ef_search"), {efSearch}}});
        return done ? Result<void>() : done.error();
    });
}
