// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/maintenanceservice.h"

#include <QWidget>

class QCheckBox;
class QLineEdit;
class QSpinBox;
class QTimeEdit;

/// How a run goes about it: one row of controls under the plan.
class MaintenanceOptions final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MaintenanceOptions)

public:
    explicit MaintenanceOptions(QWidget *parent = nullptr);

    maintenance::Options options() const;
    void setServerWorkMem(const QString &size);

private:
    QSpinBox *m_parallel;
    QSpinBox *m_lockSeconds;
    QLineEdit *m_workMem;
    QCheckBox *m_until;
    QTimeEdit *m_end;
    QCheckBox *m_keepGoing;
};
