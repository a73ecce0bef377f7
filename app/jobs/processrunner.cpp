// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/processrunner.h"

#include <QProcess>

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

using namespace Qt::StringLiterals;

namespace {

constexpr int pollMs = 50;
constexpr int graceMs = 5'000;

} // namespace

std::function<void()> childSetup(const QString &user, int deathSignal, bool privateFiles)
{
    const bool change = !user.isEmpty();
    const passwd *entry = change ? getpwnam(user.toLocal8Bit().constData()) : nullptr;
    if (change && !entry)
        return {};
    const uid_t uid = change ? entry->pw_uid : 0;
    const gid_t gid = change ? entry->pw_gid : 0;
    // Only system calls are safe here.
    return [=, parent = ::getpid()] {
        if (change && (setgroups(0, nullptr) != 0 || setgid(gid) != 0 || setuid(uid) != 0))
            _exit(126);
        if (privateFiles)
            umask(077);
        // Ours are blocked for the thread that waits for them, and a blocked SIGTERM would never end the
        // child.
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        // A group of its own: Ctrl+C must reach us first, so that a cancel is told from a failure.
        setpgid(0, 0);
        // After setuid, which would clear it.
        prctl(PR_SET_PDEATHSIG, deathSignal);
        if (getppid() != parent)
            _exit(126);
    };
}

Result<ProcessOutput> runProcess(const ProcessCall &call, const CancelToken &token)
{
    const auto setup = childSetup(call.asUser, SIGKILL, call.privateFiles);
    if (!setup)
        return Error{ErrorKind::Tool, u"This system has no user “%1”."_s.arg(call.asUser),
                     u"Install the PostgreSQL server package, which makes it."_s};
    QProcess process;
    QProcess feeder;
    for (QProcess *each : {&process, &feeder}) {
        each->setProcessEnvironment(call.environment);
        each->setWorkingDirectory(u"/"_s); // ours may be closed to the other user
        each->setChildProcessModifier(setup);
    }
    process.setProgram(call.program);
    process.setArguments(call.arguments);
    if (!call.feeder.isEmpty()) {
        feeder.setProgram(call.feeder);
        feeder.setArguments(call.feederArguments);
        feeder.setStandardOutputProcess(&process);
        feeder.start();
    }
    process.start();
    if (!process.waitForStarted())
        return Error{
            ErrorKind::Tool, u"%1 cannot be started."_s.arg(call.program), {}, process.errorString()};
    if (call.feeder.isEmpty()) {
        process.write(call.input);
        process.closeWriteChannel();
    } else if (!feeder.waitForStarted()) {
        process.kill();
        process.waitForFinished();
        return Error{ErrorKind::Tool, u"%1 cannot be started."_s.arg(call.feeder), {}, feeder.errorString()};
    }

    ProcessOutput output;
    QByteArray errorText;
    QByteArray line;
    const auto drain = [&] {
        const QByteArray printed = process.readAllStandardOutput();
        if (call.onOutput)
            call.onOutput(printed);
        else
            output.standardOutput += printed;
        const QByteArray said = process.readAllStandardError();
        errorText += said;
        line += said;
        for (qsizetype end = line.indexOf('\n'); end >= 0; end = line.indexOf('\n')) {
            if (call.onErrorLine)
                call.onErrorLine(QString::fromLocal8Bit(line.left(end)));
            line.remove(0, end + 1);
        }
    };
    bool terminated = false;
    int waited = 0;
    while (!process.waitForFinished(pollMs)) {
        if (process.state() == QProcess::NotRunning)
            break;
        drain();
        if (call.onTick)
            call.onTick();
        if (!token.cancelled())
            continue;
        if (!std::exchange(terminated, true))
            process.terminate();
        else if ((waited += pollMs) >= graceMs)
            process.kill();
    }
    drain();
    if (!call.feeder.isEmpty()) {
        // Its reader is gone: what is left of it ends at its next write.
        if (!feeder.waitForFinished(graceMs))
            feeder.kill();
        feeder.waitForFinished();
        output.feederExitCode = feeder.exitStatus() == QProcess::NormalExit ? feeder.exitCode() : -1;
        output.feederError = QString::fromLocal8Bit(feeder.readAllStandardError()).trimmed();
    }
    if (terminated)
        return Error{ErrorKind::Cancelled, u"%1 was cancelled."_s.arg(call.program)};
    if (process.exitStatus() != QProcess::NormalExit)
        return Error{ErrorKind::Tool,
                     u"%1 was ended by signal %2."_s.arg(call.program).arg(process.exitCode()),
                     {},
                     QString::fromLocal8Bit(errorText)};
    output.exitCode = process.exitCode();
    output.standardError = QString::fromLocal8Bit(errorText).trimmed();
    return output;
}
