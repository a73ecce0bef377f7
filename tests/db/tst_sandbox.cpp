// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/quietjob.h"
#include "app/services/sandbox.h"
#include "tests/support/testcluster.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTest>

#include <sys/stat.h>

#include <csignal>

using namespace Qt::StringLiterals;

class TestSandbox final : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<ProfileStore> m_profiles;
    std::unique_ptr<Sandbox> m_sandbox;

    QString folder() const { return m_home->path() + u"/box"_s; }

private slots:
    void initTestCase()
    {
        m_home = std::make_unique<QTemporaryDir>(u"/tmp/retail-box-XXXXXX"_s);
        QFile(m_home->path())
            .setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ExeOther);
        m_profiles = std::make_unique<ProfileStore>(m_home->path() + u"/profiles"_s);
        m_sandbox = std::make_unique<Sandbox>(*m_profiles, folder());
    }

    void cleanupTestCase()
    {
        VERIFY_OK(m_sandbox->destroy());
        QVERIFY(!QDir(folder()).exists());
        QVERIFY(m_profiles->all().isEmpty());
    }

    void aFolderThatCannotBeMadeIsNamed()
    {
        QuietJob job;
        const Result<QString> started = Sandbox(*m_profiles, u"/proc/nowhere/box"_s).start(job);
        QVERIFY(!started);
        QVERIFY(started.error().text().contains(u"/proc/nowhere"));
    }

    void anInterruptedFirstStartIsMadeAnew()
    {
        // As a power cut leaves it: a folder with half a cluster and no mark of completion.
        QVERIFY(QDir().mkpath(folder() + u"/data/base"_s));
        QuietJob job;
        VERIFY_OK(m_sandbox->start(job));
        const Result<SandboxStatus> status = m_sandbox->status();
        VERIFY_OK(status);
        QVERIFY(status->running);
        QCOMPARE(status->profiles.size(), 4);
        const QJsonObject json = status->toJson();
        for (const QString &key :
             {u"running"_s, u"host"_s, u"port"_s, u"database"_s, u"passfile"_s, u"server_version"_s})
            QVERIFY2(json.contains(key), qPrintable(key));
        QCOMPARE(json[u"profiles"][0][u"name"].toString(), u"sandbox-manager"_s);
    }

    void secretsAndSocketAreTheOwnersAlone()
    {
        const Result<SandboxStatus> status = m_sandbox->status();
        VERIFY_OK(status);
        struct stat info
        {
        };
        QCOMPARE(::stat(qPrintable(status->passfile), &info), 0);
        QCOMPARE(info.st_mode & 0777, mode_t(0600));
        QCOMPARE(::stat(qPrintable(status->host), &info), 0);
        QCOMPARE(info.st_mode & 0777, mode_t(0700));
        QVERIFY(!QFile::exists(folder() + u"/initdb-password"_s));
    }

    void everyProfileConnects()
    {
        for (const Profile &profile : m_profiles->all()) {
            ConnectionPool pool(1);
            VERIFY_OK(pool.open(profile, {}, {}).result());
        }
    }

    void noTcpUnlessAskedFor()
    {
        ConnectionPool pool(1);
        VERIFY_OK(pool.open(m_profiles->byName(u"sandbox-dba"_s).value(), {}, {}).result());
        const auto setting =
            pool.run<Rows>(u"Test"_s, {},
                           [](Session &session) {
                               return session.read({}, {"test", "SELECT current_setting('listen_addresses'), "
                                                                "current_setting('server_encoding')"});
                           })
                .result();
        VERIFY_OK(setting);
        QCOMPARE(setting->text(0, 0), QString());
        QCOMPARE(setting->text(0, 1), u"UTF8"_s);
    }

    void startingTwiceIsFine()
    {
        QuietJob job;
        const Result<QString> again = m_sandbox->start(job);
        VERIFY_OK(again);
        QVERIFY(again->contains(u"already"));
    }

    void anUncleanEndRecovers()
    {
        QFile pidFile(folder() + u"/data/postmaster.pid"_s);
        QVERIFY(pidFile.open(QIODevice::ReadOnly));
        const auto pid = pid_t(pidFile.readLine().trimmed().toInt());
        QVERIFY(pid > 1);
        QCOMPARE(::kill(pid, SIGKILL), 0);
        QTRY_VERIFY(::kill(pid, 0) != 0);
        QVERIFY(QFile::exists(pidFile.fileName())); // stale now
        QVERIFY(!m_sandbox->status()->running);
        QuietJob job;
        VERIFY_OK(m_sandbox->start(job));
        QVERIFY(m_sandbox->status()->running);
    }

    void stopKeepsTheData()
    {
        VERIFY_OK(m_sandbox->stop());
        QVERIFY(!m_sandbox->status()->running);
        QuietJob job;
        VERIFY_OK(m_sandbox->start(job));
        ConnectionPool pool(1);
        VERIFY_OK(pool.open(m_profiles->byName(u"sandbox-manager"_s).value(), {}, {}).result());
    }
};

QTEST_GUILESS_MAIN(TestSandbox)
#include "tst_sandbox.moc"
