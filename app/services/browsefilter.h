// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"
#include "app/services/browsetables.h"

#include <functional>

enum class FilterOp {
    Contains,   ///< the text, in any case
    StartsWith, ///< likewise
    Equals,
    Differs, ///< also where there is no value
    AtLeast,
    AtMost,  ///< a day without a time: the whole of it
    Between, ///< both ends included
    OneOf,
    HasTags, ///< all of them
    AtHour,  ///< of the day, 0 to 23, on the clocks of a time zone: two values
    Path,    ///< an SQL/JSON path that finds something, or a condition that is true
    IsNull,
    IsNotNull,
};

/// One condition on one column. Values are written as the database reads them, whatever the locale: decimals
/// with a point, days and times in ISO 8601 (UTC where no zone is given).
struct ColumnFilter
{
    QByteArray column;
    FilterOp op = FilterOp::Contains;
    QStringList values = {};

    bool operator==(const ColumnFilter &) const = default;
};

/// Filters as values, as text, and as SQL. Any thread.
namespace browsefilter {

QList<FilterOp> operators(ColumnType type); ///< that make sense for the type, the usual one first
int valueCount(FilterOp op);                ///< 0, 1, 2, or -1 for any number from one

/// The text that --filter takes and saved views keep; parse() reads it back. For example brand=~acme,
/// price=10..20, tags=:has a,b, phone=:null.
QString expression(const ColumnFilter &filter);
QStringList expressions(const QList<ColumnFilter> &filters);
Result<ColumnFilter> parse(const TableDef &table, const QString &expression);
Result<QList<ColumnFilter>> parse(const TableDef &table, const QStringList &expressions);

/// Values as a list of --filter writes them, between commas; what holds a comma or a quote, or ends in
/// spaces, stands in quotes. split() reads it back.
QString joined(const QStringList &values);
QStringList split(const QString &list);

/// Hands a value to the statement: binds it, or quotes it for COPY; returns what stands for it.
using Bind = std::function<QByteArray(const QString &value)>;

/// The condition as SQL. Values that the column's type cannot hold are errors of kind Usage, found here and
/// not by the server.
Result<QByteArray> condition(const TableDef &table, const ColumnFilter &filter, const Bind &bind);
/// All of them, each after " AND ".
Result<QByteArray> conditions(const TableDef &table, const QList<ColumnFilter> &filters, const Bind &bind);

} // namespace browsefilter
