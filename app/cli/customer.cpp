// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/core/format.h"
#include "app/services/customerservice.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace {

/// The folders whose erased.json is to know: those given, and the one of the last backup.
QStringList backupFolders(cli::Invocation &call)
{
    QStringList folders = call.parser().values(u"backup-folder"_s);
    const QString last = call.context().settings.get(settings::backupFolder);
    if (!last.isEmpty() && QDir(last).exists())
        folders.append(last);
    folders.removeDuplicates();
    return folders;
}

int erase(cli::Invocation &call, CustomerService &service, const CustomerFacts &facts)
{
    const QString reason = call.value(u"reason"_s);
    if (reason.trimmed().isEmpty())
        return call.usage(u"erase needs --reason, in words that name nobody: it is kept."_s);
    if (call.value(u"confirm"_s) != facts.customerId) {
        cli::printError(
            u"%1 <%2>, customer %3: the row is deleted, %4 without customer, notes and metadata, the values "
            u"in the audit log are redacted. It cannot be undone."_s.arg(
                facts.name, facts.email, facts.customerId,
                facts.sales == 1 ? u"1 sale stays"_s : u"%1 sales stay"_s.arg(format::count(facts.sales))));
        return call.usage(u"To erase, repeat with --confirm %1."_s.arg(facts.customerId));
    }
    const Result<ErasureReport> done =
        service
            .erase(call.value(u"store"_s), facts.customerId, reason, backupFolders(call), cli::interruption())
            .result();
    if (!done)
        return call.fail(done.error());
    for (const QString &warning : done->warnings)
        cli::printError(u"Warning: "_s + warning);
    if (call.json())
        cli::printLine(QString::fromUtf8(
            QJsonDocument(QJsonObject{{u"customer_id"_s, facts.customerId},
                                      {u"sales"_s, done->sales},
                                      {u"audit_entries"_s, done->auditEntries},
                                      {u"warnings"_s, QJsonArray::fromStringList(done->warnings)}})
                .toJson(QJsonDocument::Compact)));
    else
        cli::printLine(u"The customer %1 is erased: %2, %3 redacted."_s.arg(
            facts.customerId,
            done->sales == 1 ? u"1 sale lost its customer"_s
                             : u"%1 sales lost their customer"_s.arg(format::count(done->sales)),
            done->auditEntries == 1 ? u"1 audit entry was"_s
                                    : u"%1 audit entries were"_s.arg(format::count(done->auditEntries))));
    return cli::Success;
}

} // namespace

int cli::customer(AppContext &context, const QStringList &arguments)
{
    Invocation call(context, u"customer"_s,
                    u"“customer export” writes all that is known about one customer, “customer erase” erases "
                    u"one, “customer reapply” erases again whom a restore brought back."_s,
                    Data::Json);
    call.parser().addPositionalArgument(u"action"_s, u"export, erase or reapply."_s);
    call.parser().addPositionalArgument(u"customer"_s, u"Id or e-mail address."_s, u"[CUSTOMER]"_s);
    call.parser().addOption({u"store"_s, u"The store the customer is of."_s, u"STORE"_s});
    call.parser().addOption({u"out"_s, u"export: the file; must not be there yet."_s, u"FILE"_s});
    call.parser().addOption({u"reason"_s, u"erase: why, in words that name nobody."_s, u"TEXT"_s});
    call.parser().addOption({u"confirm"_s, u"erase: the customer's id, to say that it is meant."_s, u"ID"_s});
    call.parser().addOption(
        {u"backup-folder"_s,
         u"erase, reapply: a folder of backups with its erased.json; may be repeated. The folder of the last "
         u"backup is taken along."_s,
         u"FOLDER"_s});
    if (!call.parse(arguments))
        return call.exit();
    const QStringList words = call.parser().positionalArguments();
    const QString action = words.value(0);
    CustomerService service(context.pool);
    if (action == u"reapply" && words.size() == 1) {
        if (const Result<Capabilities> connected = call.connect(); !connected)
            return call.fail(connected.error());
        const Result<QString> done = service.reapply(backupFolders(call), interruption()).result();
        if (!done)
            return call.fail(done.error());
        printLine(*done);
        return Success;
    }
    if ((action != u"export" && action != u"erase") || words.size() != 2)
        return call.usage(u"Give export or erase and a customer, or reapply."_s);
    if (!call.isSet(u"store"_s))
        return call.usage(u"--store says whose customer it is."_s);
    const QString file = call.value(u"out"_s);
    if (action == u"export" && file.isEmpty())
        return call.usage(u"export needs --out FILE: personal data is not printed on a terminal."_s);
    if (action == u"export" && QFile::exists(file))
        return call.usage(u"%1 is there already; give another name."_s.arg(file));
    if (const Result<Capabilities> connected = call.connect(); !connected)
        return call.fail(connected.error());
    const Result<CustomerFacts> facts =
        service.find(call.value(u"store"_s), words[1], interruption()).result();
    if (!facts)
        return call.fail(facts.error());
    if (action == u"erase")
        return erase(call, service, *facts);
    const Result<QString> done =
        service.exportTo(call.value(u"store"_s), facts->customerId, file, interruption()).result();
    if (!done)
        return call.fail(done.error());
    printLine(*done);
    return Success;
}
