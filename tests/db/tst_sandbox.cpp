// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/quietjob.h"
#include "app/services/sandbox.h"
#include "tests/support/testcluster.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
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
    QString claim() const { return folder() + u"/retail-admin-sandbox"_s; }

    static void fill(const QString &path)
    {
        QVERIFY(QDir().mkpath(QFileInfo(path).path()));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("kept") == 4);
    }

    static mode_t rights(const QString &path)
    {
        struct stat info
        {
        };
        return ::stat(qPrintable(path), &info) == 0 ? info.st_mode & 0777 : 0;
    }

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

    void whatIsSomebodyElsesStays_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("a cluster") << u"data/PG_VERSION"_s;
        QTest::newRow("sockets") << u"socket/.s.PGSQL.5432"_s;
        QTest::newRow("a pass file") << u"passfile"_s;
    }
    void whatIsSomebodyElsesStays()
    {
        QFETCH(QString, file);
        const QTemporaryDir other;
        const QString path = other.filePath(file);
        fill(path);
        QCOMPARE(::chmod(qPrintable(other.path()), 0750), 0);
        Sandbox sandbox(*m_profiles, other.path());
        QuietJob job;
        for (const Result<QString> &refused : {sandbox.start(job), sandbox.destroy()}) {
            QVERIFY(!refused);
            QCOMPARE(refused.error().kind, ErrorKind::Conflict);
            QVERIFY2(refused.error().message.contains(other.filePath(file.section(u'/', 0, 0))) &&
                         refused.error().hint.contains(u"--dir"),
                     qPrintable(refused.error().text()));
        }
        QVERIFY(QFile::exists(path));
        QCOMPARE(rights(other.path()), mode_t(0750));
        QCOMPARE(QDir(other.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot).size(), 1);
    }

    void destroyingWhatIsNoSandboxRemovesNothing()
    {
        const QTemporaryDir other;
        for (const QString &name : {u"lock"_s, u"notes"_s})
            fill(other.filePath(name));
        const Result<QString> destroyed = Sandbox(*m_profiles, other.path()).destroy();
        VERIFY_OK(destroyed);
        QVERIFY(destroyed->contains(u"no sandbox"));
        QCOMPARE(QDir(other.path()).entryList(QDir::Files).size(), 2);
    }

    void aLinkInThePlaceOfOursIsNotFollowed()
    {
        const QTemporaryDir other;
        fill(other.filePath(u"theirs"_s));
        // So long that the sockets are below the temporary folder, where anybody can make a link.
        const QString path = m_home->path() + u'/' + QString(100, u'n');
        Sandbox sandbox(*m_profiles, path);
        const QString sockets = sandbox.status()->host;
        QVERIFY(!sockets.startsWith(path));
        for (const QString &place : {sockets, path + u"/data"_s}) {
            fill(path + u"/retail-admin-sandbox"_s);
            QVERIFY(QFile::link(other.path(), place));
            const Result<QString> destroyed = sandbox.destroy();
            QVERIFY(QFile::remove(place));
            QVERIFY(!destroyed);
            QCOMPARE(destroyed.error().kind, ErrorKind::Io);
            QVERIFY(QFile::exists(other.filePath(u"theirs"_s)));
            VERIFY_OK(sandbox.destroy()); // still ours
            QVERIFY(!QDir(path).exists());
        }
    }

    void anInterruptedFirstStartIsMadeAnew()
    {
        // As a power cut leaves it: a folder of ours with half a cluster and no mark of completion.
        QVERIFY(QDir().mkpath(folder() + u"/data/base"_s));
        fill(claim());
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
        QCOMPARE(m_profiles->all().size(), 4);
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

    void oneOfAnEarlierVersionIsTaken()
    {
        QVERIFY(QFile::remove(claim()));
        QuietJob job;
        VERIFY_OK(m_sandbox->start(job));
        QVERIFY(QFile::exists(claim()));
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
