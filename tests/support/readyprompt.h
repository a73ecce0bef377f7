// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/prompt.h"

#include <QStringList>

/// Answers at once, and keeps what was asked and told.
class ReadyPrompt final : public Prompt
{
public:
    bool answer = true;
    QStringList asked;   ///< questions, and titles of what was told
    QStringList words;   ///< that had to be typed
    QString explanation; ///< of the last one

    void confirm(QWidget *, const QString &question, const QString &text, const QString &,
                 std::function<void(bool)> give) override
    {
        inform(nullptr, question, text);
        give(answer);
    }
    void confirmTyped(QWidget *, const QString &question, const QString &text, const QString &word,
                      const QString &, std::function<void(bool)> give) override
    {
        words.append(word);
        inform(nullptr, question, text);
        give(answer);
    }
    void inform(QWidget *, const QString &title, const QString &text) override
    {
        asked.append(title);
        explanation = text;
    }
};
