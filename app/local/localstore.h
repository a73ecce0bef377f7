// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QDateTime>
#include <QList>

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
    QString who = {};    ///< user of the system
    QString origin = {}; ///< "window", "command line", "timer"; empty of older versions
};

/// What a backup was proven by: a drill that restored it, or an upload that was read back. Only what went
/// well; what did not is in the history of jobs.
struct BackupProof
{
    QString kind;     ///< "drill", "upload": as the job's
    QString series;   ///< of the backup, see Manifest::series()
    QString database; ///< its database
    QString backup;   ///< name of its manifest
    QDateTime made;   ///< when the backup was
    QString place;    ///< the target's text, or where it was restored
    qint64 ms = 0;    ///< drill: from the files to a compared copy; upload: all of it
    QDateTime at = {};
};

/// A way to look at a table that somebody wants back: which rows, in which order, which columns.
struct SavedView
{
    QString name;
    QString body; ///< JSON, of the page that made it
};

/// What belongs to this desktop and to no server: the job history, what drills and uploads
/// proved, and saved views (samples of statistics are
/// MetricStore's, in the same file), in SQLite under paths::data(). A file of an older version is migrated,
/// one that is damaged is set aside. Any thread: a connection is opened per call, for the calls are few and
/// short.
class LocalStore final
{
public:
    explicit LocalStore(QString file);

    /// Opens, migrates or sets aside; the sentence says what was set aside, and is empty otherwise.
    Result<QString> prepare();
    const QString &file() const { return m_file; }

    /// Removes what is older than 400 days.
    Result<qint64> jobStarted(const JobSpec &spec, const QString &origin = {});
    Result<void> jobEnded(qint64 id, const QString &state, const QString &summary, const QString &log);
    Result<QList<JobRecord>> jobs(int limit) const; ///< newest first

    Result<void> proven(const BackupProof &proof); ///< notes it, with the present time
    Result<QList<BackupProof>> proofs() const;     ///< newest first, the newest thousand

    /// `scope` says of what: database, store and table.
    Result<QList<SavedView>> views(const QString &scope) const;         ///< by name
    Result<void> saveView(const QString &scope, const SavedView &view); ///< replaces one of the same name
    Result<void> removeView(const QString &scope, const QString &name);

private:
    QString m_file;
};
