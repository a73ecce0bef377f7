// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class Theme;

/// Advice as a DBA wants to read it: what was seen, why it may be wrong, the exact statement with a copy
/// button, and what the statement locks. Runs nothing by itself: see addAction().
class AdvicePanel final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(AdvicePanel)

public:
    explicit AdvicePanel(Theme &theme, QWidget *parent = nullptr);

    /// Empty texts take no room.
    void show(const QString &heading, const QString &text, const QString &sql = {}, const QString &note = {});
    /// Nothing is selected: a sentence that says so.
    void clear(const QString &text) { show({}, text); }
    void addAction(QPushButton *button); ///< at the right of the copy button

private:
    void applyTheme();

    Theme &m_theme;
    QLabel *m_heading;
    QLabel *m_text;
    QPlainTextEdit *m_sql;
    QLabel *m_note;
    QPushButton *m_copy;
    QHBoxLayout *m_actions;
};
