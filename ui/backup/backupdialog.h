// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/backupjob.h"
#include "ui/shared/uicontext.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

/// The options of a backup and, in words, what will be done with them. Starts the job and closes.
class BackupDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(BackupDialog)

public:
    BackupDialog(const UiContext &ui, const QString &folder, QWidget *parent);

    backup::Options options() const;
    QString planText() const;

private:
    void update();
    void start();
    QString command(const backup::Options &options) const;

    const UiContext m_ui;
    QLineEdit *m_folder;
    QComboBox *m_scope;
    QLineEdit *m_tables;
    QComboBox *m_format;
    QSpinBox *m_jobs;
    QSpinBox *m_compress;
    QLineEdit *m_recipient;
    QComboBox *m_level;
    QLabel *m_plan;
    QPushButton *m_start;
};
