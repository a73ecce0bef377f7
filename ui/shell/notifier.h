// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include <functional>

class QLabel;
class QPushButton;
class QToolButton;
class Theme;

/// The banner under the store bar: news of the connection and results, one at a time, with at most one next
/// step.
class Notifier final : public QFrame
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Notifier)

public:
    enum class Kind { Information, Good, Warning, Bad };

    explicit Notifier(Theme &theme, QWidget *parent = nullptr);

    void say(Kind kind, const QString &text, const QString &action = {}, std::function<void()> onAction = {});
    /// Other words for what is shown already (a countdown): not announced again to screen readers.
    void amend(const QString &text, const QString &action, std::function<void()> onAction);
    void dismiss();
    QString text() const;

private:
    void applyTheme();

    Theme &m_theme;
    Kind m_kind = Kind::Information;
    std::function<void()> m_onAction;
    QLabel *m_icon;
    QLabel *m_text;
    QPushButton *m_action;
    QToolButton *m_close;
};
