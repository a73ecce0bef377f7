// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/schedulerequest.h"

#include "app/db/connectionpool.h"
#include "app/db/profile.h"
#include "app/services/backupupload.h"

#include <QFileInfo>

using namespace Qt::StringLiterals;

QStringList ScheduleRequest::kinds()
{
    return {u"backup"_s, u"drill"_s, u"upload"_s, u"maintenance"_s};
}

Result<Schedule> ScheduleRequest::schedule(const ProfileStore &profiles) const
{
    if (!kinds().contains(kind))
        return Error{ErrorKind::Usage,
                     u"“%1” cannot be scheduled; %2 can."_s.arg(kind, kinds().join(u", "_s))};
    if (const Result<Login> login = profiles.resolve(profile); !login)
        return login.error();
    else if (!login->password.isEmpty())
        return Error{ErrorKind::Usage, u"A schedule keeps no password."_s,
                     u"Leave it out of the connection string, and add a line to ~/.pgpass."_s};
    if (!at.isValid())
        return Error{ErrorKind::Usage, u"Say when: --at HH:MM, for example --at 02:00."_s};
    const QString where = folder.isEmpty() ? QString() : QFileInfo(folder).absoluteFilePath();
    Schedule made{kind, profile, at, weekday, {}, cron, QDateTime::currentDateTimeUtc()};
    QStringList &words = made.arguments;
    if (kind == u"backup") {
        if (where.isEmpty())
            return Error{ErrorKind::Usage, u"Name the folder for the backups: --out DIR."_s};
        words = {u"backup"_s, u"create"_s, u"--no-password"_s, u"--out"_s, where};
    } else if (kind == u"upload") {
        words = {u"backup"_s, u"upload"_s, u"newest"_s};
        if (!target.isEmpty())
            words += {u"--to"_s, target};
        if (!where.isEmpty())
            words += {u"--dir"_s, where};
    } else if (kind == u"drill") {
        words = QStringList{u"drill"_s};
        if (!where.isEmpty())
            words += {u"--from"_s, where};
    } else {
        if (profile.isEmpty())
            return Error{ErrorKind::Usage, u"Name the database: --profile NAME."_s};
        words = {u"maintain"_s, u"run"_s, u"--no-password"_s};
    }
    if (!profile.isEmpty())
        words += {u"--profile"_s, profile};
    words += more;
    return made;
}

Result<void> ScheduleRequest::tryUnattended(const ProfileStore &profiles, const UploadTargets &targets,
                                            const CancelToken &token) const
{
    if (kind != u"upload" && (kind != u"drill" || !profile.isEmpty())) {
        for (const char *name : {"PGPASSWORD", "PGPASSFILE", "PGSERVICEFILE"})
            if (qEnvironmentVariableIsSet(name))
                return Error{
                    ErrorKind::Usage,
                    u"Whether the job can log in without you cannot be tried: this program was started with "
                    u"%1, which a timer has not."_s.arg(QLatin1String(name))};
        const Result<Login> login = profiles.resolve(profile);
        if (!login)
            return login.error();
        const Result<Session> session = openSession(*login, u"Schedule"_s, token);
        if (!session) {
            Error error = session.error();
            error.message = u"Without you the job could not connect: "_s + error.message;
            error.hint += u"%1A scheduled job has no keyring: it reads ~/.pgpass, or the pass file that the "
                          u"profile names, with mode 0600."_s.arg(error.hint.isEmpty() ? u""_s : u" "_s);
            return error;
        }
    }
    if (kind != u"upload")
        return {};
    const Result<UploadTarget> to = targets.resolve(target);
    if (!to)
        return to.error();
    const Result<int> counted = backup::countOnTarget(*to, false, token);
    return counted ? Result<void>() : counted.error();
}

Result<scheduleunit::Installed> scheduleunit::add(Schedules &schedules, const Schedule &schedule,
                                                  const QString &program, const CancelToken &token)
{
    const QList<Schedule> formers = schedules.all();
    const bool fresh = !schedules.byName(schedule.name());
    if (const Result<void> saved = schedules.save(schedule); !saved)
        return saved.error();
    Result<Installed> installed = install(schedule, program, token);
    if (!installed) {
        // Half of it would be told as missed for ever.
        if (fresh) {
            (void)uninstall(schedule, {});
            (void)schedules.remove(schedule.name());
        }
        return installed;
    }
    // One by cron and one by systemd would both run, and so would one that an earlier version named
    // otherwise.
    for (const Schedule &former : formers) {
        const bool renamed = former.name() != schedule.name();
        if (former.kind != schedule.kind || former.profile != schedule.profile ||
            (!renamed && former.cron == schedule.cron))
            continue;
        const Result<Installed> gone = uninstall(former, token);
        if (!gone)
            return gone;
        installed->notes += gone->notes;
        installed->commands += gone->commands;
        if (renamed)
            if (const Result<void> removed = schedules.remove(former.name()); !removed)
                installed->notes += removed.error().message;
    }
    return installed;
}

Result<scheduleunit::Installed> scheduleunit::remove(Schedules &schedules, const QString &name,
                                                     const CancelToken &token)
{
    const Result<Schedule> schedule = schedules.byName(name);
    if (!schedule)
        return schedule.error();
    Result<Installed> removed = uninstall(*schedule, token);
    if (!removed)
        return removed;
    if (const Result<void> gone = schedules.remove(name); !gone)
        return gone.error();
    return removed;
}

bool scheduleunit::isEnabled(const Schedule &schedule)
{
    const QFileInfo link(folder() + u"/timers.target.wants/"_s + unitName(schedule.name()) + u".timer"_s);
    return schedule.cron || link.isSymLink() || link.exists();
}
