// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/search/searchtext.h"

#include <QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

QString stem(QString word)
{
    word = word.toLower();
    for (const QLatin1StringView ending : {"ing"_L1, "ers"_L1, "er"_L1, "ed"_L1, "es"_L1, "s"_L1, "e"_L1})
        if (word.endsWith(ending) && word.size() - ending.size() >= 3)
            return word.chopped(ending.size());
    return word;
}

bool saysSomething(const QString &word)
{
    static const QStringList little{
        u"a"_s,    u"an"_s, u"and"_s, u"are"_s, u"at"_s,   u"be"_s,   u"by"_s,   u"for"_s,  u"from"_s,
        u"i"_s,    u"in"_s, u"is"_s,  u"it"_s,  u"me"_s,   u"my"_s,   u"of"_s,   u"on"_s,   u"or"_s,
        u"some"_s, u"so"_s, u"the"_s, u"to"_s,  u"that"_s, u"this"_s, u"what"_s, u"with"_s, u"something"_s};
    return !little.contains(word);
}

template <typename Use>
void forEachWord(const QString &text, const Use &use)
{
    static const QRegularExpression word(u"[\\p{L}\\p{N}\\p{M}]+"_s);
    for (QRegularExpressionMatchIterator it = word.globalMatch(text); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        use(match.captured(), static_cast<int>(match.capturedStart()));
    }
}

} // namespace

QStringList searchtext::stems(const QString &query)
{
    QStringList all;
    forEachWord(query.left(20'000), [&](const QString &word, int) {
        if (const QString root = stem(word); saysSomething(word.toLower()) && !all.contains(root))
            all.append(root);
    });
    return all;
}

QList<searchtext::Span> searchtext::matches(const QString &text, const QStringList &stems)
{
    QList<Span> spans;
    if (!stems.isEmpty())
        forEachWord(text, [&](const QString &word, int start) {
            if (stems.contains(stem(word)))
                spans.append({start, static_cast<int>(word.size())});
        });
    return spans;
}

QStringList searchtext::matchedWords(const QString &text, const QStringList &stems)
{
    QStringList words;
    for (const Span &span : matches(text, stems))
        if (const QString word = text.mid(span.start, span.length).toLower(); !words.contains(word))
            words.append(word);
    return words;
}

QString searchtext::snippet(const QString &text, const QStringList &stems, qsizetype length)
{
    const QString line = text.simplified();
    const QList<Span> spans = matches(line, stems);
    if (spans.isEmpty() || spans.first().start < length / 3)
        return line.left(length * 2);
    const qsizetype space = line.indexOf(u' ', std::max(qsizetype(0), spans.first().start - length / 4));
    return space < 0 || space > spans.first().start ? line : u"… "_s + line.mid(space + 1, length * 2);
}
