// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/backup.h"

#include "app/core/format.h"
#include "app/services/backupfolder.h"
#include "app/services/backupjob.h"
#include "app/services/backupverify.h"
#include "app/services/retention.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace {

void printJson(const QJsonObject &object)
{
    cli::printLine(QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact)));
}

/// One backup as `list` prints it.
QJsonObject rowOf(const backup::StoredBackup &stored)
{
    const backup::Manifest &manifest = stored.manifest;
    return {{u"file"_s, stored.dumpPath()},
            {u"manifest"_s, stored.manifestPath()},
            {u"database"_s, manifest.database},
            {u"scope"_s, backup::scopeName(manifest.scope)},
            {u"format"_s, backup::formatName(manifest.format)},
            {u"sealed"_s, manifest.sealed()},
            {u"created"_s, manifest.created.toString(Qt::ISODateWithMs)},
            {u"bytes"_s, manifest.bytes()},
            {u"rows"_s, manifest.rows()},
            {u"level"_s, backup::levelName(manifest.verification.level)},
            {u"good"_s, stored.good()},
            {u"verification"_s, manifest.levelText()},
            {u"verified"_s, manifest.verification.at.toString(Qt::ISODateWithMs)}};
}

QJsonObject detailsOf(const backup::StoredBackup &stored)
{
    QJsonObject json = rowOf(stored);
    json[u"details"_s] = stored.manifest.toJson();
    return json;
}

backup::Means meansOf(cli::Invocation &call)
{
    return {backup::toolFolders(call.context().settings.get(settings::toolFolder)),
            call.value(u"identity"_s),
            {}};
}

/// How the job could be started again; options hold no secret, and the profile's password is not among them.
QString commandOf(const QStringList &arguments)
{
    QStringList words{u"retail-admin"_s, u"backup"_s};
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const QString &word = arguments[i];
        const bool connection = word.contains(u"://") || word.contains(u"password"_s);
        words += connection ? u"…"_s : word.contains(u' ') ? u'\'' + word + u'\'' : word;
    }
    return words.join(u' ');
}

int create(cli::Invocation &call, const QStringList &arguments)
{
    backup::Options options;
    options.folder = call.value(u"out"_s);
    if (options.folder.isEmpty())
        return call.usage(u"Name the folder: --out DIR."_s);
    const Result<backup::Format> format = backup::formatOf(call.value(u"format"_s));
    QString scopeWord = call.value(u"scope"_s);
    if (!call.isSet(u"scope"_s) && call.isSet(u"tables"_s))
        scopeWord = u"tables"_s;
    const Result<backup::Scope> scope = backup::scopeOf(scopeWord);
    const Result<backup::Level> level = backup::levelOf(call.value(u"level"_s));
    const Result<int> jobs = call.number(u"jobs"_s, 1, 64);
    const Result<int> compress = call.number(u"compress"_s, -1, 9);
    if (!format)
        return call.fail(format.error());
    if (!scope)
        return call.fail(scope.error());
    if (!level)
        return call.fail(level.error());
    if (!jobs)
        return call.fail(jobs.error());
    if (!compress)
        return call.fail(compress.error());
    options.format = *format;
    options.scope = *scope;
    options.level = *level;
    options.jobs = *jobs;
    options.compress = *compress;
    for (const QString &names : call.parser().values(u"tables"_s))
        options.tables += names.split(u',', Qt::SkipEmptyParts);
    options.recipients = call.parser().values(u"recipient"_s);
    options.preferredTools = call.context().settings.get(settings::toolFolder);
    if (const Result<void> valid = backup::checkOptions(options); !valid)
        return call.fail(valid.error());
    // Not through the pool, which refuses schemas of other versions: they want backups too, before a
    // migration.
    const Result<Login> login = call.login();
    if (!login)
        return call.fail(login.error());
    std::optional<backup::StoredBackup> made;
    const int code = call.runJob({u"backup"_s, u"Back up"_s, login->profile.target(), commandOf(arguments)},
                                 [&](JobContext &job) -> Result<QString> {
                                     const Result<backup::StoredBackup> stored =
                                         backup::create(*login, options, job);
                                     if (!stored)
                                         return stored.error();
                                     made = *stored;
                                     return backup::summary(*stored);
                                 });
    if (made) {
        call.context().settings.set(settings::backupFolder, made->folder);
        if (call.json())
            printJson(detailsOf(*made));
    }
    return code;
}

int verify(cli::Invocation &call, const QString &file, const QStringList &arguments)
{
    const Result<backup::Level> level = backup::levelOf(call.value(u"level"_s));
    if (!level)
        return call.fail(level.error());
    const Result<backup::StoredBackup> found = backup::findBackup(file);
    if (!found)
        return call.fail(found.error());
    backup::Means means = meansOf(call);
    if (call.isSet(u"profile"_s)) {
        const Result<Login> login = call.login();
        if (!login)
            return call.fail(login.error());
        means.login = *login;
    }
    std::optional<backup::StoredBackup> checked;
    const int code =
        call.runJob({u"verification"_s, u"Verify a backup"_s, found->dumpPath(), commandOf(arguments)},
                    [&](JobContext &job) -> Result<QString> {
                        const Result<backup::StoredBackup> stored =
                            backup::verify(*found, *level, means, job);
                        if (!stored)
                            return stored.error();
                        checked = *stored;
                        return u"%1: %2."_s.arg(stored->dumpPath(), stored->manifest.levelText());
                    });
    if (checked && call.json())
        printJson(rowOf(*checked));
    return code;
}

int inspect(cli::Invocation &call, const QString &file)
{
    const Result<backup::StoredBackup> found = backup::findBackup(file);
    if (!found)
        return call.fail(found.error());
    const backup::Manifest &manifest = found->manifest;
    // The manifest tells the most; the contents of a sealed dump need its key.
    const Result<QList<backup::TocEntry>> toc = backup::readToc(*found, meansOf(call), cli::interruption());
    if (!toc && toc.error().kind != ErrorKind::Unverified)
        return call.fail(toc.error());
    if (call.json()) {
        QJsonObject json = detailsOf(*found);
        QJsonArray objects;
        if (toc)
            for (const backup::TocEntry &entry : *toc)
                objects.append(
                    QJsonObject{{u"id"_s, entry.id}, {u"type"_s, entry.type}, {u"name"_s, entry.name}});
        json[u"objects"_s] = toc ? QJsonValue(objects) : QJsonValue();
        printJson(json);
        return cli::Success;
    }
    const auto line = [](const QString &name, const QString &value) {
        cli::printLine(name.leftJustified(14) + value);
    };
    line(u"database"_s, u"%1 of %2"_s.arg(manifest.database, manifest.target));
    line(u"server"_s, u"PostgreSQL %1, written by %2"_s.arg(manifest.serverVersion, manifest.tool));
    line(u"created"_s, format::exact(manifest.created));
    line(u"scope"_s,
         u"%1, format %2%3"_s.arg(backup::scopeName(manifest.scope), backup::formatName(manifest.format),
                                  manifest.sealed() ? u", sealed"_s : QString()));
    line(u"verification"_s, manifest.levelText());
    line(u"size"_s,
         u"%1 from %2"_s.arg(format::bytes(manifest.bytes()), format::bytes(manifest.databaseBytes)));
    QStringList extensions;
    for (const backup::Extension &extension : manifest.extensions)
        extensions += extension.name + u' ' + extension.version;
    line(u"extensions"_s, extensions.join(u", "_s));
    line(u"roles"_s, manifest.roles.join(u", "_s));
    for (const backup::DatabaseSetting &setting : manifest.settings)
        line(u"setting"_s,
             setting.role.isEmpty() ? setting.setting : setting.role + u": "_s + setting.setting);
    cli::printLine({});
    for (const backup::Table &table : manifest.tables)
        if (!table.partitioned)
            cli::printLine(u"%1 %2 %3  %4"_s.arg(
                table.fullName().leftJustified(44), format::count(table.rows).rightJustified(14),
                table.rows == 1 ? u"row "_s : u"rows"_s, format::bytes(table.bytes).rightJustified(10)));
    if (!toc) {
        cli::printLine(u"\n"_s + toc.error().hint);
        return cli::Success;
    }
    QMap<QString, int> counts;
    for (const backup::TocEntry &entry : *toc)
        ++counts[entry.type];
    QStringList objects;
    for (auto each = counts.cbegin(); each != counts.cend(); ++each)
        objects += u"%1 %2"_s.arg(each.value()).arg(each.key());
    cli::printLine(u"\n%1"_s.arg(objects.join(u", "_s)));
    return cli::Success;
}

int list(cli::Invocation &call)
{
    const QString folder =
        call.isSet(u"dir"_s) ? call.value(u"dir"_s) : call.context().settings.get(settings::backupFolder);
    if (folder.isEmpty())
        return call.usage(u"No backup was made from here yet; name the folder: --dir DIR."_s);
    if (!QFileInfo(folder).isDir())
        return call.fail({ErrorKind::NotFound, u"There is no folder %1."_s.arg(folder)});
    QStringList problems;
    const QList<backup::StoredBackup> all = backup::listBackups(folder, &problems);
    for (const QString &problem : std::as_const(problems))
        cli::printError(problem);
    if (call.json() || call.isSet(u"csv"_s)) {
        QJsonArray rows;
        for (const backup::StoredBackup &stored : all)
            rows.append(rowOf(stored));
        call.print({u"file"_s, u"manifest"_s, u"database"_s, u"scope"_s, u"format"_s, u"sealed"_s,
                    u"created"_s, u"bytes"_s, u"rows"_s, u"level"_s, u"good"_s, u"verification"_s,
                    u"verified"_s},
                   rows);
        return cli::Success;
    }
    // No table: it would cut the paths.
    for (const backup::StoredBackup &stored : all)
        cli::printLine(u"%1  %2  %3  %4"_s.arg(stored.manifest.created.toString(Qt::ISODate),
                                               format::bytes(stored.manifest.bytes()).rightJustified(10),
                                               stored.dumpPath(), stored.manifest.levelText()));
    return cli::Success;
}

bool hasRules(const cli::Invocation &call)
{
    return call.isSet(u"keep-last"_s) || call.isSet(u"keep-daily"_s) || call.isSet(u"keep-weekly"_s) ||
           call.isSet(u"keep-monthly"_s);
}

Result<backup::KeepRules> rulesOf(const cli::Invocation &call)
{
    backup::KeepRules rules;
    for (const auto &[option, field] : {std::pair{u"keep-last"_s, &backup::KeepRules::last},
                                        std::pair{u"keep-daily"_s, &backup::KeepRules::daily},
                                        std::pair{u"keep-weekly"_s, &backup::KeepRules::weekly},
                                        std::pair{u"keep-monthly"_s, &backup::KeepRules::monthly},
                                        std::pair{u"days"_s, &backup::KeepRules::days}}) {
        const Result<int> number = call.number(option, 0, 100'000);
        if (!number)
            return number.error();
        rules.*field = *number;
    }
    if (hasRules(call) && !call.isSet(u"days"_s))
        rules.days = 0;
    return rules;
}

int prune(cli::Invocation &call, const QStringList &arguments)
{
    const QString folder = call.value(u"dir"_s);
    if (folder.isEmpty())
        return call.usage(u"Name the folder: --dir DIR."_s);
    if (!QFileInfo(folder).isDir())
        return call.fail({ErrorKind::NotFound, u"There is no folder %1."_s.arg(folder)});
    const Result<backup::KeepRules> rules = rulesOf(call);
    if (!rules)
        return call.fail(rules.error());
    const backup::PrunePlan plan = backup::planPrune(folder, *rules);
    const auto print = [&](bool executed) {
        if (!call.json())
            return;
        QJsonArray rows;
        for (const backup::PrunePlan::Item &item : plan.items) {
            QJsonObject row = rowOf(item.backup);
            row[u"remove"_s] = item.remove;
            row[u"reason"_s] = item.reason;
            rows.append(row);
        }
        printJson({{u"rows"_s, rows}, {u"next"_s, QJsonValue()}, {u"executed"_s, executed}});
    };
    if (!call.json() && !plan.items.isEmpty())
        cli::printLine(plan.text());
    if (call.isSet(u"dry-run"_s)) {
        print(false);
        if (!call.json())
            cli::printLine(u"%1 would be removed, %2."_s.arg(
                plan.removed() == 1 ? u"1 backup"_s : u"%1 backups"_s.arg(plan.removed()),
                format::bytes(plan.removedBytes())));
        return cli::Success;
    }
    const int code = call.runJob({u"prune"_s, u"Remove old backups"_s, plan.folder, commandOf(arguments)},
                                 [&](JobContext &job) { return backup::prune(plan, job); });
    if (code == cli::Success)
        print(true);
    return code;
}

} // namespace

int cli::backup(AppContext &context, const QStringList &arguments)
{
    Invocation call(
        context, u"backup"_s,
        u"Backups that are verified before they count. Exit code 4: made, but the level asked for was "
        u"not reached; 5: found wrong."_s,
        Data::Rows);
    QCommandLineParser &parser = call.parser();
    parser.addPositionalArgument(u"ACTION"_s,
                                 u"create, list, verify FILE, inspect FILE, prune, upload [FILE|newest], or "
                                 u"target list, target set NAME, target remove NAME."_s);
    parser.addOption({u"out"_s, u"create: the folder for the backup."_s, u"DIR"_s});
    parser.addOption({u"format"_s, u"create: custom, one file, or directory."_s, u"FORMAT"_s, u"custom"_s});
    parser.addOption({u"jobs"_s, u"create: tables at a time; needs the directory format."_s, u"N"_s, u"1"_s});
    parser.addOption({u"compress"_s, u"create: 0 (none) to 9; pg_dump's choice else."_s, u"0-9"_s, u"-1"_s});
    parser.addOption({u"scope"_s,
                      u"create: database; schema, which is retail and what it needs; or tables."_s,
                      u"SCOPE"_s, u"database"_s});
    parser.addOption({u"tables"_s, u"create: only these, with commas between."_s, u"NAMES"_s});
    parser.addOption(
        {u"recipient"_s, u"create: seal to this public key of age; may be repeated."_s, u"KEY"_s});
    parser.addOption(
        {u"level"_s, u"create, verify: listed, or restored for a test."_s, u"LEVEL"_s, u"listed"_s});
    parser.addOption(
        {u"identity"_s, u"verify, inspect: file with the secret key of a sealed backup."_s, u"FILE"_s});
    parser.addOption({u"dir"_s, u"list, prune, upload newest: the folder of the backups."_s, u"DIR"_s});
    parser.addOption({u"keep-last"_s, u"prune, upload: keep the last N good ones."_s, u"N"_s, u"0"_s});
    parser.addOption({u"keep-daily"_s, u"prune, upload: keep one of each of N days."_s, u"N"_s, u"0"_s});
    parser.addOption({u"keep-weekly"_s, u"prune, upload: keep one of each of N weeks."_s, u"N"_s, u"0"_s});
    parser.addOption({u"keep-monthly"_s, u"prune, upload: keep one of each of N months."_s, u"N"_s, u"0"_s});
    parser.addOption({u"days"_s,
                      u"prune, upload: keep all of the last N days (prune: 30, unless a --keep- option is "
                      u"given)."_s,
                      u"N"_s, u"30"_s});
    parser.addOption({u"dry-run"_s, u"prune: say what would be removed, and remove nothing."_s});
    addUploadOptions(parser);
    if (!call.parse(arguments))
        return call.exit();
    const QStringList words = parser.positionalArguments();
    const QString action = words.value(0);
    if (call.isSet(u"csv"_s) && action != u"list" && words != QStringList{u"target"_s, u"list"_s})
        return call.usage(u"Only “list” and “target list” print CSV."_s);
    if (call.isSet(u"dry-run"_s) && action != u"prune")
        return call.usage(u"Only “prune” has a dry run."_s);
    if (action == u"target")
        return uploadTarget(call, words);
    if (action == u"upload" && words.size() <= 2) {
        const Result<::backup::KeepRules> rules = rulesOf(call);
        if (!rules)
            return call.fail(rules.error());
        return uploadBackup(call, words.value(1),
                            hasRules(call) || call.isSet(u"days"_s) ? &*rules : nullptr);
    }
    const bool wantsFile = action == u"verify" || action == u"inspect";
    if (words.size() != (wantsFile ? 2 : 1))
        return call.usage(
            wantsFile
                ? u"Name one backup: %1 FILE."_s.arg(action)
                : u"Name one action: create, list, verify FILE, inspect FILE, prune, upload or target."_s);
    if (action == u"create")
        return create(call, arguments);
    if (action == u"verify")
        return verify(call, words[1], arguments);
    if (action == u"inspect")
        return inspect(call, words[1]);
    if (action == u"list")
        return list(call);
    if (action == u"prune")
        return prune(call, arguments);
    return call.usage(
        u"“%1” is no action; create, list, verify, inspect, prune, upload and target are."_s.arg(action));
}
