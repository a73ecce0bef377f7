// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/explainservice.h"

#include "app/db/querymark.h"

using namespace Qt::StringLiterals;

namespace {

constexpr int formTimeoutMs = 10'000;
constexpr int genericPlanVersion = 160'000; // EXPLAIN (GENERIC_PLAN)
const QByteArray prepared = "retail_admin_explain";
const QByteArray mark = QByteArray(sqlcatalog::mark) + " */ ";

/// A transaction that ends with ROLLBACK on a connection that is closed afterwards, so that nothing of a
/// statement that was only looked at stays.
class Trial final
{
public:
    Trial(const Result<ConnectionPool::Origin> &origin, const ExplainRequest &request)
        : m_origin(origin)
        , m_request(request)
    {
    }
    ~Trial()
    {
        if (m_session)
            (void)run("ROLLBACK");
    }
    Q_DISABLE_COPY_MOVE(Trial)

    Result<void> begin(const CancelToken &token, bool withValues)
    {
        m_session.emplace(ConnectionPool::direct(m_origin, u"EXPLAIN"_s, token));
        if (!*m_session) {
            const Error error = m_session->error();
            m_session.reset();
            return error;
        }
        const Profile &profile = (*m_session)->profile();
        const bool write = m_request.analyze && m_request.acceptWrites && !profile.readOnly;
        if (const Result<Rows> begun = run(write ? "BEGIN READ WRITE" : "BEGIN READ ONLY"); !begun)
            return begun.error();
        const QString role = m_request.role.isEmpty() ? profile.role : m_request.role;
        const Result<Rows> set =
            run(sqlcatalog::query("explain/settings").sql,
                {m_request.timeoutMs, profile.lockTimeoutMs > 0 ? profile.lockTimeoutMs : formTimeoutMs,
                 u"retail-admin - EXPLAIN"_s, withValues ? u"force_custom_plan"_s : u"force_generic_plan"_s,
                 role.isEmpty() ? u"none"_s : role});
        if (!set)
            return set.error();
        if (m_request.storeId.isEmpty())
            return {};
        const Result<Rows> store = run(sqlcatalog::query("stores/use").sql, {m_request.storeId});
        return store ? Result<void>() : store.error();
    }

    /// Gives the statement to the server; the types it found for the parameters.
    Result<QStringList> prepare()
    {
        const auto attempt = [this](const QString &sql) {
            m_prepared = sql.toUtf8();
            return run("PREPARE " + prepared + " AS " + m_prepared);
        };
        if (const Result<Rows> point = run("SAVEPOINT before_prepare"); !point)
            return point.error();
        Result<Rows> done = attempt(m_request.statement);
        const QString mended = sqltext::withCastParameters(m_request.statement);
        if (!done && done.error().sqlstate == u"42601" && mended != m_request.statement) {
            if (const Result<Rows> back = run("ROLLBACK TO before_prepare"); !back)
                return back.error();
            done = attempt(mended);
        }
        if (!done)
            return explained(done.error());
        const Result<Rows> types = run(sqlcatalog::query("explain/parameters").sql);
        if (!types)
            return types.error();
        return types->count() == 1 ? types->textArray(0, 0) : QStringList();
    }

    Result<QueryPlan> plan(const QStringList &types)
    {
        QByteArray options = "(FORMAT JSON, VERBOSE false, SETTINGS, COSTS";
        options += m_request.analyze ? ", ANALYZE, BUFFERS, TIMING)" : ")";
        // With values, and on servers before 16 without them: a generic plan looks at none, so NULL does.
        QByteArray values;
        for (qsizetype i = 0; i < types.size(); ++i) {
            const std::optional<QString> value = m_request.values ? (*m_request.values)[i] : std::nullopt;
            values += (i > 0 ? ", " : "") + (value ? quoteLiteral(*value) : QByteArray("NULL"));
        }
        const Result<Rows> rows = run("EXPLAIN " + options + " EXECUTE " + prepared +
                                      (types.isEmpty() ? QByteArray() : '(' + values + ')'));
        if (!rows)
            return explained(rows.error());
        return QueryPlan::parse(rows->bytes(0, 0).toByteArray());
    }

    /// As PostgreSQL 16 and later plan what was prepared: without values. Its $1 is no parameter of a
    /// message, so it goes as a script; that it is one statement the server has said when it prepared it.
    Result<QueryPlan> genericPlan()
    {
        const Result<Rows> rows =
            told((*m_session)
                     ->executeScript(mark + "EXPLAIN (GENERIC_PLAN, FORMAT JSON, SETTINGS) " + m_prepared));
        if (!rows)
            return explained(rows.error());
        return QueryPlan::parse(rows->bytes(0, 0).toByteArray());
    }

private:
    Result<Rows> run(const QByteArray &sql, const Params &params = {})
    {
        // What only begins, ends or looks is ours as well, and no application's in the statistics.
        return told((*m_session)->execute(sql.startsWith(sqlcatalog::mark) ? sql : mark + sql, params));
    }

    static Result<Rows> told(Result<Rows> rows)
    {
        if (rows)
            return rows;
        // The text of a statement is somebody's: it belongs on the screen and not into errors and logs.
        Error error = rows.error();
        error.where = u"explain"_s;
        return error;
    }

    Error explained(Error error) const
    {
        if (error.sqlstate == u"42501")
            error.hint = u"Choose a role that may use these tables."_s;
        else if (error.sqlstate == u"42P01" || error.sqlstate == u"3F000")
            error.hint =
                u"Names without a schema are looked for in “retail” and “public”; a temporary table of "
                u"another session cannot be planned."_s;
        else if (error.sqlstate == u"42601")
            error.hint =
                u"The statistics keep a statement with $1 in place of its constants, and not everywhere "
                u"is that SQL again. Put constants in."_s;
        else if (error.sqlstate == u"42P18")
            error.hint = u"Write the type beside the parameter, such as $1::integer."_s;
        else if (error.sqlstate == u"25006")
            error.hint =
                u"It writes. Accept that it is run and rolled back, with a profile that may write."_s;
        else if (error.kind == ErrorKind::Timeout)
            error.hint = u"It was stopped and rolled back. Raise the time limit, or leave out ANALYZE."_s;
        return error;
    }

    const Result<ConnectionPool::Origin> m_origin;
    const ExplainRequest &m_request;
    QByteArray m_prepared;
    std::optional<Result<Session>> m_session;
};

Result<sqltext::Shape> explainable(const QString &sql)
{
    Result<sqltext::Shape> shape = sqltext::examine(sql);
    if (shape && shape->effect == sqltext::Effect::Other)
        return Error{ErrorKind::Usage, u"This statement has no plan."_s,
                     u"SELECT, INSERT, UPDATE, DELETE, MERGE and VALUES can be explained."_s};
    return shape;
}

Result<ExplainResult> explainOn(const Result<ConnectionPool::Origin> &origin, const ExplainRequest &request,
                                const CancelToken &token)
{
    if (!origin)
        return origin.error();
    const Capabilities &can = origin->capabilities;
    const bool generic = !request.values;
    Trial trial(origin, request);
    if (const Result<void> begun = trial.begin(token, !generic); !begun)
        return begun.error();
    const Result<QStringList> types = trial.prepare();
    if (!types)
        return types.error();
    if (request.values && request.values->size() != types->size())
        return Error{ErrorKind::Usage,
                     u"The statement takes %1; given: %2."_s.arg(
                         types->size() == 1 ? u"1 value"_s : u"%1 values"_s.arg(types->size()),
                         QString::number(request.values->size()))};
    if (generic && request.analyze && !types->isEmpty())
        return Error{ErrorKind::Usage,
                     u"ANALYZE runs the statement, so it needs a value for each $1, $2, …"_s};
    const bool withoutValues = generic && !types->isEmpty();
    const Result<QueryPlan> plan =
        withoutValues && can.serverVersion >= genericPlanVersion ? trial.genericPlan() : trial.plan(*types);
    if (!plan)
        return plan.error();
    ExplainResult result{*plan, withoutValues, request.role.isEmpty() ? can.role : request.role, {}};
    if (withoutValues)
        result.notes.append(
            u"Planned without values: with some values the server may choose another plan."_s);
    if (request.analyze && can.dba && !can.owner && request.role.isEmpty())
        result.notes.append(
            u"This login has no store, so the policies leave no row of the stores' tables: actual "
            u"rows and times are those of finding nothing. A role that has the store measures more."_s);
    if (request.analyze && request.acceptWrites)
        result.notes.append(u"Everything it wrote was rolled back; sequences it used went on."_s);
    return result;
}

} // namespace

QFuture<Result<ExplainForm>> ExplainService::form(const QString &sql, const QString &role,
                                                  const QString &storeId, const CancelToken &token)
{
    return m_pool.run<ExplainForm>(
        u"EXPLAIN"_s, token,
        [origin = m_pool.origin(), sql, role, storeId](Session &leased) -> Result<ExplainForm> {
            const Result<sqltext::Shape> shape = explainable(sql);
            if (!shape)
                return shape.error();
            ExplainRequest request{.statement = shape->statement, .role = role, .storeId = storeId};
            request.timeoutMs = formTimeoutMs;
            Trial trial(origin, request);
            if (const Result<void> begun = trial.begin(leased.token(), false); !begun)
                return begun.error();
            const Result<QStringList> types = trial.prepare();
            if (!types)
                return types.error();
            return ExplainForm{shape->statement, shape->effect, *types};
        });
}

QFuture<Result<ExplainResult>> ExplainService::explain(const ExplainRequest &request,
                                                       const CancelToken &token)
{
    return m_pool.run<ExplainResult>(
        u"EXPLAIN"_s, token, [origin = m_pool.origin(), request](Session &leased) -> Result<ExplainResult> {
            const Result<sqltext::Shape> shape = explainable(request.statement);
            if (!shape)
                return shape.error();
            if (request.analyze && shape->effect != sqltext::Effect::Reads && !request.acceptWrites)
                return Error{ErrorKind::Usage, analyzeWarning(shape->effect),
                             u"Accept that it is run and rolled back, or leave out ANALYZE."_s};
            ExplainRequest one = request;
            one.statement = shape->statement;
            return explainOn(origin, one, leased.token());
        });
}

QFuture<Result<QStringList>> ExplainService::roles(const CancelToken &token)
{
    return m_pool.run<QStringList>(u"EXPLAIN"_s, token, [](Session &session) -> Result<QStringList> {
        const Result<Rows> rows = session.read({}, sqlcatalog::query("explain/roles"));
        if (!rows)
            return rows.error();
        QStringList all;
        for (int row = 0; row < rows->count(); ++row)
            all.append(rows->text(row, 0));
        return all;
    });
}

QString ExplainService::analyzeWarning(sqltext::Effect effect)
{
    return effect == sqltext::Effect::Reads
               ? QString()
               : u"ANALYZE runs the statement, and this one writes. It is rolled back afterwards, but it "
                 u"takes its "
                 u"locks meanwhile, its triggers run, and sequences it uses go on."_s;
}
