// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/core/format.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

QJsonValue number(double value)
{
    return std::isfinite(value) ? QJsonValue(value) : QJsonValue();
}

QString figure(double value, int decimals)
{
    return std::isfinite(value) ? QString::number(value, 'f', decimals) : u"-"_s;
}

QJsonObject toJson(const SearchFacts &facts, const SearchMeasure &measure)
{
    QJsonArray indexes;
    for (const VectorIndex &index : facts.indexes)
        indexes.append(QJsonObject{{u"index"_s, index.name},
                                   {u"method"_s, index.method},
                                   {u"valid"_s, index.valid},
                                   {u"bytes"_s, index.bytes},
                                   {u"vectors"_s, index.vectors},
                                   {u"m"_s, index.m},
                                   {u"ef_construction"_s, index.efConstruction},
                                   {u"scans"_s, index.scans}});
    QJsonArray tried;
    for (const IndexMeasure &row : measure.index)
        tried.append(QJsonObject{{u"ef_search"_s, row.efSearch},
                                 {u"sampled"_s, row.sampled},
                                 {u"recall"_s, number(row.recall)},
                                 {u"index_ms_p50"_s, number(row.p50)},
                                 {u"index_ms_p95"_s, number(row.p95)},
                                 {u"exact_ms_p50"_s, number(row.exactP50)},
                                 {u"exact_ms_p95"_s, number(row.exactP95)}});
    QJsonArray modes;
    for (const ModeMeasure &row : measure.modes)
        modes.append(QJsonObject{{u"mode"_s, row.mode},
                                 {u"sampled"_s, row.sampled},
                                 {u"ms_p50"_s, number(row.p50)},
                                 {u"ms_p95"_s, number(row.p95)},
                                 {u"scan"_s, row.scan.isEmpty() ? QJsonValue() : QJsonValue(row.scan)}});
    return {{u"model"_s, facts.activeModel},
            {u"ef_search"_s, facts.efSearch},
            {u"iterative_scan"_s, facts.iterativeScan},
            {u"max_scan_tuples"_s, facts.maxScanTuples},
            {u"exact_below"_s, facts.exactBelow},
            {u"pgvector"_s, facts.pgvector},
            {u"indexes"_s, indexes},
            {u"measured"_s, tried},
            {u"modes"_s, modes}};
}

void printText(const SearchFacts &facts, const SearchMeasure &measure)
{
    for (const VectorIndex &index : facts.indexes)
        cli::printLine(u"%1: %2, m %3, ef_construction %4, %5, vectors of all stores: %6%7"_s
                           .arg(index.name, index.method)
                           .arg(index.m)
                           .arg(index.efConstruction)
                           .arg(format::bytes(index.bytes), format::estimate(index.vectors),
                                index.valid ? QString() : u", not valid"_s));
    cli::printLine(u"model %1, ef_search %2, %3, exact below %4 vectors"_s.arg(facts.activeModel)
                       .arg(facts.efSearch)
                       .arg(facts.iterativeScan)
                       .arg(facts.exactBelow));
    const auto cell = [](const QString &text) { return text.rightJustified(12); };
    cli::printLine(u"\n%1%2%3%4%5%6"_s.arg(cell(u"ef_search"_s), cell(u"recall"_s), cell(u"index p50"_s),
                                           cell(u"index p95"_s), cell(u"exact p50"_s), cell(u"exact p95"_s)));
    for (const IndexMeasure &row : measure.index)
        cli::printLine(u"%1%2%3%4%5%6"_s.arg(cell(QString::number(row.efSearch)), cell(figure(row.recall, 4)),
                                             cell(figure(row.p50, 2)), cell(figure(row.p95, 2)),
                                             cell(figure(row.exactP50, 2)), cell(figure(row.exactP95, 2))));
    cli::printLine(u"\n%1%2%3  %4"_s.arg(cell(u"mode"_s), cell(u"p50"_s), cell(u"p95"_s), u"scan"_s));
    for (const ModeMeasure &row : measure.modes)
        cli::printLine(u"%1%2%3  %4"_s.arg(cell(row.mode), cell(figure(row.p50, 2)), cell(figure(row.p95, 2)),
                                           row.scan));
    cli::printError(u"%1 stored vectors; times in ms, in the database"_s.arg(
        measure.index.isEmpty() ? 0 : measure.index.first().sampled));
}

} // namespace

int cli::searchQuality(AppContext &context, const QStringList &arguments)
{
    Invocation call(context, u"search-quality"_s,
                    u"Measures recall and times of searches by meaning on a sample of a store's vectors."_s,
                    Data::Json);
    QCommandLineParser &parser = call.parser();
    parser.addOption({u"store"_s, u"The store."_s, u"STORE"_s});
    parser.addOption({u"samples"_s, u"How many stored vectors (20)."_s, u"N"_s, u"20"_s});
    parser.addOption({u"limit"_s, u"How many neighbours of each (20)."_s, u"N"_s, u"20"_s});
    parser.addOption({u"ef-search"_s,
                      u"Also with this ef_search; may be repeated. Nothing is changed by measuring."_s,
                      u"N"_s});
    parser.addOption({u"set-ef-search"_s,
                      u"Searches use this ef_search from now on; for DBAs, ops and the owner."_s, u"N"_s});
    parser.addOption({u"plan"_s, u"Print the plan of the search instead of measuring."_s});
    if (!call.parse(arguments))
        return call.exit();
    const bool set = call.isSet(u"set-ef-search"_s);
    if (!call.isSet(u"store"_s) && !set)
        return call.usage(u"--store is missing."_s);
    MeasureRequest request;
    request.storeId = call.value(u"store"_s);
    const Result<int> samples = call.number(u"samples"_s, 1, 1000);
    const Result<int> k = call.number(u"limit"_s, 1, 1000);
    for (const Result<int> &value : {samples, k})
        if (!value)
            return call.fail(value.error());
    request.samples = *samples;
    request.k = *k;
    const QStringList tried = parser.values(u"ef-search"_s);
    for (const QString &text : tried) {
        bool valid = false;
        const int value = text.toInt(&valid);
        if (!valid || value < 1 || value > 1000 || tried.size() > 7)
            return call.usage(u"--ef-search takes a number from 1 to 1000, at most 7 times."_s);
        if (!request.efSearch.contains(value))
            request.efSearch.append(value);
    }

    if (const Result<Capabilities> connected = call.connect(); !connected)
        return call.fail(connected.error());
    if (set) {
        const Result<int> value = call.number(u"set-ef-search"_s, 1, 1000);
        if (!value)
            return call.fail(value.error());
        if (const Result<void> done = context.searchQuality.setEfSearch(*value, interruption()).result();
            !done)
            return call.fail(done.error());
        if (!call.isSet(u"store"_s)) {
            printLine(u"Searches use ef_search %1 from now on."_s.arg(*value));
            return Success;
        }
    }
    if (call.isSet(u"plan"_s)) {
        const Result<SearchPlan> plan =
            context.searchQuality.plan(request.storeId, request.k, request.efSearch.value(0), interruption())
                .result();
        if (!plan)
            return call.fail(plan.error());
        if (plan->used.isEmpty())
            return call.fail({ErrorKind::NotFound, u"This store has no vector of the active model."_s});
        const QString text = plan->used == "index"_L1 ? plan->index : plan->exact;
        const QJsonObject json{{u"used"_s, plan->used}, {u"plan"_s, text}};
        printLine(call.json() ? QString::fromUtf8(QJsonDocument(json).toJson(QJsonDocument::Compact)) : text);
        return Success;
    }
    const Result<SearchFacts> facts = context.searchQuality.facts(interruption()).result();
    if (!facts)
        return call.fail(facts.error());
    if (!request.efSearch.contains(facts->efSearch))
        request.efSearch.prepend(facts->efSearch);
    const Result<SearchMeasure> measure = context.searchQuality.measure(request, interruption()).result();
    if (!measure)
        return call.fail(measure.error());
    if (call.json())
        printLine(QString::fromUtf8(QJsonDocument(toJson(*facts, *measure)).toJson(QJsonDocument::Compact)));
    else
        printText(*facts, *measure);
    return Success;
}
