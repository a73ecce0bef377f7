// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/indexfindings.h"
#include "app/services/maintenanceservice.h"
#include "ui/shared/uicontext.h"

#include <QObject>
#include <QPointer>

#include <optional>

class Job;
class QPushButton;

/// The button that runs the statement of a finding as a maintenance job: it asks first, with the statement
/// and its lock, and says why where that cannot be.
class IndexJob final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(IndexJob)

public:
    explicit IndexJob(const UiContext &ui, QWidget *page);

    QPushButton *button() const { return m_button; }
    /// What the button is for. Why it is greyed, or empty where it works; without a statement it is hidden.
    QString show(const IndexFinding &finding, const IndexReport &report);
    void clear();

signals:
    void finished();                 ///< what is shown is out of date
    void failed(const Error &error); ///< instead of finished()

private:
    void ask();
    void start(const maintenance::Task &task);

    const UiContext m_ui;
    MaintenanceService m_service;
    QWidget *m_page;
    QPushButton *m_button;
    std::optional<maintenance::Task> m_task;
    QString m_lock;
    QPointer<Job> m_job;
};
