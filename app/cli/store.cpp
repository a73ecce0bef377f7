// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/core/durable.h"
#include "app/services/accessservice.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace {

QString storesOf(const Person &person)
{
    if (person.allStores || person.inherited.contains(u"*"_s))
        return u"all stores"_s;
    QStringList all = person.stores;
    for (const QString &store : person.inherited)
        all += store + u" (by a group)"_s;
    return all.isEmpty() ? u"none"_s : all.join(u", "_s);
}

int printAccess(cli::Invocation &call, AccessService &service)
{
    const Result<QList<Person>> people = service.people(cli::interruption()).result();
    if (!people)
        return call.fail(people.error());
    QJsonArray rows;
    for (const Person &person : *people) {
        if (call.json())
            rows.append(QJsonObject{{u"login"_s, person.login},
                                    {u"groups"_s, QJsonArray::fromStringList(person.groups)},
                                    {u"stores"_s, QJsonArray::fromStringList(person.stores)},
                                    {u"all_stores"_s, person.allStores},
                                    {u"inherited"_s, QJsonArray::fromStringList(person.inherited)},
                                    {u"can_login"_s, person.canLogin},
                                    {u"exists"_s, person.exists},
                                    {u"sessions"_s, person.sessions}});
        else
            cli::printLine(u"%1  %2  %3  %4"_s
                               .arg(person.login.leftJustified(24),
                                    person.groups.join(u',').leftJustified(28),
                                    storesOf(person).leftJustified(24),
                                    !person.exists    ? u"the role is gone"_s
                                    : person.canLogin ? QString()
                                                      : u"locked"_s)
                               .trimmed());
    }
    if (call.json())
        cli::printLine(
            QString::fromUtf8(QJsonDocument(QJsonObject{{u"rows"_s, rows}, {u"next"_s, QJsonValue()}})
                                  .toJson(QJsonDocument::Compact)));
    return cli::Success;
}

/// Shows the plan, and carries it out when its word was given.
int carryOut(cli::Invocation &call, AccessService &service, const Result<AccessChange> &change)
{
    if (!change)
        return call.fail(change.error());
    if (!change->handOver.isEmpty())
        cli::printLine(change->handOver);
    if (!change->refusal.isEmpty())
        return call.fail({ErrorKind::Permission, change->refusal});
    if (call.value(u"confirm"_s) != change->confirmWord) {
        cli::printError(change->title + u".\n"_s + change->explanation);
        cli::printLine(change->sql());
        return call.usage(u"Nothing was done yet: repeat with --confirm %1."_s.arg(change->confirmWord));
    }
    const Result<QString> done = service.apply(*change, cli::interruption()).result();
    if (!done)
        return call.fail(done.error());
    cli::printLine(*done);
    return cli::Success;
}

/// From a file, made and filled by us if it is not there; or typed twice.
Result<QString> newPassword(cli::Invocation &call, const QString &login)
{
    const QString file = call.value(u"password-file"_s);
    if (file.isEmpty()) {
        const Result<QString> first = cli::askPassword(u"the new login %1"_s.arg(login));
        if (!first)
            return Error{first.error().kind, first.error().message,
                         u"Or give --password-file FILE: a new one is made with a generated password."_s};
        const Result<QString> second = cli::askPassword(u"the new login %1, once more"_s.arg(login));
        if (second && *second != *first)
            return Error{ErrorKind::Usage, u"The two passwords differ."_s};
        return second;
    }
    QFile input(file);
    if (!input.exists()) {
        const QString password = AccessService::generatePassword();
        const Result<void> written = durable::write(file, password.toUtf8() + '\n');
        return written ? Result<QString>(password) : written.error();
    }
    if (!input.open(QIODevice::ReadOnly))
        return durable::ioError(u"%1 cannot be read."_s.arg(file), EACCES);
    if (input.permissions() & (QFile::ReadGroup | QFile::ReadOther))
        return Error{ErrorKind::Usage, u"Others may read %1."_s.arg(file), u"chmod 600 %1"_s.arg(file)};
    return QString::fromUtf8(input.readLine()).trimmed();
}

int newManager(cli::Invocation &call, AccessService &service, const QString &login)
{
    const QString profileFile = call.value(u"profile-out"_s);
    if (!profileFile.isEmpty() && QFile::exists(profileFile))
        return call.usage(u"%1 is there already; give another name."_s.arg(profileFile));
    const Result<QString> password = newPassword(call, login);
    if (!password)
        return call.fail(password.error());
    const int code =
        carryOut(call, service,
                 service.planManager(login, *password, call.parser().values(u"store"_s), cli::interruption())
                     .result());
    if (code != cli::Success || profileFile.isEmpty())
        return code;
    const Profile profile = AccessService::profileFor(call.context().pool.profile(), login);
    if (const Result<void> written = durable::write(profileFile, exportProfile(profile)); !written)
        return call.fail(written.error());
    cli::printLine(u"The profile to hand over is %1; it holds no password."_s.arg(profileFile));
    return cli::Success;
}

} // namespace

int cli::store(AppContext &context, const QStringList &arguments)
{
    Invocation call(
        context, u"store"_s,
        u"store access                  who may log in, and which stores they may enter\n"
        u"store add ID --name NAME      a new store\n"
        u"store activate|deactivate ID  opens or closes a store; its rows stay\n"
        u"store grant|revoke ID LOGIN   lets a login in, or no more\n"
        u"store new-manager LOGIN --store ID [--store ID …]\n"
        u"store lock LOGIN              takes all stores away and lets the login no more in\n\n"
        u"Each shows its plan with the SQL first, and does it with --confirm and the word it names."_s,
        Data::Json);
    QCommandLineParser &parser = call.parser();
    parser.addPositionalArgument(u"action"_s,
                                 u"access, add, activate, deactivate, grant, revoke, new-manager or lock."_s);
    parser.addOption({u"confirm"_s, u"The word that the plan names: it is meant."_s, u"WORD"_s});
    parser.addOption({u"name"_s, u"add: the store's name."_s, u"NAME"_s});
    parser.addOption({u"location"_s, u"add: its place."_s, u"TEXT"_s});
    parser.addOption({u"type"_s, u"add: its type."_s, u"TEXT"_s});
    parser.addOption({u"region"_s, u"add: its region."_s, u"TEXT"_s});
    parser.addOption({u"store"_s, u"new-manager: a store to enter; may be repeated."_s, u"ID"_s});
    parser.addOption(
        {u"password-file"_s,
         u"new-manager: the password's file, for its owner only; made with a generated password if it "
         u"is not there. Else it is asked for."_s,
         u"FILE"_s});
    parser.addOption({u"profile-out"_s, u"new-manager: writes the profile to hand over."_s, u"FILE"_s});
    if (!call.parse(arguments))
        return call.exit();
    const QStringList words = parser.positionalArguments();
    const QString action = words.value(0);
    static const QHash<QString, qsizetype> lengths{{u"access"_s, 1},      {u"add"_s, 2},   {u"activate"_s, 2},
                                                   {u"deactivate"_s, 2},  {u"grant"_s, 3}, {u"revoke"_s, 3},
                                                   {u"new-manager"_s, 2}, {u"lock"_s, 2}};
    if (lengths.value(action) != words.size())
        return call.usage(u"Give an action and what it is about."_s);
    if (const Result<Capabilities> connected = call.connect(); !connected)
        return call.fail(connected.error());
    AccessService service(context.pool);
    const CancelToken token = interruption();
    if (action == u"access")
        return printAccess(call, service);
    if (action == u"add")
        return carryOut(call, service,
                        service
                            .planStore({words[1], call.value(u"name"_s), call.value(u"location"_s),
                                        call.value(u"type"_s), call.value(u"region"_s)},
                                       token)
                            .result());
    if (action == u"activate" || action == u"deactivate")
        return carryOut(call, service, service.planActive(words[1], action == u"activate", token).result());
    if (action == u"grant")
        return carryOut(call, service, service.planGrant(words[2], words[1], token).result());
    if (action == u"revoke")
        return carryOut(call, service, service.planRevoke(words[2], words[1], token).result());
    if (action == u"lock")
        return carryOut(call, service, service.planLock(words[1], token).result());
    return newManager(call, service, words[1]);
}
