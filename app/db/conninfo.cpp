// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/conninfo.h"

#include <QDir>
#include <QFile>
#include <QHostAddress>

#include <libpq-fe.h>

#include <memory>

using namespace Qt::StringLiterals;

namespace {

QString variable(const char *name)
{
    return QString::fromLocal8Bit(qgetenv(name));
}

/// Where a setting is looked for after the string and the service.
struct Fallback
{
    QLatin1String key;
    const char *variable;
};
constexpr Fallback fallbacks[] = {{QLatin1String("host"), "PGHOST"},
                                  {QLatin1String("hostaddr"), "PGHOSTADDR"},
                                  {QLatin1String("port"), "PGPORT"},
                                  {QLatin1String("user"), "PGUSER"},
                                  {QLatin1String("dbname"), "PGDATABASE"},
                                  {QLatin1String("sslmode"), "PGSSLMODE"},
                                  {QLatin1String("sslrootcert"), "PGSSLROOTCERT"},
                                  {QLatin1String("passfile"), "PGPASSFILE"}};

QHash<QString, QString> parsed(const QString &text)
{
    QHash<QString, QString> values;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(text.toUtf8().constData(), nullptr), PQconninfoFree);
    for (const PQconninfoOption *option = options.get(); option && option->keyword; ++option)
        if (option->val)
            values[QString::fromLatin1(option->keyword)] = QString::fromUtf8(option->val);
    return values;
}

void readServices(const QString &path, QList<conninfo::Service> &all)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return;
    bool skip = true;
    while (!file.atEnd()) {
        const QString line = QString::fromUtf8(file.readLine()).trimmed();
        if (line.isEmpty() || line.startsWith(u'#'))
            continue;
        if (line.startsWith(u'[') && line.endsWith(u']')) {
            const QString name = line.mid(1, line.size() - 2);
            skip = std::any_of(all.cbegin(), all.cend(),
                               [&](const conninfo::Service &known) { return known.name == name; });
            if (!skip)
                all.append({name, {}});
        } else if (const qsizetype equals = line.indexOf(u'='); equals > 0 && !skip) {
            all.last().values.insert(line.left(equals).trimmed(), line.mid(equals + 1).trimmed());
        }
    }
}

/// The fields of a pass file's line, undone of their backslashes.
QStringList passfileFields(const QString &line)
{
    QStringList fields{QString()};
    for (qsizetype i = 0; i < line.size(); ++i) {
        if (line[i] == u'\\' && i + 1 < line.size())
            fields.last() += line[++i];
        else if (line[i] == u':' && fields.size() < 5)
            fields += QString();
        else
            fields.last() += line[i];
    }
    return fields;
}

template <typename Visit>
void eachPassfileLine(const QString &name, Visit visit)
{
    QFile file(name);
    if (!file.open(QIODevice::ReadOnly))
        return;
    while (!file.atEnd()) {
        QString line = QString::fromUtf8(file.readLine());
        if (line.endsWith(u'\n'))
            line.chop(1);
        const QStringList fields = passfileFields(line);
        if (!line.startsWith(u'#') && fields.size() == 5 && !visit(fields))
            return;
    }
}

} // namespace

bool conninfo::Endpoint::isLocal() const
{
    const QString place = address.isEmpty() ? host : address;
    return isSocket() || place == u"localhost" || QHostAddress(place).isLoopback();
}

QString conninfo::Effective::effectiveSslmode() const
{
    if (!sslmode.isEmpty())
        return sslmode;
    const bool remote = std::any_of(endpoints.cbegin(), endpoints.cend(),
                                    [](const Endpoint &endpoint) { return !endpoint.isLocal(); });
    return remote ? u"verify-full"_s : u"prefer"_s;
}

QString conninfo::Effective::effectiveRootcert() const
{
    if (!sslrootcert.isEmpty() || !effectiveSslmode().startsWith(u"verify"))
        return sslrootcert;
    const QString own = QDir::homePath() + u"/.postgresql/root.crt"_s;
    if (QFile::exists(own))
        return own;
    for (const QString &bundle : {u"/etc/ssl/certs/ca-certificates.crt"_s, u"/etc/pki/tls/cert.pem"_s,
                                  u"/etc/ssl/cert.pem"_s, u"/etc/ssl/ca-bundle.pem"_s})
        if (QFile::exists(bundle))
            return bundle;
    return {};
}

conninfo::Effective conninfo::effective(const QString &text)
{
    QHash<QString, QString> values = parsed(text);
    const QString service = values.value(u"service"_s, variable("PGSERVICE"));
    if (!service.isEmpty())
        for (const Service &known : services())
            if (known.name == service)
                for (auto it = known.values.cbegin(); it != known.values.cend(); ++it)
                    if (!values.contains(it.key()))
                        values.insert(it.key(), it.value());
    for (const Fallback &fallback : fallbacks)
        if (const QString value = variable(fallback.variable);
            !value.isEmpty() && !values.contains(fallback.key))
            values.insert(fallback.key, value);

    Effective found;
    found.user = values.value(u"user"_s);
    if (found.user.isEmpty()) {
        const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> defaults(PQconndefaults(),
                                                                                    PQconninfoFree);
        for (const PQconninfoOption *option = defaults.get(); option && option->keyword; ++option)
            if (qstrcmp(option->keyword, "user") == 0)
                found.user = QString::fromUtf8(option->val);
    }
    found.database = values.value(u"dbname"_s, found.user);
    found.sslmode = values.value(u"sslmode"_s);
    found.sslrootcert = values.value(u"sslrootcert"_s);
    found.passfile = values.value(u"passfile"_s, defaultPassfile());

    const auto list = [&](const QString &key) {
        const QString value = values.value(key);
        return value.isEmpty() ? QStringList() : value.split(u',');
    };
    const QStringList hosts = list(u"host"_s);
    const QStringList addresses = list(u"hostaddr"_s);
    const QStringList ports = list(u"port"_s);
    const qsizetype count = std::max({hosts.size(), addresses.size(), qsizetype(1)});
    for (qsizetype i = 0; i < count; ++i) {
        const QString port = ports.size() == 1 ? ports.first() : ports.value(i);
        found.endpoints.append({hosts.value(i), addresses.value(i), port.isEmpty() ? u"5432"_s : port});
    }
    return found;
}

QList<conninfo::Service> conninfo::services()
{
    QList<Service> all;
    const QString own = variable("PGSERVICEFILE");
    readServices(own.isEmpty() ? QDir::homePath() + u"/.pg_service.conf"_s : own, all);
    const QString folder = variable("PGSYSCONFDIR");
    // Without the variable libpq looks where it was built to look: Debian's place, or the usual one.
    for (const QString &system :
         folder.isEmpty() ? QStringList{u"/etc/postgresql-common"_s, u"/etc"_s} : QStringList{folder})
        readServices(system + u"/pg_service.conf"_s, all);
    return all;
}

QString conninfo::defaultPassfile()
{
    const QString own = variable("PGPASSFILE");
    return own.isEmpty() ? QDir::homePath() + u"/.pgpass"_s : own;
}

QList<conninfo::PassfileEntry> conninfo::passfileEntries(const QString &file)
{
    QList<PassfileEntry> entries;
    eachPassfileLine(file, [&](const QStringList &fields) {
        entries.append({fields[0], fields[1], fields[2], fields[3]});
        return true;
    });
    return entries;
}

QString conninfo::passfilePassword(const QString &file, const PassfileEntry &place)
{
    if (QFile(file).permissions() & (QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup |
                                     QFile::ReadOther | QFile::WriteOther | QFile::ExeOther))
        return {}; // as libpq does
    QString password;
    const QStringList wanted{place.host, place.port, place.database, place.user};
    eachPassfileLine(file, [&](const QStringList &fields) {
        for (qsizetype i = 0; i < wanted.size(); ++i)
            if (fields[i] != u"*" && fields[i] != wanted[i])
                return true;
        password = fields[4];
        return false;
    });
    return password;
}

QHash<QString, QString> conninfo::settings(const QString &conninfo)
{
    return parsed(conninfo);
}

QString conninfo::pair(const QString &key, const QString &value)
{
    QString text = value;
    return key + u"='"_s + text.replace(u'\\', u"\\\\"_s).replace(u'\'', u"\\'"_s) + u'\'';
}
