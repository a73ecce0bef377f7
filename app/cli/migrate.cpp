// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/db/migrator.h"

using namespace Qt::StringLiterals;

int cli::migrate(AppContext &context, const QStringList &arguments)
{
    Invocation call(
        context, u"migrate"_s,
        u"Brings the database to this program's schema, as a superuser of the server. A second run changes "
        u"nothing."_s);
    call.parser().addOption({u"dry-run"_s, u"Say what would be done, and change nothing."_s});
    call.parser().addOption({u"quarantine"_s,
                             u"In a database made from the course's SQL: set rows that break a rule "
                             u"aside (retail_sec.quarantine) instead of stopping."_s});
    if (!call.parse(arguments))
        return call.exit();
    Result<Login> login = call.login();
    if (!login)
        return call.fail(login.error());
    login->profile.role.clear();
    Result<Session> session = openSession(*login, u"Migrate"_s, interruption());
    if (!session)
        return call.fail(session.error());
    Migrator migrator(
        *session,
        [&](const QString &database) { return openSession(*login, u"Migrate"_s, interruption(), database); },
        [](const QString &line) { printLine(line); });
    const MigrationOptions options{call.isSet(u"dry-run"_s), call.isSet(u"quarantine"_s)};
    const Result<MigrationReport> report = migrator.run(options);
    if (!report)
        return call.fail(report.error());
    for (const AdoptionViolation &violation : report->violations)
        printLine(
            u"%1 | %2 | %3 | %4"_s.arg(violation.table, violation.key, violation.rule, violation.detail));
    if (!report->violations.isEmpty() && !options.quarantine)
        return call.fail(
            Error{ErrorKind::Conflict,
                  u"%1 a rule of the schema. Nothing was changed."_s.arg(
                      report->violations.size() == 1 ? u"1 row breaks"_s
                                                     : u"%1 rows break"_s.arg(report->violations.size())),
                  u"Mend them, or let “migrate --quarantine” set them aside."_s});
    if (options.dryRun)
        for (const QString &name : report->applied)
            printLine(u"would apply "_s + name);
    printLine(report->applied.isEmpty() ? u"The schema is version %1 already."_s.arg(report->to)
              : options.dryRun
                  ? u"The schema would go from version %1 to %2."_s.arg(report->from).arg(report->to)
                  : u"The schema went from version %1 to %2."_s.arg(report->from).arg(report->to));
    return Success;
}
