// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/exportservice.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class Settings;

/// Asks how and where rows are to be written as a file.
class ExportDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ExportDialog)

public:
    struct Choice
    {
        ExportStyle style; ///< without header
        QString file;
        bool shownColumns = true; ///< or all of them
        bool header = true;       ///< lines above the data that say what it is
    };

    /// `name` becomes the file's, without a suffix; `what` says which rows, in a sentence.
    ExportDialog(Settings &settings, const QString &what, const QString &name, QWidget *parent);

signals:
    void chosen(const ExportDialog::Choice &choice);

private:
    void formatChanged();
    void browse();
    void check();
    ExportFormat format() const;

    Settings &m_settings;
    QComboBox *m_format;
    QLineEdit *m_file;
    QCheckBox *m_shownColumns;
    QCheckBox *m_header;
    QCheckBox *m_local;
    QLabel *m_hint;
    QPushButton *m_accept;
};
