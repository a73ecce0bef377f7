// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace {

QString word(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Passed:
        return u"passed"_s;
    case Verdict::Broken:
        return u"BROKEN"_s;
    case Verdict::Undecided:
        break;
    }
    return u"undecided"_s;
}

void printJson(const IsolationReport &report)
{
    QJsonArray rows;
    for (const IsolationAttempt &attempt : report.attempts)
        rows += QJsonObject{
            {u"attempt"_s, attempt.attempt},
            {u"setting"_s, attempt.setting},
            {u"rows"_s, attempt.rows < 0 ? QJsonValue() : QJsonValue(attempt.rows)},
            {u"sqlstate"_s, attempt.sqlstate.isEmpty() ? QJsonValue() : QJsonValue(attempt.sqlstate)},
            {u"answer"_s, attempt.answer},
            {u"verdict"_s, word(attempt.verdict).toLower()}};
    const QJsonObject all{{u"rows"_s, rows},
                          {u"next"_s, QJsonValue()},
                          {u"database"_s, report.database},
                          {u"login"_s, report.login},
                          {u"role"_s, report.role},
                          {u"own_store"_s, report.ownStore},
                          {u"other_store"_s, report.otherStore},
                          {u"other_store_known"_s, report.otherKnown},
                          {u"at"_s, report.at.toString(Qt::ISODate)},
                          {u"passed"_s, report.count(Verdict::Passed)},
                          {u"broken"_s, report.count(Verdict::Broken)},
                          {u"undecided"_s, report.count(Verdict::Undecided)},
                          {u"verdict"_s, word(report.verdict()).toLower()}};
    cli::printLine(QString::fromUtf8(QJsonDocument(all).toJson(QJsonDocument::Compact)));
}

void printText(const IsolationReport &report)
{
    for (const IsolationAttempt &attempt : report.attempts)
        cli::printLine(u"%1  %2, %3: %4%5"_s.arg(
            word(attempt.verdict).leftJustified(9), attempt.attempt, attempt.setting,
            attempt.sqlstate.isEmpty() ? QString() : attempt.sqlstate + u' ', attempt.answer));
    cli::printLine(u"%1 as %2 on %3: %4 passed, %5 broken, %6 undecided. Everything was rolled back."_s
                       .arg(report.login, report.role, report.database)
                       .arg(report.count(Verdict::Passed))
                       .arg(report.count(Verdict::Broken))
                       .arg(report.count(Verdict::Undecided)));
    if (!report.otherKnown)
        cli::printLine(
            u"This login knows no other store, so a made-up one was tried: prove it as the owner too."_s);
}

} // namespace

int cli::proveIsolation(AppContext &context, const QStringList &arguments)
{
    Invocation call(context, u"prove-isolation"_s,
                    u"Tries, as a role, what could show it another store's data, on the live database, in a "
                    u"transaction that is always rolled back. Exit code 5: something got through; 4: "
                    u"something could not be decided."_s,
                    Data::Json);
    call.parser().addOption({u"role"_s, u"The role to try as; the profile's login otherwise."_s, u"ROLE"_s});
    if (!call.parse(arguments))
        return call.exit();
    if (!call.parser().positionalArguments().isEmpty())
        return call.usage(u"It takes no argument “%1”."_s.arg(call.parser().positionalArguments().first()));
    const Result<Capabilities> connected = call.connect();
    if (!connected)
        return call.fail(connected.error());
    QString role = call.value(u"role"_s);
    if (role.isEmpty() && connected->role != connected->login)
        role = connected->role;
    const Result<IsolationReport> report = context.isolation.prove(role, interruption()).result();
    if (!report)
        return call.fail(report.error());
    if (call.json())
        printJson(*report);
    else
        printText(*report);
    switch (report->verdict()) {
    case Verdict::Passed:
        return Success;
    case Verdict::Broken:
        return VerificationFailed;
    case Verdict::Undecided:
        break;
    }
    return NotVerified;
}
