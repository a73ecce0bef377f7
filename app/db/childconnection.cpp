// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/childconnection.h"

#include "app/core/durable.h"
#include "app/core/paths.h"
#include "app/db/pgconnection.h"
#include "app/db/session.h"

#include <QDir>
#include <QFile>
#include <QRandomGenerator>

#include <libpq-fe.h>
#include <unistd.h>

#include <cerrno>

using namespace Qt::StringLiterals;

namespace {

const QString passfilePrefix = QStringLiteral("child-pass-");

QString quoted(QString value)
{
    return u'\'' + value.replace(u'\\', u"\\\\"_s).replace(u'\'', u"\\'"_s) + u'\'';
}

} // namespace

Result<ChildConnection> ChildConnection::of(Session &session, const QString &applicationName,
                                            const QString &database)
{
    removeLeftovers();
    const PGconn *connection = session.connection().handle();
    ChildConnection child;
    // What the session was opened with, resolved: service, PG* variables and defaults are in it.
    static const QStringList ours{u"host"_s,        u"hostaddr"_s,         u"port"_s,
                                  u"user"_s,        u"dbname"_s,           u"password"_s,
                                  u"passfile"_s,    u"application_name"_s, u"fallback_application_name"_s,
                                  u"service"_s,     u"client_encoding"_s,  u"target_session_attrs"_s,
                                  u"replication"_s, u"require_auth"_s,     u"load_balance_hosts"_s};
    QStringList parts;
    const auto add = [&](const QString &key, const QString &value) {
        if (!value.isEmpty())
            parts += key + u'=' + quoted(value);
    };
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfo(session.connection().handle()), PQconninfoFree);
    for (const PQconninfoOption *option = options.get(); option && option->keyword; ++option) {
        const QString key = QString::fromUtf8(option->keyword);
        if (!option->val || !*option->val || ours.contains(key))
            continue;
        if (key == u"sslpassword")
            return Error{
                ErrorKind::Usage,
                u"The key file of this connection has a password, which no other program may be given."_s,
                u"Use a key file without one, readable by you alone."_s};
        add(key, QString::fromUtf8(option->val));
    }
    add(u"host"_s, QString::fromUtf8(PQhost(connection)));
    if (!QString::fromUtf8(PQhost(connection)).startsWith(u'/'))
        add(u"hostaddr"_s, QString::fromUtf8(PQhostaddr(connection)));
    add(u"port"_s, QString::fromUtf8(PQport(connection)));
    add(u"user"_s, QString::fromUtf8(PQuser(connection)));
    add(u"dbname"_s, database.isEmpty() ? QString::fromUtf8(PQdb(connection)) : database);
    add(u"application_name"_s, applicationName);
    child.m_conninfo = parts.join(u' ');

    QByteArray password = PQpass(connection);
    if (password.isEmpty())
        return Result<ChildConnection>(std::move(child));
    const QString path = u"%1/%2%3-%4"_s.arg(paths::runtime(), passfilePrefix)
                             .arg(::getpid())
                             .arg(QRandomGenerator::global()->generate64(), 0, 36);
    if (const Result<void> made = paths::makePrivate(paths::runtime()); !made)
        return made.error();
    child.m_passfile = FileLock::tryTake(path);
    password.replace('\\', "\\\\").replace(':', "\\:");
    const QByteArray line = "*:*:*:*:" + password + '\n';
    if (!child.m_passfile)
        return durable::ioError(u"The pass file %1 cannot be made."_s.arg(path), errno);
    if (::write(child.m_passfile->descriptor(), line.constData(), size_t(line.size())) != line.size())
        return durable::ioError(u"The pass file %1 cannot be written."_s.arg(path), errno);
    return Result<ChildConnection>(std::move(child));
}

ChildConnection::~ChildConnection()
{
    if (m_passfile)
        m_passfile->removeFile();
}

QProcessEnvironment ChildConnection::environment() const
{
    QProcessEnvironment environment = cleanEnvironment();
    if (m_passfile)
        environment.insert(u"PGPASSFILE"_s, m_passfile->path());
    return environment;
}

QProcessEnvironment ChildConnection::cleanEnvironment()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : environment.keys())
        if (name.startsWith(u"PG"))
            environment.remove(name);
    environment.insert(u"LC_ALL"_s, u"C.UTF-8"_s);
    environment.remove(u"LANGUAGE"_s);
    return environment;
}

void ChildConnection::removeLeftovers()
{
    const QDir folder(paths::runtime());
    for (const QString &name : folder.entryList({passfilePrefix + u'*'}, QDir::Files))
        if (std::optional<FileLock> abandoned = FileLock::tryTake(folder.filePath(name)))
            abandoned->removeFile();
}
