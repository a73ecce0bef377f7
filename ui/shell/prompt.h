// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <functional>

class QWidget;

/// Questions and notices in a dialog, behind a seam: a test answers them beforehand. Never blocks: the answer
/// comes through a function.
class Prompt
{
public:
    Prompt() = default;
    virtual ~Prompt() = default;
    Prompt(const Prompt &) = delete;
    Prompt &operator=(const Prompt &) = delete;

    /// `action` is the button that does it ("Load sample data"); the other one is always Cancel. `answer`
    /// runs only after an answer, and not when `parent` goes first.
    virtual void confirm(QWidget *parent, const QString &question, const QString &explanation,
                         const QString &action, std::function<void(bool)> answer);
    /// For what cannot be taken back: the action's button works once `word` (a database's name) was typed.
    virtual void confirmTyped(QWidget *parent, const QString &question, const QString &explanation,
                              const QString &word, const QString &action, std::function<void(bool)> answer);
    virtual void inform(QWidget *parent, const QString &title, const QString &text);
    /// A notification of the desktop, for when the window is not in front. Nothing happens where the desktop
    /// has none.
    virtual void notify(const QString &title, const QString &text);
};
