// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/core/format.h"

#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

int cli::jobs(AppContext &context, const QStringList &arguments)
{
    Invocation call(context, u"jobs"_s, u"The history of this user's jobs on this machine, newest first."_s,
                    Data::Json);
    call.parser().addPositionalArgument(u"ACTION"_s, u"list."_s);
    call.parser().addOption({u"limit"_s, u"At most so many (50)."_s, u"N"_s, u"50"_s});
    call.parser().addOption({u"kind"_s, u"Only of this kind, for example backup."_s, u"KIND"_s});
    if (!call.parse(arguments))
        return call.exit();
    if (call.parser().positionalArguments() != QStringList{u"list"_s})
        return call.usage(u"Name the action: list."_s);
    const Result<int> limit = call.number(u"limit"_s, 1, 10'000);
    if (!limit)
        return call.fail(limit.error());
    const QString kind = call.value(u"kind"_s);
    const Result<QList<JobRecord>> records = context.local.jobs(kind.isEmpty() ? *limit : 10'000);
    if (!records)
        return call.fail(records.error());
    QJsonArray list;
    for (const JobRecord &record : *records) {
        if (!kind.isEmpty() && record.kind != kind)
            continue;
        if (list.size() == *limit)
            break;
        list.append(QJsonObject{{u"id"_s, record.id},
                                {u"kind"_s, record.kind},
                                {u"title"_s, record.title},
                                {u"target"_s, record.target},
                                {u"command"_s, record.command},
                                {u"state"_s, record.state},
                                {u"summary"_s, record.summary},
                                {u"who"_s, record.who},
                                {u"origin"_s, record.origin},
                                {u"started"_s, record.started.toString(Qt::ISODateWithMs)},
                                {u"ended"_s, record.ended.isValid()
                                                 ? QJsonValue(record.ended.toString(Qt::ISODateWithMs))
                                                 : QJsonValue()}});
        if (!call.json())
            printLine(u"%1  %2  %3  %4"_s.arg(record.started.toString(Qt::ISODate),
                                              record.state.leftJustified(9), record.title, record.summary));
    }
    if (call.json())
        printLine(QString::fromUtf8(
            QJsonDocument(QJsonObject{{u"rows"_s, list}, {u"next"_s, {}}}).toJson(QJsonDocument::Compact)));
    return Success;
}
