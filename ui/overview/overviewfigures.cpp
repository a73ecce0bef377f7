// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/overview/overviewfigures.h"

#include "app/core/format.h"
#include "ui/shared/currency.h"
#include "ui/shared/inwords.h"

#include <QCoreApplication>
#include <QLocale>

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("OverviewPage", text);
}

/// Names that are words of the database's own, such as credit_card.
QList<NamedFigure> readable(QList<NamedFigure> figures)
{
    for (NamedFigure &figure : figures)
        figure.name = inWords(figure.name);
    return figures;
}

/// Horizontal bars of named amounts.
ChartData named(const QString &title, const QString &note, const QString &xTitle, const QString &series,
                const QList<NamedFigure> &figures)
{
    ChartData data{.title = title,
                   .note = note,
                   .xTitle = xTitle,
                   .unit = currency(),
                   .decimals = 2,
                   .form = ChartData::Form::HorizontalBars,
                   .series = {{.name = series}}};
    for (const NamedFigure &figure : figures) {
        data.categories.append(figure.name.isEmpty() ? tr("(none)") : figure.name);
        data.series[0].values.append(figure.amount);
    }
    return data;
}

/// How many days of a year earlier the store had not sold anything yet. Of one that was merely closed, none.
qint64 daysBeforeTheFirstSale(const Overview &overview)
{
    const OverviewPeriod &p = overview.period;
    if (!overview.firstSale.isValid())
        return p.days();
    return std::clamp<qint64>(p.from.addYears(-1).daysTo(overview.firstSale), 0, p.days());
}

} // namespace

QString overviewcharts::againstYearEarlier(const Overview &overview)
{
    const qint64 without = daysBeforeTheFirstSale(overview);
    if (without > overview.period.days() / 10 && without < overview.period.days())
        return tr("a year earlier sales began on %1 only")
            .arg(QLocale().toString(overview.firstSale, QLocale::ShortFormat));
    const double before = overview.totalYearEarlier.net;
    if (!(before > 0))
        return overview.untilNow()
                   ? tr("no sales a year earlier, up to the same time of day, to compare with")
                   : tr("no sales a year earlier to compare with");
    const double percent = (overview.total().net / before - 1.0) * 100.0;
    const QString figure = (percent >= 0 ? u"+"_s : QString()) + format::decimal(percent, 1);
    return overview.untilNow() ? tr("%1 % against a year earlier, up to the same time of day").arg(figure)
                               : tr("%1 % against a year earlier").arg(figure);
}

ChartData overviewcharts::byDay(const Overview &overview)
{
    ChartData data{.title = tr("Sales by day"),
                   .note =
                       overview.untilNow()
                           ? tr("Sales less returns, tax included, today up to now; dashed: the same "
                                "dates a year earlier, whole days")
                           : tr("Sales less returns, tax included; dashed: the same dates a year earlier"),
                   .xTitle = tr("Day"),
                   .unit = currency(),
                   .decimals = 2,
                   .form = overview.period.days() > 1 ? ChartData::Form::Line : ChartData::Form::Bars};
    ChartSeries now{.name = tr("This period")};
    ChartSeries earlier{.name = tr("A year earlier"), .comparison = true};
    for (int day = 0; day < overview.period.days(); ++day) {
        data.times.append(overview.period.from.addDays(day).startOfDay(overview.period.zone));
        now.values.append(overview.days[day].net);
        earlier.values.append(overview.yearEarlier[day].net);
    }
    // A store that had not opened yet did not sell for nothing.
    const qint64 without = daysBeforeTheFirstSale(overview);
    for (qint64 day = 0; day < without; ++day)
        earlier.values[day] = qQNaN();
    data.series = {now, earlier};
    return data;
}

ChartData overviewcharts::byHour(const Overview &overview)
{
    ChartData data{.title = tr("Sales by weekday and hour"),
                   .note = tr("Sales less returns, tax included, of all such hours of the period"),
                   .xTitle = tr("Hour"),
                   .unit = currency(),
                   .decimals = 2,
                   .form = ChartData::Form::StackedBars};
    for (int hour = 0; hour < 24; ++hour)
        data.categories.append(u"%1:00"_s.arg(hour));
    for (size_t day = 0; day < 7; ++day) {
        ChartSeries series{.name = QLocale().standaloneDayName(int(day) + 1, QLocale::ShortFormat)};
        for (const double amount : overview.hours[day])
            series.values.append(amount);
        data.series.append(series);
    }
    return data;
}

ChartData overviewcharts::payments(const Overview &overview)
{
    return named(tr("Payment methods"), tr("Sales less returns, tax included"), tr("Payment method"),
                 tr("Net sales"), readable(overview.payments));
}

ChartData overviewcharts::products(const Overview &overview)
{
    return named(tr("Top products"), tr("The ten best: items sold less items returned, before tax"),
                 tr("Product"), tr("Net sales"), overview.products);
}

ChartData overviewcharts::categories(const Overview &overview)
{
    return named(tr("Top categories"), tr("The ten best: items sold less items returned, before tax"),
                 tr("Category"), tr("Net sales"), overview.categories);
}

ChartData overviewcharts::tiers(const Overview &overview)
{
    ChartData data = named(tr("Loyalty tiers"), tr("All customers of the store today, whatever the period"),
                           tr("Tier"), tr("Customers"), {});
    data.unit.clear();
    data.decimals = 0;
    const QList<NamedFigure> tiers = readable(overview.tiers);
    for (const NamedFigure &tier : tiers) {
        data.categories.append(tier.name.isEmpty() ? tr("(none)") : tier.name);
        data.series[0].values.append(double(tier.pieces));
    }
    return data;
}
