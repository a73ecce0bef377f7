// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace {

// A statement is typed or generated; nobody plans more than this.
constexpr qint64 longestFile = 1'000'000;

Result<QString> statementOf(cli::Invocation &call)
{
    const QStringList named = call.parser().positionalArguments();
    if (named.size() + (call.isSet(u"file"_s) ? 1 : 0) != 1)
        return Error{ErrorKind::Usage, u"Either the id of a statement or --file is needed."_s};
    if (call.isSet(u"file"_s)) {
        QFile file(call.value(u"file"_s));
        const bool standardInput = call.value(u"file"_s) == u"-";
        if (!(standardInput ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly)))
            return Error{ErrorKind::Usage,
                         u"%1 cannot be read: %2."_s.arg(file.fileName(), file.errorString())};
        const QByteArray text = file.read(longestFile + 1);
        if (text.size() > longestFile)
            return Error{ErrorKind::Usage, u"%1 holds more than a megabyte."_s.arg(file.fileName())};
        return QString::fromUtf8(text);
    }
    bool number = false;
    (void)named.first().toLongLong(&number);
    if (!number)
        return Error{ErrorKind::Usage,
                     u"“%1” is no id of a statement; “stats slow” lists them."_s.arg(named.first())};
    return call.context().performance.text(named.first(), cli::interruption()).result();
}

void printPlan(const cli::Invocation &call, const ExplainResult &result)
{
    const QList<PlanFinding> findings = result.plan.findings();
    if (call.json()) {
        QJsonArray list;
        for (const PlanFinding &finding : findings)
            list.append(QJsonObject{{u"title"_s, finding.title},
                                    {u"reason"_s, finding.reason},
                                    {u"doubt"_s, finding.doubt},
                                    {u"share"_s, finding.weight}});
        const QJsonObject all{{u"role"_s, result.role},
                              {u"generic"_s, result.generic},
                              {u"analyzed"_s, result.plan.analyzed},
                              {u"notes"_s, QJsonArray::fromStringList(result.notes)},
                              {u"findings"_s, list},
                              {u"plan"_s, QJsonDocument::fromJson(result.plan.json).array()}};
        cli::printLine(QString::fromUtf8(QJsonDocument(all).toJson(QJsonDocument::Compact)));
        return;
    }
    cli::printLine(result.plan.text().trimmed());
    for (const PlanFinding &finding : findings)
        cli::printLine(u"\n%1\n  %2\n  %3"_s.arg(finding.title, finding.reason, finding.doubt));
    for (const QString &note : result.notes)
        cli::printError(note);
}

/// Ids of statements may be negative, which the parser would take for an option.
QStringList withIdLast(QStringList arguments)
{
    static const QRegularExpression negative(u"^-\\d+$"_s);
    static const QStringList options{u"--json"_s, u"--analyze"_s, u"--accept-writes"_s};
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        // After another option it is that one's value.
        const bool free = i == 0 || !arguments[i - 1].startsWith(u"--"_s) ||
                          options.contains(arguments[i - 1]) || arguments[i - 1].contains(u'=');
        if (free && negative.match(arguments[i]).hasMatch() && !arguments.contains(u"--"_s)) {
            const QString id = arguments.takeAt(i);
            return arguments + QStringList{u"--"_s, id};
        }
    }
    return arguments;
}

} // namespace

int cli::explain(AppContext &context, const QStringList &arguments)
{
    Invocation call(
        context, u"explain"_s,
        u"How the server runs a statement: “explain QUERYID” of one that “stats slow” lists, or “explain "
        u"--file FILE”. Nothing is run without --analyze, and whatever is run is rolled back."_s,
        Data::Json);
    call.parser().addPositionalArgument(u"QUERYID"_s, u"The id of a statement."_s, u"[QUERYID]"_s);
    call.parser().addOption({u"file"_s, u"Read the statement from FILE, - for standard input."_s, u"FILE"_s});
    call.parser().addOption(
        {u"value"_s, u"Value of the next parameter ($1, $2, …); \\N is NULL. May be given several times."_s,
         u"VALUE"_s});
    call.parser().addOption({u"analyze"_s, u"Run the statement and measure it."_s});
    call.parser().addOption(
        {u"accept-writes"_s, u"With --analyze: run it although it writes; it is rolled back."_s});
    call.parser().addOption({u"timeout"_s, u"Seconds until it is stopped."_s, u"SECONDS"_s, u"30"_s});
    call.parser().addOption({u"role"_s, u"Plan as this role."_s, u"ROLE"_s});
    call.parser().addOption({u"store"_s, u"Choose this store first, by its id."_s, u"STORE_ID"_s});
    if (!call.parse(withIdLast(arguments)))
        return call.exit();
    const Result<int> seconds = call.number(u"timeout"_s, 1, 86'400);
    if (!seconds)
        return call.usage(seconds.error().message);
    if (const Result<Capabilities> connected = call.connect(); !connected)
        return call.fail(connected.error());
    const Result<QString> statement = statementOf(call);
    if (!statement)
        return call.fail(statement.error());
    ExplainRequest request{
        .statement = *statement, .role = call.value(u"role"_s), .storeId = call.value(u"store"_s)};
    request.analyze = call.isSet(u"analyze"_s);
    request.acceptWrites = call.isSet(u"accept-writes"_s);
    request.timeoutMs = *seconds * 1'000;
    if (const QStringList given = call.parser().values(u"value"_s); !given.isEmpty() || request.analyze) {
        QList<std::optional<QString>> values;
        for (const QString &value : given)
            values.append(value == u"\\N" ? std::nullopt : std::optional(value));
        request.values = values;
    }
    const Result<ExplainResult> result = context.explain.explain(request, interruption()).result();
    if (!result)
        return call.fail(result.error());
    printPlan(call, *result);
    return Success;
}
