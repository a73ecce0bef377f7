// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/fuzzy.h"

#include <QString>

namespace {

int scoreWord(QStringView word, QStringView text)
{
    // A word that stands there as it is beats any scattered match.
    if (const qsizetype at = text.indexOf(word, 0, Qt::CaseInsensitive); at >= 0) {
        const bool start = at == 0 || !text[at - 1].isLetterOrNumber();
        return 100 + static_cast<int>(word.size()) * 8 + (start ? 60 : 0) -
               static_cast<int>(std::min<qsizetype>(at, 40));
    }
    int score = 0;
    qsizetype from = 0;
    qsizetype last = -2;
    for (const QChar character : word) {
        qsizetype at = from;
        while (at < text.size() && text[at].toCaseFolded() != character.toCaseFolded())
            ++at;
        if (at >= text.size())
            return -1;
        score += at == last + 1 ? 6 : 1;
        if (at == 0 || !text[at - 1].isLetterOrNumber())
            score += 5;
        last = at;
        from = at + 1;
    }
    return score;
}

} // namespace

int fuzzyScore(QStringView typed, QStringView text)
{
    int total = 0;
    for (const QStringView word : typed.split(u' ', Qt::SkipEmptyParts)) {
        const int score = scoreWord(word, text);
        if (score < 0)
            return -1;
        total += score;
    }
    return total;
}
