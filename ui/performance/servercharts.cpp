// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/servercharts.h"

#include <QCoreApplication>

#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr qint64 sampleSeconds = 60;

QString tr(const char *text)
{
    return QCoreApplication::translate("ServerCharts", text);
}

struct Line
{
    QString name;
    std::function<double(const ServerPoint &)> value;
    bool comparison = false;
};

struct Chart
{
    QString name;
    QString title;
    QString unit;
    QString note;
    int decimals = 0;
    QList<Line> lines;
    bool bytes = false;
    QString emptyReason = {};
};

double orNone(double value, double factor = 1)
{
    return value < 0 ? none : value * factor;
}

std::function<double(const ServerPoint &)> level(int ServerSample::*member)
{
    return [member](const ServerPoint &point) { return orNone(point.levels.*member); };
}

std::function<double(const ServerPoint &)> rate(double ServerRates::*member, double factor = 1)
{
    return [member, factor](const ServerPoint &point) {
        return point.rates ? orNone((*point.rates).*member, factor) : none;
    };
}

std::function<double(const ServerPoint &)> millions(qint64 ServerSample::*member)
{
    return [member](const ServerPoint &point) { return orNone(double(point.levels.*member), 1e-6); };
}

QList<Chart> charts()
{
    const QString perSecond = tr("per s");
    return {
        {u"connectionsChart"_s,
         tr("Connections"),
         {},
         tr("Of the whole server"),
         0,
         {{tr("all"), level(&ServerSample::connections)},
          {tr("active"), level(&ServerSample::active)},
          {tr("limit"), level(&ServerSample::maxConnections), true}}},
        {u"waitingChart"_s,
         tr("Sessions that hold up or wait"),
         {},
         tr("Of the whole server"),
         0,
         {{tr("wait for a lock"), level(&ServerSample::blocked)},
          {tr("idle in transaction"), level(&ServerSample::idleInTransaction)}},
         false,
         tr("This login is not told what other sessions do.")},
        {u"transactionsChart"_s,
         tr("Transactions"),
         perSecond,
         tr("Of this database"),
         1,
         {{tr("committed"), rate(&ServerRates::commits)},
          {tr("rolled back"), rate(&ServerRates::rollbacks)}}},
        {u"cacheChart"_s,
         tr("Cache hit"),
         u"%"_s,
         tr("Found in shared buffers, this database"),
         1,
         {{tr("hits"), rate(&ServerRates::hitShare, 100)}},
         false,
         tr("No block of this database was asked for in this time.")},
        {u"walChart"_s,
         tr("Write-ahead log"),
         perSecond,
         tr("Of the whole server"),
         0,
         {{tr("log"), rate(&ServerRates::walBytes)}},
         true},
        {u"checkpointsChart"_s,
         tr("Checkpoints"),
         tr("per min"),
         tr("Of the whole server"),
         2,
         {{tr("on schedule"), rate(&ServerRates::checkpointsTimed, 60)},
          {tr("requested"), rate(&ServerRates::checkpointsRequested, 60)}}},
        {u"tempFilesChart"_s,
         tr("Temporary files"),
         perSecond,
         tr("Of this database"),
         2,
         {{tr("files"), rate(&ServerRates::tempFiles)}}},
        {u"tempBytesChart"_s,
         tr("Temporary bytes"),
         perSecond,
         tr("Of this database"),
         0,
         {{tr("bytes"), rate(&ServerRates::tempBytes)}},
         true},
        {u"lagChart"_s,
         tr("Replication lag"),
         tr("s"),
         tr("Of the standby furthest behind"),
         2,
         {{tr("behind"), [](const ServerPoint &point) { return orNone(point.levels.lagSeconds); }}},
         false,
         tr("No standby streams from this server, so there is no lag to show.")},
        {u"wraparoundChart"_s,
         tr("Oldest transaction"),
         tr("million"),
         tr("The server stops at 2,144 million"),
         1,
         {{tr("transactions"), millions(&ServerSample::oldestTransaction)},
          {tr("multixacts"), millions(&ServerSample::oldestMultixact)},
          {tr("autovacuum"), millions(&ServerSample::freezeMaxAge), true}}},
    };
}

/// Whether what lies between the two points was not observed.
bool gapBetween(const ServerPoint &earlier, const ServerPoint &later)
{
    const qint64 seconds = earlier.at.secsTo(later.at);
    return seconds - later.seconds > std::max(2 * sampleSeconds, later.seconds / 2);
}

} // namespace

QList<ServerPoint> joinedPoints(const QList<ServerPoint> &past, const QList<ServerPoint> &live)
{
    QList<ServerPoint> all = live;
    for (const ServerPoint &point : past) {
        // Live points are in the order of time: the first that is not a minute earlier decides.
        const auto near =
            std::lower_bound(live.cbegin(), live.cend(), point.at.addSecs(-sampleSeconds),
                             [](const ServerPoint &one, const QDateTime &at) { return one.at < at; });
        if (near == live.cend() || near->at > point.at.addSecs(sampleSeconds))
            all.append(point);
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const ServerPoint &a, const ServerPoint &b) { return a.at < b.at; });
    return all;
}

QList<ServerChart> serverCharts(const QList<ServerPoint> &points)
{
    QList<ServerChart> made;
    for (const Chart &chart : charts()) {
        ServerChart one{chart.name, chart.emptyReason, {}};
        one.data.title = chart.title;
        one.data.unit = chart.unit;
        one.data.note = chart.note;
        one.data.decimals = chart.decimals;
        one.data.bytes = chart.bytes;
        for (const Line &line : chart.lines)
            one.data.series.append({.name = line.name, .comparison = line.comparison});
        for (qsizetype i = 0; i < points.size(); ++i) {
            if (i > 0 && gapBetween(points[i - 1], points[i])) {
                one.data.times.append(points[i - 1].at.addSecs(1).toLocalTime());
                for (ChartSeries &series : one.data.series)
                    series.values.append(none);
            }
            one.data.times.append(points[i].at.toLocalTime());
            for (qsizetype s = 0; s < chart.lines.size(); ++s)
                one.data.series[s].values.append(chart.lines[s].value(points[i]));
        }
        made.append(one);
    }
    return made;
}
