// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QDateTime>
#include <QList>
#include <QSqlDatabase>

#include <mutex>

struct JobSpec;

struct JobRecord
{
    qint64 id = 0;
    QString kind;
    QString title;
    QString target;
    QString command;
    QString state; ///< as jobStateName(); "running" of a process that is gone is told as "failed"
    QString summary;
    QString log;
    QDateTime started;
    QDateTime ended;
};

/// What belongs to this desktop and to no server: the job history (samples of statistics and saved views
/// follow), in SQLite under paths::data(). A file of an older version is migrated, one that is damaged is set
/// aside. Any thread: a connection is opened per call, for the calls are few and short.
class LocalStore final
{
public:
    explicit LocalStore(QString file);

    /// Opens, migrates or sets aside; the sentence says what was set aside, and is empty otherwise.
    Result<QString> prepare();

    Result<qint64> jobStarted(const JobSpec &spec);
    Result<void> jobEnded(qint64 id, const QString &state, const QString &summary, const QString &log);
    Result<QList<JobRecord>> jobs(int limit) const; ///< newest first

private:
    QString m_file;
};
