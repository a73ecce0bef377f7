// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/schedulerequest.h"
#include "ui/backup/listdialog.h"
#include "ui/shared/request.h"

class QPushButton;

/// What runs by itself, when it ran last and how that went; adds and removes schedules.
class SchedulesDialog final : public ListDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SchedulesDialog)

public:
    /// `folder` holds the backups.
    SchedulesDialog(const UiContext &ui, const QString &folder, QWidget *parent);

private:
    void load();
    void updateButtons();
    void add();
    void remove();
    void tell(const QString &sentence, const scheduleunit::Installed &done);

    const QString m_folder;
    QPushButton *m_add;
    QPushButton *m_remove;
    QList<ScheduleState> m_states;
    Request<QList<ScheduleState>> m_request;
    Request<scheduleunit::Installed> m_removeRequest;
};
