// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/restoreplan.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QDialog>

class ErrorPanel;
class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPlainTextEdit;
class QPushButton;

/// Restoring a file: where to, which tables, then the plan as text, and for anything that is there already
/// the typed name. What was typed goes to the core as it stands, which decides.
class RestoreDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RestoreDialog)

public:
    RestoreDialog(const UiContext &ui, const QString &file, const QString &folder, QWidget *parent);

private:
    void fileChanged();
    void change();
    void makePlan();
    void showPlan(const restore::Plan &plan);
    void updateButtons();
    void start();
    QStringList tickedTables() const;
    restore::Request request() const;
    backup::Means means() const;
    void browse(QLineEdit *into, const QString &title);

    const UiContext m_ui;
    const QString m_folder;
    QLineEdit *m_file;
    QLineEdit *m_identity;
    QComboBox *m_how;
    QLineEdit *m_into;
    QListWidget *m_tables;
    ErrorPanel *m_error;
    QPlainTextEdit *m_text;
    QLabel *m_wordLabel;
    QLineEdit *m_word;
    QPushButton *m_planButton;
    QPushButton *m_start;
    std::optional<restore::Plan> m_plan;
    Request<restore::Plan> m_request;
};
