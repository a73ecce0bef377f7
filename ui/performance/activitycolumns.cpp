// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/activitycolumns.h"

#include "app/core/format.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("ActivityPage", text);
}

QString stateOf(const SessionInfo &row)
{
    if (row.waiting())
        return tr("waits for a lock");
    return row.state.isEmpty() ? row.backendType : row.state;
}

cell::Tone toneOf(const SessionInfo &row)
{
    if (row.waiting())
        return cell::Tone::Bad;
    if (row.idleInTransaction())
        return cell::Tone::Warning;
    return row.state == u"active" ? cell::Tone::Good : cell::Tone::Muted;
}

QString iconOf(const SessionInfo &row)
{
    return row.waiting() ? u"state-error"_s : row.idleInTransaction() ? u"state-warning"_s : QString();
}

/// A statement in a cell: one line, and no more of it than anybody reads there.
QString inOneLine(const QString &query)
{
    constexpr int readable = 300;
    return query.left(readable).simplified();
}

QString orDash(const QString &text)
{
    return text.isEmpty() ? u"–"_s : text;
}

qint64 secondsSince(const QDateTime &since)
{
    return since.isValid() ? since.secsTo(QDateTime::currentDateTime()) : -1;
}

QString waitOf(const SessionInfo &row)
{
    return row.wait.isEmpty() ? u"–"_s : row.waitType + u": "_s + row.wait;
}

} // namespace

QString ageOf(const QDateTime &since)
{
    return since.isValid()
               ? format::duration(std::max<qint64>(0, since.msecsTo(QDateTime::currentDateTime())))
               : u"–"_s;
}

QList<ListColumn<SessionInfo>> sessionColumns()
{
    using Row = SessionInfo;
    return {
        {.title = tr("Process"), .value = [](const Row &row) { return row.pid; }, .number = true},
        {.title = tr("Login"), .value = [](const Row &row) { return row.login; }, .bold = true},
        {.title = tr("Store"),
         .value = [](const Row &row) { return row.store; },
         .text = [](const Row &row) { return orDash(row.store); },
         .tone = [](const Row &row) { return row.store.isEmpty() ? cell::Tone::Muted : cell::Tone::Normal; },
         .explanation =
             tr("Where it can be told: the login enters one store only, or the statement names it")},
        {.title = tr("State"), .value = stateOf, .tone = toneOf, .icon = iconOf},
        {.title = tr("For"),
         .value = [](const Row &row) { return secondsSince(row.since()); },
         .text = [](const Row &row) { return ageOf(row.since()); },
         .number = true,
         .toolTip =
             [](const Row &row) {
                 return row.since().isValid() ? format::exact(row.since().toLocalTime()) : QString();
             },
         .explanation = tr("How long it has been in this state: the statement, the wait or the idling")},
        {.title = tr("Transaction"),
         .value = [](const Row &row) { return secondsSince(row.transactionStart); },
         .text = [](const Row &row) { return ageOf(row.transactionStart); },
         .number = true,
         .explanation = tr("How long its transaction has been open")},
        {.title = tr("Waits for"),
         .value = [](const Row &row) { return row.waitType + row.wait; },
         .text = waitOf,
         .explanation =
             tr("What it waits for, as the server names it; “Client: ClientRead” waits for its program")},
        {.title = tr("Program"), .value = [](const Row &row) { return row.application; }},
        {.title = tr("Database"), .value = [](const Row &row) { return row.database; }},
        {.title = tr("From"), .value = [](const Row &row) { return row.client; }},
        {.title = tr("Statement"), .value = [](const Row &row) { return inOneLine(row.query); }},
    };
}

QList<ListColumn<BlockedSession>> blockedColumns()
{
    using Row = BlockedSession;
    return {
        // The order of the tree is its meaning, so it is what is sorted by: see ActivityPage.
        {.title = tr("Session"),
         .value = [](const Row &row) { return row.session.pid; },
         .text =
             [](const Row &row) {
                 const QString name = row.session.pid == 0
                                          ? tr("prepared transaction")
                                          : u"%1 · %2"_s.arg(row.session.pid).arg(row.session.login);
                 return row.depth == 0 ? name : QString(4 * (row.depth - 1), u' ') + u"└ "_s + name;
             },
         .tone = [](const Row &row) { return row.depth == 0 ? cell::Tone::Bad : cell::Tone::Normal; },
         .icon = [](const Row &row) { return row.depth == 0 ? u"state-error"_s : QString(); },
         .accessible =
             [](const Row &row) {
                 return row.depth == 0 ? tr("%1 blocks others").arg(row.session.pid)
                                       : tr("%1 waits, level %2").arg(row.session.pid).arg(row.depth);
             },
         .bold = true},
        {.title = tr("Holds up"),
         .value = [](const Row &row) { return row.waiting; },
         .text = [](const Row &row) { return row.waiting > 0 ? format::count(row.waiting) : u"–"_s; },
         .number = true,
         .explanation = tr("Sessions that wait for it, directly or behind another")},
        {.title = tr("Waits"),
         .value = [](const Row &row) { return secondsSince(row.session.waitStart); },
         .text = [](const Row &row) { return ageOf(row.session.waitStart); },
         .number = true},
        {.title = tr("Transaction"),
         .value = [](const Row &row) { return secondsSince(row.session.transactionStart); },
         .text = [](const Row &row) { return ageOf(row.session.transactionStart); },
         .number = true},
        {.title = tr("State"),
         .value = [](const Row &row) { return stateOf(row.session); },
         .tone = [](const Row &row) { return toneOf(row.session); }},
        {.title = tr("Program"), .value = [](const Row &row) { return row.session.application; }},
        {.title = tr("Statement"), .value = [](const Row &row) { return inOneLine(row.session.query); }},
    };
}

QList<ListColumn<LockGroup>> lockColumns()
{
    using Row = LockGroup;
    return {
        {.title = tr("What"), .value = [](const Row &row) { return row.object; }, .bold = true},
        {.title = tr("Mode"), .value = [](const Row &row) { return row.mode; }},
        {.title = tr("Granted"),
         .value = [](const Row &row) { return row.granted; },
         .text = [](const Row &row) { return row.granted ? tr("yes") : tr("waits"); },
         .tone = [](const Row &row) { return row.granted ? cell::Tone::Normal : cell::Tone::Bad; },
         .icon = [](const Row &row) { return row.granted ? QString() : u"state-error"_s; }},
        {.title = tr("Locks"),
         .value = [](const Row &row) { return row.locks; },
         .text = [](const Row &row) { return format::count(row.locks); },
         .number = true},
        {.title = tr("Sessions"),
         .value = [](const Row &row) { return row.sessions; },
         .text = [](const Row &row) { return format::count(row.sessions); },
         .number = true},
        {.title = tr("Waits"),
         .value = [](const Row &row) { return secondsSince(row.waitingSince); },
         .text = [](const Row &row) { return ageOf(row.waitingSince); },
         .number = true},
        {.title = tr("Kind"), .value = [](const Row &row) { return row.kind; }},
        {.title = tr("Processes"),
         .value = [](const Row &row) { return row.processes.join(u", "_s); },
         .text =
             [](const Row &row) {
                 return row.processes.join(u", "_s) +
                        (row.sessions > row.processes.size() ? u", …"_s : QString());
             }},
    };
}

QList<ListColumn<ProgressInfo>> progressColumns()
{
    using Row = ProgressInfo;
    const auto amount = [](const Row &row, qint64 value) {
        return row.unit == u"bytes" ? format::bytes(value) : format::count(value) + u' ' + row.unit;
    };
    return {
        {.title = tr("Work"),
         .value = [](const Row &row) { return row.kind; },
         .text = [](const Row &row) { return row.automatic ? tr("%1 (automatic)").arg(row.kind) : row.kind; },
         .bold = true},
        {.title = tr("On"), .value = [](const Row &row) { return row.object; }},
        {.title = tr("Phase"), .value = [](const Row &row) { return row.phase; }},
        {.title = tr("Done"),
         .value = [](const Row &row) { return row.total > 0 ? double(row.done) / double(row.total) : 0.0; },
         .text =
             [](const Row &row) {
                 return row.total > 0
                            ? format::decimal(
                                  100.0 * double(std::min(row.done, row.total)) / double(row.total), 1) +
                                  u" %"_s
                            : u"–"_s;
             },
         .number = true,
         .explanation = tr("Of the present phase")},
        {.title = tr("Amount"),
         .value = [](const Row &row) { return row.done; },
         .text =
             [amount](const Row &row) {
                 return row.total > 0 ? tr("%1 of %2").arg(amount(row, row.done), amount(row, row.total))
                                      : amount(row, row.done);
             },
         .number = true},
        {.title = tr("Runs for"),
         .value = [](const Row &row) { return secondsSince(row.started); },
         .text = [](const Row &row) { return ageOf(row.started); },
         .number = true},
        {.title = tr("Process"), .value = [](const Row &row) { return row.pid; }, .number = true},
        {.title = tr("Login"), .value = [](const Row &row) { return row.login; }},
    };
}
