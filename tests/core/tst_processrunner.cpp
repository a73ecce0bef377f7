// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/processrunner.h"

#include <QElapsedTimer>
#include <QTest>
#include <QTimer>

#include <thread>

using namespace Qt::StringLiterals;

class TestProcessRunner final : public QObject
{
    Q_OBJECT

    static ProcessCall shell(const QString &script)
    {
        ProcessCall call;
        call.program = u"/bin/sh"_s;
        call.arguments = {u"-c"_s, script};
        return call;
    }

private slots:
    void aMissingProgramIsNamed()
    {
        ProcessCall call;
        call.program = u"/no/such/program"_s;
        const Result<ProcessOutput> output = runProcess(call);
        QVERIFY(!output);
        QCOMPARE(output.error().kind, ErrorKind::Tool);
        QVERIFY(output.error().message.contains(u"/no/such/program"));
    }

    void aCrashIsAnError()
    {
        const Result<ProcessOutput> output = runProcess(shell(u"kill -9 $$"_s));
        QVERIFY(!output);
        QCOMPARE(output.error().kind, ErrorKind::Tool);
    }

    void cancelEndsIt()
    {
        const CancelToken token;
        std::thread canceller([token] {
            QTest::qWait(100);
            token.cancel();
        });
        QElapsedTimer clock;
        clock.start();
        const Result<ProcessOutput> output = runProcess(shell(u"exec sleep 30"_s), token);
        canceller.join();
        QVERIFY(!output);
        QCOMPARE(output.error().kind, ErrorKind::Cancelled);
        QVERIFY(clock.elapsed() < 5'000);
    }

    void bothOutputsAndTheExitCodeComeBack()
    {
        QStringList lines;
        ProcessCall call = shell(u"cat; echo one >&2; echo two >&2; exit 3"_s);
        call.input = "hello";
        call.onErrorLine = [&](const QString &line) { lines += line; };
        const Result<ProcessOutput> output = runProcess(call);
        QVERIFY(output.ok());
        QCOMPARE(output->exitCode, 3);
        QCOMPARE(output->standardOutput, QByteArray("hello"));
        QCOMPARE(lines, QStringList({u"one"_s, u"two"_s}));
    }
};

QTEST_GUILESS_MAIN(TestProcessRunner)
#include "tst_processrunner.moc"
