// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class Theme;

/// Why there is nothing to see, and the next step.
class EmptyState final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(EmptyState)

public:
    explicit EmptyState(Theme &theme, QWidget *parent = nullptr);

    /// Without `action` no button is shown.
    void show(const QString &icon, const QString &title, const QString &reason, const QString &action = {});

signals:
    void actionRequested();

private:
    void applyTheme();

    Theme &m_theme;
    QString m_iconName;
    QLabel *m_icon;
    QLabel *m_title;
    QLabel *m_reason;
    QPushButton *m_action;
};
