// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/maintenanceservice.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

#include <QPointer>
#include <QTimer>

class DetailsPane;
class Job;
class MaintenanceModel;
class MaintenanceOptions;
class QCheckBox;
class QPushButton;
class QSplitter;
class QToolButton;
class TableView;

/// The plan of a maintenance: what was measured and what would be done about it, ticked and ordered by the
/// operator, run as a job, and reported task by task.
class MaintenancePage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MaintenancePage)

public:
    MaintenancePage(const UiContext &ui, QWidget *parent);

    QString help() const override;

protected:
    void load() override;
    void clear() override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void measure(const std::function<void(const Result<maintenance::Plan> &)> &then);
    void showPlan(const maintenance::Plan &plan);
    void showTasks();
    void showCurrent();
    void moveCurrent(int by);
    void updateRun();
    void askAndRun();
    void confirm(QList<maintenance::Task> typed);
    void start();
    void showReport();
    void ended();

    MaintenanceService m_service;
    MaintenanceModel *m_model;
    TableView *m_view;
    DetailsPane *m_details;
    QSplitter *m_columns;
    MaintenanceOptions *m_options;
    QCheckBox *m_all;
    QToolButton *m_up;
    QToolButton *m_down;
    QPushButton *m_run;
    Request<maintenance::Plan> m_request;
    maintenance::Plan m_plan;
    QList<maintenance::Task> m_chosen; // what the operator is being asked about
    std::shared_ptr<maintenance::Report> m_report;
    QPointer<Job> m_job;
    QTimer m_look; // at the report, while a job runs
};
