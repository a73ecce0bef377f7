// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/retention.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QDialog>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;

/// What the rules would remove from a folder, and then exactly that.
class PruneDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PruneDialog)

public:
    PruneDialog(const UiContext &ui, const QString &folder, QWidget *parent);

private:
    void makePlan();
    void start();

    const UiContext m_ui;
    const QString m_folder;
    QSpinBox *m_days;
    QSpinBox *m_last;
    QSpinBox *m_daily;
    QSpinBox *m_weekly;
    QSpinBox *m_monthly;
    QPlainTextEdit *m_text;
    QLabel *m_sum;
    QPushButton *m_start;
    backup::PrunePlan m_plan;
    Request<backup::PrunePlan> m_request;
};
