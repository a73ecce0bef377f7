// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/backupupload.h"

#include "app/cli/backup.h"
#include "app/services/backupdrill.h"

#include <QFileInfo>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace {

QJsonObject rowOf(const UploadTarget &target)
{
    return {{u"name"_s, target.name},
            {u"place"_s, target.text()},
            {u"off_site"_s, target.offSite()},
            {u"secret"_s, target.secretPlace()}};
}

/// The target that the options describe, with what of one of that name they do not say.
Result<UploadTarget> described(const cli::Invocation &call, const QString &name)
{
    UploadTarget target;
    target.name = name;
    const int kinds = call.isSet(u"folder"_s) + call.isSet(u"azure"_s) + call.isSet(u"remote"_s);
    if (kinds != 1)
        return Error{ErrorKind::Usage,
                     u"Say where: one of --folder DIR, --azure ACCOUNT/CONTAINER and --remote "
                     u"NAME:PATH."_s};
    if (call.isSet(u"folder"_s)) {
        target.path = QFileInfo(call.value(u"folder"_s)).absoluteFilePath();
    } else if (call.isSet(u"remote"_s)) {
        target.kind = UploadTarget::Kind::Remote;
        target.remote = call.value(u"remote"_s).section(u':', 0, 0);
        target.path = call.value(u"remote"_s).section(u':', 1);
    } else {
        target.kind = UploadTarget::Kind::Azure;
        target.account = call.value(u"azure"_s).section(u'/', 0, 0);
        target.container = call.value(u"azure"_s).section(u'/', 1, 1);
        target.path = call.value(u"azure"_s).section(u'/', 2);
    }
    if (call.isSet(u"secret-file"_s))
        target.secretFile = QFileInfo(call.value(u"secret-file"_s)).absoluteFilePath();
    target.secretInKeyring = call.isSet(u"ask-secret"_s);
    const Result<void> valid = checkTarget(target);
    return valid ? Result<UploadTarget>(target) : valid.error();
}

int setTarget(cli::Invocation &call, const QString &name)
{
    const Result<UploadTarget> target = described(call, name);
    if (!target)
        return call.fail(target.error());
    std::optional<QString> secret;
    if (target->secretPlace() == u"missing")
        return call.usage(u"Name the key: --secret-file FILE, or --ask-secret for the desktop's keyring."_s);
    if (target->secretPlace() == u"keyring") {
        const Result<QString> typed = cli::askPassword(target->text());
        if (!typed)
            return call.fail(typed.error());
        secret = *typed;
    }
    if (const Result<void> valid = checkSetUp(*target, secret); !valid)
        return call.fail(valid.error());
    if (secret)
        if (const Result<void> kept = SecretStore::writeHere(target->keyName(), *secret, cli::interruption());
            !kept)
            return call.fail(kept.error());
    if (const Result<void> saved = call.context().uploadTargets.save(*target); !saved)
        return call.fail(saved.error());
    if (call.json())
        call.print({u"name"_s, u"place"_s}, QJsonArray{rowOf(*target)});
    else
        cli::printLine(u"“%1” is %2."_s.arg(name, target->text()));
    return cli::Success;
}

/// Takes a target off the list, and its key out of the keyring unless another target needs it.
int removeTarget(const cli::Invocation &call, UploadTargets &targets, const QString &name)
{
    const Result<UploadTarget> removed = targets.remove(name);
    if (!removed)
        return call.fail(removed.error());
    const QString key = targets.strayKey(*removed);
    if (key.isEmpty())
        return cli::Success;
    const Result<void> taken = SecretStore::removeHere(key, cli::interruption());
    if (!taken && taken.error().kind != ErrorKind::NotFound)
        return call.fail({taken.error().kind,
                          u"The target is removed; its key could not be taken out of the keyring: %1"_s.arg(
                              taken.error().message),
                          u"Take the entry “%1” out of the keyring yourself."_s.arg(key),
                          taken.error().detail});
    return cli::Success;
}

} // namespace

void cli::addUploadOptions(QCommandLineParser &parser)
{
    parser.addOption(
        {u"to"_s,
         u"upload: a target's name, a folder (/…), or remote:path of rclone; the only target that "
         u"was set up else."_s,
         u"TARGET"_s});
    parser.addOption({u"folder"_s, u"target set: a folder of a mounted disk."_s, u"DIR"_s});
    parser.addOption({u"azure"_s, u"target set: a container of Azure Blob, and a path in it."_s,
                      u"ACCOUNT/CONTAINER[/PATH]"_s});
    parser.addOption(
        {u"remote"_s, u"target set: a remote of your own rclone configuration."_s, u"NAME:PATH"_s});
    parser.addOption({u"secret-file"_s,
                      u"target set: file with the account key or a SAS, which only you may read."_s,
                      u"FILE"_s});
    parser.addOption({u"ask-secret"_s, u"target set: ask for it, and keep it in the desktop's keyring."_s});
}

int cli::uploadTarget(Invocation &call, const QStringList &words)
{
    const QString action = words.value(1);
    if (action == u"set" && words.size() == 3)
        return setTarget(call, words[2]);
    if (action == u"remove" && words.size() == 3)
        return removeTarget(call, call.context().uploadTargets, words[2]);
    if (action != u"list" || words.size() != 2)
        return call.usage(u"The actions are “target list”, “target set NAME” and “target remove NAME”."_s);
    const Result<QList<UploadTarget>> targets = call.context().uploadTargets.all();
    if (!targets)
        return call.fail(targets.error());
    QJsonArray rows;
    for (const UploadTarget &target : *targets)
        rows.append(rowOf(target));
    call.print({u"name"_s, u"place"_s, u"off_site"_s, u"secret"_s}, rows);
    return Success;
}

int cli::uploadBackup(Invocation &call, const QString &file, const ::backup::KeepRules *rules)
{
    AppContext &context = call.context();
    const Result<UploadTarget> target = context.uploadTargets.resolve(call.value(u"to"_s));
    if (!target)
        return call.fail(target.error());
    QString source = file;
    if (file.isEmpty() || file == u"newest") {
        source = call.isSet(u"dir"_s) ? call.value(u"dir"_s) : context.settings.get(settings::backupFolder);
        if (source.isEmpty())
            return call.usage(
                u"No backup was made from here yet; name the FILE, or the folder: --dir DIR."_s);
    }
    std::optional<::backup::Uploaded> done;
    QString pruned;
    // All in the job, so that also a file that is not there and a key that is not given are in the history.
    const int code = call.runJob(
        {u"upload"_s, u"Upload a backup"_s, target->text(),
         u"retail-admin backup upload %1 --to %2"_s.arg(
             file.isEmpty() ? u"newest"_s : file, target->name.isEmpty() ? target->text() : target->name)},
        [&](JobContext &job) -> Result<QString> {
            const Result<::backup::StoredBackup> stored =
                QFileInfo(source).isDir() && !source.endsWith(u".dump")
                    ? ::backup::backupForDrill(source, call.databaseName())
                    : ::backup::findBackup(source);
            if (!stored)
                return stored.error();
            const Result<QString> secret = UploadTargets::secret(*target, true, job.token());
            if (!secret)
                return secret.error();
            Result<Rclone> rclone = Rclone::open(*target, *secret);
            if (!rclone)
                return rclone.error();
            const Result<::backup::Uploaded> uploaded = ::backup::upload(*stored, *rclone, job);
            if (!uploaded)
                return uploaded.error();
            done = *uploaded;
            if (const Result<void> noted = context.local.proven(uploaded->proof()); !noted)
                job.log(noted.error().text());
            QString summary = uploaded->summary();
            if (rules) {
                const Result<QString> result = ::backup::pruneTarget(*rclone, *rules, stored->file, job);
                if (!result)
                    return result.error();
                pruned = *result;
                summary += u' ' + pruned;
            }
            return summary;
        });
    if (done && call.json())
        printLine(QString::fromUtf8(
            QJsonDocument(QJsonObject{{u"backup"_s, done->backup.dumpPath()},
                                      {u"target"_s, done->place},
                                      {u"bytes"_s, done->backup.manifest.bytes()},
                                      {u"files"_s, done->files},
                                      {u"sent"_s, done->sent},
                                      {u"duration_ms"_s, done->ms},
                                      {u"pruned"_s, pruned.isEmpty() ? QJsonValue() : QJsonValue(pruned)}})
                .toJson(QJsonDocument::Compact)));
    return code;
}
