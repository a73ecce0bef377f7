// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/indexadvisor.h"

#include "app/core/format.h"
#include "app/db/querymark.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace {

constexpr int mostCandidates = 20;
const QByteArray mark = QByteArray(sqlcatalog::mark) + " */ ";

/// The connection of one proof. Each attempt is in a savepoint, so that what one refuses does not end the
/// rest.
class Planner final
{
public:
    Planner(Session session, bool imagines)
        : m_session(std::move(session))
        , m_imagines(imagines)
    {
    }

    bool imagines() const { return m_imagines; }

    Result<void> begin()
    {
        const QString role = m_session.profile().role;
        QByteArrayList script{"BEGIN READ ONLY", "SET LOCAL plan_cache_mode = force_generic_plan",
                              "SET LOCAL statement_timeout = '10s'", "SET LOCAL lock_timeout = '1s'"};
        if (!role.isEmpty())
            script += "SET LOCAL ROLE " + quoteIdentifier(role);
        const Result<Rows> begun = m_session.executeScript(mark + script.join("; " + mark));
        return begun ? Result<void>() : begun.error();
    }

    Result<Rows> query(const Statement &statement, const Params &params)
    {
        return attempt(statement.sql, params);
    }

    /// The plan for any values: of a prepared statement, which servers before 16 understand too. Prepared
    /// anew each time, because a plan that was made is kept.
    Result<QJsonObject> plan(const QString &query)
    {
        static const QRegularExpression parameter(u"\\$(\\d+)"_s);
        int parameters = 0;
        for (QRegularExpressionMatchIterator all = parameter.globalMatch(query); all.hasNext();)
            parameters = std::max(parameters, all.next().captured(1).toInt());
        if (const Result<Rows> prepared = attempt("PREPARE retail_admin_proof AS " + query.toUtf8());
            !prepared)
            return prepared.error();
        QByteArray execute = "EXPLAIN (FORMAT JSON) EXECUTE retail_admin_proof";
        if (parameters > 0)
            execute += "(" + QByteArrayList(parameters, "NULL").join(", ") + ")";
        const Result<Rows> explained = attempt(execute);
        (void)attempt("DEALLOCATE retail_admin_proof");
        if (!explained)
            return explained.error();
        const QJsonDocument json = QJsonDocument::fromJson(explained->bytes(0, 0).toByteArray());
        return json.array().first().toObject()[u"Plan"_s].toObject();
    }

    double cost(const QString &query)
    {
        const Result<QJsonObject> made = plan(query);
        return made ? (*made)[u"Total Cost"_s].toDouble(-1) : -1;
    }

    /// An index that only EXPLAIN on this connection sees; its number.
    Result<qint64> imagine(const QString &table, const QStringList &columns)
    {
        const Result<Rows> made = attempt("SELECT indexrelid::bigint FROM hypopg_create_index($1)",
                                          {u"CREATE INDEX ON %1 (%2)"_s.arg(table, columns.join(u", "_s))});
        return made ? Result<qint64>(made->integer(0, 0)) : made.error();
    }
    qint64 size(qint64 imagined)
    {
        const Result<Rows> size = attempt("SELECT hypopg_relation_size($1::oid)", {imagined});
        return size ? size->integer(0, 0) : -1;
    }
    void forget() { (void)attempt("SELECT hypopg_reset()"); }

    const CancelToken &token() const { return m_session.token(); }

private:
    Result<Rows> attempt(const QByteArray &sql, const Params &params = {})
    {
        if (const Result<Rows> point = m_session.execute(mark + "SAVEPOINT attempt"); !point)
            return point.error();
        Result<Rows> rows = m_session.execute(sql.startsWith(sqlcatalog::mark) ? sql : mark + sql, params);
        const Result<Rows> released =
            m_session.execute(mark + (rows ? "RELEASE SAVEPOINT attempt" : "ROLLBACK TO SAVEPOINT attempt"));
        return rows && !released ? released : rows;
    }

    Session m_session;
    const bool m_imagines;
};

struct Column
{
    QString name;
    QString quoted;
};

/// Filters of sequential scans of the table anywhere in the plan.
void collectFilters(const QJsonObject &node, const QString &table, QStringList &filters)
{
    if (node[u"Node Type"_s] == u"Seq Scan"_s && node[u"Relation Name"_s] == table &&
        node.contains(u"Filter"_s))
        filters += node[u"Filter"_s].toString();
    for (const QJsonValue &child : node[u"Plans"_s].toArray())
        collectFilters(child.toObject(), table, filters);
}

/// The columns that an index for this filter would lead with: those compared for equality, and after them one
/// compared by order. Filters with OR at any place are left alone: one index would not serve them.
QStringList columnsFor(const QString &filter, const QList<Column> &columns)
{
    if (filter.contains(u" OR "_s))
        return {};
    QStringList equal;
    QString ordered;
    for (const Column &column : columns) {
        // As EXPLAIN writes them: "(brand = $1)", "((brand)::text = $1)", "(p.brand = $1)".
        const QString name = QRegularExpression::escape(column.quoted);
        const QRegularExpression compared(
            u"(?<![\\w\"])%1\\)?(?:::[\\w ]+)?\\)? (=|<=?|>=?) (?!ANY|ALL)"_s.arg(name));
        const QRegularExpressionMatch match = compared.match(filter);
        if (!match.hasMatch())
            continue;
        if (match.captured(1) == u"=")
            equal += column.quoted;
        else if (ordered.isEmpty())
            ordered = column.quoted;
    }
    // The policy's column first, as in every index of this schema.
    if (equal.removeOne(u"store_id"_s))
        equal.prepend(u"store_id"_s);
    if (!ordered.isEmpty())
        equal += ordered;
    return equal.size() > 4 ? QStringList() : equal;
}

void addScans(Planner &planner, const ScannedTable &scanned, QList<IndexProof> &candidates)
{
    const Result<Rows> columnRows = planner.query(sqlcatalog::query("indexes/columns"), {scanned.tableId});
    if (!columnRows || columnRows->count() == 0)
        return;
    QList<Column> columns;
    for (int row = 0; row < columnRows->count(); ++row)
        columns.append({columnRows->text(row, 0), columnRows->text(row, 1)});
    const QString name = columnRows->text(0, 2);
    // Without pg_stat_statements nobody knows the statements.
    const Result<Rows> statements = planner.query(sqlcatalog::query("indexes/statements"), {name});
    for (int row = 0; statements && row < statements->count() && !planner.token().cancelled(); ++row) {
        const QString query = statements->text(row, 0);
        const Result<QJsonObject> plan = planner.plan(query);
        if (!plan)
            continue;
        QStringList filters;
        collectFilters(*plan, name, filters);
        for (const QString &filter : std::as_const(filters)) {
            const QStringList wanted = columnsFor(filter, columns);
            if (wanted.isEmpty())
                continue;
            IndexProof *same = nullptr;
            for (IndexProof &each : candidates)
                if (each.tableId == scanned.tableId && each.columns == wanted)
                    same = &each;
            if (!same && candidates.size() < mostCandidates) {
                candidates.append({.tableId = scanned.tableId,
                                   .table = scanned.tableName,
                                   .columns = wanted,
                                   .partitioned = columnRows->boolean(0, 3)});
                same = &candidates.last();
            }
            if (same)
                same->statements.append(
                    {query, statements->integer(row, 1), (*plan)[u"Total Cost"_s].toDouble(), 0});
        }
    }
}

/// What deleting a row of the referenced table asks of this one.
IndexProof keyCheck(Planner &planner, const UnindexedKey &key)
{
    QStringList conditions;
    for (qsizetype i = 0; i < key.columns.size(); ++i)
        conditions += u"x.%1 = $%2"_s.arg(key.columns[i]).arg(i + 1);
    const QString query = u"SELECT 1 FROM %1%2 x WHERE %3"_s.arg(key.partitioned ? QString() : u"ONLY "_s,
                                                                 key.tableName, conditions.join(u" AND "_s));
    return {.tableId = key.tableId,
            .table = key.tableName,
            .columns = key.columns,
            .partitioned = key.partitioned,
            .statements = {{query, 0, planner.cost(query), 0}}};
}

void judge(Planner &planner, IndexProof &proof)
{
    if (!planner.imagines()) {
        proof.note =
            u"Not proven: the extension hypopg is not installed in this database. A superuser installs it: "
            u"CREATE EXTENSION hypopg;"_s;
        return;
    }
    const Result<qint64> imagined = planner.imagine(proof.table, proof.columns);
    if (!imagined) {
        proof.note = u"Not proven: HypoPG refused this index (%1)."_s.arg(imagined.error().message);
        return;
    }
    proof.tried = true;
    proof.bytes = planner.size(*imagined);
    for (IndexProof::Statement &statement : proof.statements)
        statement.after = planner.cost(statement.query);
    planner.forget();
    // Less than a tenth is not worth what every write pays.
    proof.statements.removeIf([](const IndexProof::Statement &statement) {
        return statement.before < 0 || statement.after < 0 || statement.after > 0.9 * statement.before;
    });
    if (proof.statements.isEmpty())
        proof.note = u"Tried: the planner would not use it, or gain less than a tenth."_s;
}

} // namespace

QString IndexProof::text() const
{
    if (!tried)
        return note;
    if (statements.isEmpty())
        return note;
    QStringList lines;
    for (const Statement &statement : statements)
        lines += u"Cost %1 before, %2 after%3: %4"_s.arg(
            format::decimal(statement.before, 0), format::decimal(statement.after, 0),
            statement.calls == 1  ? u" (1 call)"_s
            : statement.calls > 1 ? u" (%1 calls)"_s.arg(format::count(statement.calls))
                                  : QString(),
            statement.query.simplified().left(200));
    return u"Proven by the planner with an imagined index of about %1 (HypoPG).\n%2"_s.arg(
        format::bytes(bytes), lines.join(u'\n'));
}

QList<IndexFinding> withProof(QList<IndexFinding> findings, const IndexProof &proof)
{
    for (IndexFinding &finding : findings)
        if (finding.kind == IndexFinding::MissingForKey && finding.table == proof.table &&
            finding.columns == proof.columns) {
            finding.proof = proof.text();
            return findings;
        }
    // What would not help is no advice.
    if (proof.tried && !proof.proven())
        return findings;
    IndexFinding finding{.kind = IndexFinding::LargeScans,
                         .object = proof.table,
                         .table = proof.table,
                         .columns = proof.columns};
    const qsizetype statements = proof.statements.size();
    finding.reason = u"%1 the whole table to compare %2."_s.arg(
        statements == 1 ? u"1 statement reads"_s : u"%1 statements read"_s.arg(format::count(statements)),
        proof.columns.join(u", "_s));
    finding.doubt =
        u"Costs are the planner's own units, for any values and under this login's policies. Each write of "
        u"the table pays for the index. An index that begins with these columns would do as well."_s;
    finding.sql = createIndexStatement(proof.table, proof.columns, proof.partitioned);
    finding.lock = createIndexLock(proof.partitioned);
    finding.proof = proof.text();
    findings.append(finding);
    return findings;
}

QFuture<Result<QList<IndexProof>>> IndexAdvisor::prove(const IndexReport &report, const CancelToken &token)
{
    const bool imagines = m_pool.capabilities().extensions.contains(u"hypopg"_s);
    return m_pool.run<QList<IndexProof>>(
        u"Indexes"_s, token,
        [origin = m_pool.origin(), report, imagines](Session &leased) -> Result<QList<IndexProof>> {
            // Imagined indexes belong to their connection, and this one goes back to others.
            Result<Session> own = ConnectionPool::direct(origin, u"Indexes"_s, leased.token());
            if (!own)
                return own.error();
            Planner planner(std::move(own).value(), imagines);
            if (const Result<void> begun = planner.begin(); !begun)
                return begun.error();
            QList<IndexProof> proofs;
            for (const UnindexedKey &key : report.foreignKeys)
                if (proofs.size() < mostCandidates)
                    proofs.append(keyCheck(planner, key));
            for (const ScannedTable &scanned : report.scannedTables)
                addScans(planner, scanned, proofs);
            for (IndexProof &proof : proofs)
                judge(planner, proof);
            if (planner.token().cancelled())
                return Error{ErrorKind::Cancelled, u"Proving was cancelled."_s};
            return proofs;
        });
}
