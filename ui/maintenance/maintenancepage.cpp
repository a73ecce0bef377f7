// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/maintenance/maintenancepage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/maintenance/maintenancemodel.h"
#include "ui/maintenance/maintenanceoptions.h"
#include "ui/shared/cellrole.h"
#include "ui/shared/detailspane.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"
#include "ui/shell/prompt.h"

#include <QCheckBox>
#include <QPushButton>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;
using namespace maintenance;

namespace {
constexpr int lookMs = 400;
constexpr qsizetype statementsShown = 12;
} // namespace

MaintenancePage::MaintenancePage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Maintenance"), Scope::Database, parent)
    , m_service(ui.app.pool)
    , m_model(new MaintenanceModel(this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"maintenanceTable"_s, this))
    , m_details(new DetailsPane(ui.theme, this))
    , m_columns(new QSplitter(Qt::Horizontal, this))
    , m_options(new MaintenanceOptions(this))
    , m_all(new QCheckBox(tr("All that &can be done"), this))
    , m_up(new QToolButton(this))
    , m_down(new QToolButton(this))
    , m_run(new QPushButton(this))
    , m_request(this)
{
    setObjectName(u"maintenancePage"_s);
    m_view->setLeastStretch(180);
    m_view->setModel(m_model);
    m_view->setInitiallyHidden({MaintenanceModel::State}); // until something has run
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setAccessibleName(tr("Plan"));
    m_all->setObjectName(u"maintenanceAll"_s);
    m_all->setToolTip(tr("Also tasks that nothing measured asks for, VACUUM FULL and CLUSTER among them"));
    m_up->setObjectName(u"maintenanceUp"_s);
    m_up->setText(tr("Earlier"));
    m_up->setToolTip(tr("Runs the selected task earlier (Alt+Up)"));
    m_up->setShortcut(QKeySequence(Qt::ALT | Qt::Key_Up));
    m_down->setObjectName(u"maintenanceDown"_s);
    m_down->setText(tr("Later"));
    m_down->setToolTip(tr("Runs the selected task later (Alt+Down)"));
    m_down->setShortcut(QKeySequence(Qt::ALT | Qt::Key_Down));
    m_run->setObjectName(u"maintenanceRun"_s);
    m_run->setProperty("primary", true);
    for (QWidget *widget : std::initializer_list<QWidget *>{m_all, m_up, m_down, m_run})
        addHeaderWidget(widget);

    m_columns->setHandleWidth(1);
    m_columns->setChildrenCollapsible(false);
    m_columns->addWidget(m_view);
    m_columns->addWidget(m_details);
    m_columns->setStretchFactor(0, 1);
    m_columns->setSizes({760, 320});
    auto *content = new QWidget(this);
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_columns, 1);
    m_options->setContentsMargins(12, 8, 12, 8);
    layout->addWidget(m_options);
    setContent(content);

    m_look.setInterval(lookMs);
    connect(&m_look, &QTimer::timeout, this, &MaintenancePage::showReport);
    connect(m_view, &TableView::currentRowChanged, this, &MaintenancePage::showCurrent);
    connect(m_model, &MaintenanceModel::ticksChanged, this, &MaintenancePage::updateRun);
    connect(m_all, &QCheckBox::toggled, this, &MaintenancePage::showTasks);
    connect(m_up, &QToolButton::clicked, this, [this] { moveCurrent(-1); });
    connect(m_down, &QToolButton::clicked, this, [this] { moveCurrent(1); });
    connect(m_run, &QPushButton::clicked, this, &MaintenancePage::askAndRun);
    connect(&ui.app.jobs, &JobRunner::finished, this, [this](Job *job) {
        if (job == m_job)
            ended();
    });
    updateRun();
}

void MaintenancePage::load()
{
    if (m_job && !m_job->finished())
        return; // the plan is being carried out
    showContent();
    if (m_model->rowCount() == 0)
        setStatus(tr("Measuring…"));
    measure([this](const Result<maintenance::Plan> &plan) {
        if (plan)
            showPlan(*plan);
        else
            showError(plan.error(), m_model->rowCount() == 0);
    });
}

void MaintenancePage::measure(const std::function<void(const Result<maintenance::Plan> &)> &then)
{
    setLoading(true);
    m_request.run([this](const CancelToken &token) { return m_service.plan(token); },
                  [this, then](const Result<maintenance::Plan> &plan) {
                      setLoading(false);
                      then(plan);
                  });
}

void MaintenancePage::showPlan(const maintenance::Plan &plan)
{
    m_plan = plan;
    m_options->setServerWorkMem(plan.measured.workMem);
    showContent();
    if (!plan.refusal.isEmpty())
        showFailure({ErrorKind::Permission, plan.refusal});
    showTasks();
}

void MaintenancePage::showTasks()
{
    const QString current = m_view->currentIndex().data(cell::Key).toString();
    QList<Task> tasks;
    int measured = 0;
    int chosen = 0;
    for (const Task &task : m_plan.tasks) {
        measured += task.offer == Offer::Measured;
        chosen += task.chosen;
        if (m_all->isChecked() || task.offer != Offer::OnRequest)
            tasks.append(task);
    }
    m_view->setColumnHidden(MaintenanceModel::State, !m_report);
    m_model->setTasks(tasks);
    if (m_report)
        m_model->showReport(*m_report);
    setStatus(m_plan.tasks.isEmpty()         ? QString()
              : measured == 0 && chosen == 0 ? tr("nothing has to be done")
              : measured == 0
                  ? tr("nothing beyond the routine: %1").arg(format::counted(chosen, tr("task"), tr("tasks")))
                  : tr("%1 found by measuring").arg(measured));
    if (m_model->rowCount() > 0)
        m_view->selectRow(std::max(0, m_model->rowOf(current)));
    showCurrent();
}

void MaintenancePage::clear()
{
    m_request.cancel();
    m_look.stop();
    m_plan = {};
    m_report.reset();
    m_job.clear(); // it goes on; the Jobs page shows it
    m_model->clear();
    m_details->clear();
}

void MaintenancePage::showCurrent()
{
    const int row = m_view->currentIndex().row();
    m_up->setEnabled(row > 0);
    m_down->setEnabled(row >= 0 && row + 1 < m_model->rowCount());
    if (row < 0) {
        m_details->clear();
        return;
    }
    const QString problem = obstacle(m_plan, m_model->task(row));
    m_details->show(m_model->task(row).title, m_model->details(row, problem));
}

void MaintenancePage::moveCurrent(int by)
{
    const int row = m_model->move(m_view->currentIndex().row(), by);
    if (row >= 0)
        m_view->setCurrentIndex(m_model->index(row, 0));
    showCurrent();
}

void MaintenancePage::updateRun()
{
    const bool running = m_job && !m_job->finished();
    const qsizetype ticked = m_model->ticked().size();
    m_run->setText(running ? tr("&Stop") : ticked == 1 ? tr("&Run 1 task") : tr("&Run %1 tasks").arg(ticked));
    m_run->setEnabled(running || (ticked > 0 && m_plan.refusal.isEmpty()));
    m_run->setToolTip(running ? tr("Stops what runs, on the server too") : m_plan.refusal);
    m_options->setEnabled(!running && m_plan.refusal.isEmpty());
    m_all->setEnabled(!running);
}

void MaintenancePage::askAndRun()
{
    if (m_job && !m_job->finished()) {
        m_job->cancel();
        m_run->setEnabled(false);
        return;
    }
    m_chosen = m_model->ticked();
    QStringList statements;
    QList<Task> typed;
    for (const Task &task : std::as_const(m_chosen)) {
        if (const QString problem = obstacle(m_plan, task); !problem.isEmpty()) {
            m_ui.prompt.inform(this, tr("%1 cannot run").arg(task.title), problem);
            return;
        }
        if (!task.confirmWord.isEmpty())
            typed.append(task);
        if (statements.size() < statementsShown)
            statements.append(QString::fromUtf8(task.sql));
    }
    if (m_chosen.size() > statementsShown)
        statements.append(tr("… and %1 more").arg(m_chosen.size() - statementsShown));
    m_ui.prompt.confirm(this,
                        m_chosen.size() == 1 ? tr("Run 1 task?") : tr("Run %1 tasks?").arg(m_chosen.size()),
                        tr("As retail_owner, in this order:") + u"\n\n"_s + statements.join(u'\n'),
                        tr("Run now"), [this, typed](bool yes) {
                            if (yes)
                                confirm(typed);
                        });
}

/// One typed name after the other, for what locks everybody out.
void MaintenancePage::confirm(QList<Task> typed)
{
    if (typed.isEmpty()) {
        start();
        return;
    }
    const Task task = typed.takeFirst();
    const QString space =
        m_plan.measured.freeBytes >= 0
            ? tr("%1 are free.").arg(format::bytes(m_plan.measured.freeBytes))
            : tr("How much is free on the server's disk cannot be seen from here: make sure that it "
                 "is enough.");
    m_ui.prompt.confirmTyped(this, task.title + u'?', tr("%1\nDisk: %2. %3").arg(task.lock, task.disk, space),
                             task.confirmWord, tr("Lock and rewrite"), [this, typed](bool yes) {
                                 if (yes)
                                     confirm(typed);
                             });
}

void MaintenancePage::start()
{
    m_request.cancel();
    setLoading(false);
    showContent();
    m_report = std::make_shared<Report>(m_chosen);
    m_model->setLocked(true);
    m_job = m_ui.app.jobs.start(m_service.spec(m_chosen), m_service.run(m_options->options(), m_report));
    m_look.start();
    setStatus(tr("Running…"));
    showReport();
    updateRun();
}

void MaintenancePage::showReport()
{
    if (!m_report)
        return;
    m_view->setColumnHidden(MaintenanceModel::State, false);
    m_model->showReport(*m_report);
    showCurrent();
}

void MaintenancePage::ended()
{
    m_look.stop();
    m_model->setLocked(false);
    showReport();
    m_model->forgetDone();
    updateRun();
    const auto tell = [this, job = m_job] {
        setStatus(job->summary());
        if (job->state() != JobState::Succeeded)
            showFailure(job->error());
    };
    tell();
    // What was measured before is done: no reason, no time and no tick of it is right any more.
    measure([this, tell](const Result<maintenance::Plan> &plan) {
        if (plan)
            showPlan(*plan);
        tell();
    });
}

void MaintenancePage::resizeEvent(QResizeEvent *event)
{
    // A narrow window keeps both: the details move below the plan, which keeps the greater part.
    const bool narrow = width() < m_ui.theme.px(940);
    m_columns->setOrientation(narrow ? Qt::Vertical : Qt::Horizontal);
    m_details->setMaximumHeight(narrow ? height() * 2 / 5 : QWIDGETSIZE_MAX);
    Page::resizeEvent(event);
}

QString MaintenancePage::help() const
{
    return tr(
        "What the database's tables and indexes need, with the numbers that say so. Ticked is what has "
        "something to do and locks nobody out. Tick what is to be done, "
        "order it with Alt+Up and Alt+Down, and run it: statement by statement, as retail_owner, nothing "
        "that "
        "is not ticked. The selected task tells its exact statement, what it locks and how much disk it "
        "needs; "
        "after a run also what it changed. Stop ends what runs on the server, and an unfinished index is "
        "removed.");
}
