// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/paths.h"
#include "app/jobs/processrunner.h"
#include "app/services/schedule.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

#include <pwd.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace scheduleunit {

namespace {

const QStringList folderVariables{QStringLiteral("XDG_CONFIG_HOME"), QStringLiteral("XDG_DATA_HOME"),
                                  QStringLiteral("XDG_STATE_HOME")};

/// A word of ExecStart after systemd's own rules.
QString unitWord(QString word)
{
    word.replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s).replace(u'%', u"%%"_s).replace(u'$', u"$$"_s);
    return u'"' + word + u'"';
}

QString shellWord(const QString &word)
{
    return u'\'' + QString(word).replace(u'\'', u"'\\''"_s) + u'\'';
}

/// Our own folders where they were chosen, for neither systemd nor cron reads the shell's settings.
QList<QPair<QString, QString>> folders()
{
    QList<QPair<QString, QString>> set;
    for (const QString &name : folderVariables)
        if (const QString value = qEnvironmentVariable(name.toLatin1().constData());
            QDir::isAbsolutePath(value))
            set.append({name, value});
    return set;
}

/// How it ended; nothing for a program that is missing, crashed or was cancelled.
std::optional<ProcessOutput> outcome(const QString &program, const QStringList &arguments,
                                     const CancelToken &token, const QByteArray &input = {})
{
    ProcessCall call;
    call.program = QStandardPaths::findExecutable(program);
    if (call.program.isEmpty())
        return std::nullopt;
    call.arguments = arguments;
    call.input = input;
    const Result<ProcessOutput> done = runProcess(call, token);
    return done ? std::optional(*done) : std::nullopt;
}

bool ran(const QString &program, const QStringList &arguments, const CancelToken &token,
         QByteArray *output = nullptr)
{
    const std::optional<ProcessOutput> done = outcome(program, arguments, token);
    if (done && output)
        *output = done->standardOutput;
    return done && done->exitCode == 0;
}

QString userName()
{
    const passwd *entry = getpwuid(::geteuid());
    return entry ? QString::fromLocal8Bit(entry->pw_name) : QString::number(::geteuid());
}

QString cronMark(const QString &name)
{
    return u"# "_s + unitName(name);
}

/// Puts this line in the place of the schedule's former one among the user's lines of cron, or takes that
/// out. False where cron does not answer.
Result<bool> setCronLine(const QString &name, const QByteArray &line, const CancelToken &token)
{
    const std::optional<ProcessOutput> listed = outcome(u"crontab"_s, {u"-l"_s}, token);
    // What is written takes the place of all lines, so none may be missing because they could not be read.
    const bool known =
        listed && (listed->exitCode == 0 ||
                   (listed->exitCode == 1 && listed->standardError.contains(u"no crontab for")));
    bool written = false;
    if (known && !token.cancelled()) {
        QByteArray lines;
        for (const QByteArray &each : listed->standardOutput.split('\n'))
            if (!each.isEmpty() && !each.endsWith(cronMark(name).toUtf8()))
                lines += each + '\n';
        const std::optional<ProcessOutput> done = outcome(u"crontab"_s, {u"-"_s}, token, lines + line);
        written = done && done->exitCode == 0;
    }
    if (!written && token.cancelled())
        return Error{ErrorKind::Cancelled, u"Changing the lines of cron was cancelled."_s};
    return written;
}

Result<void> write(const QString &path, const QString &text)
{
    if (!QDir().mkpath(QFileInfo(path).path()))
        return Error{ErrorKind::Io, u"The folder %1 cannot be made."_s.arg(QFileInfo(path).path())};
    return paths::writePrivate(path, text.toUtf8());
}

} // namespace

QString unitName(const QString &schedule)
{
    return u"retail-admin-"_s + schedule;
}

QString folder()
{
    // Not paths::config(), which is ours below it.
    return QFileInfo(paths::config()).path() + u"/systemd/user"_s;
}

QStringList command(const Schedule &schedule, const QString &program)
{
    return {program, u"schedule"_s, u"run"_s, schedule.name()};
}

QString service(const Schedule &schedule, const QString &program)
{
    QStringList words;
    for (const QString &word : command(schedule, program))
        words += unitWord(word);
    QString text = u"# Written by “retail-admin schedule add”; “schedule remove %1” removes it.\n"
                   u"[Unit]\n"
                   u"Description=Retail Admin: %2 (%1)\n"
                   u"Documentation=man:retail-admin(1)\n\n"
                   u"[Service]\n"
                   u"Type=oneshot\n"
                   u"ExecStart=%3\n"
                   u"Nice=10\n"
                   u"IOSchedulingClass=idle\n"
                   u"UMask=0077\n"_s.arg(schedule.name(), schedule.title(), words.join(u' '));
    for (const auto &[name, value] : folders())
        text += u"Environment=%1\n"_s.arg(unitWord(name + u'=' + value).replace(u"$$"_s, u"$"_s));
    return text;
}

QString timer(const Schedule &schedule)
{
    static const QStringList days{{},        u"Mon "_s, u"Tue "_s, u"Wed "_s,
                                  u"Thu "_s, u"Fri "_s, u"Sat "_s, u"Sun "_s};
    // Persistent: what was due while the machine was off runs when it is on again.
    return u"# Written by “retail-admin schedule add”; “schedule remove %1” removes it.\n"
           u"[Unit]\n"
           u"Description=Retail Admin: %2, %3\n"
           u"Documentation=man:retail-admin(1)\n\n"
           u"[Timer]\n"
           u"OnCalendar=%4*-*-* %5:00\n"
           u"Persistent=true\n\n"
           u"[Install]\n"
           u"WantedBy=timers.target\n"_s.arg(schedule.name(), schedule.title(), schedule.when(),
                                             days[schedule.weekday], schedule.at.toString(u"HH:mm"_s));
}

QString cronLine(const Schedule &schedule, const QString &program)
{
    QStringList words;
    for (const auto &[name, value] : folders())
        words += name + u'=' + shellWord(value);
    for (const QString &word : command(schedule, program))
        words += shellWord(word);
    // A percent sign ends the command for cron; 0 is Sunday there.
    const QString day = schedule.weekday == 0 ? u"*"_s : QString::number(schedule.weekday % 7);
    return u"%1 %2 * * %3 %4 %5"_s.arg(QString::number(schedule.at.minute()),
                                       QString::number(schedule.at.hour()), day,
                                       words.join(u' ').replace(u'%', u"\\%"_s), cronMark(schedule.name()));
}

Result<Installed> install(const Schedule &schedule, const QString &program, const CancelToken &token)
{
    Installed installed;
    if (schedule.cron) {
        installed.cronLine = cronLine(schedule, program);
        const Result<bool> written = setCronLine(schedule.name(), installed.cronLine.toUtf8() + '\n', token);
        if (!written)
            return written.error();
        installed.active = *written;
        if (!installed.active)
            installed.notes +=
                u"No cron answers here; give the line to the one that is to run it (crontab -e)."_s;
        return installed;
    }
    const QString unit = unitName(schedule.name());
    for (const auto &[suffix, text] :
         {std::pair{u".service"_s, service(schedule, program)}, std::pair{u".timer"_s, timer(schedule)}}) {
        const QString path = folder() + u'/' + unit + suffix;
        if (const Result<void> written = write(path, text); !written)
            return written.error();
        installed.files += path;
    }
    installed.active = ran(u"systemctl"_s, {u"--user"_s, u"daemon-reload"_s}, token) &&
                       ran(u"systemctl"_s, {u"--user"_s, u"enable"_s, u"--now"_s, unit + u".timer"_s}, token);
    if (token.cancelled())
        return Error{ErrorKind::Cancelled, u"The schedule was not added."_s};
    if (!installed.active) {
        installed.notes += u"No systemd of this user answers here; the timer runs after these commands."_s;
        installed.commands +=
            {u"systemctl --user daemon-reload"_s, u"systemctl --user enable --now %1.timer"_s.arg(unit)};
    }
    QByteArray linger;
    const bool told =
        ran(u"loginctl"_s, {u"show-user"_s, userName(), u"--property=Linger"_s}, token, &linger);
    if (!told || linger.trimmed() != "Linger=yes") {
        installed.notes += told ? u"Timers of this user stop when the last session ends (linger is off)."_s
                                : u"Whether timers go on without a session (linger) cannot be told here."_s;
        installed.commands += u"loginctl enable-linger %1"_s.arg(userName());
    }
    return installed;
}

Result<Installed> uninstall(const Schedule &schedule, const CancelToken &token)
{
    Installed removed;
    if (schedule.cron) {
        const Result<bool> written = setCronLine(schedule.name(), {}, token);
        if (!written)
            return written.error();
        if (!*written)
            removed.notes += u"No cron answers here; take out the line that ends with “%1”."_s.arg(
                cronMark(schedule.name()));
        return removed;
    }
    const QString unit = unitName(schedule.name());
    const bool disabled =
        ran(u"systemctl"_s, {u"--user"_s, u"disable"_s, u"--now"_s, unit + u".timer"_s}, token);
    for (const QString &suffix : {u".timer"_s, u".service"_s}) {
        QFile file(folder() + u'/' + unit + suffix);
        if (file.exists() && !file.remove())
            return Error{
                ErrorKind::Io, u"%1 cannot be removed."_s.arg(file.fileName()), {}, file.errorString()};
        removed.files += file.fileName();
    }
    if (!disabled) {
        // What enabling made, where nobody answers to undo it.
        QFile::remove(folder() + u"/timers.target.wants/"_s + unit + u".timer"_s);
        removed.commands += u"systemctl --user daemon-reload"_s;
    } else {
        (void)ran(u"systemctl"_s, {u"--user"_s, u"daemon-reload"_s}, token);
    }
    return removed;
}

} // namespace scheduleunit
