// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/backupoverview.h"

#include <QWidget>

class FigureTile;
class Theme;

/// Whether there is a backup to rely on, room for the next one, and what failed lately.
class BackupFigures final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(BackupFigures)

public:
    BackupFigures(Theme &theme, QWidget *parent);

    void show(const backup::Overview &overview, const QString &database);
    void clear();

signals:
    void backupRequested();

private:
    FigureTile *m_last;
    FigureTile *m_space;
    FigureTile *m_failed;
};
