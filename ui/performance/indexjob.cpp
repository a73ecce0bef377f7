// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/indexjob.h"

#include "app/appcontext.h"
#include "ui/shell/prompt.h"

#include <QPushButton>

using namespace Qt::StringLiterals;

IndexJob::IndexJob(const UiContext &ui, QWidget *page)
    : QObject(page)
    , m_ui(ui)
    , m_service(ui.app.pool)
    , m_page(page)
    , m_button(new QPushButton(tr("Run as maintenance job…"), page))
{
    m_button->setObjectName(u"runIndexJob"_s);
    m_button->setAccessibleDescription(tr("Shows the statement and its lock, and asks before it runs"));
    connect(m_button, &QPushButton::clicked, this, &IndexJob::ask);
    connect(&ui.app.jobs, &JobRunner::finished, this, [this](Job *job) {
        if (job != m_job)
            return;
        if (job->state() == JobState::Failed)
            emit failed(job->error()); // reading anew would hide it
        else
            emit finished();
    });
    clear();
}

QString IndexJob::show(const IndexFinding &finding, const IndexReport &report)
{
    const Result<maintenance::Task> task = indexFindingTask(finding, report);
    m_task = task ? std::optional(*task) : std::nullopt;
    m_lock = finding.lock;
    QString refusal = m_service.refusal();
    if (refusal.isEmpty() && !task)
        refusal = task.error().message + u' ' + task.error().hint;
    if (refusal.isEmpty() && m_job && !m_job->finished())
        refusal = tr("Another job of this page is running.");
    m_button->setVisible(!finding.sql.isEmpty());
    m_button->setEnabled(refusal.isEmpty());
    m_button->setToolTip(refusal);
    return finding.sql.isEmpty() ? QString() : refusal;
}

void IndexJob::clear()
{
    m_task.reset();
    m_button->hide();
}

void IndexJob::ask()
{
    if (!m_task)
        return;
    m_ui.prompt.confirm(
        m_page, m_task->title + u'?',
        tr("As retail_owner:\n\n%1\n\n%2\n\nIt runs as a job, which can be cancelled; what an "
           "interruption leaves is removed. It is noted in the audit log.")
            .arg(QString::fromUtf8(m_task->sql), m_lock),
        tr("Run now"), [this, task = *m_task](bool yes) {
            if (yes)
                start(task);
        });
}

void IndexJob::start(const maintenance::Task &task)
{
    JobSpec spec = m_service.spec({task});
    spec.command.clear(); // the command line knows the tasks of a plan, and this one is in none
    spec.repeatable = false;
    m_job = m_ui.app.jobs.start(
        spec, m_service.run({}, std::make_shared<maintenance::Report>(QList<maintenance::Task>{task})));
    m_button->setEnabled(false);
    m_button->setToolTip(tr("It is running: see Jobs."));
}
