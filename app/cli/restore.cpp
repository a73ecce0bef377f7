// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/core/format.h"
#include "app/services/restorejob.h"
#include "app/services/storerecovery.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <unistd.h>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

void printJson(const QJsonObject &object)
{
    cli::printLine(QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact)));
}

/// The command for the history; a connection string may hold what is nobody's business.
QString commandOf(const QStringList &arguments)
{
    QStringList words{u"retail-admin"_s, u"restore"_s};
    for (const QString &word : arguments)
        words += word.contains(u"://") || word.contains(u"password"_s) ? u"…"_s
                 : word.contains(u' ')                                 ? u'\'' + word + u'\''
                                                                       : word;
    return words.join(u' ');
}

/// The name that --confirm gives, or that somebody types now. Nothing where neither is to be had.
QString confirmed(const cli::Invocation &call, const QString &name)
{
    if (call.isSet(u"confirm"_s))
        return call.value(u"confirm"_s);
    if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1)
        return {};
    std::fprintf(stderr, "Type the name of the database to go on (%s): ", qPrintable(name));
    char typed[256] = {};
    return std::fgets(typed, sizeof typed, stdin) ? QString::fromLocal8Bit(typed).trimmed() : QString();
}

backup::Means meansOf(cli::Invocation &call)
{
    return {backup::toolFolders(call.context().settings.get(settings::toolFolder)),
            call.value(u"identity"_s),
            {}};
}

QJsonObject rowOf(const restore::DatabaseFacts &facts)
{
    const bool aside = facts.mark.state == restore::Mark::State::SetAside;
    return {{u"database"_s, facts.name},
            {u"state"_s, aside ? u"set aside"_s : u"half"_s},
            {u"of"_s, facts.mark.of},
            {u"since"_s, facts.mark.since.toString(Qt::ISODate)},
            {u"keep_until"_s, aside ? QJsonValue(facts.mark.keepUntil.toString(Qt::ISODate)) : QJsonValue()},
            {u"bytes"_s, facts.bytes}};
}

int listLeft(cli::Invocation &call, const Login &login)
{
    const Result<QList<restore::DatabaseFacts>> left = restore::leftDatabases(login, cli::interruption());
    if (!left)
        return call.fail(left.error());
    QJsonArray rows;
    for (const restore::DatabaseFacts &facts : *left) {
        rows.append(rowOf(facts));
        if (call.json())
            continue;
        const bool aside = facts.mark.state == restore::Mark::State::SetAside;
        cli::printLine(u"%1  %2  %3"_s.arg(
            facts.name, format::bytes(facts.bytes),
            aside ? u"was “%1” until %2, to be kept until %3"_s.arg(
                        facts.mark.of, facts.mark.since.toString(Qt::ISODate),
                        facts.mark.keepUntil.toString(Qt::ISODate))
                  : u"half restored since %1"_s.arg(facts.mark.since.toString(Qt::ISODate))));
    }
    if (call.json())
        printJson({{u"rows"_s, rows}, {u"next"_s, QJsonValue()}});
    return cli::Success;
}

int undoSwap(cli::Invocation &call, const Login &login, const QStringList &arguments)
{
    const Result<int> days = call.number(u"keep-days"_s, 0, 3'650);
    if (!days)
        return call.fail(days.error());
    const QString database = call.value(u"undo"_s);
    return call.runJob({u"undo"_s, u"Undo a swap"_s, login.profile.target(), commandOf(arguments)},
                       [&](JobContext &job) -> Result<QString> {
                           Result<restore::UndoPlan> planned = restore::planUndo(login, database, *days, job);
                           if (!planned)
                               return planned.error();
                           cli::printError(planned->text());
                           if (call.isSet(u"dry-run"_s))
                               return u"Nothing was done."_s;
                           return restore::undo(login, *planned, confirmed(call, database), job);
                       });
}

/// What a store's rows are to be: missing, changed, extra.
Result<QList<restore::RowDifference::Kind>> kindsOf(const QString &words)
{
    using Kind = restore::RowDifference::Kind;
    QList<Kind> kinds;
    for (const QString &word : words.split(u',', Qt::SkipEmptyParts)) {
        bool known = false;
        for (const Kind kind : {Kind::Missing, Kind::Changed, Kind::Extra})
            if (restore::kindName(kind) == word) {
                kinds += kind;
                known = true;
            }
        if (!known)
            return Error{ErrorKind::Usage, u"“%1” is none of missing, changed and extra."_s.arg(word)};
    }
    return kinds;
}

QStringList tablesOf(const cli::Invocation &call)
{
    return call.value(u"tables"_s).split(u',', Qt::SkipEmptyParts);
}

int bringStoreBack(cli::Invocation &call, const Login &login, const QString &file,
                   const QStringList &arguments)
{
    const Result<QList<restore::RowDifference::Kind>> kinds = kindsOf(call.value(u"apply"_s));
    if (!kinds)
        return call.fail(kinds.error());
    const restore::StoreRecovery::Request request{file, call.value(u"store"_s), call.value(u"into"_s),
                                                  tablesOf(call)};
    QJsonArray rows;
    const int code = call.runJob(
        {u"store-recovery"_s, u"Bring back a store's rows"_s, login.profile.target(), commandOf(arguments)},
        [&](JobContext &job) -> Result<QString> {
            const auto recovery = restore::StoreRecovery::open(login, request, meansOf(call), job);
            if (!recovery)
                return recovery.error();
            QList<restore::Chosen> chosen;
            for (const restore::TableDifferences &table : (*recovery)->tables()) {
                chosen.append({table.table, *kinds, {}});
                rows.append(QJsonObject{{u"table"_s, table.table},
                                        {u"backup"_s, table.inBackup},
                                        {u"live"_s, table.live},
                                        {u"missing"_s, table.count(restore::RowDifference::Kind::Missing)},
                                        {u"changed"_s, table.count(restore::RowDifference::Kind::Changed)},
                                        {u"extra"_s, table.count(restore::RowDifference::Kind::Extra)}});
            }
            if (!call.json())
                cli::printLine((*recovery)->text());
            if (kinds->isEmpty())
                return u"Nothing was changed; --apply missing,changed brings rows back."_s;
            cli::printError((*recovery)->plan(chosen));
            if (call.isSet(u"dry-run"_s))
                return u"Nothing was done."_s;
            return (*recovery)->apply(chosen, confirmed(call, (*recovery)->database()), job);
        });
    if (code == cli::Success && call.json())
        printJson({{u"rows"_s, rows}, {u"next"_s, QJsonValue()}});
    return code;
}

int restoreFile(cli::Invocation &call, const Login &login, const QString &path, const QStringList &arguments)
{
    const Result<int> jobs = call.number(u"jobs"_s, 1, 64);
    const Result<int> days = call.number(u"keep-days"_s, 0, 3'650);
    if (!jobs || !days)
        return call.fail(jobs ? days.error() : jobs.error());
    restore::Request request;
    request.file = path;
    request.into = call.value(u"into"_s);
    request.swap = call.isSet(u"swap"_s);
    request.tables = tablesOf(call);
    request.jobs = *jobs;
    request.keepDays = *days;
    request.safetyFolder = call.value(u"safety-dir"_s);
    const backup::Means means = meansOf(call);
    QJsonObject planned;
    const int code =
        call.runJob({u"restore"_s, u"Restore"_s, login.profile.target(), commandOf(arguments)},
                    [&](JobContext &job) -> Result<QString> {
                        const Result<restore::Plan> plan = restore::plan(login, request, means, job);
                        if (!plan)
                            return plan.error();
                        planned = plan->toJson();
                        cli::printError(plan->text());
                        if (call.isSet(u"dry-run"_s))
                            return u"Nothing was done."_s;
                        const QString typed = plan->needsWord() ? confirmed(call, plan->into) : QString();
                        return restore::execute(login, *plan, typed, means, job);
                    });
    if (code == cli::Success && call.json())
        printJson(planned);
    return code;
}

} // namespace

int cli::restore(AppContext &context, const QStringList &arguments)
{
    Invocation call(
        context, u"restore"_s,
        u"Restores a backup into a new database, in the place of one, or one store's rows of it. The plan "
        u"is printed before anything is done."_s,
        Data::Json);
    QCommandLineParser &parser = call.parser();
    parser.addPositionalArgument(
        u"FILE"_s, u"A backup of this program, or pg_dump's custom or directory format, also inside gzip."_s);
    parser.addOption(
        {u"into"_s, u"The database; a new one if there is none of that name (a free name)."_s, u"DB"_s});
    parser.addOption(
        {u"swap"_s, u"Restore beside --into, then exchange the names; the former one is kept."_s});
    parser.addOption(
        {u"confirm"_s, u"The name of the database that is to change, typed once more."_s, u"DB"_s});
    parser.addOption({u"tables"_s, u"The rows of these tables only, with commas between."_s, u"NAMES"_s});
    parser.addOption(
        {u"jobs"_s, u"Tables at a time (2); a sealed or packed file is read one by one."_s, u"N"_s, u"2"_s});
    parser.addOption({u"identity"_s, u"File with the secret key of a sealed backup."_s, u"FILE"_s});
    parser.addOption(
        {u"keep-days"_s, u"How long a swap's former database is to be kept (7)."_s, u"N"_s, u"7"_s});
    parser.addOption({u"safety-dir"_s,
                      u"Where the backup goes that is made before an existing database is written."_s,
                      u"DIR"_s});
    parser.addOption({u"store"_s, u"Compare this store's rows with the backup's, by key."_s, u"STORE"_s});
    parser.addOption(
        {u"apply"_s, u"With --store: bring back rows that are missing, changed or extra."_s, u"KINDS"_s});
    parser.addOption(
        {u"undo"_s, u"Exchange the names of this database and of the one its swap set aside."_s, u"DB"_s});
    parser.addOption(
        {u"list"_s, u"Databases that swaps set aside, and halves of restores that were killed."_s});
    parser.addOption({u"drop"_s, u"Drop one of those."_s, u"DB"_s});
    parser.addOption({u"dry-run"_s, u"Print the plan and do nothing."_s});
    if (!call.parse(arguments))
        return call.exit();
    const QStringList words = parser.positionalArguments();
    const int others = call.isSet(u"undo"_s) + call.isSet(u"list"_s) + call.isSet(u"drop"_s);
    if (words.size() + others != 1)
        return call.usage(u"Name one FILE, or one of --undo DB, --list and --drop DB."_s);
    if (call.isSet(u"apply"_s) && !call.isSet(u"store"_s))
        return call.usage(u"--apply belongs to --store."_s);
    if (call.isSet(u"dry-run"_s) && (call.isSet(u"list"_s) || call.isSet(u"drop"_s)))
        return call.usage(u"--list and --drop have no dry run."_s);
    const Result<Login> login = call.login();
    if (!login)
        return call.fail(login.error());
    if (call.isSet(u"list"_s))
        return listLeft(call, *login);
    if (call.isSet(u"undo"_s))
        return undoSwap(call, *login, arguments);
    if (call.isSet(u"drop"_s))
        return call.runJob(
            {u"drop"_s, u"Drop a database set aside"_s, login->profile.target(), commandOf(arguments)},
            [&](JobContext &job) {
                const QString name = call.value(u"drop"_s);
                return ::restore::dropLeft(*login, name, confirmed(call, name), job);
            });
    if (call.isSet(u"store"_s))
        return bringStoreBack(call, *login, words.first(), arguments);
    return restoreFile(call, *login, words.first(), arguments);
}
