// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/browseservice.h"

#include <libpq-fe.h>

#include <optional>
#include <vector>

/// An answer of the server made by hand: a value is its text, nullopt is NULL.
inline Rows fakeRows(const QList<QByteArray> &columns, const QList<QList<std::optional<QByteArray>>> &values)
{
    PGresult *result = PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK);
    std::vector<QByteArray> names(columns.cbegin(), columns.cend());
    std::vector<PGresAttDesc> attributes(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        attributes[i] = {};
        attributes[i].name = names[i].data();
    }
    PQsetResultAttrs(result, static_cast<int>(attributes.size()), attributes.data());
    for (qsizetype row = 0; row < values.size(); ++row)
        for (qsizetype column = 0; column < values[row].size(); ++column) {
            std::optional<QByteArray> value = values[row][column];
            PQsetvalue(result, static_cast<int>(row), static_cast<int>(column),
                       value ? value->data() : nullptr, value ? static_cast<int>(value->size()) : -1);
        }
    return Rows(result);
}
