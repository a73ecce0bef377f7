// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/jobspage.h"

#include "app/appcontext.h"
#include "ui/shared/jobmodel.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"

#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

namespace {
constexpr int historyLength = 200;
}

JobsPage::JobsPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Jobs"), Scope::Program, parent)
    , m_model(new JobModel(ui.app.jobs, this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"jobsTable"_s, this))
    , m_log(new QPlainTextEdit(this))
    , m_cancel(new QPushButton(tr("Cancel job"), this))
    , m_request(this)
{
    setObjectName(u"jobsPage"_s);
    m_view->setModel(m_model);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setAccessibleName(tr("Jobs"));
    m_log->setObjectName(u"logView"_s);
    m_log->setAccessibleName(tr("Log of the selected job"));
    m_log->setReadOnly(true);
    m_log->setPlaceholderText(tr("The selected job has written no log."));
    m_log->setTabChangesFocus(true);
    m_cancel->setObjectName(u"cancelJob"_s);
    m_cancel->setAccessibleDescription(tr("Asks the selected job to stop, on the server too"));
    addHeaderWidget(m_cancel);

    auto *splitter = new QSplitter(Qt::Vertical, this);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_view);
    splitter->addWidget(m_log);
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 1);
    setContent(splitter);

    const auto themed = [this] { m_log->setFont(m_ui.theme.fixedFont()); };
    connect(&ui.theme, &Theme::changed, this, themed);
    themed();
    connect(m_view, &TableView::currentRowChanged, this, &JobsPage::rowChanged);
    connect(&ui.app.jobs, &JobRunner::changed, this, &JobsPage::rowChanged);
    connect(&ui.app.jobs, &JobRunner::finished, this, &JobsPage::rowChanged);
    connect(&ui.app.jobs, &JobRunner::added, this, [this] {
        showContent();
        m_view->selectRow(0);
    });
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        if (Job *job = m_model->job(m_view->currentIndex().row()))
            job->cancel();
    });
    rowChanged();
}

void JobsPage::load()
{
    showContent();
    setLoading(true);
    // The history is a file: short, but the window waits for no disk.
    m_request.run(
        [this](const CancelToken &) {
            return QtConcurrent::run([&local = m_ui.app.local] { return local.jobs(historyLength); });
        },
        [this](const Result<QList<JobRecord>> &result) {
            setLoading(false);
            if (!result) {
                showError(result.error(), m_model->rowCount() == 0);
                return;
            }
            m_model->setHistory(*result);
            const int jobs = m_model->rowCount();
            setStatus(jobs == 1 ? tr("1 job") : tr("%1 jobs").arg(jobs));
            if (m_model->rowCount() == 0)
                showEmpty(
                    u"view-history"_s, tr("No job has run yet"),
                    tr("Anything that takes longer than a glance runs as a job and stays here with its log. "
                       "File ▸ Load sample data starts one."));
            rowChanged();
        });
}

void JobsPage::rowChanged()
{
    const int row = m_view->currentIndex().row();
    const Job *job = m_model->job(row);
    m_cancel->setVisible(job && !job->finished());
    const QString log = m_model->log(row);
    if (log == m_log->toPlainText())
        return;
    m_log->setPlainText(log);
    m_log->verticalScrollBar()->setValue(m_log->verticalScrollBar()->maximum());
}

QString JobsPage::help() const
{
    return tr("What this program runs and has run, newest first, with the log of the selected job below. "
              "Cancel asks "
              "a job to stop, on the server too; it ends when it has.");
}
