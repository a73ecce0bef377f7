// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/core/format.h"
#include "app/services/maintenanceservice.h"

#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;
using namespace maintenance;

namespace {

QString offerName(Offer offer)
{
    return offer == Offer::Routine    ? u"routine"_s
           : offer == Offer::Measured ? u"measured"_s
                                      : u"on request"_s;
}

/// What runs when nobody chooses: of the routine, what has something to do.
bool byDefault(const Task &task)
{
    return task.chosen && task.offer == Offer::Routine;
}

QJsonObject taskJson(const Task &task)
{
    return {{u"id"_s, task.id()},
            {u"offer"_s, offerName(task.offer)},
            {u"default"_s, byDefault(task)},
            {u"title"_s, task.title},
            {u"sql"_s, QString::fromUtf8(task.sql)},
            {u"why"_s, task.why},
            {u"scope"_s, task.scope},
            {u"bytes"_s, task.bytes},
            {u"lock"_s, task.lock},
            {u"disk_bytes"_s, task.diskBytes},
            {u"estimated_ms"_s, task.estimatedMs < 0 ? QJsonValue() : QJsonValue(task.estimatedMs)},
            {u"confirm"_s, task.confirmWord.isEmpty() ? QJsonValue() : QJsonValue(task.confirmWord)}};
}

void printJson(const QJsonObject &object)
{
    cli::printLine(QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact)));
}

int printPlan(const cli::Invocation &call, const maintenance::Plan &plan)
{
    QJsonArray rows;
    for (const Task &task : plan.tasks) {
        if (task.offer == Offer::OnRequest && !call.isSet(u"all"_s))
            continue;
        if (call.json()) {
            rows.append(taskJson(task));
            continue;
        }
        cli::printLine(u"%1 %2\n    %3\n    %4\n    %5 Disk: %6.%7\n    %8"_s.arg(
            byDefault(task) ? u"[x]"_s : u"[ ]"_s, task.id(), QString::fromUtf8(task.sql), task.why,
            task.scope + u'.', task.disk,
            task.estimatedMs < 0 ? QString() : u" Last time %1."_s.arg(format::duration(task.estimatedMs)),
            task.lock));
    }
    if (call.json())
        printJson({{u"rows"_s, rows},
                   {u"next"_s, QJsonValue()},
                   {u"refusal"_s, plan.refusal.isEmpty() ? QJsonValue() : QJsonValue(plan.refusal)}});
    else if (!plan.refusal.isEmpty())
        cli::printError(plan.refusal);
    return cli::Success;
}

/// "02:30" is the next such time of this machine's clock, else a date and time.
Result<QDateTime> latestEnd(const QString &text)
{
    const QDateTime now = QDateTime::currentDateTime();
    if (const QTime time = QTime::fromString(text, u"HH:mm"_s); time.isValid()) {
        const QDateTime today(now.date(), time);
        return today > now ? today : today.addDays(1);
    }
    const QDateTime when = QDateTime::fromString(text, Qt::ISODate);
    if (!when.isValid())
        return Error{ErrorKind::Usage,
                     u"--until takes a time (02:30) or a date and time (2026-05-01T02:30)."_s};
    if (when <= now)
        return Error{ErrorKind::Usage, u"%1 is over already."_s.arg(text)};
    return when;
}

Result<Options> optionsOf(const cli::Invocation &call)
{
    Options options;
    const Result<int> parallel = call.number(u"parallel"_s, 1, 8);
    if (!parallel)
        return parallel.error();
    const Result<int> timeout = call.number(u"lock-timeout"_s, 1, 3600);
    if (!timeout)
        return timeout.error();
    const Result<int> retries = call.number(u"retries"_s, 0, 100);
    if (!retries)
        return retries.error();
    options.parallel = *parallel;
    options.lockTimeoutMs = *timeout * 1000;
    options.lockRetries = *retries;
    options.workMem = call.value(u"maintenance-work-mem"_s);
    options.keepGoing = call.isSet(u"keep-going"_s);
    if (call.isSet(u"until"_s)) {
        const Result<QDateTime> end = latestEnd(call.value(u"until"_s));
        if (!end)
            return end.error();
        options.latestEnd = end->toUTC();
    }
    return options;
}

/// Empty where nobody chose and nothing is to be done.
Result<QList<Task>> chosenTasks(cli::Invocation &call, const maintenance::Plan &plan)
{
    QList<Task> chosen;
    const QString list = call.value(u"tasks"_s);
    if (list.isEmpty() || list == u"default" || list == u"proposed") {
        for (const Task &task : plan.tasks)
            if (list == u"proposed" ? task.chosen : byDefault(task))
                chosen.append(task);
        return chosen;
    }
    const QStringList confirmed = call.parser().values(u"confirm"_s);
    for (const QString &id : list.split(u',', Qt::SkipEmptyParts)) {
        const Task *task = plan.task(id.trimmed());
        if (!task)
            return Error{ErrorKind::Usage, u"The plan has no task “%1”."_s.arg(id.trimmed()),
                         u"“retail-admin maintain plan --all” lists them."_s};
        if (const QString problem = obstacle(plan, *task); !problem.isEmpty())
            return Error{ErrorKind::Io, u"%1 cannot run. %2"_s.arg(task->id(), problem)};
        if (!task->confirmWord.isEmpty() && !confirmed.contains(task->confirmWord))
            return Error{
                ErrorKind::Usage,
                u"%1: %2 Disk: %3%4."_s.arg(task->id(), task->lock, task->disk,
                                            plan.measured.freeBytes < 0
                                                ? u", and how much is free cannot be seen from here"_s
                                                : QString()),
                u"To run it all the same, repeat with --confirm %1."_s.arg(task->confirmWord)};
        chosen.append(*task);
    }
    if (chosen.isEmpty())
        return Error{ErrorKind::Usage, u"--tasks names no task."_s};
    return chosen;
}

int runPlan(cli::Invocation &call, const Options &options, MaintenanceService &service,
            const maintenance::Plan &plan)
{
    if (!plan.refusal.isEmpty())
        return call.fail({ErrorKind::Permission, plan.refusal});
    const Result<QList<Task>> tasks = chosenTasks(call, plan);
    if (!tasks)
        return call.fail(tasks.error());
    const auto report = std::make_shared<Report>(*tasks);
    if (tasks->isEmpty()) {
        if (call.json())
            printJson({{u"rows"_s, report->toJson()}, {u"next"_s, QJsonValue()}, {u"completed"_s, true}});
        else
            cli::printLine(u"Nothing is to be done: nothing changed since the last time."_s);
        return cli::Success;
    }
    const int code = call.runJob(service.spec(*tasks), service.run(options, report));
    const QList<Outcome> outcomes = report->outcomes();
    if (call.json()) {
        printJson({{u"rows"_s, report->toJson()},
                   {u"next"_s, QJsonValue()},
                   {u"completed"_s, code == cli::Success}});
        return code;
    }
    for (qsizetype i = 0; i < tasks->size(); ++i) {
        const Outcome &outcome = outcomes[i];
        const QString change =
            outcome.state == State::Done ? changeText((*tasks)[i], outcome) : outcome.error.message;
        cli::printLine(u"%1 %2 %3  %4 %5"_s
                           .arg(stateName(outcome.state).leftJustified(9),
                                format::duration(outcome.ms).rightJustified(7), (*tasks)[i].id(), change,
                                outcome.note)
                           .trimmed());
    }
    return code;
}

} // namespace

int cli::maintain(AppContext &context, const QStringList &arguments)
{
    Invocation call(
        context, u"maintain"_s,
        u"“maintain plan” measures and proposes, “maintain run” does what the plan ticks, or the tasks "
        u"given.\nStatements run as retail_owner, one by one, and nothing that is not on the "
        u"list."_s,
        Data::Json);
    QCommandLineParser &parser = call.parser();
    parser.addPositionalArgument(u"action"_s, u"plan or run."_s);
    parser.addOption({u"all"_s, u"plan: also what nothing asks for."_s});
    parser.addOption({u"tasks"_s,
                      u"run: ids of the plan, with commas between; or “proposed” for the ticked ones and "
                      u"those that the measurements ask for."_s,
                      u"LIST"_s});
    parser.addOption({u"confirm"_s,
                      u"run: the name of a table that VACUUM FULL or CLUSTER may lock; may be repeated."_s,
                      u"TABLE"_s});
    parser.addOption(
        {u"parallel"_s, u"run: statements at once, each on another table (1)."_s, u"N"_s, u"1"_s});
    parser.addOption(
        {u"lock-timeout"_s, u"run: seconds that one attempt waits for its lock (5)."_s, u"S"_s, u"5"_s});
    parser.addOption(
        {u"retries"_s, u"run: further attempts when a lock does not come free (5)."_s, u"N"_s, u"5"_s});
    parser.addOption({u"maintenance-work-mem"_s, u"run: memory for this run, such as 256MB."_s, u"SIZE"_s});
    parser.addOption(
        {u"until"_s, u"run: latest end, 02:30 or a date and time; what runs then is stopped."_s, u"TIME"_s});
    parser.addOption({u"keep-going"_s, u"run: the other tasks run although one failed."_s});
    if (!call.parse(arguments))
        return call.exit();
    const QStringList action = parser.positionalArguments();
    if (action != QStringList{u"plan"_s} && action != QStringList{u"run"_s})
        return call.usage(u"The action is “plan” or “run”."_s);
    const Result<Options> options = optionsOf(call);
    if (!options)
        return call.fail(options.error());
    if (const Result<Capabilities> connected = call.connect(); !connected)
        return call.fail(connected.error());
    MaintenanceService service(context.pool);
    const Result<maintenance::Plan> plan = service.plan(interruption()).result();
    if (!plan)
        return call.fail(plan.error());
    return action.first() == u"plan" ? printPlan(call, *plan) : runPlan(call, *options, service, *plan);
}
