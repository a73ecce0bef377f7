// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QStringList>

/// Which words of a text are those of a query, for showing them. The database decides what is found; this
/// knows of stems only what is enough to mark them.
namespace searchtext {

struct Span
{
    int start = 0;
    int length = 0;
};

QStringList stems(const QString &query); ///< of the words that say something, each once
QList<Span> matches(const QString &text, const QStringList &stems);
QStringList matchedWords(const QString &text, const QStringList &stems); ///< as written, each once
/// The text as one line; a long one begins shortly before the first match.
QString snippet(const QString &text, const QStringList &stems, qsizetype length = 160);

} // namespace searchtext
