// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class Theme;

/// The end of the program's log file, to read and to copy. Secrets are not in it.
class LogDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(LogDialog)

public:
    LogDialog(const Theme &theme, const QString &file, QWidget *parent);
};
