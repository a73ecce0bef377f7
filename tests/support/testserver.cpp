// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/testserver.h"

#include "app/jobs/processrunner.h"
#include "app/jobs/quietjob.h"

#include <QDir>
#include <QFile>
#include <QTcpServer>

#include <pwd.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace {

ProcessOutput run(const QString &program, const QStringList &arguments, const QString &asUser = {})
{
    ProcessCall call;
    call.program = program;
    call.arguments = arguments;
    call.asUser = asUser;
    const Result<ProcessOutput> output = runProcess(call);
    if (!output || output->exitCode != 0)
        qFatal("%s %s: %s", qPrintable(program), qPrintable(arguments.join(u' ')),
               output ? qPrintable(output->standardError) : qPrintable(output.error().text()));
    return *output;
}

} // namespace

TestServer::TestServer()
    : m_folder(std::make_unique<QTemporaryDir>(u"/tmp/retail-server-XXXXXX"_s))
{
    QFile(m_folder->path())
        .setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ExeOther);
    m_profiles = std::make_unique<ProfileStore>(m_folder->path() + u"/profiles"_s);
    m_sandbox = std::make_unique<Sandbox>(*m_profiles, m_folder->path() + u"/c"_s);
    QTcpServer probe;
    if (!probe.listen(QHostAddress::LocalHost))
        qFatal("no free port");
    m_port = probe.serverPort();
    probe.close();
    QuietJob job;
    if (const Result<QString> started = m_sandbox->start(job, m_port); !started)
        qFatal("no test server: %s", qPrintable(started.error().text()));
    m_status = *m_sandbox->status();
    // pg_ctl start shall bring it up as it is now.
    Session session = superuser();
    (void)session.execute("ALTER SYSTEM SET listen_addresses = 'localhost'");
    (void)session.execute("ALTER SYSTEM SET port = " + QByteArray::number(m_port));
}

TestServer::~TestServer()
{
    (void)m_sandbox->destroy();
}

Login TestServer::login(const QString &user, const QString &more) const
{
    Login login;
    login.profile.name = user;
    login.profile.conninfo =
        u"host=localhost hostaddr=127.0.0.1 port=%1 user=%2 dbname=retail_db %3"_s.arg(m_port).arg(user,
                                                                                                   more);
    login.profile.passfile = m_status.passfile;
    return login;
}

Session TestServer::superuser() const
{
    Login login;
    login.profile.conninfo =
        u"host='%1' port=%2 user=postgres dbname=retail_db"_s.arg(m_status.host).arg(m_status.port);
    login.profile.passfile = m_status.passfile;
    Result<Session> session = openSession(login, u"Test"_s, {});
    if (!session)
        qFatal("%s", qPrintable(session.error().text()));
    return std::move(session).value();
}

void TestServer::control(const QStringList &arguments)
{
    QString pgCtl;
    for (const QString &major : QDir(u"/usr/lib/postgresql"_s).entryList(QDir::Dirs | QDir::NoDotAndDotDot))
        if (QFile::exists(u"/usr/share/postgresql/%1/extension/vector.control"_s.arg(major)))
            pgCtl = u"/usr/lib/postgresql/%1/bin/pg_ctl"_s.arg(major);
    const QString data = m_folder->path() + u"/c/data"_s;
    run(pgCtl, QStringList{u"-D"_s, data, u"-w"_s, u"-l"_s, data + u"/server.log"_s} + arguments,
        serverUser());
}

void TestServer::touch(const QString &file)
{
    run(u"/usr/bin/touch"_s, {m_folder->path() + u"/c/data/"_s + file}, serverUser());
}

void TestServer::remove(const QString &file)
{
    QFile::remove(m_folder->path() + u"/c/data/"_s + file);
}

void TestServer::openssl(const QStringList &arguments) const
{
    run(u"openssl"_s, arguments);
}

QString TestServer::authorityFile(const QString &authority) const
{
    const QString base = m_folder->path() + u'/' + authority;
    if (!QFile::exists(base + u".crt"_s))
        openssl({u"req"_s, u"-x509"_s, u"-newkey"_s, u"ec"_s, u"-pkeyopt"_s,
                 u"ec_paramgen_curve:prime256v1"_s, u"-nodes"_s, u"-keyout"_s, base + u".key"_s, u"-out"_s,
                 base + u".crt"_s, u"-subj"_s, u"/CN="_s + authority, u"-days"_s, u"30"_s});
    return base + u".crt"_s;
}

void TestServer::showCertificate(const QString &name, int days, const QString &authority)
{
    const QString authorityCertificate = authorityFile(authority);
    const QString data = m_folder->path() + u"/c/data"_s;
    const QString request = m_folder->path() + u"/server.csr"_s;
    openssl({u"req"_s, u"-newkey"_s, u"ec"_s, u"-pkeyopt"_s, u"ec_paramgen_curve:prime256v1"_s, u"-nodes"_s,
             u"-keyout"_s, data + u"/server.key"_s, u"-out"_s, request, u"-subj"_s, u"/CN="_s + name});
    openssl({u"x509"_s, u"-req"_s, u"-in"_s, request, u"-CA"_s, authorityCertificate, u"-CAkey"_s,
             m_folder->path() + u'/' + authority + u".key"_s, u"-out"_s, data + u"/server.crt"_s, u"-days"_s,
             QString::number(days)});
    QFile(data + u"/server.key"_s).setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    if (const passwd *owner = serverUser().isEmpty() ? nullptr : getpwnam("postgres"))
        for (const QString &file : {u"/server.key"_s, u"/server.crt"_s})
            if (::chown(QFile::encodeName(data + file).constData(), owner->pw_uid, owner->pw_gid) != 0)
                qFatal("chown failed");
    Session session = superuser();
    (void)session.execute("ALTER SYSTEM SET ssl = on");
    control({u"reload"_s});
    // A reload is asynchronous.
    for (int i = 0; i < 100; ++i) {
        Session fresh = superuser();
        const Result<Rows> on = fresh.execute("SHOW ssl");
        if (on && on->text(0, 0) == u"on")
            return;
    }
    qFatal("the server did not turn on ssl");
}
