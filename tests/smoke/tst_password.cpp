// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/testcluster.h"

#include <QFile>
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

private slots:
    void itIsAskedForWithEchoOff_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<bool>("right");
        QTest::addColumn<bool>("asked");
        QTest::newRow("the right one, because none was found") << QStringList() << true << true;
        QTest::newRow("a wrong one") << QStringList() << false << true;
        QTest::newRow("asked beforehand with -W") << QStringList{u"-W"_s} << true << true;
        QTest::newRow("never with -w") << QStringList{u"-w"_s} << true << false;
    }
    void itIsAskedForWithEchoOff()
    {
        QFETCH(QStringList, options);
        QFETCH(bool, right);
        QFETCH(bool, asked);
        const SandboxStatus &status = TestCluster::shared().status();
        QByteArray password;
        QFile lines(status.passfile);
        QVERIFY(lines.open(QIODevice::ReadOnly));
        for (const QByteArray &line : lines.readAll().split('\n'))
            if (line.startsWith("localhost:*:*:sandbox_manager:"))
                password = line.split(':').last();
        int terminal = -1;
        int slave = -1;
        QVERIFY(::openpty(&terminal, &slave, nullptr, nullptr, nullptr) == 0);
        ::fcntl(terminal, F_SETFL, O_NONBLOCK);
        QProcess process;
        process.setChildProcessModifier([slave] {
            ::setsid();
            ::ioctl(slave, TIOCSCTTY, 0);
        });
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"PGPASSFILE"_s, u"/nonexistent"_s);
        environment.remove(u"PGPASSWORD"_s);
        process.setProcessEnvironment(environment);
        process.start(
            qEnvironmentVariable("RETAIL_ADMIN"),
            QStringList{u"stores"_s, u"list"_s, u"--csv"_s, u"--profile"_s,
                        u"host='%1' port=%2 user=sandbox_manager dbname=retail_db"_s.arg(status.host)
                            .arg(status.port)} +
                options);
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
