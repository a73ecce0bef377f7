// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/schedule.h"

#include "app/core/log.h"
#include "app/core/paths.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <QRegularExpression>

#include <unistd.h>

#include <algorithm>
#include <csignal>

using namespace Qt::StringLiterals;

namespace {

constexpr int lateSeconds = 3'600; // a machine that was asleep catches up in this time
constexpr int weekDays = 7;

QDateTime timeOf(const QJsonValue &value)
{
    return QDateTime::fromString(value.toString(), Qt::ISODateWithMs);
}

QString textOf(const QDateTime &time)
{
    return time.toUTC().toString(Qt::ISODateWithMs);
}

QJsonObject readJson(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

} // namespace

QString Schedule::name() const
{
    static const QRegularExpression others(u"[^A-Za-z0-9-]+"_s);
    if (!keptAs.isEmpty())
        return keptAs;
    if (profile.isEmpty())
        return kind;
    const QString of = QString(profile).replace(others, u"_"_s).left(60);
    if (of == profile)
        return kind + u'-' + of;
    const QByteArray sum = QCryptographicHash::hash(profile.toUtf8(), QCryptographicHash::Sha256).toHex();
    return kind + u'-' + of + u'-' + QString::fromLatin1(sum.left(6));
}

QString Schedule::title() const
{
    if (kind == u"backup")
        return u"Back up"_s;
    if (kind == u"drill")
        return u"Drill: restore and compare"_s;
    if (kind == u"upload")
        return u"Upload a backup"_s;
    return u"Maintenance"_s;
}

QString Schedule::when() const
{
    const QString time = at.toString(u"HH:mm"_s);
    return weekday == 0 ? u"daily at %1"_s.arg(time) : u"%1 at %2"_s.arg(QLocale::c().dayName(weekday), time);
}

QDateTime Schedule::next(const QDateTime &now) const
{
    const QDateTime local = now.toLocalTime();
    for (int days = 0;; ++days) {
        const QDateTime due(local.date().addDays(days), at);
        if (due > local && (weekday == 0 || due.date().dayOfWeek() == weekday))
            return due;
    }
}

QDateTime Schedule::latest(const QDateTime &now) const
{
    const QDateTime local = now.toLocalTime();
    for (int days = 0;; --days) {
        const QDateTime due(local.date().addDays(days), at);
        if (due <= local && (weekday == 0 || due.date().dayOfWeek() == weekday))
            return due;
    }
}

QString outcomeName(ScheduleState::Outcome outcome)
{
    static const QStringList names{u"waiting"_s, u"running"_s, u"succeeded"_s, u"failed"_s, u"missed"_s};
    return names[outcome];
}

QList<Schedule> Schedules::all() const
{
    QList<Schedule> schedules;
    for (const QString &file : QDir(m_folder).entryList({u"*.json"_s}, QDir::Files, QDir::Name)) {
        if (Result<Schedule> schedule = byName(file.chopped(5)))
            schedules.append(*schedule);
        else
            qCWarning(lcApp) << schedule.error().text();
    }
    return schedules;
}

Result<Schedule> Schedules::byName(const QString &name) const
{
    const QString path = m_folder + u'/' + name + u".json"_s;
    if (name.contains(u'/') || !QFile::exists(path))
        return Error{ErrorKind::NotFound, u"There is no schedule “%1”."_s.arg(name),
                     u"“retail-admin schedule list” names them."_s};
    const QJsonObject json = readJson(path);
    Schedule schedule{json[u"kind"].toString(),
                      json[u"profile"].toString(),
                      QTime::fromString(json[u"at"].toString(), u"HH:mm"_s),
                      json[u"weekday"].toInt(),
                      {},
                      json[u"cron"].toBool(),
                      timeOf(json[u"added"]),
                      name};
    for (const QJsonValue &word : json[u"arguments"].toArray())
        schedule.arguments += word.toString();
    if (!schedule.at.isValid() || schedule.arguments.isEmpty() || schedule.weekday < 0 ||
        schedule.weekday > weekDays)
        return Error{ErrorKind::Io, u"The schedule %1 cannot be read."_s.arg(path), u"Add it anew."_s};
    return schedule;
}

Result<void> Schedules::save(const Schedule &schedule)
{
    const QJsonObject json{{u"kind"_s, schedule.kind},
                           {u"profile"_s, schedule.profile},
                           {u"at"_s, schedule.at.toString(u"HH:mm"_s)},
                           {u"weekday"_s, schedule.weekday},
                           {u"arguments"_s, QJsonArray::fromStringList(schedule.arguments)},
                           {u"cron"_s, schedule.cron},
                           {u"added"_s, textOf(schedule.added)}};
    return paths::writePrivate(m_folder + u'/' + schedule.name() + u".json"_s, QJsonDocument(json).toJson());
}

Result<void> Schedules::remove(const QString &name)
{
    QFile file(m_folder + u'/' + name + u".json"_s);
    if (!file.remove())
        return Error{ErrorKind::Io,
                     u"The schedule %1 cannot be removed."_s.arg(file.fileName()),
                     {},
                     file.errorString()};
    QFile::remove(m_runs + u'/' + name + u".json"_s);
    return {};
}

QList<ScheduleState> Schedules::states(const QDateTime &now) const
{
    QList<ScheduleState> states;
    for (const Schedule &schedule : all()) {
        ScheduleState state{schedule, ScheduleState::Waiting, schedule.next(now), {}, {}};
        const QJsonObject run = readJson(m_runs + u'/' + schedule.name() + u".json"_s);
        state.last = timeOf(run[u"started"]);
        const QDateTime due = schedule.latest(now.addSecs(-lateSeconds));
        if (state.last.isValid()) {
            const bool ended = run.contains(u"exit_code"_s);
            const int code = run[u"exit_code"].toInt();
            const bool alive = ::kill(pid_t(run[u"pid"].toInteger()), 0) == 0;
            state.outcome = ended ? (code == 0 ? ScheduleState::Succeeded : ScheduleState::Failed)
                                  : (alive ? ScheduleState::Running : ScheduleState::Failed);
            if (state.outcome == ScheduleState::Failed)
                state.text = ended ? u"ended with exit code %1"_s.arg(code) : u"was killed"_s;
        }
        // A clock that was set back, or a run a moment early, is no miss.
        // Nor is a time before the schedule was made, or made anew for another hour.
        const QDateTime since =
            state.last.isValid() ? std::max(state.last.addSecs(60), schedule.added) : schedule.added;
        if (state.outcome != ScheduleState::Running && due > since) {
            state.outcome = ScheduleState::Missed;
            state.last = due.toUTC();
            state.text = u"did not run when it was due"_s;
        }
        states.append(state);
    }
    return states;
}

Result<void> Schedules::started(const QString &name)
{
    return paths::writePrivate(
        m_runs + u'/' + name + u".json"_s,
        QJsonDocument(QJsonObject{{u"started"_s, textOf(QDateTime::currentDateTimeUtc())},
                                  {u"pid"_s, qint64(::getpid())}})
            .toJson());
}

Result<void> Schedules::ended(const QString &name, int exitCode)
{
    const QString path = m_runs + u'/' + name + u".json"_s;
    QJsonObject json = readJson(path);
    json[u"ended"_s] = textOf(QDateTime::currentDateTimeUtc());
    json[u"exit_code"_s] = exitCode;
    return paths::writePrivate(path, QJsonDocument(json).toJson());
}
