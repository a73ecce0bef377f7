// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/browsefilter.h"

#include <QTimeZone>

/// A filter as people read it, in their locale: "Price 10.00 – 20.00", "Brand contains “acme”".
QString filterText(const TableDef &table, const ColumnFilter &filter, const QTimeZone &zone);

/// What an operator is called in a list.
QString filterOpText(FilterOp op, ColumnType type);

/// The instants, as a filter takes them, at which a day begins and ends in a zone.
QString dayBegins(const QDate &day, const QTimeZone &zone);
QString dayEnds(const QDate &day, const QTimeZone &zone);

/// The filter that leaves rows with this value; none where a column cannot be asked so. `value` is as the
/// database writes it.
std::optional<ColumnFilter> filterByValue(const ColumnDef &column, const std::optional<QString> &value,
                                          const QTimeZone &zone);
