// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/log.h"
#include "app/core/paths.h"
#include "app/db/sshtunnel.h"
#include "app/local/localstore.h"
#include "tests/support/backuptest.h"
#include "tests/support/proxied.h"

#include <QDirIterator>
#include <QProcess>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QUrl>

#include <pwd.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

using namespace Qt::StringLiterals;

/// The ssh tunnel, through a real sshd and the system's ssh, and the promise that a password appears nowhere
/// while all that runs.
class TestTunnel final : public QObject
{
    Q_OBJECT

    QTemporaryDir m_home;
    QProcess m_sshd;
    int m_port = 0;
    QString m_destination;

    void write(const QString &name, const QByteArray &content, QFile::Permissions more = {}) const
    {
        QFile file(m_home.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | more);
    }

    void makeKey(const QString &name) const
    {
        QProcess keygen;
        keygen.start(u"ssh-keygen"_s,
                     {u"-q"_s, u"-t"_s, u"ed25519"_s, u"-N"_s, QString(), u"-f"_s, m_home.filePath(name)});
        QVERIFY2(keygen.waitForFinished() && keygen.exitCode() == 0,
                 keygen.readAllStandardError().constData());
    }

    /// Processes below this one, and what they were called with.
    static QHash<int, QByteArray> children()
    {
        QHash<int, int> parents;
        for (const QString &entry : QDir(u"/proc"_s).entryList(QDir::Dirs)) {
            QFile stat(u"/proc/%1/stat"_s.arg(entry));
            if (entry.toInt() > 0 && stat.open(QIODevice::ReadOnly)) {
                const QByteArray text = stat.readAll();
                parents[entry.toInt()] = text.mid(text.lastIndexOf(')') + 2).split(' ').value(1).toInt();
            }
        }
        QHash<int, QByteArray> found;
        for (auto it = parents.cbegin(); it != parents.cend(); ++it)
            for (int ancestor = it.value(); ancestor > 1; ancestor = parents.value(ancestor)) {
                if (ancestor != ::getpid())
                    continue;
                for (const QString &file : {u"cmdline"_s, u"environ"_s}) {
                    QFile content(u"/proc/%1/%2"_s.arg(it.key()).arg(file));
                    if (content.open(QIODevice::ReadOnly))
                        found[it.key()] += content.readAll() + '\n';
                }
            }
        return found;
    }

    static int sshProcess()
    {
        const QHash<int, QByteArray> all = children();
        for (auto it = all.cbegin(); it != all.cend(); ++it)
            if (it.value().contains("ExitOnForwardFailure"))
                return it.key();
        return 0;
    }

    Login tunnelled(const TestDatabase &database, const QString &user) const
    {
        Login login = database.login(user);
        login.profile.ssh = m_destination;
        return login;
    }

private slots:
    void initTestCase()
    {
        // Before anything asks for a path.
        for (const char *variable : {"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"})
            qputenv(variable, QFile::encodeName(m_home.path()));
        const QString sshd = u"/usr/sbin/sshd"_s;
        QVERIFY2(QFile::exists(sshd), "sshd is missing: packaging/deps/install test");
        QDir().mkpath(u"/run/sshd"_s);
        makeKey(u"host"_s);
        makeKey(u"key"_s);
        makeKey(u"foreign"_s);
        QTcpServer probe;
        QVERIFY(probe.listen(QHostAddress::LocalHost));
        m_port = probe.serverPort();
        probe.close();
        QFile publicKey(m_home.filePath(u"key.pub"_s));
        QVERIFY(publicKey.open(QIODevice::ReadOnly));
        write(u"authorized"_s, publicKey.readAll());
        write(u"sshd_config"_s,
              u"Port %1\nListenAddress 127.0.0.1\nHostKey %2/host\nAuthorizedKeysFile %2/authorized\nUsePAM "
              u"no\n"
              "StrictModes no\nPidFile none\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n"_s
                  .arg(m_port)
                  .arg(m_home.path())
                  .toUtf8());
        QFile hostKey(m_home.filePath(u"host.pub"_s));
        QVERIFY(hostKey.open(QIODevice::ReadOnly));
        write(u"known"_s, u"[127.0.0.1]:%1 "_s.arg(m_port).toUtf8() + hostKey.readAll());
        const QString user = QString::fromLocal8Bit(getpwuid(::geteuid())->pw_name);
        const QByteArray host = u"HostName 127.0.0.1\nPort %1\nUser %2\n"_s.arg(m_port).arg(user).toUtf8();
        const QByteArray home = QFile::encodeName(m_home.path());
        write(u"ssh_config"_s, "Host good\n" + host + "IdentityFile " + home + "/key\nUserKnownHostsFile " +
                                   home + "/known\nHost foreign\n" + host + "IdentityFile " + home +
                                   "/foreign\nUserKnownHostsFile " + home + "/known\nHost stranger\n" + host +
                                   "IdentityFile " + home +
                                   "/key\nUserKnownHostsFile /dev/null\nHost *\n"
                                   "IdentitiesOnly yes\nIdentityAgent none\nGlobalKnownHostsFile /dev/null\n"
                                   "StrictHostKeyChecking yes\n");
        // The user's configuration is found through the system's user, so the test's own is named by a ssh
        // that stands first in PATH.
        QDir(m_home.path()).mkdir(u"bin"_s);
        write(u"bin/ssh"_s, "#!/bin/sh\nexec /usr/bin/ssh -F " + home + "/ssh_config \"$@\"\n",
              QFile::ExeOwner);
        qputenv("PATH", home + "/bin:" + qgetenv("PATH"));
        m_destination = u"good"_s;
        m_sshd.setProcessChannelMode(QProcess::MergedChannels);
        m_sshd.start(sshd, {u"-D"_s, u"-e"_s, u"-f"_s, m_home.filePath(u"sshd_config"_s)});
        QVERIFY(m_sshd.waitForStarted());
        QTRY_VERIFY2_WITH_TIMEOUT(([this] {
                                      QTcpSocket socket;
                                      socket.connectToHost(QHostAddress::LocalHost, quint16(m_port));
                                      return socket.waitForConnected(200);
                                  })(),
                                  m_sshd.readAll().constData(), 10'000);
    }

    void cleanupTestCase()
    {
        m_sshd.terminate();
        m_sshd.waitForFinished(5'000);
    }

    void onlyAPortOfOursIsATunnel_data()
    {
        QTest::addColumn<uid_t>("user");
        QTest::addColumn<bool>("ours");
        const uid_t us = ::geteuid();
        QTest::newRow("our own") << us << true;
        // Only root can be somebody else, and not in every container.
        constexpr uid_t nobody = 65534;
        if (us == 0 && ::seteuid(nobody) == 0) {
            QCOMPARE(::seteuid(us), 0);
            QTest::newRow("somebody else's") << nobody << false;
        }
    }
    void onlyAPortOfOursIsATunnel()
    {
        QFETCH(uid_t, user);
        const uid_t us = ::geteuid();
        QTcpServer server;
        QCOMPARE(::seteuid(user), 0);
        const bool listens = server.listen(QHostAddress::LocalHost);
        QCOMPARE(::seteuid(us), 0);
        QVERIFY(listens);
        const int port = server.serverPort();
        QTEST(SshTunnel::listensForUs(port), "ours");
        server.close();
        QVERIFY(!SshTunnel::listensForUs(port));
    }

    void aTunnelThatCannotBeMadeSaysWhy_data()
    {
        QTest::addColumn<QString>("destination");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("an option instead of a host")
            << u"-oProxyCommand=touch"_s << int(ErrorKind::Usage) << u"is no host"_s;
        QTest::newRow("a key that is not accepted")
            << u"foreign"_s << int(ErrorKind::Connect) << u"did not accept the ssh keys"_s;
        QTest::newRow("a host key nobody knows") << u"stranger"_s << int(ErrorKind::Connect) << u"host key"_s;
        QTest::newRow("an unknown name")
            << u"nowhere.invalid"_s << int(ErrorKind::Connect) << u"is not known"_s;
        QTest::newRow("nobody listens")
            << u"ssh://127.0.0.1:1"_s << int(ErrorKind::Connect) << u"does not answer"_s;
    }
    void aTunnelThatCannotBeMadeSaysWhy()
    {
        QFETCH(QString, destination);
        QFETCH(int, kind);
        QFETCH(QString, sentence);
        const TestDatabase database;
        ConnectionPool pool(1);
        Login login = tunnelled(database, u"sandbox_manager"_s);
        login.profile.ssh = destination;
        const Result<Capabilities> opened = pool.open(login.profile, {}, {}).result();
        QVERIFY(!opened);
        QCOMPARE(int(opened.error().kind), kind);
        QVERIFY2(opened.error().message.contains(sentence), qPrintable(opened.error().text()));
    }

    void theTunnelIsSupervisedAndEndsWithThePool()
    {
        const TestDatabase database;
        {
            ConnectionPool pool(2);
            const Login login = tunnelled(database, u"sandbox_manager"_s);
            const Result<Capabilities> opened = pool.open(login.profile, {}, {}).result();
            VERIFY_OK(opened);
            const auto count = [&] {
                return pool.run<Rows>(u"Test"_s, {}, [](Session &session) {
                    return session.read(u"seattle"_s,
                                        {"test", "SELECT count(*), pg_sleep(0.3) FROM retail.customers"});
                });
            };
            VERIFY_OK(count().result());
            const int first = sshProcess();
            QVERIFY(first > 0);
            auto running = count();
            QCOMPARE(::kill(pid_t(first), SIGKILL), 0);
            QTRY_VERIFY_WITH_TIMEOUT(running.isFinished(), 20'000);
            VERIFY_OK(running.result());
            QTRY_VERIFY(sshProcess() > 0 && sshProcess() != first);
        }
        QTRY_COMPARE_WITH_TIMEOUT(sshProcess(), 0, 5'000);
    }

    void thePasswordAppearsNowhere()
    {
        const TestDatabase database;
        const QByteArray secret =
            "s3cret/Pa:ss wörd'\\" + QByteArray::number(QRandomGenerator::system()->generate());
        const QString password = QString::fromUtf8(secret);
        VERIFY_OK(database.superuser().execute("CREATE ROLE keeper LOGIN IN ROLE retail_manager PASSWORD " +
                                               quoteLiteral(password)));
        VERIFY_OK(database.superuser().execute("SELECT retail.grant_store_access('keeper', 'seattle')"));
        VERIFY_OK(database.superuser().execute("CREATE ROLE saver LOGIN IN ROLE retail_ops PASSWORD " +
                                               quoteLiteral(password)));
        logging::install(true);
        qputenv("PGPASSWORD", secret); // of the user's own, and inherited by nobody
        LocalStore local(m_home.filePath(u"local.db"_s));
        VERIFY_OK(local.prepare());
        ProfileStore profiles(m_home.filePath(u"profiles"_s));
        Login login = tunnelled(database, u"keeper"_s);
        login.profile.name = u"keeper"_s;
        login.profile.passfile.clear();
        VERIFY_OK(profiles.save(login.profile));
        Profile careless = login.profile;
        careless.conninfo += u" password="_s + conninfo::pair(u"x"_s, password).mid(2);
        QVERIFY(!profiles.save(careless));
        {
            ConnectionPool pool(2);
            const Result<Capabilities> opened = pool.open(login.profile, password, {}).result();
            VERIFY_OK(opened);
            // And one that fails, with all it has to say.
            ConnectionPool other(1);
            const Result<Capabilities> wrong = other.open(login.profile, password + u"x"_s, {}).result();
            QVERIFY(!wrong);
            qCWarning(lcDb) << wrong.error().text();
            const Result<Login> parsed = parseConninfo(u"postgresql://keeper:%1@127.0.0.1/x"_s.arg(
                QString::fromLatin1(QUrl::toPercentEncoding(password))));
            VERIFY_OK(parsed);
            QCOMPARE(parsed->password, password);
            qCWarning(lcDb) << parsed->profile.conninfo << parsed->profile.target();
            const QHash<int, QByteArray> all = children();
            QVERIFY(sshProcess() > 0);
            for (auto it = all.cbegin(); it != all.cend(); ++it)
                QVERIFY2(!it.value().contains(secret), qPrintable(u"process %1"_s.arg(it.key())));
            // A backup through a tunnel, looked at from its first process to its last.
            Login saver = tunnelled(database, u"saver"_s);
            saver.profile.passfile.clear();
            saver.password = password;
            backup::Options options;
            options.folder = m_home.filePath(u"backups"_s);
            WatchedJob job;
            Result<backup::StoredBackup> made = Error{};
            std::atomic<bool> done = false;
            std::thread work([&] {
                made = backup::create(saver, options, job);
                done = true;
            });
            bool dumping = false;
            QByteArray leak;
            while (!done) {
                const QHash<int, QByteArray> running = children();
                for (const QByteArray &process : running) {
                    dumping |= process.contains("pg_dump");
                    if (process.contains(secret))
                        leak = process.left(200);
                }
            }
            work.join();
            VERIFY_OK(made);
            QVERIFY(dumping);
            QVERIFY2(leak.isEmpty(), leak.constData());
            QVERIFY(!job.lines.join(u'\n').contains(password));
            QFile own(u"/proc/self/cmdline"_s);
            QVERIFY(own.open(QIODevice::ReadOnly));
            QVERIFY(!own.readAll().contains(secret));
        }
        qunsetenv("PGPASSWORD");
        int files = 0;
        for (QDirIterator it(m_home.path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
             it.hasNext();) {
            QFile file(it.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray content = file.readAll();
            QVERIFY2(!content.contains(secret) && !content.contains("s3cret"), qPrintable(file.fileName()));
            ++files;
        }
        QVERIFY(QFile::exists(logging::file()));
        QVERIFY(files > 5);
        VERIFY_OK(database.superuser().execute("SELECT retail.revoke_store_access('keeper', 'seattle')"));
        VERIFY_OK(database.superuser().execute("DROP ROLE keeper, saver"));
    }
};

QTEST_GUILESS_MAIN(TestTunnel)
#include "tst_tunnel.moc"
