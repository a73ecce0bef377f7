// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

using namespace Qt::StringLiterals;

int cli::doctor(AppContext &context, const QStringList &arguments)
{
    Invocation call(
        context, u"doctor"_s,
        u"Lists what is missing, broken or outdated in the database. Exit code 0 when all is well, 5 when "
        u"not."_s,
        Data::Rows);
    if (!call.parse(arguments))
        return call.exit();
    // Not through the pool: that refuses the very databases this is for.
    const Result<Login> login = call.login();
    if (!login)
        return call.fail(login.error());
    Result<Session> session = openSession(*login, u"Doctor"_s, interruption());
    if (!session)
        return call.fail(session.error());
    const Result<Capabilities> capabilities = readCapabilities(*session);
    if (!capabilities)
        return call.fail(capabilities.error());
    if (capabilities->schemaVersion == 0)
        return call.fail(checkSchema(*capabilities).error());
    const Result<Rows> checks = session->read({}, sqlcatalog::query("doctor/checks"));
    if (!checks)
        return call.fail(checks.error());
    QList<QPair<QString, ColumnType>> columns;
    for (int column = 0; column < checks->columns(); ++column)
        columns.append({checks->columnName(column), ColumnType::Text});
    call.print(columns, *checks);
    const int status = checks->column("status");
    for (int row = 0; row < checks->count(); ++row)
        if (checks->bytes(row, status) != "ok")
            return VerificationFailed;
    const Result<void> fits = checkSchema(*capabilities);
    if (fits)
        return Success;
    printError(fits.error().text());
    return VerificationFailed;
}
