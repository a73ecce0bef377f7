// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/processrunner.h"

#include <QProcess>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace {

constexpr int pollMs = 50;
constexpr int graceMs = 5'000;

/// Sets up a child to run as another user; called between fork and exec, where only system calls are safe.
std::function<void()> becomeUser(const QString &user)
{
    const passwd *entry = getpwnam(user.toLocal8Bit().constData());
    if (!entry)
        return {};
    return [uid = entry->pw_uid, gid = entry->pw_gid] {
        if (setgroups(0, nullptr) != 0 || setgid(gid) != 0 || setuid(uid) != 0)
            _exit(126);
    };
}

} // namespace

Result<ProcessOutput> runProcess(const ProcessCall &call, const CancelToken &token)
{
    QProcess process;
    process.setProgram(call.program);
    process.setArguments(call.arguments);
    process.setProcessEnvironment(call.environment);
    process.setWorkingDirectory(u"/"_s); // ours may be closed to the other user
    if (!call.asUser.isEmpty()) {
        const auto become = becomeUser(call.asUser);
        if (!become)
            return Error{ErrorKind::Tool, u"This system has no user “%1”."_s.arg(call.asUser),
                         u"Install the PostgreSQL server package, which makes it."_s};
        process.setChildProcessModifier(become);
    }
    process.start();
    if (!process.waitForStarted())
        return Error{
            ErrorKind::Tool, u"%1 cannot be started."_s.arg(call.program), {}, process.errorString()};
    process.write(call.input);
    process.closeWriteChannel();

    ProcessOutput output;
    QByteArray errorText;
    QByteArray line;
    const auto drain = [&] {
        output.standardOutput += process.readAllStandardOutput();
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
        if (!token.cancelled())
            continue;
        if (!std::exchange(terminated, true))
            process.terminate();
        else if ((waited += pollMs) >= graceMs)
            process.kill();
    }
    drain();
    if (terminated)
        return Error{ErrorKind::Cancelled, u"%1 was cancelled."_s.arg(call.program)};
    if (process.exitStatus() != QProcess::NormalExit)
        return Error{ErrorKind::Tool,
                     u"%1 ended unexpectedly."_s.arg(call.program),
                     {},
                     QString::fromLocal8Bit(errorText)};
    output.exitCode = process.exitCode();
    output.standardError = QString::fromLocal8Bit(errorText).trimmed();
    return output;
}
