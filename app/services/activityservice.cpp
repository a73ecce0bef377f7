// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/activityservice.h"

#include <QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

/// The columns of one row by name.
struct Row
{
    const Rows &rows;
    int row;

    bool isNull(const char *column) const { return rows.isNull(row, rows.column(column)); }
    QString text(const char *column) const { return rows.text(row, rows.column(column)); }
    qint64 integer(const char *column, qint64 missing = 0) const
    {
        return isNull(column) ? missing : rows.integer(row, rows.column(column));
    }
    double number(const char *column, double missing) const
    {
        return isNull(column) ? missing : rows.number(row, rows.column(column));
    }
    bool flag(const char *column) const { return rows.boolean(row, rows.column(column)); }
    QDateTime time(const char *column) const
    {
        return isNull(column) ? QDateTime() : rows.timestamp(row, rows.column(column));
    }
    QStringList list(const char *column) const
    {
        return isNull(column) ? QStringList() : rows.textArray(row, rows.column(column));
    }
};

/// The store that a statement chooses, if it says so itself.
QString storeNamedIn(const QString &query)
{
    static const QRegularExpression pattern(
        u"(?:set_store_context|use_store)\\s*\\(\\s*'([^']{1,50})'|app\\.current_store_id\\s*(?:=|to)\\s*'([^']{1,50})'"_s,
        QRegularExpression::CaseInsensitiveOption);
    const QRegularExpressionMatch match = pattern.match(query);
    return match.captured(1) + match.captured(2);
}

SessionInfo readSession(const Row &row, const QHash<QString, QString> &stores)
{
    SessionInfo session;
    session.pid = int(row.integer("pid"));
    session.database = row.text("database");
    session.login = row.text("login");
    session.application = row.text("application");
    session.client = row.text("client");
    session.state = row.text("state");
    session.waitType = row.text("wait_event_type");
    session.wait = row.text("wait_event");
    session.backendType = row.text("backend_type");
    session.started = row.time("backend_start");
    session.transactionStart = row.time("xact_start");
    session.queryStart = row.time("query_start");
    session.stateChange = row.time("state_change");
    session.waitStart = row.time("wait_start");
    session.query = row.text("query");
    session.queryId = row.text("query_id");
    session.heldBack = row.integer("held_back", -1);
    session.maySignal = row.flag("may_signal");
    for (const QString &pid : row.list("blocked_by"))
        if (!session.blockedBy.contains(pid.toInt()))
            session.blockedBy += pid.toInt();
    session.store = storeNamedIn(session.query);
    if (session.store.isEmpty())
        session.store = stores.value(session.login);
    return session;
}

Result<QList<SessionInfo>> readSessions(Session &session)
{
    QHash<QString, QString> stores;
    // An extra: who may not ask sees the sessions without their stores.
    const Result<Rows> logins = session.read({}, sqlcatalog::query("activity/logins"));
    if (!logins && logins.error().kind != ErrorKind::Permission)
        return logins.error();
    for (int row = 0; logins && row < logins->count(); ++row)
        stores.insert(logins->text(row, 0), logins->text(row, 1));
    const Result<Rows> rows = session.read({}, sqlcatalog::query("activity/sessions"));
    if (!rows)
        return rows.error();
    QList<SessionInfo> sessions;
    for (int row = 0; row < rows->count(); ++row)
        sessions.append(readSession({*rows, row}, stores));
    return sessions;
}

Result<void> readLocks(Session &session, Activity &activity)
{
    constexpr int most = 2'000;
    const Result<Rows> rows = session.read({}, sqlcatalog::query("activity/locks"), {most});
    if (!rows)
        return rows.error();
    for (int i = 0; i < rows->count(); ++i) {
        const Row row{*rows, i};
        activity.allLocks = row.integer("total");
        activity.locks.append({.object = row.text("object"),
                               .kind = row.text("kind"),
                               .mode = row.text("mode"),
                               .granted = row.flag("granted"),
                               .locks = row.integer("locks"),
                               .sessions = row.integer("sessions"),
                               .processes = row.list("processes"),
                               .waitingSince = row.time("waiting_since")});
    }
    return {};
}

Result<void> readProgress(Session &session, Activity &activity)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("activity/progress"));
    if (!rows)
        return rows.error();
    for (int i = 0; i < rows->count(); ++i) {
        const Row row{*rows, i};
        activity.progress.append({.pid = int(row.integer("pid")),
                                  .kind = row.text("kind"),
                                  .object = row.text("object"),
                                  .phase = row.text("phase"),
                                  .done = row.integer("done"),
                                  .total = row.integer("total"),
                                  .unit = row.text("unit"),
                                  .login = row.text("login"),
                                  .started = row.time("started"),
                                  .automatic = row.text("backend_type") == u"autovacuum worker"});
    }
    return {};
}

Result<Activity> readActivity(Session &session)
{
    Activity activity;
    const Result<ServerFacts> server = readServerFacts(session);
    if (!server)
        return server.error();
    activity.server = *server;
    Result<QList<SessionInfo>> sessions = readSessions(session);
    if (!sessions)
        return sessions.error();
    activity.sessions = std::move(sessions).value();
    if (const Result<void> locks = readLocks(session, activity); !locks)
        return locks.error();
    if (const Result<void> progress = readProgress(session, activity); !progress)
        return progress.error();
    const Result<ServerSample> sample = readServerSample(session);
    if (!sample)
        return sample.error();
    activity.sample = *sample;
    return activity;
}

Error refusal(const Error &server, const SessionInfo &target, ActivityService::Signal what)
{
    Error error = server;
    error.message = what == ActivityService::Signal::Cancel
                        ? u"This login may not cancel statements of “%1”."_s.arg(target.login)
                        : u"This login may not end sessions of “%1”."_s.arg(target.login);
    error.hint =
        u"Members of pg_signal_backend may (GRANT pg_signal_backend TO …), and members of “%1” itself. "
        u"Sessions of a superuser only a superuser may touch."_s.arg(target.login);
    error.detail = server.message;
    return error;
}

} // namespace

Result<ServerSample> readServerSample(Session &session)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("activity/sample"));
    if (!rows)
        return rows.error();
    const Row row{*rows, 0};
    ServerSample sample;
    sample.at = row.time("read_at");
    sample.origin = row.text("origin");
    sample.connections = int(row.integer("connections"));
    sample.maxConnections = int(row.integer("max_connections"));
    sample.active = int(row.integer("active"));
    sample.idleInTransaction = int(row.integer("idle_in_transaction"));
    sample.blocked = int(row.integer("blocked"));
    sample.commits = row.integer("db_commits");
    sample.rollbacks = row.integer("db_rollbacks");
    sample.hits = row.integer("db_hits");
    sample.reads = row.integer("db_reads");
    sample.tempFiles = row.integer("db_temp_files");
    sample.tempBytes = row.integer("db_temp_bytes");
    sample.deadlocks = row.integer("db_deadlocks");
    sample.checkpointsTimed = row.integer("checkpoints_timed");
    sample.checkpointsRequested = row.integer("checkpoints_requested");
    sample.walBytes = row.integer("wal_bytes");
    sample.lagSeconds = row.number("own_lag_seconds", row.number("replay_lag_seconds", -1));
    sample.lagBytes = row.integer("lag_bytes", -1);
    sample.oldestTransaction = row.integer("oldest_transaction");
    sample.oldestMultixact = row.integer("oldest_multixact");
    sample.freezeMaxAge = row.integer("freeze_max_age");
    return sample;
}

bool SessionInfo::backup() const
{
    return application == u"pg_dump" || application == u"pg_basebackup" || application == u"pg_dumpall" ||
           application == u"pg_restore" || backendType == u"walsender" || application.contains(u"ackup");
}

QDateTime SessionInfo::since() const
{
    if (waitStart.isValid())
        return waitStart;
    if (state == u"active" && queryStart.isValid())
        return queryStart;
    return stateChange.isValid() ? stateChange : started;
}

double ServerSample::wraparound() const
{
    // The server refuses new transactions three million before two to the power of 31.
    constexpr double limit = 2'147'483'648.0 - 3'000'000.0;
    return double(std::max(oldestTransaction, oldestMultixact)) / limit;
}

std::optional<ServerRates> ratesBetween(const ServerSample &earlier, const ServerSample &later)
{
    const double seconds = double(earlier.at.msecsTo(later.at)) / 1000;
    if (!earlier.at.isValid() || seconds <= 0 || earlier.origin != later.origin)
        return {};
    bool backwards = false;
    const auto rate = [&](qint64 ServerSample::*counter) {
        const qint64 counted = later.*counter - earlier.*counter;
        backwards = backwards || counted < 0;
        return double(counted) / seconds;
    };
    ServerRates rates;
    rates.commits = rate(&ServerSample::commits);
    rates.rollbacks = rate(&ServerSample::rollbacks);
    rates.blocksRead = rate(&ServerSample::reads);
    const double asked = rate(&ServerSample::hits) + rates.blocksRead;
    rates.hitShare = asked > 0 ? 1 - rates.blocksRead / asked : -1;
    rates.tempBytes = rate(&ServerSample::tempBytes);
    rates.tempFiles = rate(&ServerSample::tempFiles);
    rates.deadlocks = rate(&ServerSample::deadlocks);
    rates.checkpointsTimed = rate(&ServerSample::checkpointsTimed);
    rates.checkpointsRequested = rate(&ServerSample::checkpointsRequested);
    rates.walBytes = rate(&ServerSample::walBytes);
    return backwards ? std::nullopt : std::optional(rates);
}

QList<BlockedSession> blockingTree(const QList<SessionInfo> &sessions)
{
    QHash<int, SessionInfo> known;
    for (const SessionInfo &session : sessions)
        known.insert(session.pid, session);
    QHash<int, int> parents;
    QMap<int, QList<int>> children;
    for (const SessionInfo &session : sessions)
        for (const int blocker : session.blockedBy) {
            if (blocker == 0 && !known.contains(0)) {
                SessionInfo prepared;
                prepared.query = u"A prepared transaction: see pg_prepared_xacts"_s;
                prepared.state = u"prepared"_s;
                known.insert(0, prepared);
            }
            if (!known.contains(blocker) || parents.contains(session.pid) || blocker == session.pid)
                continue;
            // A ring has no root: whoever would close it becomes one.
            int above = blocker;
            while (parents.contains(above))
                above = parents.value(above);
            if (above == session.pid)
                continue;
            parents.insert(session.pid, blocker);
            children[blocker] += session.pid;
        }
    QList<BlockedSession> tree;
    const std::function<int(int, int)> add = [&](int pid, int depth) {
        const qsizetype place = tree.size();
        tree.append({known.value(pid), depth, 0});
        int below = 0;
        for (const int child : children.value(pid))
            below += 1 + add(child, depth + 1);
        tree[place].waiting = below;
        return below;
    };
    QList<QList<BlockedSession>> trees;
    for (const int root : children.keys()) {
        if (parents.contains(root))
            continue;
        tree.clear();
        add(root, 0);
        trees.append(tree);
    }
    std::stable_sort(trees.begin(), trees.end(),
                     [](const auto &a, const auto &b) { return a.first().waiting > b.first().waiting; });
    QList<BlockedSession> all;
    for (const QList<BlockedSession> &each : std::as_const(trees))
        all += each;
    return all;
}

QFuture<Result<Activity>> ActivityService::now(const CancelToken &token)
{
    return m_pool.run<Activity>(u"Activity"_s, token, readActivity);
}

QFuture<Result<ServerFacts>> ActivityService::server(const CancelToken &token)
{
    return m_pool.run<ServerFacts>(u"Activity"_s, token, readServerFacts);
}

QFuture<Result<QList<SessionInfo>>> ActivityService::sessions(const CancelToken &token)
{
    return m_pool.run<QList<SessionInfo>>(u"Activity"_s, token, readSessions);
}

QFuture<Result<bool>> ActivityService::signal(const SessionInfo &target, Signal what,
                                              const CancelToken &token)
{
    const bool standby = m_pool.capabilities().standby;
    return m_pool.run<bool>(u"Activity"_s, token, [target, what, standby](Session &session) -> Result<bool> {
        if (session.profile().readOnly)
            return Error{ErrorKind::Permission, u"This profile is read only: it ends nothing."_s,
                         u"Connect with a profile that may write."_s};
        const Params params{target.pid,
                            target.started.isValid() ? Param(target.started.toString(Qt::ISODateWithMs))
                                                     : Param(nullptr),
                            what == Signal::Terminate};
        Result<Rows> rows = Rows();
        if (standby) {
            rows = session.read({}, sqlcatalog::query("activity/signal_standby"), params);
        } else {
            Result<QList<Rows>> written = session.write({}, {{sqlcatalog::query("activity/signal"), params}});
            rows = written ? Result<Rows>(written->last()) : written.error();
        }
        if (!rows)
            return rows.error().kind == ErrorKind::Permission ? refusal(rows.error(), target, what)
                                                              : rows.error();
        return rows->count() > 0 && rows->boolean(0, 0);
    });
}
