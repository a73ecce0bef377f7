// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

/// A name of the database as people write it: "credit_card" is "Credit card".
inline QString inWords(QString name)
{
    name.replace(u'_', u' ');
    if (!name.isEmpty())
        name[0] = name[0].toUpper();
    return name;
}
