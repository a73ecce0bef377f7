// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/canceltoken.h"
#include "app/core/result.h"

#include <QDateTime>
#include <QList>
#include <QStringList>

/// A command of this program that runs by itself, daily or on one day of the week, in local time.
struct Schedule
{
    QString kind;    ///< "backup", "drill", "upload", "maintenance"
    QString profile; ///< or empty
    QTime at;
    int weekday = 0;       ///< 1 is Monday; 0: every day
    QStringList arguments; ///< of the command, without the program
    bool cron = false;     ///< a line of cron instead of a timer of systemd
    QDateTime added;
    QString keptAs = {}; ///< the name it was read by; empty for a new one

    /// "backup-shop": of the kind and the profile, also in the names of the units. A profile that has other
    /// characters than A to Z, digits and dashes, or a long name, is told from others by some digits of its
    /// sum.
    QString name() const;
    QString title() const; ///< "Back up"
    QString when() const;  ///< "daily at 02:00", "Sunday at 02:00"
    QDateTime next(const QDateTime &now) const;
    QDateTime latest(const QDateTime &now) const; ///< when it was due last
};

/// What became of it.
struct ScheduleState
{
    enum Outcome { Waiting, Running, Succeeded, Failed, Missed };
    Schedule schedule;
    Outcome outcome = Waiting; ///< Waiting: added, and not due yet
    QDateTime next;
    QDateTime last; ///< when it ran last, or when it should have
    QString text;   ///< "ended with exit code 3", or empty

    bool bad() const { return outcome == Failed || outcome == Missed; }
};
QString outcomeName(ScheduleState::Outcome outcome); ///< "missed"

/// The schedules of this user, one JSON file each in `folder`, and beside it in `runs` when each ran. Any
/// thread; blocks for small files.
class Schedules final
{
public:
    Schedules(QString folder, QString runs)
        : m_folder(std::move(folder))
        , m_runs(std::move(runs))
    {
    }

    QList<Schedule> all() const; ///< by name; a file that cannot be read is left out and logged
    Result<Schedule> byName(const QString &name) const;
    Result<void> save(const Schedule &schedule);
    Result<void> remove(const QString &name);
    QList<ScheduleState> states(const QDateTime &now) const;

    /// A run writes both, so that one that was killed is told from one that goes on.
    Result<void> started(const QString &name);
    Result<void> ended(const QString &name, int exitCode);

private:
    QString m_folder;
    QString m_runs;
};

/// The texts that make a schedule run: units of systemd's user manager, and a line of cron.
namespace scheduleunit {

/// What the unit executes: the program and its arguments.
QStringList command(const Schedule &schedule, const QString &program);
QString service(const Schedule &schedule, const QString &program);
QString timer(const Schedule &schedule);
QString cronLine(const Schedule &schedule, const QString &program);
QString unitName(const QString &schedule); ///< without ".timer"

/// $XDG_CONFIG_HOME/systemd/user
QString folder();

/// What was done and what is left to the user.
struct Installed
{
    QStringList files;
    QString cronLine;     ///< or empty
    bool active = false;  ///< the timer runs, or cron has the line
    QStringList commands; ///< that the user must give for it to run
    QStringList notes;
};

/// Writes the units and enables the timer, or writes the line of cron. Where no user systemd (or no cron)
/// answers, that is no error: the commands are told. Kind Io when a file cannot be written.
Result<Installed> install(const Schedule &schedule, const QString &program, const CancelToken &token);
/// The reverse; what is not there is no error.
Result<Installed> uninstall(const Schedule &schedule, const CancelToken &token);

} // namespace scheduleunit
