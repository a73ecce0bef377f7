// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

/// The schema has no currency column: all amounts of the retail database are in this one.
inline QString currency()
{
    return QStringLiteral("USD");
}
