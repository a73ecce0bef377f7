// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/services/schedulerequest.h"

#include <QCoreApplication>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace {

void printJson(const QJsonObject &object)
{
    cli::printLine(QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact)));
}

QJsonObject rowOf(const ScheduleState &state)
{
    const auto time = [](const QDateTime &when) {
        return when.isValid() ? QJsonValue(when.toUTC().toString(Qt::ISODate)) : QJsonValue();
    };
    return {{u"name"_s, state.schedule.name()},
            {u"when"_s, state.schedule.when()},
            {u"by"_s, state.schedule.cron ? u"cron"_s : u"systemd"_s},
            {u"next"_s, time(state.next)},
            {u"last"_s, time(state.last)},
            {u"outcome"_s, outcomeName(state.outcome)},
            {u"text"_s, state.text},
            {u"command"_s, u"retail-admin "_s + state.schedule.arguments.join(u' ')}};
}

QJsonObject rowOf(const scheduleunit::Installed &done, const QString &name)
{
    return {{u"name"_s, name},
            {u"active"_s, done.active},
            {u"files"_s, QJsonArray::fromStringList(done.files)},
            {u"cron_line"_s, done.cronLine.isEmpty() ? QJsonValue() : QJsonValue(done.cronLine)},
            {u"commands"_s, QJsonArray::fromStringList(done.commands)},
            {u"notes"_s, QJsonArray::fromStringList(done.notes)}};
}

void print(const cli::Invocation &call, const scheduleunit::Installed &done, const QString &name,
           const QString &sentence)
{
    if (call.json()) {
        printJson(rowOf(done, name));
        return;
    }
    cli::printLine(sentence);
    for (const QString &file : done.files)
        cli::printLine(u"  "_s + file);
    if (!done.cronLine.isEmpty())
        cli::printLine(u"  "_s + done.cronLine);
    for (const QString &note : done.notes)
        cli::printLine(note);
    for (const QString &command : done.commands)
        cli::printLine(u"  "_s + command);
}

int add(cli::Invocation &call, const QString &kind, const QStringList &more)
{
    AppContext &context = call.context();
    ScheduleRequest request;
    request.kind = kind;
    request.profile = call.value(u"profile"_s);
    request.at = QTime::fromString(call.value(u"at"_s), u"H:mm"_s);
    if (call.isSet(u"weekly"_s)) {
        for (int day = 1; day <= 7; ++day)
            if (QLocale::c().dayName(day).startsWith(call.value(u"weekly"_s), Qt::CaseInsensitive) &&
                call.value(u"weekly"_s).size() >= 2)
                request.weekday = day;
        if (request.weekday == 0)
            return call.usage(u"--weekly takes a day: mon, tue, wed, thu, fri, sat or sun."_s);
    }
    request.folder = call.value(u"out"_s);
    if (kind == u"backup" && request.folder.isEmpty())
        request.folder = context.settings.get(settings::backupFolder);
    request.target = call.value(u"to"_s);
    request.more = more;
    request.cron = call.isSet(u"cron"_s);
    const Result<Schedule> schedule = request.schedule(context.profiles);
    if (!schedule)
        return call.fail(schedule.error());
    if (!call.isSet(u"no-test"_s)) {
        for (const char *name : {"PGPASSWORD", "PGPASSFILE", "PGSERVICEFILE"})
            qunsetenv(name); // of this shell, and not of the timer
        if (const Result<void> reached =
                request.tryUnattended(context.profiles, context.uploadTargets, cli::interruption());
            !reached) {
            Error error = reached.error();
            if (error.kind == ErrorKind::Connect)
                error.hint += u" --no-test adds the schedule all the same."_s;
            return call.fail(error);
        }
    }
    const Result<scheduleunit::Installed> installed = scheduleunit::add(
        context.schedules, *schedule, QCoreApplication::applicationFilePath(), cli::interruption());
    if (!installed)
        return call.fail(installed.error());
    print(call, *installed, schedule->name(),
          u"%1: %2, %3, next %4."_s.arg(schedule->name(), schedule->title(), schedule->when(),
                                        schedule->next(QDateTime::currentDateTime()).toString(Qt::ISODate)));
    return cli::Success;
}

int removeSchedule(cli::Invocation &call, const QString &name)
{
    const Result<scheduleunit::Installed> removed =
        scheduleunit::remove(call.context().schedules, name, cli::interruption());
    if (!removed)
        return call.fail(removed.error());
    print(call, *removed, name, u"%1 runs no more. Removed:"_s.arg(name));
    return cli::Success;
}

/// What timers and cron call. Whatever stops the command before its job began is in the history too.
int runSchedule(cli::Invocation &call, const QString &name)
{
    AppContext &context = call.context();
    const Result<Schedule> schedule = context.schedules.byName(name);
    if (!schedule)
        return call.fail(schedule.error());
    if (const Result<void> noted = context.schedules.started(name); !noted)
        return call.fail(noted.error());
    const auto newestJob = [&] {
        const Result<QList<JobRecord>> jobs = context.local.jobs(1);
        return jobs && !jobs->isEmpty() ? jobs->first().id : 0;
    };
    const qint64 before = newestJob();
    const int code =
        cli::run(context, schedule->arguments + (call.json() ? QStringList{u"--json"_s} : QStringList()));
    if (code != cli::Success && newestJob() == before) {
        const JobSpec spec{schedule->kind, schedule->title(), schedule->profile,
                           u"retail-admin schedule run "_s + name};
        if (const Result<qint64> id = context.local.jobStarted(spec, u"timer"_s))
            (void)context.local.jobEnded(
                *id, jobStateName(JobState::Failed),
                u"It did not begin: exit code %1. “retail-admin schedule run %2” shows why."_s.arg(code).arg(
                    name),
                {});
    }
    if (const Result<void> noted = context.schedules.ended(name, code); !noted)
        cli::printError(noted.error().text());
    return code;
}

} // namespace

int cli::schedule(AppContext &context, const QStringList &arguments)
{
    Invocation call(
        context, u"schedule"_s,
        u"Backups, drills, uploads and maintenance by themselves, through systemd's user timers or cron.\n"
        u"What follows “--” goes to the command that is run. “run” ends with the command's exit code."_s,
        Data::Rows);
    QCommandLineParser &parser = call.parser();
    parser.addPositionalArgument(u"ACTION"_s,
                                 u"add backup|drill|upload|maintenance, list, run NAME or remove NAME."_s);
    parser.addOption({u"at"_s, u"add: the local time."_s, u"HH:MM"_s});
    parser.addOption({u"weekly"_s, u"add: on this day only: mon … sun."_s, u"DAY"_s});
    parser.addOption(
        {u"out"_s, u"add: the folder of the backups; that of the last backup else."_s, u"DIR"_s});
    parser.addOption({u"to"_s, u"add upload: the target."_s, u"TARGET"_s});
    parser.addOption(
        {u"cron"_s, u"add: a line of cron instead of a timer; printed where no cron answers."_s});
    parser.addOption({u"no-test"_s, u"add: do not try first whether the job reaches its secret."_s});
    // The options of the command that is run are not ours.
    const qsizetype dashes = arguments.indexOf(u"--"_s);
    if (!call.parse(dashes < 0 ? arguments : arguments.first(dashes)))
        return call.exit();
    const QStringList more = dashes < 0 ? QStringList() : arguments.mid(dashes + 1);
    const QStringList words = parser.positionalArguments();
    const QString action = words.value(0);
    if (action == u"add" && words.size() == 2)
        return add(call, words[1], more);
    if (action == u"remove" && words.size() == 2)
        return removeSchedule(call, words[1]);
    if (action == u"run" && words.size() == 2)
        return runSchedule(call, words[1]);
    if (action != u"list" || words.size() != 1)
        return call.usage(u"Name one action: add KIND, list, run NAME or remove NAME."_s);
    QJsonArray rows;
    for (const ScheduleState &state : context.schedules.states(QDateTime::currentDateTimeUtc()))
        rows.append(rowOf(state));
    call.print({u"name"_s, u"when"_s, u"by"_s, u"next"_s, u"last"_s, u"outcome"_s, u"text"_s}, rows);
    return Success;
}
