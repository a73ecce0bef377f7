// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace {

int list(const cli::Invocation &call, const QList<Profile> &profiles)
{
    if (call.json()) {
        QJsonArray all;
        for (const Profile &profile : profiles)
            all.append(QJsonObject{{u"name"_s, profile.name},
                                   {u"target"_s, profile.target()},
                                   {u"ssh"_s, profile.ssh},
                                   {u"read_only"_s, profile.readOnly}});
        cli::printLine(QString::fromUtf8(
            QJsonDocument(QJsonObject{{u"profiles"_s, all}}).toJson(QJsonDocument::Compact)));
        return cli::Success;
    }
    for (const Profile &profile : profiles)
        cli::printLine(profile.name + u'\t' + profile.target());
    return cli::Success;
}

Result<QList<Profile>> toImport(const QStringList &files, const QList<Profile> &known)
{
    if (files.isEmpty())
        return importableProfiles(known);
    QList<Profile> all;
    for (const QString &name : files) {
        QFile file(name);
        if (!(name == u"-" ? file.open(0, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly)))
            return Error{ErrorKind::Io, u"%1 cannot be read."_s.arg(name), {}, file.errorString()};
        const Result<Profile> profile = importProfile(file.readAll());
        if (!profile)
            return profile.error();
        for (const Profile &other : known)
            if (other.name == profile->name)
                return Error{ErrorKind::Conflict, u"There is a profile named “%1” already."_s.arg(other.name),
                             u"Remove or rename one of them; nothing was changed."_s};
        all.append(*profile);
    }
    return all;
}

} // namespace

int cli::profile(AppContext &context, const QStringList &arguments)
{
    Invocation call(
        context, u"profile"_s,
        u"“profile list” lists the profiles, “profile export NAME” prints one without secrets, “profile "
        u"import FILE …” takes such files, and “profile import” alone what pg_service.conf and the pass "
        u"file name."_s,
        Data::Json);
    call.parser().addPositionalArgument(u"action"_s, u"list, import or export."_s);
    if (!call.parse(arguments))
        return call.exit();
    QStringList words = call.parser().positionalArguments();
    const QString action = words.isEmpty() ? QString() : words.takeFirst();
    if (action == u"list" && words.isEmpty())
        return list(call, context.profiles.all());
    if (action == u"export" && words.size() == 1) {
        const Result<Profile> profile = context.profiles.byName(words.first());
        if (!profile)
            return call.fail(profile.error());
        printLine(QString::fromUtf8(exportProfile(*profile)).trimmed());
        return Success;
    }
    if (action != u"import")
        return call.usage(u"The actions are “list”, “export NAME” and “import [FILE …]”."_s);
    const Result<QList<Profile>> found = toImport(words, context.profiles.all());
    if (!found)
        return call.fail(found.error());
    for (const Profile &profile : *found)
        if (const Result<void> saved = context.profiles.save(profile); !saved)
            return call.fail(saved.error());
    return list(call, *found);
}
