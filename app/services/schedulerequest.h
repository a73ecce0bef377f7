// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/schedule.h"

class ProfileStore;
class UploadTargets;

/// What is to run by itself, and when, as a person asks for it.
struct ScheduleRequest
{
    QString kind;          ///< one of kinds()
    QString profile = {};  ///< or a connection string; drill and upload need none
    QTime at = {};         ///< local
    int weekday = 0;       ///< 1 is Monday; 0: every day
    QString folder = {};   ///< of the backups; empty: the last one used, when it runs
    QString target = {};   ///< of an upload; empty: the only one there is
    QStringList more = {}; ///< further arguments of the command
    bool cron = false;

    static QStringList kinds();

    /// The command that does it, as added now. Kind Usage for what cannot run by itself, and for a password
    /// in the connection string: it would stand in the names of timers, in arguments and in the history.
    Result<Schedule> schedule(const ProfileStore &profiles) const;

    /// At two in the morning nobody unlocks a keyring: connects, or lists the target, once the way the timer
    /// will do it. Kind Usage when this process has variables that the timer has not, so that it would prove
    /// nothing. Blocks.
    Result<void> tryUnattended(const ProfileStore &profiles, const UploadTargets &targets,
                               const CancelToken &token) const;
};

namespace scheduleunit {

/// Keeps the schedule and makes it run; takes the place of one of the same name. Blocks.
Result<Installed> add(Schedules &schedules, const Schedule &schedule, const QString &program,
                      const CancelToken &token);
/// Whether its timer is enabled, also by hand; of a line of cron that cannot be told, and is taken for
/// granted.
bool isEnabled(const Schedule &schedule);
/// The reverse of add(). Kind NotFound when there is none of that name.
Result<Installed> remove(Schedules &schedules, const QString &name, const CancelToken &token);

} // namespace scheduleunit
