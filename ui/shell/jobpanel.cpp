// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/jobpanel.h"

#include "app/appcontext.h"
#include "ui/shared/elidedlabel.h"
#include "ui/shared/jobmodel.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"

#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

JobPanel::JobPanel(const UiContext &ui, QWidget *parent)
    : QWidget(parent)
    , m_ui(ui)
    , m_model(new JobModel(ui.app.jobs, this))
    , m_unfolded(new QWidget(this))
    , m_list(new TableView(ui.theme, ui.app.settings, u"jobPanelTable"_s, this))
    , m_log(new QPlainTextEdit(this))
    , m_icon(new QLabel(this))
    , m_text(new ElidedLabel(this))
    , m_bar(new QProgressBar(this))
    , m_cancel(new QPushButton(tr("Cancel"), this))
    , m_today(new QLabel(this))
    , m_fold(new QToolButton(this))
    , m_request(this)
{
    setObjectName(u"jobPanel"_s);
    setProperty("bar", true);
    setAttribute(Qt::WA_StyledBackground);
    m_list->setModel(m_model);
    m_list->setInitiallyHidden({JobModel::Target});
    m_list->setAccessibleName(tr("Jobs of this session"));
    m_log->setObjectName(u"logView"_s);
    m_log->setAccessibleName(tr("Log of the job"));
    m_log->setReadOnly(true);
    m_log->setTabChangesFocus(true);
    m_log->setPlaceholderText(tr("Select a job to read its log."));
    m_text->setObjectName(u"jobText"_s);
    m_bar->setObjectName(u"jobProgress"_s);
    m_bar->setTextVisible(false);
    m_cancel->setObjectName(u"jobCancel"_s);
    m_cancel->setProperty("flat", true);
    m_cancel->setAccessibleDescription(tr("Asks the running job to stop, on the server too"));
    m_today->setObjectName(u"jobsToday"_s);
    m_today->setProperty("secondary", true);
    m_fold->setObjectName(u"jobFold"_s);
    m_fold->setCheckable(true);
    m_fold->setAccessibleName(tr("Show the jobs and their logs"));
    m_fold->setToolTip(m_fold->accessibleName());

    auto *splitter = new QSplitter(Qt::Horizontal, m_unfolded);
    splitter->setHandleWidth(1);
    splitter->addWidget(m_list);
    splitter->addWidget(m_log);
    splitter->setSizes({600, 400});
    auto *unfoldedLayout = new QVBoxLayout(m_unfolded);
    unfoldedLayout->setContentsMargins(0, 0, 0, 0);
    unfoldedLayout->addWidget(splitter);

    auto *line = new QFrame(this);
    line->setProperty("hairline", true);
    auto *strip = new QHBoxLayout;
    strip->setContentsMargins(16, 2, 8, 2);
    strip->setSpacing(8);
    strip->addWidget(m_icon);
    strip->addWidget(m_text, 1);
    strip->addWidget(m_bar);
    strip->addWidget(m_cancel);
    strip->addSpacing(8);
    strip->addWidget(m_today);
    strip->addWidget(m_fold);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(line);
    layout->addWidget(m_unfolded);
    layout->addLayout(strip);
    m_unfolded->hide();

    connect(m_fold, &QToolButton::toggled, this, [this](bool open) {
        m_unfolded->setVisible(open);
        applyTheme();
        showLog();
    });
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        if (Job *job = shownJob(); job && !job->finished())
            job->cancel();
    });
    connect(m_list, &TableView::currentRowChanged, this, &JobPanel::showLog);
    const JobRunner &runner = ui.app.jobs;
    connect(&runner, &JobRunner::added, this, [this] {
        m_list->selectRow(0);
        update();
    });
    connect(&runner, &JobRunner::changed, this, &JobPanel::update);
    connect(&runner, &JobRunner::finished, this, [this] {
        update();
        countToday();
    });
    connect(&ui.theme, &Theme::changed, this, &JobPanel::applyTheme);
    applyTheme();
    countToday();
}

void JobPanel::applyTheme()
{
    const Theme &theme = m_ui.theme;
    m_unfolded->setFixedHeight(theme.px(200));
    m_bar->setFixedWidth(theme.px(120));
    m_log->setFont(theme.fixedFont());
    m_fold->setIcon(theme.icon(m_fold->isChecked() ? u"go-down"_s : u"go-up"_s));
    m_fold->setIconSize({theme.px(16), theme.px(16)});
    update();
}

Job *JobPanel::shownJob() const
{
    const QList<Job *> &jobs = m_ui.app.jobs.jobs();
    for (auto it = jobs.crbegin(); it != jobs.crend(); ++it)
        if (!(*it)->finished())
            return *it;
    return jobs.isEmpty() ? nullptr : jobs.last();
}

void JobPanel::update()
{
    const Job *job = shownJob();
    const bool running = job && !job->finished();
    m_cancel->setVisible(running);
    m_bar->setVisible(running);
    const Tokens &t = m_ui.theme.tokens();
    QString icon = u"view-history"_s;
    QColor colour = t.secondary;
    if (!job) {
        m_text->setText(tr("No job has run in this session"));
    } else if (running) {
        const QString progress = jobProgressText(*job);
        m_text->setText(progress.isEmpty() ? job->spec().title
                                           : u"%1 · %2"_s.arg(job->spec().title, progress));
        m_bar->setRange(0, job->progress().total > 0 ? 1000 : 0);
        if (job->progress().total > 0)
            m_bar->setValue(static_cast<int>(job->progress().done * 1000 / job->progress().total));
        icon = u"clock"_s;
        colour = t.accent;
    } else {
        m_text->setText(u"%1: %2"_s.arg(job->spec().title, job->summary()));
        icon = job->state() == JobState::Succeeded ? u"dialog-ok-apply"_s
               : job->state() == JobState::Failed  ? u"state-error"_s
                                                   : u"dialog-cancel"_s;
        colour = job->state() == JobState::Succeeded ? t.good
                 : job->state() == JobState::Failed  ? t.bad
                                                     : t.secondary;
    }
    m_text->setAccessibleName(m_text->text());
    m_icon->setPixmap(m_ui.theme.pixmap(icon, m_ui.theme.px(16), colour, devicePixelRatioF()));
    if (m_unfolded->isVisible())
        showLog();
}

/// Of all that the page Jobs lists: timers, the command line and other windows too.
void JobPanel::countToday()
{
    constexpr int newest = 200;
    m_request.run(
        [this](const CancelToken &) {
            return QtConcurrent::run([&local = m_ui.app.local] { return local.jobs(newest); });
        },
        [this](const Result<QList<JobRecord>> &jobs) {
            if (!jobs)
                return; // the page Jobs tells why
            int done = 0;
            int failed = 0;
            const QDate today = QDate::currentDate();
            for (const JobRecord &job : *jobs)
                if (job.ended.isValid() && job.ended.toLocalTime().date() == today) {
                    done += job.state == jobStateName(JobState::Succeeded);
                    failed += job.state == jobStateName(JobState::Failed);
                }
            QStringList parts;
            if (done > 0)
                parts.append(u"✓ "_s + tr("%1 done today").arg(done));
            if (failed > 0)
                parts.append(u"✗ "_s + tr("%1 failed today").arg(failed));
            m_today->setText(parts.join(u"   "_s));
        });
}

void JobPanel::showLog()
{
    const QString log = m_model->log(m_list->currentIndex().row());
    if (log == m_log->toPlainText())
        return;
    m_log->setPlainText(log);
    m_log->verticalScrollBar()->setValue(m_log->verticalScrollBar()->maximum());
}
