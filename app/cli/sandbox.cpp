// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/sandbox.h"

#include "app/cli/cli.h"

#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace {

void printStatus(const SandboxStatus &status, bool json)
{
    if (json) {
        cli::printLine(QString::fromUtf8(QJsonDocument(status.toJson()).toJson(QJsonDocument::Compact)));
        return;
    }
    cli::printLine(status.running ? u"The sandbox runs."_s : u"The sandbox is not running."_s);
    cli::printLine(u"PostgreSQL %1, database %2, socket folder %3, port %4"_s.arg(
        status.serverVersion, status.database, status.host, QString::number(status.port)));
    cli::printLine(u"Pass file %1"_s.arg(status.passfile));
    for (const auto &[name, user] : status.profiles)
        cli::printLine(u"  --profile %1   (login %2)"_s.arg(name.leftJustified(16), user));
}

} // namespace

int cli::sandbox(AppContext &context, const QStringList &arguments)
{
    Invocation call(context, u"sandbox"_s,
                    u"A private PostgreSQL server with schema and sample data, to try the program on."_s,
                    Data::Json);
    call.parser().addPositionalArgument(u"ACTION"_s, u"start, stop, status or destroy."_s);
    call.parser().addOption({u"dir"_s,
                             u"Where it lives ($XDG_DATA_HOME/retail-admin/sandbox, for root "
                             u"/var/lib/retail-admin/sandbox)."_s,
                             u"DIR"_s});
    call.parser().addOption(
        {u"tcp"_s, u"With start: listen on this port of localhost too."_s, u"PORT"_s, u"0"_s});
    if (!call.parse(arguments))
        return call.exit();
    const QStringList actions = call.parser().positionalArguments();
    const QString action = actions.value(0);
    if (actions.size() != 1)
        return call.usage(u"Name one action: start, stop, status or destroy."_s);
    const Result<int> tcpPort = call.number(u"tcp"_s, 0, 65535);
    if (!tcpPort)
        return call.fail(tcpPort.error());

    Sandbox sandbox(context.profiles, call.value(u"dir"_s));
    const auto showStatus = [&]() -> int {
        const Result<SandboxStatus> status = sandbox.status();
        if (!status)
            return call.fail(status.error());
        printStatus(*status, call.json());
        return Success;
    };
    if (action == u"start") {
        const int code =
            call.runJob({u"sandbox"_s, u"Start the sandbox"_s, u"sandbox"_s, u"retail-admin sandbox start"_s},
                        [&](JobContext &job) { return sandbox.start(job, *tcpPort); });
        return code == Success ? showStatus() : code;
    }
    if (action == u"status")
        return showStatus();
    if (action != u"stop" && action != u"destroy")
        return call.usage(u"“%1” is no action; start, stop, status and destroy are."_s.arg(action));
    const Result<QString> done = action == u"stop" ? sandbox.stop() : sandbox.destroy();
    if (!done)
        return call.fail(done.error());
    if (call.json())
        return showStatus();
    printLine(*done);
    return Success;
}
