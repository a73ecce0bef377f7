// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/core/format.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace {

QJsonObject objectOf(const StatementStat &s)
{
    const auto text = [](const QString &value) { return value.isEmpty() ? QJsonValue() : QJsonValue(value); };
    const double ratio = s.hitRatio();
    return {{u"queryid"_s, text(s.queryId)}, // a text: JSON numbers of many readers end at 2^53
            {u"role"_s, text(s.role)},
            {u"database"_s, text(s.database)},
            {u"toplevel"_s, s.topLevel},
            {u"calls"_s, s.calls},
            {u"total_ms"_s, s.totalMs},
            {u"mean_ms"_s, s.meanMs},
            {u"max_ms"_s, s.maxMs},
            {u"stddev_ms"_s, s.deviationMs},
            {u"share"_s, s.share < 0 ? QJsonValue() : QJsonValue(s.share)},
            {u"rows"_s, s.rows},
            {u"hit_ratio"_s, std::isnan(ratio) ? QJsonValue() : QJsonValue(ratio)},
            {u"io_ms"_s, s.ioMs},
            {u"temp_blocks"_s, s.tempBlocks},
            {u"wal_bytes"_s, s.walBytes},
            {u"query"_s, s.query}};
}

void printTable(const QList<StatementStat> &statements)
{
    cli::printLine(u"%1  %2  %3  %4  %5  %6  %7"_s.arg(u"queryid"_s, 20)
                       .arg(u"total ms"_s, 12)
                       .arg(u"share"_s, 7)
                       .arg(u"mean ms"_s, 10)
                       .arg(u"max ms"_s, 10)
                       .arg(u"calls"_s, 9)
                       .arg(u"statement"_s));
    for (const StatementStat &s : statements)
        cli::printLine(u"%1  %2  %3  %4  %5  %6  %7"_s.arg(s.queryId.isEmpty() ? u"–"_s : s.queryId, 20)
                           .arg(s.totalMs, 12, 'f', 1)
                           .arg(s.share < 0 ? u"–"_s : u"%1 %"_s.arg(s.share * 100, 0, 'f', 1), 7)
                           .arg(s.meanMs, 10, 'f', 2)
                           .arg(s.maxMs, 10, 'f', 2)
                           .arg(s.calls, 9)
                           .arg(s.line.left(100)));
}

} // namespace

int cli::slowStatements(Invocation &call)
{
    bool valid = false;
    const double threshold = call.value(u"threshold"_s).toDouble(&valid);
    if (!valid || threshold < 0)
        return call.usage(u"--threshold takes milliseconds, 0 or more."_s);
    const Result<int> limit = call.number(u"limit"_s, 1, 100'000);
    if (!limit)
        return call.usage(limit.error().message);
    if (call.isSet(u"csv"_s))
        return call.usage(u"“stats slow” prints text or JSON."_s);
    const Result<StatementList> list =
        call.context().performance.statements(call.isSet(u"all-databases"_s), interruption()).result();
    if (!list)
        return call.fail(list.error());
    for (const StatementGap &gap : list->gaps)
        printError(u"%1. %2\n  %3"_s.arg(gap.title, gap.reason, gap.sql));
    if (!list->facts.usable())
        return Failed;
    QList<StatementStat> shown;
    for (const StatementStat &statement : list->statements)
        if ((threshold <= 0 || statement.meanMs > threshold) && (!statement.ours || call.isSet(u"own"_s)))
            shown.append(statement);
    std::sort(shown.begin(), shown.end(),
              [](const StatementStat &a, const StatementStat &b) { return a.totalMs > b.totalMs; });
    shown.resize(std::min<qsizetype>(shown.size(), *limit));
    if (!call.json()) {
        printTable(shown);
        printError(u"Counted since %1%2."_s.arg(
            format::exact(list->since.toLocalTime()),
            list->sinceReason.isEmpty() ? QString() : u" ("_s + list->sinceReason + u')'));
        return Success;
    }
    QJsonArray rows;
    for (const StatementStat &statement : std::as_const(shown))
        rows.append(objectOf(statement));
    printLine(QString::fromUtf8(
        QJsonDocument(QJsonObject{{u"rows"_s, rows},
                                  {u"next"_s, QJsonValue()},
                                  {u"since"_s, list->since.toUTC().toString(Qt::ISODateWithMs)}})
            .toJson(QJsonDocument::Compact)));
    return Success;
}

void cli::addSlowOptions(Invocation &call)
{
    call.parser().addOption({u"threshold"_s,
                             u"slow: only statements whose mean time is longer, in milliseconds."_s, u"MS"_s,
                             u"100"_s});
    call.parser().addOption(
        {u"limit"_s, u"slow: at most so many, the most expensive first."_s, u"N"_s, u"50"_s});
    call.parser().addOption({u"all-databases"_s, u"slow: those of every database of the server."_s});
    call.parser().addOption({u"own"_s, u"slow: this program's own statements too."_s});
}
