// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shared/cellrole.h"

#include <QFrame>

class QLabel;
class QPushButton;
class Theme;

/// One figure of a dashboard: caption, figure, what it counts, and a way to the rows behind it.
class FigureTile final : public QFrame
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FigureTile)

public:
    FigureTile(Theme &theme, const QString &name, const QString &caption, QWidget *parent = nullptr);

    void setFigure(const QString &figure, const QString &note, cell::Tone tone = cell::Tone::Normal);
    /// Empty: no button.
    void setAction(const QString &text);
    QString caption() const;
    QString figure() const;

signals:
    void actionRequested();

private:
    void applyTheme();

    Theme &m_theme;
    cell::Tone m_tone = cell::Tone::Normal;
    QLabel *m_caption;
    QLabel *m_figure;
    QLabel *m_note;
    QPushButton *m_action;
};
