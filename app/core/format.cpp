// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/format.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text, int n = -1)
{
    return QCoreApplication::translate("format", text, nullptr, n);
}

} // namespace

QString format::count(qint64 n, const QLocale &locale)
{
    return locale.toString(n);
}

QString format::counted(qint64 n, const QString &one, const QString &many)
{
    return count(n) + u' ' + (n == 1 ? one : many);
}

QString format::estimate(qint64 n, const QLocale &locale)
{
    // Two significant digits: an estimate that looks exact is taken for exact.
    qint64 unit = 1;
    while (n / unit >= 1000)
        unit *= 10;
    return u"≈ "_s + locale.toString((n + unit / 2) / unit * unit);
}

QString format::decimal(double value, int decimals, const QLocale &locale)
{
    return locale.toString(value, 'f', decimals);
}

QString format::bytes(qint64 n, const QLocale &locale)
{
    return locale.formattedDataSize(n, 1, QLocale::DataSizeTraditionalFormat);
}

QString format::duration(qint64 milliseconds)
{
    const qint64 seconds = milliseconds / 1000;
    const auto two = [](qint64 n) { return QString::number(n).rightJustified(2, u'0'); };
    if (seconds < 3600)
        return QString::number(seconds / 60) + u':' + two(seconds % 60);
    return QString::number(seconds / 3600) + u':' + two(seconds / 60 % 60) + u':' + two(seconds % 60);
}

QString format::relative(const QDateTime &when, const QDateTime &now)
{
    const qint64 seconds = when.secsTo(now);
    const qint64 distance = qAbs(seconds);
    const auto phrase = [seconds](qint64 n, const QString &unit) {
        const QString span = QString::number(n) + u' ' + unit;
        return seconds >= 0 ? tr("%1 ago").arg(span) : tr("in %1").arg(span);
    };
    if (distance < 45)
        return tr("just now");
    if (distance < 45 * 60)
        return phrase((distance + 30) / 60, tr("min"));
    if (distance < 22 * 3600)
        return phrase((distance + 1800) / 3600, tr("h"));
    const qint64 days = (distance + 43200) / 86400;
    if (days < 60)
        return phrase(days, days == 1 ? tr("day") : tr("days"));
    if (days < 700)
        return phrase(days / 30, tr("months"));
    return phrase(days / 365, tr("years"));
}

QString format::exact(const QDateTime &when, const QLocale &locale)
{
    return locale.toString(when.date(), QLocale::ShortFormat) + when.toString(u" HH:mm:ss t"_s);
}
