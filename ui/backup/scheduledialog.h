// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/schedulerequest.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTimeEdit;

/// What is to run by itself and when, and the command that this comes to. Tries first whether the job can log
/// in without anybody there.
class ScheduleDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ScheduleDialog)

public:
    ScheduleDialog(const UiContext &ui, const QString &folder, QWidget *parent);

signals:
    void added(const Schedule &schedule, const scheduleunit::Installed &done);

private:
    ScheduleRequest asked() const;
    void update();
    void say(const QString &text);
    void add();
    void setFormEnabled(bool on);

    const UiContext m_ui;
    QComboBox *m_kind;
    QComboBox *m_profile;
    QComboBox *m_day;
    QTimeEdit *m_time;
    QLineEdit *m_folder;
    QComboBox *m_target;
    QCheckBox *m_try;
    QLabel *m_command;
    QPushButton *m_add;
    Request<scheduleunit::Installed> m_request;
};
