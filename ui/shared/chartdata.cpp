// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/chartdata.h"

#include "app/core/format.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("ChartData", text);
}

QByteArray csvText(QString text)
{
    if (!text.isEmpty() && u"=+-@\t\r"_s.contains(text.front()))
        text.prepend(u'\'');
    text.replace(u'"', u"\"\""_s);
    return '"' + text.toUtf8() + '"';
}

} // namespace

int ChartData::count() const
{
    return static_cast<int>(times.isEmpty() ? categories.size() : times.size());
}

bool ChartData::isEmpty() const
{
    return std::none_of(series.begin(), series.end(), [](const ChartSeries &one) {
        return std::any_of(one.values.begin(), one.values.end(), [](double v) { return !std::isnan(v); });
    });
}

QString ChartData::valueText(double value) const
{
    if (std::isnan(value))
        return tr("no sample");
    if (bytes)
        return format::bytes(std::llround(value));
    return format ? format(value) : format::decimal(value, decimals);
}

QString ChartData::pointText(int index) const
{
    if (times.isEmpty())
        return categories.value(index);
    const QDateTime time = times.value(index);
    const qint64 step = times.size() > 1 ? times[0].secsTo(times[1]) : 0;
    if (step >= 28 * 86400)
        return QLocale().toString(time.date(), u"MMMM yyyy"_s);
    // A day is 23 hours when the clocks change.
    if (step >= 23 * 3600)
        return QLocale().toString(time.date(), u"ddd d MMM yyyy"_s);
    return QLocale().toString(time, step >= 60 ? u"d MMM yyyy HH:mm"_s : u"d MMM yyyy HH:mm:ss"_s);
}

QString ChartData::summary() const
{
    if (isEmpty())
        return tr("%1: no values.").arg(title);
    QStringList sentences;
    for (const ChartSeries &one : series) {
        int highest = -1;
        int lowest = -1;
        int last = -1;
        for (int i = 0; i < one.values.size(); ++i) {
            if (std::isnan(one.values[i]))
                continue;
            if (highest < 0 || one.values[i] > one.values[highest])
                highest = i;
            if (lowest < 0 || one.values[i] < one.values[lowest])
                lowest = i;
            last = i;
        }
        if (last < 0)
            continue;
        sentences += tr("%1: highest %2 (%3), lowest %4 (%5), last %6 (%7).")
                         .arg(one.name, valueText(one.values[highest]), pointText(highest),
                              valueText(one.values[lowest]), pointText(lowest), valueText(one.values[last]),
                              pointText(last));
    }
    const QString head = unit.isEmpty() ? title : tr("%1, in %2").arg(title, unit);
    return head + u". "_s + sentences.join(u' ');
}

QByteArray ChartData::csv() const
{
    QByteArray out = csvText(!xTitle.isEmpty() ? xTitle : times.isEmpty() ? tr("Name") : tr("Time"));
    for (const ChartSeries &one : series)
        out += ',' + csvText(unit.isEmpty() ? one.name : u"%1 (%2)"_s.arg(one.name, unit));
    out += "\r\n";
    for (int i = 0; i < count(); ++i) {
        out += times.isEmpty() ? csvText(categories[i]) : times[i].toString(Qt::ISODate).toUtf8();
        for (const ChartSeries &one : series) {
            out += ',';
            if (i < one.values.size() && !std::isnan(one.values[i]))
                out += QByteArray::number(one.values[i], 'g', 15);
        }
        out += "\r\n";
    }
    return out;
}
