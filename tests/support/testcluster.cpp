// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/testcluster.h"

#include "app/jobs/quietjob.h"

#include <QCoreApplication>
#include <QFile>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace {

const QString pristine = QStringLiteral("retail_pristine");

QString profileFolder(const QString &directory)
{
    return directory + u"/profiles"_s;
}

} // namespace

Result<void> TestCluster::start(const QString &directory)
{
    ProfileStore profiles(profileFolder(directory));
    Sandbox sandbox(profiles, directory);
    if (const Result<QString> removed = sandbox.destroy(); !removed) // left by a run that was killed
        return removed.error();
    QuietJob job;
    if (const Result<QString> started = sandbox.start(job); !started)
        return started.error();
    const Result<SandboxStatus> status = sandbox.status();
    if (!status)
        return status.error();
    Login login;
    login.profile.conninfo =
        u"host='%1' port=%2 user=postgres dbname=postgres"_s.arg(status->host).arg(status->port);
    login.profile.passfile = status->passfile;
    Result<Session> session = openSession(login, u"Test"_s, {});
    if (!session)
        return session.error();
    const Result<Rows> copied =
        session->execute("CREATE DATABASE " + quoteIdentifier(pristine) + " TEMPLATE retail_db");
    return copied ? Result<void>() : copied.error();
}

Result<void> TestCluster::stop(const QString &directory)
{
    ProfileStore profiles(profileFolder(directory));
    const Result<QString> removed = Sandbox(profiles, directory).destroy();
    return removed ? Result<void>() : removed.error();
}

TestCluster &TestCluster::shared()
{
    static TestCluster cluster;
    return cluster;
}

TestCluster::TestCluster()
{
    QString directory = qEnvironmentVariable("RETAIL_TEST_CLUSTER");
    if (!QFile::exists(directory + u"/complete"_s)) {
        // Not QTemporaryDir's own place: the user postgres must be able to enter it.
        m_own = std::make_unique<QTemporaryDir>(u"/tmp/retail-test-XXXXXX"_s);
        QFile(m_own->path())
            .setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ExeOther);
        directory = m_own->path() + u"/c"_s;
        if (const Result<void> started = start(directory); !started)
            qFatal("no test cluster: %s", qPrintable(started.error().text()));
    }
    ProfileStore profiles(profileFolder(directory));
    const Result<SandboxStatus> status = Sandbox(profiles, directory).status();
    if (!status || !status->running)
        qFatal("the test cluster in %s does not run", qPrintable(directory));
    m_status = *status;
}

TestCluster::~TestCluster()
{
    if (m_own)
        (void)stop(m_own->path() + u"/c"_s);
}

Login TestCluster::login(const QString &user, const QString &database) const
{
    Login login;
    login.profile.name = user;
    login.profile.conninfo = u"host='%1' port=%2 user=%3 dbname=%4"_s.arg(
        m_status.host, QString::number(m_status.port), user, database);
    login.profile.passfile = m_status.passfile;
    return login;
}

Session TestCluster::superuser(const QString &database) const
{
    Result<Session> session = openSession(login(u"postgres"_s, database), u"Test"_s, {});
    if (!session)
        qFatal("%s", qPrintable(session.error().text()));
    return std::move(session).value();
}

TestDatabase::TestDatabase(Content content)
{
    static int counter = 0;
    m_name = u"test_%1_%2"_s.arg(::getpid()).arg(++counter);
    const Result<Rows> made = TestCluster::shared()
                                  .superuser(u"postgres"_s)
                                  .execute("CREATE DATABASE " + quoteIdentifier(m_name) +
                                           (content == Filled ? " TEMPLATE retail_pristine" : ""));
    if (!made)
        qFatal("%s", qPrintable(made.error().text()));
}

TestDatabase::~TestDatabase()
{
    (void)TestCluster::shared()
        .superuser(u"postgres"_s)
        .execute("DROP DATABASE IF EXISTS " + quoteIdentifier(m_name) + " WITH (FORCE)");
}
