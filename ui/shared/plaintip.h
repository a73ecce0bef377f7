// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

/// A tool tip that holds data: wrapped as rich text is, with nothing in it taken for a tag.
inline QString plainTip(const QString &text)
{
    return text.isEmpty()
               ? QString()
               : QStringLiteral("<p>%1</p>").arg(text.toHtmlEscaped().replace(u'\n', QLatin1String("<br>")));
}
