// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/jobspage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/shared/jobmodel.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

namespace {

constexpr int historyLength = 200;

/// What a job is sorted by; invalid while it waits.
QDateTime began(const JobRecord &job)
{
    return job.started.isValid() ? job.started : job.ended; // cancelled before it began
}

/// Jobs of this window and of others by their start; those that wait come first.
class NewestFirst final : public QSortFilterProxyModel
{
public:
    NewestFirst(const JobModel &jobs, QObject *parent)
        : QSortFilterProxyModel(parent)
        , m_jobs(jobs)
    {
    }

protected:
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override
    {
        const QDateTime one = began(m_jobs.record(left.row()));
        const QDateTime other = began(m_jobs.record(right.row()));
        if (one.isValid() != other.isValid())
            return !one.isValid();
        // Those that wait have no beginning: as the model has them, the newest first.
        return one == other ? left.row() < right.row() : one > other;
    }

private:
    const JobModel &m_jobs;
};

} // namespace

JobsPage::JobsPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Jobs"), Scope::Program, parent)
    , m_model(new JobModel(ui.app.jobs, this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"jobsTable"_s, this))
    , m_log(new QPlainTextEdit(this))
    , m_cancel(new QPushButton(tr("Cancel job"), this))
    , m_again(new QPushButton(tr("&Run again"), this))
    , m_copy(new QPushButton(tr("Copy &command"), this))
    , m_filter(new QLineEdit(this))
    , m_state(new QComboBox(this))
    , m_proxy(new NewestFirst(*m_model, this))
    , m_request(this)
{
    setObjectName(u"jobsPage"_s);
    m_proxy->setSourceModel(m_model);
    m_proxy->sort(JobModel::Started);
    m_proxy->setFilterKeyColumn(-1);
    m_proxy->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_view->setLeastStretch(160);
    m_view->setModel(m_proxy);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setAccessibleName(tr("Jobs"));
    m_log->setObjectName(u"logView"_s);
    m_log->setAccessibleName(tr("Log of the selected job"));
    m_log->setReadOnly(true);
    m_log->setPlaceholderText(tr("The selected job has written no log."));
    m_log->setTabChangesFocus(true);
    m_cancel->setObjectName(u"cancelJob"_s);
    m_cancel->setAccessibleDescription(tr("Asks the selected job to stop, on the server too"));
    m_again->setObjectName(u"repeatJob"_s);
    m_copy->setObjectName(u"copyCommand"_s);
    m_copy->setToolTip(tr("The same from the command line; passwords are never part of it"));
    m_filter->setObjectName(u"jobsFilter"_s);
    m_filter->setAccessibleName(tr("Filter jobs"));
    m_filter->setPlaceholderText(tr("Filter jobs"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMaximumWidth(150);
    m_state->setObjectName(u"jobsState"_s);
    m_state->setAccessibleName(tr("State"));
    m_state->addItem(tr("All states"));
    for (const JobState state :
         {JobState::Running, JobState::Succeeded, JobState::Failed, JobState::Cancelled})
        m_state->addItem(jobStateTitle(jobStateName(state)));
    addHeaderWidget(m_filter);
    addHeaderWidget(m_state);
    addHeaderWidget(m_copy);
    addHeaderWidget(m_again);
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
    for (const auto *model : std::initializer_list<QAbstractItemModel *>{m_model, m_proxy}) {
        connect(model, &QAbstractItemModel::modelReset, this, &JobsPage::updateStatus);
        for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
            connect(model, signal, this, &JobsPage::updateStatus);
    }
    connect(&ui.app.jobs, &JobRunner::changed, this, &JobsPage::rowChanged);
    connect(&ui.app.jobs, &JobRunner::finished, this, &JobsPage::rowChanged);
    connect(&ui.app.jobs, &JobRunner::added, this, [this] {
        showContent();
        m_view->selectRow(m_proxy->mapFromSource(m_model->index(0, 0)).row());
    });
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        if (Job *job = m_model->job(currentRow()))
            job->cancel();
    });
    connect(m_again, &QPushButton::clicked, this, [this] {
        if (const Job *job = m_model->job(currentRow()))
            m_ui.app.jobs.repeat(job);
    });
    connect(m_copy, &QPushButton::clicked, this, [this] {
        if (const int row = currentRow(); row >= 0)
            QGuiApplication::clipboard()->setText(m_model->record(row).command);
    });
    const auto filter = [this] {
        const bool all = m_state->currentIndex() <= 0;
        m_proxy->setFilterKeyColumn(all ? -1 : int(JobModel::State));
        m_proxy->setFilterFixedString(all ? m_filter->text() : m_state->currentText());
        rowChanged();
    };
    connect(m_filter, &QLineEdit::textChanged, this, filter);
    connect(m_state, &QComboBox::currentIndexChanged, this, [this, filter] {
        m_filter->setEnabled(m_state->currentIndex() <= 0);
        filter();
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
            if (m_model->rowCount() == 0)
                showEmpty(
                    u"view-history"_s, tr("No job has run yet"),
                    tr("Anything that takes longer than a glance runs as a job and stays here with its log. "
                       "File ▸ Load sample data starts one."));
            rowChanged();
        });
}

void JobsPage::updateStatus()
{
    const int all = m_model->rowCount();
    const int shown = m_proxy->rowCount();
    if (all == 0)
        setStatus({});
    else
        setStatus(shown == all ? format::counted(all, tr("job"), tr("jobs"))
                               : (all == 1 ? tr("%1 of %2 job") : tr("%1 of %2 jobs"))
                                     .arg(format::count(shown), format::count(all)));
}

void JobsPage::rowChanged()
{
    const int row = currentRow();
    const Job *job = m_model->job(row);
    m_cancel->setVisible(job && !job->finished());
    // What writes over something, or took a typed word, is never repeated by a click.
    m_again->setEnabled(job && job->finished() && job->spec().repeatable);
    m_again->setToolTip(!job ? tr("Jobs of former runs are repeated by their command")
                        : job->spec().repeatable
                            ? QString()
                            : tr("This is planned anew each time: begin it on its page"));
    m_copy->setEnabled(row >= 0 && row < m_model->rowCount() && !m_model->record(row).command.isEmpty());
    const QString log = m_model->log(row);
    if (log == m_log->toPlainText())
        return;
    m_log->setPlainText(log);
    m_log->verticalScrollBar()->setValue(m_log->verticalScrollBar()->maximum());
}

int JobsPage::currentRow() const
{
    return m_proxy->mapToSource(m_view->currentIndex()).row();
}

bool JobsPage::focusFilter()
{
    m_filter->setFocus();
    m_filter->selectAll();
    return true;
}

QString JobsPage::help() const
{
    return tr(
        "What this program runs and has run, from the window, the command line and timers, newest "
        "first, with the log of the selected job below. "
        "Cancel asks "
        "a job to stop, on the server too; it ends when it has, and one that still waits never begins.");
}
