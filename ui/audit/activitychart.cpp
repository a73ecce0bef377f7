// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/audit/activitychart.h"

#include "ui/audit/auditmodel.h"

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("AuditLogPage", text);
}

/// Colours that stay with an action, whichever others are shown.
int colourOf(const QString &action)
{
    static const QStringList known{u"UPDATE"_s, u"DELETE"_s, u"INSERT"_s, u"store_context_set"_s};
    const qsizetype place = known.indexOf(action);
    return static_cast<int>(place < 0 ? known.size() : place);
}

/// From the first period to the last without a hole. They are hours, days or months, whichever all of them
/// begin with.
QList<QDateTime> periods(const QList<AuditActivity> &activities)
{
    if (activities.isEmpty())
        return {};
    const auto all = [&](const auto &begins) {
        return std::all_of(activities.begin(), activities.end(),
                           [&](const AuditActivity &one) { return begins(one.period); });
    };
    const bool days = all([](const QDateTime &time) { return time.time() == QTime(0, 0); });
    const bool months = days && all([](const QDateTime &time) { return time.date().day() == 1; });
    QList<QDateTime> filled;
    const QDateTime last = activities.last().period;
    for (QDateTime time = activities.first().period; time <= last; time = months ? time.addMonths(1)
                                                                          : days ? time.addDays(1)
                                                                                 : time.addSecs(3600))
        filled.append(time);
    return filled;
}

} // namespace

ChartData activityChart(const QList<AuditActivity> &activities)
{
    ChartData data{.title = tr("Activity"),
                   .note = tr("Entries of the filter by action, in this computer's time"),
                   .xTitle = tr("Time"),
                   .form = ChartData::Form::StackedBars,
                   .times = periods(activities)};
    QStringList actions;
    for (const AuditActivity &one : activities)
        if (!actions.contains(one.action))
            actions.append(one.action);
    for (const QString &action : std::as_const(actions))
        data.series.append({.name = AuditModel::actionTitle(action),
                            .values = QList<double>(data.times.size(), 0.0),
                            .colour = colourOf(action)});
    for (const AuditActivity &one : activities)
        if (const qsizetype at = data.times.indexOf(one.period); at >= 0)
            data.series[actions.indexOf(one.action)].values[at] = double(one.entries);
    return data;
}
