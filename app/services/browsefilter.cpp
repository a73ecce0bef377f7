// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/browsefilter.h"

#include "app/db/session.h"

#include <QDate>
#include <QRegularExpression>
#include <QUuid>

using namespace Qt::StringLiterals;

namespace {

using browsefilter::Bind;

Error unusable(const ColumnDef &column, const QString &message, const QString &hint = {})
{
    return Error{ErrorKind::Usage, u"The filter on “%1” cannot be used: %2"_s.arg(column.title, message),
                 hint};
}

/// Words after a colon; also in the order of their writing below.
constexpr std::pair<FilterOp, const char *> words[] = {
    {FilterOp::IsNull, ":null"},  {FilterOp::IsNotNull, ":notnull"}, {FilterOp::OneOf, ":in "},
    {FilterOp::HasTags, ":has "}, {FilterOp::AtHour, ":hour "},      {FilterOp::Path, ":path "}};

bool isDay(const QString &value)
{
    return QDate::fromString(value, Qt::ISODate).isValid() && value.size() == 10;
}

/// The value as the column's type reads it, or why it cannot be.
Result<QString> typed(const ColumnDef &column, const QString &value)
{
    if (value.contains(QChar(u'\0')))
        return unusable(column, u"a text of the database cannot hold the character U+0000."_s);
    const QString text = value.trimmed();
    switch (column.type) {
    case ColumnType::Integer: {
        bool valid = false;
        text.toLongLong(&valid);
        if (!valid)
            return unusable(column, u"“%1” is no whole number."_s.arg(value));
        return text;
    }
    case ColumnType::Decimal:
    case ColumnType::Money: {
        static const QRegularExpression decimal(u"^[+-]?(\\d{1,30}(\\.\\d{0,30})?|\\.\\d{1,30})$"_s);
        if (!decimal.match(text).hasMatch())
            return unusable(column, u"“%1” is no number."_s.arg(value), u"Write decimals with a point."_s);
        return text;
    }
    case ColumnType::Boolean: {
        const QString word = text.toLower();
        if (word == u"true" || word == u"t" || word == u"yes" || word == u"1")
            return u"true"_s;
        if (word == u"false" || word == u"f" || word == u"no" || word == u"0")
            return u"false"_s;
        return unusable(column, u"“%1” is neither yes nor no."_s.arg(value));
    }
    case ColumnType::Date:
        if (!isDay(text))
            return unusable(column, u"“%1” is no day."_s.arg(value), u"Write it as 2026-01-31."_s);
        return text;
    case ColumnType::Timestamp: {
        static const QRegularExpression time(
            u"^\\d{4}-\\d\\d-\\d\\d([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,6})?)?(Z|[+-]\\d\\d(:?\\d\\d)?)?)?$"_s);
        if (!time.match(text).hasMatch() || !isDay(text.left(10)))
            return unusable(column, u"“%1” is no time."_s.arg(value),
                            u"Write it as 2026-01-31 or 2026-01-31 14:30."_s);
        return text;
    }
    case ColumnType::Uuid:
        if (QUuid::fromString(text).isNull())
            return unusable(column, u"“%1” is no id."_s.arg(value));
        return text;
    case ColumnType::Text:
    case ColumnType::Tags:
    case ColumnType::Json:
        break;
    }
    return value;
}

QByteArray cast(ColumnType type)
{
    switch (type) {
    case ColumnType::Integer:
        return "::bigint";
    case ColumnType::Decimal:
    case ColumnType::Money:
        return "::numeric";
    case ColumnType::Boolean:
        return "::boolean";
    case ColumnType::Date:
        return "::date";
    case ColumnType::Timestamp:
        return "::timestamptz";
    case ColumnType::Uuid:
        return "::uuid";
    case ColumnType::Text:
    case ColumnType::Tags:
    case ColumnType::Json:
        break;
    }
    return "::text";
}

QByteArray textArray(const QStringList &values)
{
    const Param array(values);
    return array.data();
}

/// Bounds: a day as the end of a range of times means the whole of it.
QByteArray atMost(const ColumnDef &column, const QString &value, const QByteArray &placeholder)
{
    if (column.type == ColumnType::Timestamp && isDay(value))
        return column.name + " < " + placeholder + " + interval '1 day'";
    return column.name + " <= " + placeholder;
}

/// The hour and the time zone of AtHour.
Result<QStringList> hourAndZone(const ColumnDef &column, const QStringList &values)
{
    bool valid = false;
    const int hour = values[0].trimmed().toInt(&valid);
    if (!valid || hour < 0 || hour > 23)
        return unusable(column, u"“%1” is no hour of the day."_s.arg(values[0]), u"Write 0 to 23."_s);
    // Which zones there are the server knows; a bare system here may have none.
    static const QRegularExpression name(u"^[A-Za-z][A-Za-z0-9_+/:-]{0,63}$"_s);
    const QString zone = values[1].trimmed();
    if (!name.match(zone).hasMatch())
        return unusable(column, u"“%1” is no time zone."_s.arg(values[1]),
                        u"Write it as America/Los_Angeles, UTC or UTC+05:30."_s);
    return QStringList{QString::number(hour), zone};
}

bool rangeable(ColumnType type)
{
    return browsefilter::operators(type).contains(FilterOp::Between);
}

QString operatorName(FilterOp op)
{
    switch (op) {
    case FilterOp::Contains:
        return u"contains"_s;
    case FilterOp::StartsWith:
        return u"starts with"_s;
    case FilterOp::Equals:
        return u"equals"_s;
    case FilterOp::Differs:
        return u"differs"_s;
    case FilterOp::AtLeast:
    case FilterOp::AtMost:
    case FilterOp::Between:
        return u"range"_s;
    case FilterOp::OneOf:
        return u"one of"_s;
    case FilterOp::HasTags:
        return u"has tags"_s;
    case FilterOp::AtHour:
        return u"hour"_s;
    case FilterOp::Path:
        return u"path"_s;
    case FilterOp::IsNull:
    case FilterOp::IsNotNull:
        break;
    }
    return u"is null"_s;
}

} // namespace

QList<FilterOp> browsefilter::operators(ColumnType type)
{
    using enum FilterOp;
    switch (type) {
    case ColumnType::Text:
        return {Contains, StartsWith, Equals, Differs, OneOf, IsNull, IsNotNull};
    case ColumnType::Integer:
    case ColumnType::Decimal:
    case ColumnType::Money:
        return {Between, AtLeast, AtMost, Equals, Differs, OneOf, IsNull, IsNotNull};
    case ColumnType::Date:
        return {Between, AtLeast, AtMost, Equals, IsNull, IsNotNull};
    case ColumnType::Timestamp:
        return {Between, AtLeast, AtMost, Equals, AtHour, IsNull, IsNotNull};
    case ColumnType::Boolean:
        return {Equals, Differs, IsNull, IsNotNull};
    case ColumnType::Uuid:
        return {Equals, Differs, OneOf, IsNull, IsNotNull};
    case ColumnType::Tags:
        return {HasTags, Contains, Equals, IsNull, IsNotNull};
    case ColumnType::Json:
        break;
    }
    return {Contains, Path, IsNull, IsNotNull};
}

int browsefilter::valueCount(FilterOp op)
{
    switch (op) {
    case FilterOp::IsNull:
    case FilterOp::IsNotNull:
        return 0;
    case FilterOp::Between:
    case FilterOp::AtHour:
        return 2;
    case FilterOp::OneOf:
    case FilterOp::HasTags:
        return -1;
    default:
        return 1;
    }
}

QString browsefilter::joined(const QStringList &values)
{
    QStringList parts;
    for (const QString &value : values) {
        const bool plain =
            !value.isEmpty() && value.trimmed() == value && !value.contains(u',') && !value.contains(u'"');
        parts.append(plain ? value : u'"' + QString(value).replace(u'"', u"\"\""_s) + u'"');
    }
    return parts.join(u',');
}

QStringList browsefilter::split(const QString &list)
{
    QStringList values;
    QString value;
    bool quoted = false;
    bool wasQuoted = false;
    const auto flush = [&] {
        values.append(wasQuoted ? value : value.trimmed());
        value.clear();
        wasQuoted = false;
    };
    for (qsizetype i = 0; i < list.size(); ++i) {
        const QChar c = list[i];
        if (quoted && c == u'"' && i + 1 < list.size() && list[i + 1] == u'"') {
            value += c;
            ++i;
        } else if (c == u'"' && (quoted || value.trimmed().isEmpty())) {
            if (!quoted)
                value.clear();
            quoted = !quoted;
            wasQuoted = true;
        } else if (c == u',' && !quoted) {
            flush();
        } else if (!wasQuoted || quoted) {
            value += c;
        }
    }
    flush();
    return values;
}

QString browsefilter::expression(const ColumnFilter &filter)
{
    const QString column = QString::fromUtf8(filter.column);
    const QString first = filter.values.value(0);
    switch (filter.op) {
    case FilterOp::Contains:
        return column + u"=~"_s + first;
    case FilterOp::StartsWith:
        return column + u"=^"_s + first;
    case FilterOp::Equals:
        return column + u"=="_s + first;
    case FilterOp::Differs:
        return column + u"!="_s + first;
    case FilterOp::AtLeast:
        return column + u'=' + first + u".."_s;
    case FilterOp::AtMost:
        return column + u"=.."_s + first;
    case FilterOp::Between:
        return column + u'=' + first + u".."_s + filter.values.value(1);
    default:
        break;
    }
    for (const auto &[op, word] : words)
        if (op == filter.op)
            return column + u'=' + QString::fromLatin1(word) +
                   (op == FilterOp::Path  ? first
                    : valueCount(op) == 0 ? QString()
                                          : joined(filter.values));
    return {};
}

QStringList browsefilter::expressions(const QList<ColumnFilter> &filters)
{
    QStringList all;
    for (const ColumnFilter &filter : filters)
        all.append(expression(filter));
    return all;
}

Result<ColumnFilter> browsefilter::parse(const TableDef &table, const QString &expression)
{
    static const QRegularExpression shape(u"^\\s*([a-z_]+)\\s*(!=|>=|<=|=)(.*)$"_s,
                                          QRegularExpression::DotMatchesEverythingOption);
    const QRegularExpressionMatch match = shape.match(expression);
    const int index = match.hasMatch() ? table.column(match.captured(1).toUtf8()) : -1;
    if (index < 0) {
        QStringList names;
        for (const ColumnDef &column : table.columns)
            names.append(QString::fromUtf8(column.name));
        return Error{ErrorKind::Usage,
                     match.hasMatch() ? u"“%1” has no column “%2”."_s.arg(table.title, match.captured(1))
                                      : u"“%1” is no filter: write COLUMN=VALUE."_s.arg(expression),
                     u"The columns are %1."_s.arg(names.join(u", "_s))};
    }
    const ColumnDef &column = table.columns[index];
    const QString sign = match.captured(2);
    const QString rest = match.captured(3);
    ColumnFilter filter{column.name};
    const auto set = [&filter](FilterOp op, const QStringList &values) {
        filter.op = op;
        filter.values = values;
    };
    const qsizetype dots = rest.indexOf(u".."_s);
    const auto *word = std::find_if(std::begin(words), std::end(words), [&](const auto &entry) {
        const QLatin1String text(entry.second);
        return valueCount(entry.first) == 0 ? rest == text : rest.startsWith(text);
    });
    if (sign == u"!=")
        set(FilterOp::Differs, {rest});
    else if (sign != u"=")
        set(sign == u">=" ? FilterOp::AtLeast : FilterOp::AtMost, {rest});
    else if (rest.startsWith(u'='))
        set(FilterOp::Equals, {rest.mid(1)});
    else if (rest.startsWith(u'^'))
        set(FilterOp::StartsWith, {rest.mid(1)});
    else if (rest.startsWith(u'~'))
        set(FilterOp::Contains, {rest.mid(1)});
    else if (word != std::end(words))
        set(word->first, word->first == FilterOp::Path  ? QStringList{rest.mid(6)}
                         : valueCount(word->first) == 0 ? QStringList()
                                                        : split(rest.mid(qsizetype(qstrlen(word->second)))));
    else if (rangeable(column.type) && dots == 0)
        set(FilterOp::AtMost, {rest.mid(2)});
    else if (rangeable(column.type) && dots > 0 && dots == rest.size() - 2)
        set(FilterOp::AtLeast, {rest.left(dots)});
    else if (rangeable(column.type) && dots > 0)
        set(FilterOp::Between, {rest.left(dots), rest.mid(dots + 2)});
    else if (column.type == ColumnType::Tags)
        set(FilterOp::HasTags, split(rest));
    else
        set(column.type == ColumnType::Text || column.type == ColumnType::Json ? FilterOp::Contains
                                                                               : FilterOp::Equals,
            {rest});
    // What it says is looked at now, so that the mistake is told before anything is asked.
    const Result<QByteArray> sql = condition(table, filter, [](const QString &) { return QByteArray("$1"); });
    if (!sql)
        return sql.error();
    return filter;
}

Result<QList<ColumnFilter>> browsefilter::parse(const TableDef &table, const QStringList &expressions)
{
    QList<ColumnFilter> filters;
    for (const QString &each : expressions) {
        const Result<ColumnFilter> filter = parse(table, each);
        if (!filter)
            return filter.error();
        filters.append(*filter);
    }
    return filters;
}

Result<QByteArray> browsefilter::condition(const TableDef &table, const ColumnFilter &filter,
                                           const Bind &bind)
{
    const int index = table.column(filter.column);
    if (index < 0)
        return Error{ErrorKind::Usage,
                     u"“%1” has no column “%2”."_s.arg(table.title, QString::fromUtf8(filter.column))};
    const ColumnDef &column = table.columns[index];
    if (!operators(column.type).contains(filter.op))
        return unusable(column, u"“%1” does not fit this column."_s.arg(operatorName(filter.op)));
    const int wanted = valueCount(filter.op);
    if (wanted < 0 ? filter.values.isEmpty() : filter.values.size() != wanted)
        return unusable(column, u"a value is missing."_s);

    if (filter.op == FilterOp::AtHour) {
        const Result<QStringList> checked = hourAndZone(column, filter.values);
        if (!checked)
            return checked.error();
        const QByteArray zone = bind(zoneForServer((*checked)[1]));
        return "extract(hour FROM " + column.name + " AT TIME ZONE " + zone +
               "::text) = " + bind((*checked)[0]) + "::integer";
    }
    QStringList values;
    for (const QString &value : filter.values) {
        const Result<QString> checked = typed(column, value);
        if (!checked)
            return checked.error();
        values.append(*checked);
    }
    const QByteArray &name = column.name;
    const auto value = [&](qsizetype i) { return bind(values[i]) + cast(column.type); };
    const QByteArray searched = column.type == ColumnType::Text ? name : name + "::text";
    // "Credit card", as people read it, finds credit_card.
    const auto folded = [&](const QByteArray &text) {
        return column.coded ? "replace(lower(" + text + "), '_', ' ')" : "lower(" + text + ')';
    };
    switch (filter.op) {
    case FilterOp::Contains:
        // No pattern, so that nothing has to be escaped: % and _ are letters like others.
        return "strpos(" + folded(searched) + ", " + folded(value(0)) + ") > 0";
    case FilterOp::StartsWith:
        return "starts_with(" + folded(searched) + ", " + folded(value(0)) + ')';
    case FilterOp::Equals:
        if (column.type == ColumnType::Timestamp && isDay(values[0])) {
            const QByteArray day = value(0);
            return '(' + name + " >= " + day + " AND " + name + " < " + day + " + interval '1 day')";
        }
        if (column.type == ColumnType::Tags)
            return name + " = " + bind(values[0]) + "::text[]";
        if (column.coded) {
            const QByteArray code = value(0);
            return name + " IN (" + code + ", replace(lower(" + code + "), ' ', '_'))";
        }
        return name + " = " + value(0);
    case FilterOp::Differs:
        return name + " IS DISTINCT FROM " + value(0);
    case FilterOp::AtLeast:
        return name + " >= " + value(0);
    case FilterOp::AtMost:
        return atMost(column, values[0], value(0));
    case FilterOp::Between:
        return '(' + name + " >= " + value(0) + " AND " + atMost(column, values[1], value(1)) + ')';
    case FilterOp::OneOf:
        return name + " = ANY (" + bind(QString::fromUtf8(textArray(values))) + cast(column.type) + "[])";
    case FilterOp::HasTags:
        return name + " @> " + bind(QString::fromUtf8(textArray(values))) + "::text[]";
    case FilterOp::AtHour: // above
    case FilterOp::Path:
        // A path finds a value, a condition is true: both are asked alike.
        return "coalesce(jsonb_path_query_first(" + name + ", " + bind(values[0]) +
               "::jsonpath, '{}', true), 'false') NOT IN ('false', 'null')";
    case FilterOp::IsNull:
        return name + " IS NULL";
    case FilterOp::IsNotNull:
        break;
    }
    return name + " IS NOT NULL";
}

Result<QByteArray> browsefilter::conditions(const TableDef &table, const QList<ColumnFilter> &filters,
                                            const Bind &bind)
{
    QByteArray all;
    for (const ColumnFilter &filter : filters) {
        const Result<QByteArray> sql = condition(table, filter, bind);
        if (!sql)
            return sql.error();
        all += " AND " + *sql;
    }
    return all;
}
