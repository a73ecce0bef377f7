// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/profile.h"

#include "app/core/log.h"
#include "app/core/paths.h"
#include "app/db/conninfo.h"

#include <QDir>
#include <QFile>
#include <QHash>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include <libpq-fe.h>

using namespace Qt::StringLiterals;

namespace {

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

const QString extension = QStringLiteral(".json");

struct EnvironmentName
{
    Environment environment;
    QLatin1String name;
};
constexpr EnvironmentName environmentNames[] = {{Environment::Development, QLatin1String("development")},
                                                {Environment::Test, QLatin1String("test")},
                                                {Environment::Production, QLatin1String("production")}};

/// `conninfo` taken apart by libpq; a plain word is a database name, as for psql.
Result<Options> parse(const QString &conninfo)
{
    char *message = nullptr;
    Options options(PQconninfoParse(conninfo.toUtf8().constData(), &message), PQconninfoFree);
    const QString why = QString::fromUtf8(message).trimmed();
    PQfreemem(message);
    if (!options)
        return Error{ErrorKind::Usage, u"This is not a connection string that libpq understands."_s,
                     u"Write postgresql://user@host:5432/database, key=value pairs or service=name."_s,
                     logging::redact(why)};
    return Result<Options>(std::move(options));
}

Profile fromJson(const QString &name, const QJsonObject &json)
{
    Profile profile;
    profile.name = name;
    profile.conninfo = json[u"conninfo"].toString();
    profile.passfile = json[u"passfile"].toString();
    profile.colour = json[u"colour"].toString();
    for (const EnvironmentName &known : environmentNames)
        if (json[u"environment"].toString() == known.name)
            profile.environment = known.environment;
    profile.role = json[u"role"].toString();
    profile.readOnly = json[u"read_only"].toBool();
    profile.statementTimeoutMs = json[u"statement_timeout_ms"].toInt(profile.statementTimeoutMs);
    profile.lockTimeoutMs = json[u"lock_timeout_ms"].toInt(profile.lockTimeoutMs);
    profile.ssh = json[u"ssh"].toString();
    return profile;
}

QJsonObject toJson(const Profile &profile)
{
    return {{u"conninfo"_s, profile.conninfo},
            {u"passfile"_s, profile.passfile},
            {u"colour"_s, profile.colour},
            {u"environment"_s, QString(environmentNames[int(profile.environment)].name)},
            {u"role"_s, profile.role},
            {u"read_only"_s, profile.readOnly},
            {u"statement_timeout_ms"_s, profile.statementTimeoutMs},
            {u"lock_timeout_ms"_s, profile.lockTimeoutMs},
            {u"ssh"_s, profile.ssh}};
}

} // namespace

QString Profile::target() const
{
    QHash<QString, QString> values;
    const Options defaults(PQconndefaults(), PQconninfoFree);
    for (const PQconninfoOption *option = defaults.get(); option && option->keyword; ++option)
        values[QString::fromUtf8(option->keyword)] = QString::fromUtf8(option->val);
    if (const Result<Options> options = parse(conninfo); options)
        for (const PQconninfoOption *option = options->get(); option->keyword; ++option)
            if (option->val)
                values[QString::fromUtf8(option->keyword)] = QString::fromUtf8(option->val);
    const QString service = values[u"service"_s];
    if (!service.isEmpty() && !conninfo.contains(u"dbname"))
        return u"service "_s + service;
    QString where = values[u"host"_s].isEmpty() ? values[u"hostaddr"_s] : values[u"host"_s];
    if (where.isEmpty() || where.startsWith(u'/'))
        where = u"local socket"_s;
    else if (values[u"port"_s] != u"5432")
        where += u':' + values[u"port"_s];
    const QString user = values[u"user"_s];
    const QString database = values[u"dbname"_s].isEmpty() ? user : values[u"dbname"_s];
    return u"%1@%2/%3"_s.arg(user, where, database);
}

Result<Login> parseConninfo(const QString &conninfo)
{
    Result<Options> options = parse(conninfo);
    if (!options)
        return options.error();
    Login login;
    QStringList others;
    for (const PQconninfoOption *option = options->get(); option->keyword; ++option) {
        if (!option->val)
            continue;
        if (qstrcmp(option->keyword, "password") == 0)
            login.password = QString::fromUtf8(option->val);
        else
            others += conninfo::pair(QString::fromUtf8(option->keyword), QString::fromUtf8(option->val));
    }
    login.profile.conninfo = login.password.isEmpty() ? conninfo : others.join(u' ');
    return login;
}

namespace {

/// No password of any kind in it.
Result<void> checkSecretless(const QString &conninfo)
{
    Result<Options> options = parse(conninfo);
    if (!options)
        return options.error();
    for (const PQconninfoOption *option = options->get(); option->keyword; ++option)
        if (option->val && QByteArrayView(option->keyword).endsWith("password"))
            return Error{
                ErrorKind::Usage, u"A profile keeps no password."_s,
                u"Leave it out of the connection string; it is asked for, or read from the keyring or a pass "
                u"file."_s};
    return {};
}

const QRegularExpression &validName()
{
    static const QRegularExpression valid(u"^[\\w][\\w .-]{0,63}$"_s,
                                          QRegularExpression::UseUnicodePropertiesOption);
    return valid;
}

QString asName(QString text)
{
    static const QRegularExpression others(u"[^\\w .-]+"_s, QRegularExpression::UseUnicodePropertiesOption);
    text = text.replace(others, u" "_s).simplified().left(64);
    while (!text.isEmpty() && !validName().match(text).hasMatch())
        text.remove(0, 1);
    return text;
}

} // namespace

QByteArray exportProfile(const Profile &profile)
{
    QJsonObject json = toJson(profile);
    json.remove(u"passfile"_s);
    json[u"format"_s] = u"retail-admin profile 1"_s;
    json[u"name"_s] = profile.name;
    return QJsonDocument(json).toJson();
}

Result<Profile> importProfile(const QByteArray &file)
{
    const QJsonObject json = QJsonDocument::fromJson(file).object();
    if (json[u"format"].toString() != u"retail-admin profile 1")
        return Error{ErrorKind::Usage, u"This is no exported profile."_s,
                     u"“retail-admin profile export NAME” writes one."_s};
    const QString name = json[u"name"].toString();
    if (!validName().match(name).hasMatch())
        return Error{ErrorKind::Usage, u"“%1” cannot be the name of a profile."_s.arg(name),
                     u"Use letters, digits, blanks, dots and dashes, at most 64."_s};
    Profile profile = fromJson(name, json);
    profile.passfile.clear(); // a path of another machine
    if (const Result<void> secretless = checkSecretless(profile.conninfo); !secretless)
        return secretless.error();
    return profile;
}

QList<Profile> importableProfiles(const QList<Profile> &known)
{
    QList<Profile> found;
    const auto offer = [&](const QString &name, const QString &conninfo) {
        const auto has = [&](const Profile &other) {
            return other.name == name || other.conninfo == conninfo;
        };
        if (name.isEmpty() || std::any_of(known.cbegin(), known.cend(), has) ||
            std::any_of(found.cbegin(), found.cend(), has))
            return;
        Profile profile;
        profile.name = name;
        profile.conninfo = conninfo;
        // Nobody said what it is for; the careful guess costs a question, the other one data.
        profile.environment = Environment::Production;
        found.append(profile);
    };
    for (const conninfo::Service &service : conninfo::services())
        offer(asName(service.name), conninfo::pair(u"service"_s, service.name));
    for (const conninfo::PassfileEntry &entry : conninfo::passfileEntries(conninfo::defaultPassfile())) {
        if (entry.host == u"*")
            continue;
        QStringList pairs;
        QStringList words;
        const auto add = [&](const QString &key, const QString &value) {
            if (value == u"*" || (key == u"host" && value == u"localhost"))
                return;
            pairs += conninfo::pair(key, value);
            if (key != u"port" || value != u"5432")
                words += value;
        };
        add(u"dbname"_s, entry.database);
        add(u"host"_s, entry.host);
        add(u"port"_s, entry.port);
        add(u"user"_s, entry.user);
        offer(asName(words.join(u' ')), pairs.join(u' '));
    }
    return found;
}

ProfileStore::ProfileStore(QString folder)
    : m_folder(std::move(folder))
{
}

QList<Profile> ProfileStore::all() const
{
    QList<Profile> profiles;
    const QStringList files = QDir(m_folder).entryList({u'*' + extension}, QDir::Files, QDir::Name);
    for (const QString &file : files) {
        if (Result<Profile> profile = byName(file.chopped(extension.size())); profile)
            profiles.append(*profile);
        else
            qCWarning(lcApp) << profile.error().text();
    }
    return profiles;
}

Result<Profile> ProfileStore::byName(const QString &name) const
{
    QFile file(m_folder + u'/' + name + extension);
    if (name.contains(u'/') || !file.open(QIODevice::ReadOnly)) {
        QStringList known = QDir(m_folder).entryList({u'*' + extension}, QDir::Files, QDir::Name);
        known.replaceInStrings(QRegularExpression(u"\\.json$"_s), QString());
        return Error{ErrorKind::NotFound, u"There is no profile named “%1”."_s.arg(name),
                     known.isEmpty()
                         ? u"No profile exists yet. “retail-admin sandbox start” makes some, or name a URI "
                           u"such as postgresql://user@host/database."_s
                         : u"Profiles: %1. A URI such as postgresql://user@host/database works too."_s.arg(
                               known.join(u", "_s))};
    }
    QJsonParseError parsed;
    const QJsonObject json = QJsonDocument::fromJson(file.readAll(), &parsed).object();
    if (parsed.error != QJsonParseError::NoError)
        return Error{ErrorKind::Io, u"The profile file %1 cannot be read."_s.arg(file.fileName()),
                     u"Mend it or remove it."_s, parsed.errorString()};
    return fromJson(name, json);
}

Result<void> ProfileStore::save(const Profile &profile)
{
    if (!validName().match(profile.name).hasMatch())
        return Error{ErrorKind::Usage, u"“%1” cannot be the name of a profile."_s.arg(profile.name),
                     u"Use letters, digits, blanks, dots and dashes, at most 64."_s};
    if (const Result<void> secretless = checkSecretless(profile.conninfo); !secretless)
        return secretless;
    return paths::writePrivate(m_folder + u'/' + profile.name + extension,
                               QJsonDocument(toJson(profile)).toJson());
}

Result<void> ProfileStore::remove(const QString &name)
{
    QFile file(m_folder + u'/' + name + extension);
    if (file.exists() && !file.remove())
        return Error{ErrorKind::Io,
                     u"The profile file %1 cannot be removed."_s.arg(file.fileName()),
                     {},
                     file.errorString()};
    return {};
}

Result<Login> ProfileStore::resolve(const QString &nameOrConninfo) const
{
    if (nameOrConninfo.isEmpty() || nameOrConninfo.contains(u"://") || nameOrConninfo.contains(u'='))
        return parseConninfo(nameOrConninfo);
    Result<Profile> profile = byName(nameOrConninfo);
    if (!profile)
        return profile.error();
    return Login{*profile, {}};
}
