// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/jobrunner.h"
#include "app/local/localstore.h"

#include <QAbstractTableModel>

/// The jobs of this run of the program, newest first, and under them those of former runs out of the history.
class JobModel final : public QAbstractTableModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(JobModel)

public:
    enum Column { State, Title, Target, Started, Duration, Who, Summary, ColumnCount };

    explicit JobModel(const JobRunner &runner, QObject *parent = nullptr);

    void setHistory(const QList<JobRecord> &records); ///< those of this run are left out
    Job *job(int row) const;                          ///< nullptr for the history
    QString log(int row) const;
    QString title(int row) const;
    JobRecord record(int row) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    const JobRunner &m_runner;
    QList<Job *> m_jobs; // newest first
    QList<JobRecord> m_history;
};

/// "loading customers · 43 % · 1:12 left"
QString jobProgressText(const Job &job);
/// In the words of the window: "Running", "Done", …
QString jobStateTitle(const QString &state);
