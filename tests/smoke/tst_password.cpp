// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/paths.h"
#include "app/db/secretstore.h"
#include "tests/support/keyring.h"
#include "tests/support/testcluster.h"

#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTest>

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

/// The command line asks for a password on its terminal: a real pseudo-terminal, and the real program.
class TestPassword final : public QObject
{
    Q_OBJECT

    static QByteArray passwordOf(const QByteArray &login)
    {
        QFile lines(TestCluster::shared().status().passfile);
        if (lines.open(QIODevice::ReadOnly))
            for (const QByteArray &line : lines.readAll().split('\n'))
                if (line.startsWith("localhost:*:*:" + login + ':'))
                    return line.split(':').last();
        return {};
    }

    static bool inside() { return keyring::isThere(); }

private slots:
    /// Runs this program again below a session bus with an unlocked keyring of its own.
    void theKeyringIsAskedBeforeTheTerminal()
    {
        const SandboxStatus &status = TestCluster::shared().status();
        if (inside()) {
            const QByteArray password = passwordOf("sandbox_manager");
            ProfileStore profiles(paths::config() + u"/profiles"_s);
            Profile profile;
            profile.name = u"north"_s;
            profile.conninfo = u"host='%1' port=%2 user=sandbox_manager dbname=retail_db"_s.arg(status.host)
                                   .arg(status.port);
            VERIFY_OK(profiles.save(profile));
            SecretStore store;
            auto written = store.write(u"north"_s, QString::fromUtf8(password));
            QTRY_VERIFY_WITH_TIMEOUT(written.isFinished(), 12'000);
            VERIFY_OK(written.result());
            const auto run = [](const QString &name) {
                QProcess process;
                process.start(qEnvironmentVariable("RETAIL_ADMIN"),
                              {u"stores"_s, u"list"_s, u"--csv"_s, u"-w"_s, u"--profile"_s, name});
                process.waitForFinished(30'000);
                return std::make_tuple(process.exitCode(), process.readAllStandardOutput(),
                                       process.readAllStandardError());
            };
            // -w keeps it from the terminal; the keyring is none.
            const auto [code, output, errors] = run(u"north"_s);
            QVERIFY2(code == 0 && output.contains("seattle"), errors.constData());
            QVERIFY(!errors.contains(password));
            profile.name = u"south"_s;
            VERIFY_OK(profiles.save(profile));
            QCOMPARE(std::get<0>(run(u"south"_s)), 3);
            return;
        }
        const QByteArray failure =
            keyring::run("theKeyringIsAskedBeforeTheTerminal",
                         {{u"PGPASSFILE"_s, u"/nonexistent"_s},
                          {u"RETAIL_TEST_CLUSTER"_s, QFileInfo(status.passfile).path()}});
        QVERIFY2(failure.isEmpty(), failure.constData());
    }

    void itIsAskedForWithEchoOff_data()
    {
        QTest::addColumn<QStringList>("command");
        QTest::addColumn<QString>("login");
        QTest::addColumn<bool>("right");
        QTest::addColumn<bool>("asked");
        const QStringList list{u"stores"_s, u"list"_s, u"--csv"_s};
        const QString manager = u"sandbox_manager"_s;
        QTest::newRow("the right one, because none was found") << list << manager << true << true;
        QTest::newRow("a wrong one") << list << manager << false << true;
        QTest::newRow("asked beforehand with -W") << list + QStringList{u"-W"_s} << manager << true << true;
        QTest::newRow("-W of a command with connections of its own")
            << QStringList{u"doctor"_s, u"-W"_s} << u"postgres"_s << true << true;
        QTest::newRow("never with -w") << list + QStringList{u"-w"_s} << manager << true << false;
    }
    void itIsAskedForWithEchoOff()
    {
        QFETCH(QStringList, command);
        QFETCH(QString, login);
        QFETCH(bool, right);
        QFETCH(bool, asked);
        const SandboxStatus &status = TestCluster::shared().status();
        const QByteArray password = passwordOf(login.toUtf8());
        QVERIFY(!password.isEmpty());
        int terminal = -1;
        int slave = -1;
        QVERIFY(::openpty(&terminal, &slave, nullptr, nullptr, nullptr) == 0);
        ::fcntl(terminal, F_SETFL, O_NONBLOCK);
        const QTemporaryDir home;
        QProcess process;
        process.setChildProcessModifier([slave] {
            ::setsid();
            ::ioctl(slave, TIOCSCTTY, 0);
        });
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const QString &name : {u"XDG_CONFIG_HOME"_s, u"XDG_DATA_HOME"_s, u"XDG_STATE_HOME"_s})
            environment.insert(name, home.path());
        environment.insert(u"PGPASSFILE"_s, u"/nonexistent"_s);
        environment.remove(u"PGPASSWORD"_s);
        process.setProcessEnvironment(environment);
        process.start(qEnvironmentVariable("RETAIL_ADMIN"),
                      command + QStringList{u"--profile"_s,
                                            u"host='%1' port=%2 user=%3 dbname=retail_db"_s.arg(status.host)
                                                .arg(status.port)
                                                .arg(login)});
        QVERIFY(process.waitForStarted());
        QByteArray screen;
        const auto look = [&] {
            char buffer[512];
            for (ssize_t size = 0; (size = ::read(terminal, buffer, sizeof buffer)) > 0;)
                screen.append(buffer, size);
            return screen;
        };
        if (asked) {
            QTRY_VERIFY2_WITH_TIMEOUT(look().contains("Password for "),
                                      process.readAllStandardError().constData(), 20'000);
            termios state{};
            QVERIFY(::tcgetattr(slave, &state) == 0);
            QVERIFY(!(state.c_lflag & tcflag_t(ECHO)));
            const QByteArray typed = (right ? password : QByteArray("wrong")) + '\n';
            QCOMPARE(::write(terminal, typed.constData(), size_t(typed.size())), ssize_t(typed.size()));
        }
        QVERIFY(process.waitForFinished(30'000));
        const QByteArray output = process.readAllStandardOutput();
        const QByteArray errors = process.readAllStandardError();
        QCOMPARE(process.exitCode(), asked && right ? 0 : 3);
        if (command.first() == u"stores")
            QCOMPARE(output.contains("seattle"), asked && right);
        QVERIFY(!look().contains(password) && !output.contains(password) && !errors.contains(password));
        QCOMPARE(screen.contains("Password for "), asked);
        termios after{};
        QVERIFY(::tcgetattr(slave, &after) == 0);
        QVERIFY(after.c_lflag & tcflag_t(ECHO));
        ::close(terminal);
        ::close(slave);
    }
};

QTEST_GUILESS_MAIN(TestPassword)
#include "tst_password.moc"
