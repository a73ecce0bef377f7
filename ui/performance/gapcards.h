// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/performanceservice.h"

#include <QWidget>

class QVBoxLayout;
class Theme;

/// What is missing for the figures to be whole: each with its reason, the exact statement, a button that
/// copies it, and who may run it. Hidden when nothing is missing.
class GapCards final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(GapCards)

public:
    explicit GapCards(Theme &theme, QWidget *parent = nullptr);

    void show(const QList<StatementGap> &gaps);

private:
    QWidget *card(const StatementGap &gap);

    Theme &m_theme;
    QVBoxLayout *m_layout;
    QStringList m_shown;
};
