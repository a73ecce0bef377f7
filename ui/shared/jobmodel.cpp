// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/jobmodel.h"

#include "app/core/format.h"
#include "ui/shared/cellrole.h"

using namespace Qt::StringLiterals;

QString jobStateTitle(const QString &state)
{
    if (state == jobStateName(JobState::Queued))
        return JobModel::tr("Waiting");
    if (state == jobStateName(JobState::Running))
        return JobModel::tr("Running");
    if (state == jobStateName(JobState::Succeeded))
        return JobModel::tr("Done");
    if (state == jobStateName(JobState::Cancelled))
        return JobModel::tr("Cancelled");
    return JobModel::tr("Failed");
}

QString jobProgressText(const Job &job)
{
    const JobProgress &progress = job.progress();
    QStringList parts;
    if (job.state() == JobState::Queued)
        parts.append(JobModel::tr("waiting for another job"));
    if (!progress.phase.isEmpty())
        parts.append(progress.phase);
    if (progress.total > 0)
        parts.append(u"%1 %"_s.arg(progress.done * 100 / progress.total));
    else if (progress.done > 0)
        parts.append(u"%1 %2"_s.arg(format::count(progress.done), progress.unit).trimmed());
    if (const qint64 speed = job.speed(QDateTime::currentDateTimeUtc());
        speed > 0 && !progress.unit.isEmpty())
        parts.append(progress.unit == u"bytes"
                         ? JobModel::tr("%1 a second").arg(format::bytes(speed))
                         : JobModel::tr("%1 %2 a second").arg(format::count(speed), progress.unit));
    if (const qint64 left = job.timeLeft(QDateTime::currentDateTimeUtc()); left >= 0)
        parts.append(JobModel::tr("%1 left").arg(format::duration(left)));
    return parts.join(u" · "_s);
}

namespace {

QString originTitle(const QString &origin)
{
    if (origin == u"timer")
        return JobModel::tr("timer");
    if (origin == u"command line")
        return JobModel::tr("command line");
    return JobModel::tr("another window");
}

} // namespace

JobModel::JobModel(const JobRunner &runner, QObject *parent)
    : QAbstractTableModel(parent)
    , m_runner(runner)
{
    for (Job *job : runner.jobs())
        m_jobs.prepend(job);
    connect(&runner, &JobRunner::added, this, [this](Job *job) {
        beginInsertRows({}, 0, 0);
        m_jobs.prepend(job);
        endInsertRows();
    });
    const auto update = [this](Job *job) {
        if (const auto row = static_cast<int>(m_jobs.indexOf(job)); row >= 0)
            emit dataChanged(index(row, 0), index(row, ColumnCount - 1));
    };
    connect(&runner, &JobRunner::changed, this, update);
    connect(&runner, &JobRunner::finished, this, update);
}

void JobModel::setHistory(const QList<JobRecord> &records)
{
    beginResetModel();
    m_history.clear();
    for (const JobRecord &record : records) {
        const bool ours = std::any_of(m_jobs.cbegin(), m_jobs.cend(),
                                      [&record](const Job *job) { return job->id() == record.id; });
        if (!ours)
            m_history.append(record);
    }
    endResetModel();
}

Job *JobModel::job(int row) const
{
    return row >= 0 && row < m_jobs.size() ? m_jobs[row] : nullptr;
}

JobRecord JobModel::record(int row) const
{
    if (const Job *live = job(row))
        return {.id = live->id(),
                .kind = live->spec().kind,
                .title = live->spec().title,
                .target = live->spec().target,
                .command = live->spec().command,
                .state = jobStateName(live->state()),
                .summary = live->finished() ? live->summary() : jobProgressText(*live),
                .log = {},
                .started = live->started(),
                .ended = live->ended(),
                .who = {},
                .origin = u"window"_s};
    return m_history[row - m_jobs.size()];
}

QString JobModel::log(int row) const
{
    if (const Job *live = job(row))
        return live->log().join(u'\n');
    return row >= 0 && row < rowCount() ? m_history[row - m_jobs.size()].log : QString();
}

QString JobModel::title(int row) const
{
    return row >= 0 && row < rowCount() ? record(row).title : QString();
}

int JobModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_jobs.size() + m_history.size());
}

int JobModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant JobModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const JobRecord record = this->record(index.row());
    const bool failed = record.state == jobStateName(JobState::Failed);
    const bool done = record.state == jobStateName(JobState::Succeeded);
    const bool cancelled = record.state == jobStateName(JobState::Cancelled);
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case State:
            return jobStateTitle(record.state);
        case Title:
            return record.title;
        case Target:
            return record.target;
        case Started:
            return record.started.isValid() ? format::relative(record.started, QDateTime::currentDateTime())
                                            : u"–"_s;
        case Duration:
            return record.started.isValid() && record.ended.isValid()
                       ? format::duration(record.started.msecsTo(record.ended))
                       : u"–"_s;
        case Who:
            if (job(index.row()))
                return tr("this window");
            return record.who.isEmpty() ? originTitle(record.origin)
                                        : u"%1 · %2"_s.arg(record.who, originTitle(record.origin));
        case Summary:
            return record.summary;
        default:
            return {};
        }
    case cell::Icon:
        if (index.column() != State)
            return {};
        return failed      ? u"state-error"_s
               : done      ? u"dialog-ok-apply"_s
               : cancelled ? u"dialog-cancel"_s
                           : u"clock"_s;
    case cell::ToneRole: {
        cell::Tone tone = cell::Tone::Normal;
        if (index.column() == State)
            tone = failed      ? cell::Tone::Bad
                   : done      ? cell::Tone::Good
                   : cancelled ? cell::Tone::Muted
                               : cell::Tone::Accent;
        return static_cast<int>(tone);
    }
    case cell::Key:
        return record.id;
    case Qt::ToolTipRole:
        return index.column() == Started && record.started.isValid()
                   ? QVariant(format::exact(record.started.toLocalTime()))
                   : QVariant();
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((index.column() == Duration ? Qt::AlignRight : Qt::AlignLeft) |
                                   Qt::AlignVCenter);
    default:
        return {};
    }
}

QVariant JobModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical)
        return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((section == Duration ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case State:
        return tr("State");
    case Title:
        return tr("Job");
    case Target:
        return tr("Where");
    case Started:
        return tr("Started");
    case Duration:
        return tr("Took");
    case Who:
        return tr("By");
    case Summary:
        return tr("Result");
    default:
        return {};
    }
}
