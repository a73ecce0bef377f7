// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/filtertext.h"

#include "app/core/format.h"
#include "app/db/rows.h"
#include "ui/shared/inwords.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text, const char *meaning = nullptr)
{
    return QCoreApplication::translate("filter", text, meaning);
}

QDateTime instant(const QString &value)
{
    // "2026-11-23 12:52:32.123456+00" and "2026-11-23T12:52:32.123456Z"; the rest of a second says nothing
    // here.
    QDateTime when = QDateTime::fromString(value.left(19).replace(u' ', u'T'), Qt::ISODate);
    when.setTimeSpec(Qt::UTC);
    return when;
}

/// A day where the instant is the beginning or the end of one, as a filter on days is made.
QString timeText(const QString &value, const QTimeZone &zone)
{
    const QLocale locale;
    if (value.size() == 10)
        return locale.toString(QDate::fromString(value, Qt::ISODate), QLocale::ShortFormat);
    const QDateTime when = instant(value).toTimeZone(zone);
    const bool wholeDay = when.time() == QTime(0, 0) || value.contains("59.999999"_L1);
    return wholeDay ? locale.toString(when.date(), QLocale::ShortFormat) : format::exact(when, locale);
}

QString valueText(const ColumnDef &column, const QString &value, const QTimeZone &zone)
{
    const QLocale locale;
    bool valid = false;
    switch (column.type) {
    case ColumnType::Integer:
        if (const qint64 number = value.toLongLong(&valid); valid)
            return format::count(number, locale);
        return value;
    case ColumnType::Decimal:
    case ColumnType::Money:
        if (const double number = value.toDouble(&valid); valid)
            return format::decimal(number, column.decimals, locale);
        return value;
    case ColumnType::Boolean:
        return value.startsWith(u't') ? tr("yes") : tr("no");
    case ColumnType::Date:
        return locale.toString(QDate::fromString(value, Qt::ISODate), QLocale::ShortFormat);
    case ColumnType::Timestamp:
        return timeText(value, zone);
    case ColumnType::Uuid:
        return value.left(8) + u'…';
    default:
        break;
    }
    const QString text = column.coded ? inWords(value) : value;
    return u"“%1”"_s.arg(text.size() > 40 ? text.left(39) + u'…' : text);
}

} // namespace

QString dayBegins(const QDate &day, const QTimeZone &zone)
{
    return day.startOfDay(zone).toUTC().toString(u"yyyy-MM-dd HH:mm:ss"_s) + u"+00"_s;
}

QString dayEnds(const QDate &day, const QTimeZone &zone)
{
    // The server counts microseconds: this is the last one of the day.
    return day.addDays(1).startOfDay(zone).toUTC().addSecs(-1).toString(u"yyyy-MM-dd HH:mm:ss"_s) +
           u".999999+00"_s;
}

QString filterOpText(FilterOp op, ColumnType type)
{
    const bool time = type == ColumnType::Date || type == ColumnType::Timestamp;
    switch (op) {
    case FilterOp::Contains:
        return tr("contains");
    case FilterOp::StartsWith:
        return tr("starts with");
    case FilterOp::Equals:
        return tr("is");
    case FilterOp::Differs:
        return tr("is not");
    case FilterOp::AtLeast:
        return time ? tr("since") : tr("at least");
    case FilterOp::AtMost:
        return time ? tr("until") : tr("at most");
    case FilterOp::Between:
        return tr("between");
    case FilterOp::OneOf:
        return tr("is one of");
    case FilterOp::HasTags:
        return tr("has all of");
    case FilterOp::AtHour:
        return tr("at the hour");
    case FilterOp::Path:
        return tr("JSON path");
    case FilterOp::IsNull:
        return tr("has no value");
    case FilterOp::IsNotNull:
        break;
    }
    return tr("has a value");
}

QString filterText(const TableDef &table, const ColumnFilter &filter, const QTimeZone &zone)
{
    const int index = table.column(filter.column);
    if (index < 0)
        return browsefilter::expression(filter);
    const ColumnDef &column = table.columns[index];
    if (filter.op == FilterOp::AtHour) {
        const QString where = filter.values.value(1);
        const QString hour =
            tr("%1: %2:00 to %2:59", "column and hour").arg(column.title, filter.values.value(0));
        return where.toUtf8() == zone.id() ? hour : hour + u" ("_s + where + u')';
    }
    QStringList values;
    for (const QString &value : filter.values)
        values.append(valueText(column, value, zone));
    const QString op = filterOpText(filter.op, column.type);
    if (filter.op == FilterOp::Between) {
        // One day is not told as a range.
        return values.value(0) == values.value(1)
                   ? u"%1: %2"_s.arg(column.title, values.value(0))
                   : u"%1: %2 – %3"_s.arg(column.title, values.value(0), values.value(1));
    }
    if (values.isEmpty())
        return u"%1 %2"_s.arg(column.title, op);
    if (filter.op == FilterOp::Equals)
        return u"%1: %2"_s.arg(column.title, values.first());
    return u"%1 %2 %3"_s.arg(column.title, op, values.join(u", "_s));
}

std::optional<ColumnFilter> filterByValue(const ColumnDef &column, const std::optional<QString> &value,
                                          const QTimeZone &zone)
{
    if (!value)
        return ColumnFilter{column.name, FilterOp::IsNull};
    switch (column.type) {
    case ColumnType::Json:
        return {};
    case ColumnType::Tags: {
        const QStringList tags = parseTextArray(value->toUtf8());
        if (tags.isEmpty())
            return ColumnFilter{column.name, FilterOp::Equals, {u"{}"_s}};
        return ColumnFilter{column.name, FilterOp::HasTags, tags};
    }
    case ColumnType::Timestamp: {
        // The whole day: hardly ever did two things happen in the same microsecond.
        const QDate day = instant(*value).toTimeZone(zone).date();
        return ColumnFilter{column.name, FilterOp::Between, {dayBegins(day, zone), dayEnds(day, zone)}};
    }
    default:
        break;
    }
    return ColumnFilter{column.name, FilterOp::Equals, {*value}};
}
