// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QToolButton;
class Theme;

/// An error as the window tells it: what happened, why, what to do next; SQLSTATE and the server's words
/// folded away with a copy button.
class ErrorPanel final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ErrorPanel)

public:
    explicit ErrorPanel(Theme &theme, QWidget *parent = nullptr);

    /// Without `action` no button but that for the details is shown.
    void show(const Error &error, const QString &action);
    void setCentred(bool centred); ///< in the middle of a page, or at the left of a dialog

signals:
    void actionRequested();
    void folded(); ///< the details came or went: the height is another

private:
    void applyTheme();

    Theme &m_theme;
    QLabel *m_icon;
    QLabel *m_message;
    QLabel *m_hint;
    QPushButton *m_action;
    QToolButton *m_fold;
    QToolButton *m_copy;
    QLabel *m_details;
    QWidget *m_spaceAbove;
    QWidget *m_spaceBelow;
};
