// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/services/backupdrill.h"
#include "app/services/backuptools.h"

#include <QJsonDocument>

using namespace Qt::StringLiterals;

int cli::drill(AppContext &context, const QStringList &arguments)
{
    Invocation call(
        context, u"drill"_s,
        u"Restores a backup somewhere harmless, compares the copy with what was backed up, tells how long "
        u"that "
        u"took and removes the copy. Exit code 4: it could not be tried; 5: the backup is damaged."_s,
        Data::Json);
    call.parser().addOption(
        {u"from"_s,
         u"A backup, or a folder of which the newest one is taken. Default: the folder of "
         u"the last backup made here."_s,
         u"FILE_OR_DIR"_s});
    call.parser().addOption({u"identity"_s, u"File with the secret key of a sealed backup."_s, u"FILE"_s});
    if (!call.parse(arguments))
        return call.exit();
    if (!call.parser().positionalArguments().isEmpty())
        return call.usage(u"Name the backup with --from."_s);
    const QString from =
        call.isSet(u"from"_s) ? call.value(u"from"_s) : context.settings.get(settings::backupFolder);
    if (from.isEmpty())
        return call.usage(u"No backup was made from here yet; name one: --from FILE_OR_DIR."_s);
    ::backup::Means means{
        ::backup::toolFolders(context.settings.get(settings::toolFolder)), call.value(u"identity"_s), {}};
    if (call.isSet(u"profile"_s)) {
        const Result<Login> login = call.login();
        if (!login)
            return call.fail(login.error());
        means.login = *login;
    }
    std::optional<::backup::Drilled> done;
    const int code = call.runJob(
        {u"drill"_s, u"Drill: restore and compare"_s, from, u"retail-admin drill --from %1"_s.arg(from)},
        [&](JobContext &job) -> Result<QString> {
            const Result<::backup::StoredBackup> stored = ::backup::backupForDrill(from, call.databaseName());
            if (!stored)
                return stored.error();
            const Result<::backup::Drilled> drilled = ::backup::drill(*stored, means, job);
            if (!drilled)
                return drilled.error();
            done = *drilled;
            if (const Result<void> noted = context.local.proven(drilled->proof()); !noted)
                job.log(noted.error().text());
            return drilled->summary();
        });
    if (done && call.json())
        printLine(QString::fromUtf8(
            QJsonDocument(
                QJsonObject{{u"backup"_s, done->backup.dumpPath()},
                            {u"database"_s, done->backup.manifest.database},
                            {u"created"_s, done->backup.manifest.created.toString(Qt::ISODateWithMs)},
                            {u"rows"_s, done->backup.manifest.rows()},
                            {u"where"_s, done->place},
                            {u"recovery_ms"_s, done->recoveryMs}})
                .toJson(QJsonDocument::Compact)));
    return code;
}
