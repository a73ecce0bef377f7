// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/settingsservice.h"

#include "app/core/format.h"
#include "app/db/pgconnection.h"
#include "app/db/querymark.h"

#include <QFile>
#include <QRegularExpression>
#include <QThread>

#include <libpq-fe.h>
#include <netinet/in.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 mib = 1024 * 1024;
const QByteArray mark = QByteArray(sqlcatalog::mark) + " */ ";

/// The recommended configuration. `share` of the machine's memory replaces the value where that is known.
struct Recommendation
{
    QString name = {};
    QString value = {}; ///< as the server would show it: "1s" and not "1000"
    QString reason = {};
    double share = 0;
    bool atLeast = false; ///< more is as good
};

const QList<Recommendation> &recommendations()
{
    static const QList<Recommendation> all{
        {u"shared_buffers"_s, u"256MB"_s,
         u"The server's own cache: a quarter of the memory of a machine that does nothing else."_s, 0.25,
         true},
        {u"effective_cache_size"_s, u"1GB"_s,
         u"What the planner takes the server's and the operating system's cache together for; it reserves nothing: three quarters of the memory of a machine that does nothing else."_s,
         0.75, true},
        {u"work_mem"_s, u"4MB"_s, u"Memory of each sort and hash before it goes to temporary files."_s, 0,
         true},
        {u"maintenance_work_mem"_s, u"64MB"_s, u"Memory of VACUUM and CREATE INDEX."_s, 0, true},
        {u"max_connections"_s, u"100"_s,
         u"As many as the applications need; beyond some hundred put a pooler in between."_s},
        {u"wal_buffers"_s, u"16MB"_s, u"Room for changes that are not yet written."_s, 0, true},
        {u"checkpoint_segments"_s, u"32"_s,
         u"Gone since PostgreSQL 9.5, where max_wal_size took its place. A server refuses to start with it in its configuration."_s},
        {u"max_wal_size"_s, u"1GB"_s, u"How much may be written between two checkpoints."_s, 0, true},
        {u"random_page_cost"_s, u"1.1"_s,
         u"What the planner takes a random read for: right for solid-state disks; 4 is for turning ones."_s},
        {u"effective_io_concurrency"_s, u"200"_s,
         u"Reads that the disks serve at once: right for solid-state disks."_s},
        {u"log_min_duration_statement"_s, u"1s"_s,
         u"Statements of a second and more go to the log, with the values in them: the log then holds customers' data."_s},
        {u"log_checkpoints"_s, u"on"_s, u"Shows whether checkpoints are forced."_s},
        {u"log_connections"_s, u"on"_s, u"Who connected, and from where."_s},
        {u"log_disconnections"_s, u"on"_s, u"How long each session lasted."_s},
        {u"log_line_prefix"_s, u"%t [%p-%l] %q%u@%d "_s,
         u"Time, process, login and database on each line of the log."_s},
        {u"shared_preload_libraries"_s, u"pg_stat_statements"_s,
         u"Without it there are no figures of slow queries."_s},
        {u"track_io_timing"_s, u"on"_s,
         u"Without it nobody can tell whether a statement waits for the disk."_s},
    };
    return all;
}

/// Bytes of memory that programs of this machine may use, which inside a container is less than it has.
qint64 machineMemory()
{
    const qint64 all = qint64(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
    QFile limit(u"/sys/fs/cgroup/memory.max"_s);
    if (!limit.open(QIODevice::ReadOnly))
        return all;
    bool number = false;
    const qint64 most = limit.readAll().trimmed().toLongLong(&number);
    return number && most > 0 ? std::min(all, most) : all;
}

/// The port this machine connected from; 0 for a Unix socket.
int localPort(const PGconn *connection)
{
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(PQsocket(connection), reinterpret_cast<sockaddr *>(&address), &size) != 0)
        return -1;
    if (address.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6 &>(address).sin6_port);
    return address.ss_family == AF_INET ? ntohs(reinterpret_cast<const sockaddr_in &>(address).sin_port) : 0;
}

/// Whether the server is on this machine. To a server a forwarded port and a pooler beside it are local
/// clients, too: it is this machine's only if what it sees at its end is what is here.
bool onThisMachine(Session &session, const Rows &observed)
{
    const PgConnection &connection = session.connection();
    return observed.boolean(0, observed.column("same_machine")) && session.profile().ssh.isEmpty() &&
           observed.integer(0, observed.column("client_port")) == localPort(connection.handle()) &&
           observed.integer(0, observed.column("backend")) == connection.backend();
}

QString inMegabytes(double bytes)
{
    return QString::number(qint64(bytes) / mib) + u"MB"_s;
}

QStringList libraries(const QString &list)
{
    QStringList names;
    for (const QString &name : list.split(u',', Qt::SkipEmptyParts))
        names += name.trimmed().remove(u'"');
    return names;
}

ServerSetting::Verdict compare(const Recommendation &wanted, const QString &recommended, const QString &value,
                               const QString &unit)
{
    using enum ServerSetting::Verdict;
    if (wanted.name == u"shared_preload_libraries")
        return libraries(value).contains(recommended) ? AsRecommended : Differs;
    const std::optional<double> left = settingQuantity(value, unit);
    const std::optional<double> right = settingQuantity(recommended, unit);
    if (!left || !right)
        return value == recommended ? AsRecommended : Differs;
    if (qFuzzyCompare(1 + *left, 1 + *right))
        return AsRecommended;
    return wanted.atLeast && *left > *right ? Above : Differs;
}

int rowOf(const Rows &rows, QStringView name)
{
    int row = 0;
    while (row < rows.count() && rows.text(row, rows.column("name")) != name)
        ++row;
    return row;
}

/// What suits a machine whose memory is not known. The planner must not take both caches together for smaller
/// than the server's own, which is to be a quarter of the memory.
QString withoutMemory(const Recommendation &wanted, const Rows &rows)
{
    const int buffers = rowOf(rows, u"shared_buffers");
    if (wanted.name != u"effective_cache_size" || buffers == rows.count())
        return wanted.value;
    const double least = 3 * settingQuantity(rows.text(buffers, rows.column("shown"))).value_or(0);
    return least > *settingQuantity(wanted.value) ? inMegabytes(least) : wanted.value;
}

ServerSetting readSetting(const Recommendation &wanted, const Rows &rows, qint64 memory)
{
    ServerSetting setting;
    setting.name = wanted.name;
    setting.recommended = wanted.value;
    setting.reason = wanted.reason;
    if (wanted.share > 0 && memory > 0) {
        setting.recommended = inMegabytes(wanted.share * double(memory));
        setting.reason +=
            u" %1 % of the %2 here."_s.arg(QString::number(wanted.share * 100), format::bytes(memory));
    } else if (wanted.share > 0) {
        setting.recommended = withoutMemory(wanted, rows);
        setting.reason += u" The memory of the server's machine is not known here; %1 suits one of %2."_s.arg(
            setting.recommended, format::bytes(qint64(*settingQuantity(setting.recommended) / wanted.share)));
    }
    const int row = rowOf(rows, wanted.name);
    if (row == rows.count()) {
        setting.verdict = ServerSetting::Obsolete;
        setting.recommended.clear();
        return setting;
    }
    setting.value = rows.text(row, rows.column("shown"));
    setting.source = rows.text(row, rows.column("source"));
    setting.sourceFile = rows.text(row, rows.column("sourcefile"));
    setting.context = rows.text(row, rows.column("context"));
    setting.pendingRestart = rows.boolean(row, rows.column("pending_restart"));
    setting.mayAlter = rows.boolean(row, rows.column("may_alter"));
    setting.mayReload = rows.boolean(row, rows.column("may_reload"));
    if (rows.isNull(row, rows.column("setting"))) {
        setting.verdict = ServerSetting::NotShown;
        setting.reason += u" The server does not show it to this login: that needs pg_read_all_settings."_s;
        return setting;
    }
    setting.verdict =
        compare(wanted, setting.recommended, setting.value, rows.text(row, rows.column("unit")));
    if (setting.verdict == ServerSetting::Differs) {
        // Libraries that are loaded already stay.
        const bool list = wanted.name == u"shared_preload_libraries";
        setting.proposed = list ? (libraries(setting.value) + QStringList{setting.recommended}).join(u',')
                                : setting.recommended;
        setting.sql = SettingsService::statement(wanted.name, setting.proposed);
    }
    return setting;
}

/// What was observed, by name of the column.
struct Observed
{
    const Rows &rows;
    const QList<ServerSetting> &settings;

    qint64 count(const char *column) const { return rows.integer(0, rows.column(column)); }
    QDateTime time(const char *column) const
    {
        return rows.isNull(0, rows.column(column)) ? QDateTime() : rows.timestamp(0, rows.column(column));
    }
    QString value(QStringView name) const
    {
        for (const ServerSetting &setting : settings)
            if (setting.name == name)
                return setting.value;
        return {};
    }
    /// "since 2026-11-20 10:00 UTC (3.2 days)", or that it was never reset.
    QString since(const char *column) const
    {
        const QDateTime reset = time(column);
        if (!reset.isValid())
            return u"since the database was made or the server last crashed"_s;
        return u"since %1 (%2 days)"_s.arg(
            reset.toString(u"yyyy-MM-dd HH:mm 'UTC'"_s),
            QString::number(double(reset.secsTo(time("read_at"))) / 86'400, 'f', 1));
    }
};

void adviseMemory(const Observed &seen, qint64 memory, QList<SettingAdvice> &advice)
{
    const qint64 files = seen.count("temp_files");
    const double present = settingQuantity(seen.value(u"work_mem")).value_or(0);
    if (files > 0 && present > 0) {
        const double average = double(seen.count("temp_bytes")) / double(files);
        // Half as much again as the average file, in whole powers of two, and never so much that all
        // connections sorting at once would take more than a quarter of the memory.
        double wanted = present;
        while (wanted < 1.5 * average)
            wanted *= 2;
        const double connections = std::max(1.0, seen.value(u"max_connections").toDouble());
        const double most = memory > 0 ? double(memory) / 4 / connections : 64.0 * mib;
        wanted = std::min(wanted, std::max(most, present));
        const bool raise = wanted >= 1.5 * present;
        const QString value = raise ? inMegabytes(wanted) : QString();
        advice.append(
            {.setting = u"work_mem"_s,
             .cause = u"%1, %2: sorts and hashes that did not fit into %3."_s.arg(
                 files == 1 ? u"1 temporary file of %1"_s.arg(format::bytes(qint64(average)))
                            : u"%1 temporary files, %2 in all, %3 each on average"_s.arg(
                                  format::count(files), format::bytes(seen.count("temp_bytes")),
                                  format::bytes(qint64(average))),
                 seen.since("stats_reset"), seen.value(u"work_mem")),
             .doubt =
                 raise
                     ? u"Every sort and hash of every session may take that much. Where one statement is the cause, raise it for that statement alone (SET LOCAL work_mem)."_s
                     : u"The files are too large, or the connections too many, to raise it for all: find the statements under Queries (temporary blocks) and raise it there alone (SET LOCAL work_mem)."_s,
             .value = value,
             .sql = raise ? SettingsService::statement(u"work_mem"_s, value) : QString()});
    }
    const qint64 asked = seen.count("blks_hit") + seen.count("blks_read");
    const double buffers = settingQuantity(seen.value(u"shared_buffers")).value_or(0);
    const double share = asked > 0 ? double(seen.count("blks_hit")) / double(asked) : 1;
    if (asked > 1'000'000 && share < 0.9 && memory > 0 && buffers < 0.2 * double(memory)) {
        const QString value = inMegabytes(0.25 * double(memory));
        advice.append(
            {.setting = u"shared_buffers"_s,
             .cause = u"%1 % of %2 block reads were found in shared buffers %3."_s.arg(
                 QString::number(share * 100, 'f', 1), format::count(asked), seen.since("stats_reset")),
             .doubt =
                 u"The others may have come from the operating system's cache. Large exports lower the share, too."_s,
             .value = value,
             .sql = SettingsService::statement(u"shared_buffers"_s, value),
             .restart = true});
    }
}

void adviseWriting(const Observed &seen, QList<SettingAdvice> &advice)
{
    const qint64 requested = seen.count("checkpoints_requested");
    const qint64 timed = seen.count("checkpoints_timed");
    const double present = settingQuantity(seen.value(u"max_wal_size")).value_or(0);
    // Some are asked for by backups and CHECKPOINT; more than a quarter is the size's doing.
    if (requested >= 5 && requested * 3 > timed && present > 0) {
        const QString value = inMegabytes(2 * present);
        advice.append(
            {.setting = u"max_wal_size"_s,
             .cause =
                 u"%1 of %2 checkpoints were not due by time %3: max_wal_size (%4) was full, or somebody asked for them."_s
                     .arg(format::count(requested), format::count(requested + timed),
                          seen.since("checkpoints_since"), seen.value(u"max_wal_size")),
             .doubt =
                 u"Backups, CHECKPOINT and CREATE DATABASE ask for checkpoints as well. More WAL means a longer recovery after a crash, and that much disk space."_s,
             .value = value,
             .sql = SettingsService::statement(u"max_wal_size"_s, value)});
    }
}

void adviseUse(const Observed &seen, QList<SettingAdvice> &advice)
{
    const double most = seen.value(u"max_connections").toDouble();
    const qint64 connections = seen.count("connections");
    if (most > 0 && double(connections) >= 0.8 * most)
        advice.append(
            {.setting = u"max_connections"_s,
             .cause = u"%1 of %2 connections are taken now."_s.arg(format::count(connections),
                                                                   seen.value(u"max_connections")),
             .doubt =
                 u"Each costs memory; a pooler (PgBouncer) serves many clients with few of them. Look under Activity who holds them."_s,
             .restart = true});
    if (const qint64 idle = seen.count("idle_in_transaction"); idle > 0)
        advice.append(
            {.setting = u"idle_in_transaction_session_timeout"_s,
             .cause =
                 idle == 1
                     ? u"1 session has been idle inside a transaction for more than 10 minutes: VACUUM keeps dead rows for it, and its locks stay."_s
                     : u"%1 sessions have been idle inside a transaction for more than 10 minutes: VACUUM keeps dead rows for them, and their locks stay."_s
                           .arg(idle),
             .doubt = u"The server would end such sessions; an application must be able to bear that."_s,
             .value = u"10min"_s,
             .sql = SettingsService::statement(u"idle_in_transaction_session_timeout"_s, u"10min"_s)});
    if (const qint64 tables = seen.count("never_analyzed"); tables > 0)
        advice.append(
            {.setting = u"autovacuum"_s,
             .cause =
                 tables == 1
                     ? u"1 table of a thousand rows and more has no planner statistics: neither autovacuum nor anybody ever analyzed it."_s
                     : u"%1 tables of a thousand rows and more have no planner statistics: neither autovacuum nor anybody ever analyzed them."_s
                           .arg(format::count(tables)),
             .doubt =
                 u"Right after a restore or a crash of the server the times are not known, and this is no sign of trouble."_s,
             .sql = u"ANALYZE;"_s});
    if (seen.value(u"track_io_timing") == u"off")
        advice.append(
            {.setting = u"track_io_timing"_s,
             .cause =
                 u"The server does not measure how long reads and writes take: no dashboard can tell waiting for the disk from work."_s,
             .doubt = u"Where reading the clock is slow it costs time; pg_test_timing tells."_s,
             .value = u"on"_s,
             .sql = SettingsService::statement(u"track_io_timing"_s, u"on"_s)});
}

QStringList pendingRestarts(const Rows &rows)
{
    QStringList names;
    for (int row = 0; row < rows.count(); ++row)
        names += rows.text(row, 0);
    return names;
}

Result<SettingReport> readReport(Session &session)
{
    QStringList names;
    for (const Recommendation &each : recommendations())
        names += each.name;
    const Result<Rows> rows = session.read({}, sqlcatalog::query("settings/list"), {names});
    if (!rows)
        return rows.error();
    const Result<Rows> observed = session.read({}, sqlcatalog::query("settings/observed"));
    if (!observed)
        return observed.error();
    const Result<Rows> pending = session.read({}, sqlcatalog::query("settings/pending"));
    if (!pending)
        return pending.error();
    SettingReport report;
    report.memory = onThisMachine(session, *observed) ? machineMemory() : 0;
    bool all = true;
    for (const Recommendation &each : recommendations()) {
        report.settings.append(readSetting(each, *rows, report.memory));
        all = all &&
              (report.settings.last().verdict == ServerSetting::Obsolete || report.settings.last().mayAlter);
    }
    const Observed seen{*observed, report.settings};
    report.standby = observed->boolean(0, observed->column("standby"));
    report.countedSince = seen.time("stats_reset");
    report.readAt = seen.time("read_at");
    report.pending = pendingRestarts(*pending);
    adviseMemory(seen, report.memory, report.advice);
    adviseWriting(seen, report.advice);
    adviseUse(seen, report.advice);
    if (!all)
        report.whoMay =
            u"A superuser may change them, or lets a role do so, setting by setting: GRANT ALTER SYSTEM ON PARAMETER work_mem TO retail_dba; GRANT EXECUTE ON FUNCTION pg_reload_conf() TO retail_dba;"_s;
    return report;
}

Result<ServerSetting> readOne(Session &session, const QString &name)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("settings/list"), {QStringList{name}});
    if (!rows)
        return rows.error();
    if (rows->count() == 0)
        return Error{ErrorKind::NotFound, u"The server knows no setting “%1”."_s.arg(name)};
    return readSetting({.name = name}, *rows, 0);
}

/// Waits until the server has read its files again, which it does in its own time after being asked.
Result<SettingChange> verify(Session &session, const QString &name, const QString &value,
                             const QString &before)
{
    constexpr int attempts = 50;
    SettingChange change{.name = name, .before = before};
    for (int attempt = 0; attempt < attempts && !session.token().cancelled(); ++attempt) {
        const Result<Rows> rows = session.read({}, sqlcatalog::query("settings/list"), {QStringList{name}});
        if (!rows)
            return rows.error();
        const QString unit = rows->text(0, rows->column("unit"));
        const QString source = rows->text(0, rows->column("source"));
        change.after = rows->text(0, rows->column("shown"));
        if (rows->boolean(0, rows->column("pending_restart"))) {
            change.note =
                u"Written. It takes effect when the server is restarted, which this program never does."_s;
            return change;
        }
        const bool arrived = value.isEmpty() ? change.after != before || attempt > 10
                                             : compare({.name = name}, value, change.after, unit) ==
                                                   ServerSetting::AsRecommended;
        if (arrived) {
            change.effective = true;
            return change;
        }
        if (attempt > 10 && source != u"configuration file" && source != u"default") {
            change.note =
                u"Written and read by the server, but %1 overrides it for this login (source: %2)."_s.arg(
                    change.after, source);
            return change;
        }
        QThread::msleep(100);
    }
    change.note =
        u"Written, but the server still has %1: look for an error in its log, or for the setting on its command line."_s
            .arg(change.after);
    return change;
}

} // namespace

QString ServerSetting::effect() const
{
    if (context == u"postmaster")
        return u"after a restart of the server"_s;
    if (context == u"sighup")
        return u"at once, for all, when the server reads its files"_s;
    if (context == u"backend" || context == u"superuser-backend")
        return u"for new connections"_s;
    if (context == u"internal")
        return u"fixed when the server was built"_s;
    return u"when the server reads its files, where no session, login or database sets its own"_s;
}

std::optional<double> settingQuantity(const QString &value, const QString &unit)
{
    static const QRegularExpression pattern(u"^\\s*(-?\\d+(?:\\.\\d+)?)\\s*([A-Za-z]*)\\s*$"_s);
    // Bytes and milliseconds; a unit of pg_settings may carry a number ("8kB").
    static const QHash<QString, double> units{{u"B"_s, 1},
                                              {u"kB"_s, 1024},
                                              {u"MB"_s, 1024.0 * 1024},
                                              {u"GB"_s, 1024.0 * mib},
                                              {u"TB"_s, 1024.0 * 1024 * mib},
                                              {u"us"_s, 0.001},
                                              {u"ms"_s, 1},
                                              {u"s"_s, 1000},
                                              {u"min"_s, 60'000},
                                              {u"h"_s, 3'600'000},
                                              {u"d"_s, 86'400'000}};
    const QRegularExpressionMatch match = pattern.match(value);
    if (!match.hasMatch())
        return {};
    const double number = match.captured(1).toDouble();
    const QString own = match.captured(2);
    if (!own.isEmpty())
        return units.contains(own) ? std::optional(number * units.value(own)) : std::nullopt;
    // -1 and 0 switch things off: they have no unit.
    if (unit.isEmpty() || number < 0)
        return number;
    static const QRegularExpression counted(u"^(\\d*)([A-Za-z]+)$"_s);
    const QRegularExpressionMatch of = counted.match(unit);
    const double times = of.captured(1).isEmpty() ? 1 : of.captured(1).toDouble();
    return number * times * units.value(of.captured(2), 1);
}

QString SettingsService::statement(const QString &name, const QString &value)
{
    const QString quoted = QString::fromUtf8(quoteIdentifier(name));
    const QString shown = name.contains(u'.') || name != name.toLower() ? quoted : name;
    if (value.isEmpty())
        return u"ALTER SYSTEM RESET %1;"_s.arg(shown);
    QStringList values{value};
    if (name == u"shared_preload_libraries")
        values = libraries(value);
    for (QString &each : values)
        each = QString::fromUtf8(quoteLiteral(each));
    return u"ALTER SYSTEM SET %1 = %2;"_s.arg(shown, values.join(u", "_s));
}

QFuture<Result<SettingReport>> SettingsService::report(const CancelToken &token)
{
    return m_pool.run<SettingReport>(u"Settings"_s, token, readReport);
}

QFuture<Result<SettingChange>> SettingsService::apply(const QString &name, const QString &value,
                                                      const CancelToken &token)
{
    return m_pool.run<SettingChange>(
        u"Settings"_s, token,
        [origin = m_pool.origin(), name, value, token](Session &session) -> Result<SettingChange> {
            if (session.profile().readOnly)
                return Error{ErrorKind::Permission, u"This profile is read only: it changes no setting."_s,
                             u"Connect with a profile that may write."_s};
            const Result<ServerSetting> before = readOne(session, name);
            if (!before)
                return before.error();
            if (before->verdict == ServerSetting::NotShown)
                return Error{
                    ErrorKind::Permission,
                    u"The server does not show “%1” to this login, so whether a change arrived could "
                    u"not be told."_s.arg(name),
                    u"GRANT pg_read_all_settings TO …;"_s};
            if (!before->mayAlter || !before->mayReload)
                return Error{
                    ErrorKind::Permission, u"This login may not change “%1” for the server."_s.arg(name),
                    u"A superuser may, or grants it: GRANT ALTER SYSTEM ON PARAMETER %1 TO …; GRANT EXECUTE ON FUNCTION pg_reload_conf() TO …;"_s
                        .arg(name)};
            // ALTER SYSTEM refuses to run in a transaction, and a role cannot be taken for one statement.
            Result<Session> own = ConnectionPool::direct(origin, u"Settings"_s, token);
            if (!own)
                return own.error();
            // The note is kept if the change was made, and only then: two connections, because ALTER SYSTEM
            // refuses to run in the transaction of the note.
            const bool noting = !origin->capabilities.standby;
            Result<Session> log = ConnectionPool::direct(origin, u"Settings"_s, token);
            if (!log)
                return log.error();
            const QString role = session.profile().role;
            for (Session *each : {&own.value(), &log.value()})
                if (const Result<Rows> taken =
                        role.isEmpty() ? Result<Rows>(Rows())
                                       : each->execute(mark + "SET ROLE " + quoteIdentifier(role));
                    !taken)
                    return taken.error();
            const auto note = [&](const QByteArray &sql, const Params &params = {}) -> Result<Rows> {
                return noting ? log->execute(sql, params) : Result<Rows>(Rows());
            };
            if (const Result<Rows> begun = note(mark + "BEGIN"); !begun)
                return begun.error();
            const Result<Rows> noted =
                note(sqlcatalog::query("settings/note").sql,
                     {name, before->value, value.isEmpty() ? Param(nullptr) : Param(value)});
            if (!noted)
                return noted.error();
            if (const Result<Rows> altered = own->execute(mark + statement(name, value).toUtf8()); !altered)
                return altered.error();
            if (const Result<Rows> kept = note(mark + "COMMIT"); !kept)
                return kept.error();
            if (const Result<Rows> reloaded = own->execute(mark + "SELECT pg_reload_conf()"); !reloaded)
                return reloaded.error();
            return verify(own.value(), name, value, before->value);
        });
}
