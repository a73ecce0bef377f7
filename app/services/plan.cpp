// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/plan.h"

#include "app/core/format.h"

#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>

#include <algorithm>
#include <cmath>
#include <functional>

using namespace Qt::StringLiterals;

namespace {

qint64 integer(const QJsonObject &object, QLatin1String key)
{
    return qint64(object[key].toDouble());
}

QString targetOf(const QJsonObject &object)
{
    QStringList parts;
    const QString alias = object["Alias"_L1].toString();
    for (const auto key : {"Relation Name"_L1, "Function Name"_L1, "CTE Name"_L1})
        if (const QString name = object[key].toString(); !name.isEmpty())
            parts.append(alias.isEmpty() || alias == name ? name : name + u' ' + alias);
    if (parts.isEmpty() && !alias.isEmpty())
        parts.append(alias);
    // A bitmap index scan works on its index alone.
    if (const QString index = object["Index Name"_L1].toString(); !index.isEmpty())
        parts.append(parts.isEmpty() ? index : u"using "_s + index);
    return parts.join(u' ');
}

PlanNode nodeOf(const QJsonObject &object)
{
    PlanNode node;
    node.type = object["Node Type"_L1].toString();
    const QString joinType = object["Join Type"_L1].toString();
    if (!joinType.isEmpty() && joinType != "Inner"_L1)
        node.type += u' ' + joinType;
    if (const QString strategy = object["Strategy"_L1].toString(); strategy == "Hashed"_L1)
        node.type.prepend(u"Hash "_s);
    if (const QString operation = object["Operation"_L1].toString(); !operation.isEmpty())
        node.type = operation;
    if (object["Parallel Aware"_L1].toBool())
        node.type.prepend(u"Parallel "_s);
    node.target = targetOf(object);
    const QString parent = object["Parent Relationship"_L1].toString();
    const QString subplan = object["Subplan Name"_L1].toString();
    if (parent == "InitPlan"_L1 || parent == "SubPlan"_L1)
        node.relation = subplan.isEmpty() ? parent : subplan;
    node.cteName = object["CTE Name"_L1].toString();
    node.startupCost = object["Startup Cost"_L1].toDouble();
    node.totalCost = object["Total Cost"_L1].toDouble();
    node.planRows = object["Plan Rows"_L1].toDouble();
    node.actualRows = object["Actual Rows"_L1].toDouble();
    node.loops = object["Actual Loops"_L1].toDouble();
    node.actualMs = object["Actual Total Time"_L1].toDouble();
    node.removedByFilter = object["Rows Removed by Filter"_L1].toDouble();
    node.workers = int(integer(object, "Workers Launched"_L1));
    node.hashBatches =
        int(std::max<qint64>({1, integer(object, "Hash Batches"_L1), integer(object, "HashAgg Batches"_L1)}));
    node.sortKb = std::max({integer(object, "Sort Space Used"_L1), integer(object, "Disk Usage"_L1)});
    node.spilled = object["Sort Space Type"_L1].toString() == "Disk"_L1 ||
                   integer(object, "Disk Usage"_L1) > 0 || node.hashBatches > 1;
    node.buffers = {integer(object, "Shared Hit Blocks"_L1),     integer(object, "Shared Read Blocks"_L1),
                    integer(object, "Shared Dirtied Blocks"_L1), integer(object, "Shared Written Blocks"_L1),
                    integer(object, "Temp Read Blocks"_L1),      integer(object, "Temp Written Blocks"_L1)};
    for (const auto key :
         {"Index Cond"_L1, "Recheck Cond"_L1, "Hash Cond"_L1, "Merge Cond"_L1, "Join Filter"_L1, "Filter"_L1,
          "One-Time Filter"_L1, "Sort Key"_L1, "Presorted Key"_L1, "Group Key"_L1, "Order By"_L1,
          "Cache Key"_L1, "Sort Method"_L1, "Heap Fetches"_L1, "Workers Planned"_L1}) {
        const QJsonValue value = object[key];
        if (value.isUndefined())
            continue;
        QStringList words;
        if (value.isArray())
            for (const QJsonValue &word : value.toArray())
                words.append(word.toString());
        else
            words.append(value.toVariant().toString());
        node.conditions.append(u"%1: %2"_s.arg(QString(key), words.join(u", "_s)));
    }
    for (const QJsonValue &child : object["Plans"_L1].toArray())
        node.children.push_back(nodeOf(child.toObject()));
    return node;
}

/// A CTE runs when its first scan asks for rows, so its time is in that scan's and not in its parent's.
bool isCte(const PlanNode &node)
{
    return node.relation.startsWith("CTE "_L1);
}

/// It runs when the first expression needs its value, and its time is in that expression's node.
bool isInitPlan(const PlanNode &node)
{
    return node.relation.startsWith("InitPlan "_L1);
}

/// Time on the clock: below a Gather the loops are spread over processes that work at the same time.
void deriveInclusive(PlanNode &node, double processes)
{
    node.inclusiveMs = node.actualMs * node.loops / processes;
    for (PlanNode &child : node.children) {
        // Each process runs what is gathered once; a plan for a value beside it is run by the leader alone.
        const bool gathered = node.workers > 0 && node.loops > 0 && child.relation.isEmpty();
        deriveInclusive(child, gathered ? std::max(1.0, child.loops / node.loops) : processes);
    }
}

bool writes(const PlanNode &node)
{
    return node.type == "Insert"_L1 || node.type == "Update"_L1 || node.type == "Delete"_L1 ||
           node.type == "Merge"_L1;
}

void collectCtes(const PlanNode &node, QHash<QString, double> &times)
{
    if (isCte(node))
        times.insert(node.relation.mid(4), node.inclusiveMs);
    for (const PlanNode &child : node.children)
        collectCtes(child, times);
}

void subtract(PlanBuffers &whole, const PlanBuffers &part)
{
    for (const auto blocks : {&PlanBuffers::hit, &PlanBuffers::read, &PlanBuffers::dirtied,
                              &PlanBuffers::written, &PlanBuffers::tempRead, &PlanBuffers::tempWritten})
        whole.*blocks = std::max<qint64>(0, whole.*blocks - part.*blocks);
}

void deriveExclusive(PlanNode &node, QHash<QString, double> &ctes)
{
    double ms = node.inclusiveMs;
    double cost = node.totalCost;
    node.own = node.buffers;
    for (const PlanNode &child : node.children) {
        cost -= child.totalCost;
        if (isInitPlan(child))
            continue;
        if (!isCte(child))
            ms -= child.inclusiveMs;
        subtract(node.own, child.buffers);
    }
    if (node.type == "CTE Scan"_L1 && ctes.contains(node.cteName)) {
        const double part = std::min(ms, ctes[node.cteName]);
        ms -= part;
        ctes[node.cteName] -= part;
    }
    for (PlanNode &child : node.children)
        deriveExclusive(child, ctes);
    // Workers of a CTE are waited for when all is read: that is in no scan's time but in this node's. One
    // that writes is brought to its end after the root.
    for (const PlanNode &child : node.children)
        if (isCte(child) && !writes(child))
            ms -= std::max(0.0, ctes.value(child.relation.mid(4)));
    node.exclusiveMs = std::max(0.0, ms);
    node.exclusiveCost = std::max(0.0, cost);
}

/// What a condition compares with that is known only when the plan runs: the value of an InitPlan, "$1" or,
/// since PostgreSQL 17, "(InitPlan 1).col1".
const QRegularExpression &runtimeValue()
{
    static const QRegularExpression value(u"\\$\\d+|\\(InitPlan \\d+\\)"_s);
    return value;
}

QSet<QString> runtimeValues(const QString &text)
{
    QSet<QString> values;
    for (const QRegularExpressionMatch &match : runtimeValue().globalMatch(text))
        values.insert(match.captured());
    return values;
}

/// The node and those below, in the order of the text, but for one with what is below that.
void collectNodes(PlanNode &node, const PlanNode *without, QList<PlanNode *> &nodes)
{
    if (&node == without)
        return;
    nodes.append(&node);
    for (PlanNode &child : node.children)
        collectNodes(child, without, nodes);
}

/// Takes the time and the blocks of each InitPlan from the node that waited for it: the first that names its
/// value and has that time. What a select list names is not told, so else the first that has it.
void chargeInitPlans(PlanNode &node)
{
    for (const PlanNode &plan : node.children) {
        if (!isInitPlan(plan) || plan.loops <= 0)
            continue;
        // "InitPlan 1 (returns $0)", or "InitPlan 1" alone.
        const QSet<QString> values =
            runtimeValues(plan.relation.contains(u'$') ? plan.relation : u'(' + plan.relation + u')');
        QList<PlanNode *> nodes;
        collectNodes(node, &plan, nodes);
        const auto hasTime = [&](const PlanNode *one) { return one->exclusiveMs >= 0.9 * plan.inclusiveMs; };
        const auto names = [&](const PlanNode *one) {
            return runtimeValues(one->conditions.join(u' ')).intersects(values);
        };
        auto waited = std::find_if(nodes.begin(), nodes.end(),
                                   [&](const PlanNode *one) { return hasTime(one) && names(one); });
        if (waited == nodes.end())
            waited = std::find_if(nodes.begin(), nodes.end(), hasTime);
        if (waited == nodes.end())
            waited = std::max_element(nodes.begin(), nodes.end(), [](const PlanNode *a, const PlanNode *b) {
                return a->exclusiveMs < b->exclusiveMs;
            });
        (*waited)->exclusiveMs = std::max(0.0, (*waited)->exclusiveMs - plan.inclusiveMs);
        subtract((*waited)->own, plan.buffers);
    }
    for (PlanNode &child : node.children)
        chargeInitPlans(child);
}

void deriveShare(PlanNode &node, double whole, bool analyzed)
{
    node.share = whole > 0 ? std::min(1.0, (analyzed ? node.exclusiveMs : node.exclusiveCost) / whole) : 0;
    for (PlanNode &child : node.children)
        deriveShare(child, whole, analyzed);
}

QString rowsText(double rows)
{
    return format::count(qint64(std::llround(rows)));
}

QString nameOf(const PlanNode &node)
{
    return node.target.isEmpty() ? node.type : u"%1 on %2"_s.arg(node.type, node.target);
}

QString rowsWords(double rows)
{
    return std::llround(rows) == 1 ? u"1 row"_s : u"%1 rows"_s.arg(rowsText(rows));
}

/// "1 was", "5,000 were"
QString wereWords(double rows)
{
    return rowsText(rows) + (std::llround(rows) == 1 ? u" was"_s : u" were"_s);
}

/// Whether nothing came because of a value that was not known to the planner, such as a policy's store: no
/// statistics and no index mend that.
bool emptyByValue(const PlanNode &node)
{
    return node.actualRows == 0 &&
           std::any_of(node.conditions.cbegin(), node.conditions.cend(), [](const QString &condition) {
               return condition.startsWith("One-Time Filter"_L1) || condition.contains(runtimeValue());
           });
}

QString timesText(double factor)
{
    const double times = factor < 1 ? 1 / factor : factor;
    return format::decimal(times, times < 10 ? 1 : 0);
}

// Below these nothing is said: small numbers are off by large factors and cost nothing.
constexpr double misestimateFactor = 10;
constexpr double fewRows = 100;
constexpr double manyRowsRead = 1'000;
constexpr double selectiveShare = 0.05; // rows kept of those read
constexpr double manyLoops = 1'000;

class Findings final
{
public:
    explicit Findings(double whole)
        : m_whole(whole)
    {
    }

    void visit(const PlanNode &node, QList<int> path, const PlanNode *parent, bool cutShort)
    {
        if (node.loops > 0) {
            misestimate(node, path, parent, cutShort);
            spill(node, path);
            scan(node, path);
            nestedLoop(node, path);
        }
        // What stands under a LIMIT or an EXISTS is stopped early, so fewer rows than estimated are no error.
        const bool cuts = cutShort || node.type == "Limit"_L1 || node.type.contains("Semi"_L1) ||
                          node.type.contains("Anti"_L1) || node.type.contains("Merge Join"_L1);
        for (int i = 0; i < int(node.children.size()); ++i)
            visit(node.children[size_t(i)], path + QList<int>{i}, &node, cuts);
    }

    QList<PlanFinding> take()
    {
        std::stable_sort(m_found.begin(), m_found.end(),
                         [](const PlanFinding &a, const PlanFinding &b) { return a.weight > b.weight; });
        return std::move(m_found);
    }

private:
    double share(double ms) const { return m_whole > 0 ? std::min(1.0, ms / m_whole) : 0; }

    void misestimate(const PlanNode &node, const QList<int> &path, const PlanNode *parent, bool cutShort)
    {
        const double factor = node.misestimate();
        if (std::max(node.actualRows, node.planRows) * node.loops < fewRows ||
            (factor < misestimateFactor && factor > 1 / misestimateFactor) || (factor < 1 && cutShort) ||
            emptyByValue(node))
            return;
        // Told where it begins: a node that only passes on a wrong number, or nothing, is no cause.
        for (const PlanNode &child : node.children)
            if (const double below = child.misestimate();
                child.loops > 0 && ((factor > 1 ? below >= factor / 3 : below <= factor * 3) ||
                                    (node.actualRows == 0 && child.actualRows == 0)))
                return;
        m_found.append(
            {PlanFinding::Kind::Misestimate, path,
             u"%1 times %2 rows than estimated"_s.arg(timesText(factor), factor > 1 ? u"more"_s : u"fewer"_s),
             u"%1 gave %2 a loop where %3 estimated. What stands above it was chosen for the estimate."_s.arg(
                 nameOf(node), rowsWords(node.actualRows), wereWords(node.planRows)),
             u"ANALYZE of the table mends old statistics; conditions on columns that depend on each other "
             u"need "
             u"CREATE STATISTICS. A policy's condition is estimated without knowing the store."_s,
             share(parent ? parent->inclusiveMs : node.inclusiveMs)});
    }

    void spill(const PlanNode &node, const QList<int> &path)
    {
        if (!node.spilled)
            return;
        const QString size = node.sortKb > 0 ? format::bytes(node.sortKb * 1024)
                                             : format::bytes((node.own.tempWritten) * 8192);
        const bool hash = node.type.contains("Hash"_L1);
        m_found.append(
            {PlanFinding::Kind::Spill, path,
             hash ? u"A hash did not fit into memory"_s : u"A sort did not fit into memory"_s,
             hash ? u"%1 was split into %2 batches on disk (%3), because it needed more than work_mem."_s
                        .arg(nameOf(node))
                        .arg(node.hashBatches)
                        .arg(size)
                  : u"%1 wrote %2 to temporary files, because it needed more than work_mem."_s.arg(
                        nameOf(node), size),
             u"A larger work_mem counts for each sort and hash of each session at once: set it for the role "
             u"or "
             u"the statement. Fewer or narrower rows, or an index in the wanted order, avoid the work."_s,
             share(node.exclusiveMs)});
    }

    void scan(const PlanNode &node, const QList<int> &path)
    {
        if (!node.type.endsWith("Seq Scan"_L1))
            return;
        const double removed = node.removedByFilter * node.loops;
        const double read = node.rows() + removed;
        if (read < manyRowsRead || node.rows() > read * selectiveShare || emptyByValue(node))
            return;
        m_found.append(
            {PlanFinding::Kind::SelectiveScan, path, u"All rows were read to keep few"_s,
             u"%1 read %2 rows and kept %3 (%4 %)."_s.arg(nameOf(node), rowsText(read), rowsText(node.rows()),
                                                          format::decimal(100 * node.rows() / read, 2)),
             u"An index on what the filter compares may serve, unless the filter is a function or an "
             u"operator that no index knows; each index slows down writing. The Indexes page "
             u"estimates it."_s,
             share(node.exclusiveMs)});
    }

    void nestedLoop(const PlanNode &node, const QList<int> &path)
    {
        if (!node.type.startsWith("Nested Loop"_L1) || node.children.size() < 2)
            return;
        const PlanNode &outer = node.children[0];
        const PlanNode &inner = node.children[1];
        const double expected = std::max(1.0, outer.planRows * std::max(1.0, outer.loops));
        if (inner.loops < manyLoops || inner.loops < expected * misestimateFactor)
            return;
        m_found.append(
            {PlanFinding::Kind::NestedLoop, path, u"A nested loop ran far more often than planned"_s,
             u"%1 was run %2 times where %3 expected, since %4 gave more rows than "
             u"estimated."_s.arg(nameOf(inner), rowsText(inner.loops), wereWords(expected), nameOf(outer)),
             u"With the right number of rows the planner would have weighed a hash or merge join: "
             u"mend the estimate of the outer side first."_s,
             share(inner.inclusiveMs)});
    }

    const double m_whole;
    QList<PlanFinding> m_found;
};

void writeNode(const PlanNode &node, bool analyzed, int depth, QString &text)
{
    const QString indent(depth * 6, u' ');
    text += depth == 0 ? QString() : indent.chopped(6) + u"  ->  "_s;
    if (!node.relation.isEmpty())
        text += node.relation + u": "_s;
    text += nameOf(node);
    text += u"  (cost=%1..%2 rows=%3)"_s.arg(node.startupCost, 0, 'f', 2)
                .arg(node.totalCost, 0, 'f', 2)
                .arg(node.planRows, 0, 'f', 0);
    if (analyzed)
        text += node.loops > 0
                    ? u" (actual time=%1 rows=%2 loops=%3, own %4 ms)"_s.arg(node.actualMs, 0, 'f', 3)
                          .arg(node.actualRows, 0, 'f', 0)
                          .arg(node.loops, 0, 'f', 0)
                          .arg(node.exclusiveMs, 0, 'f', 3)
                    : u" (never executed)"_s;
    text += u'\n';
    for (const QString &condition : node.conditions)
        text += indent + u"  "_s + condition + u'\n';
    if (node.removedByFilter > 0)
        text += indent + u"  Rows Removed by Filter: %1\n"_s.arg(node.removedByFilter, 0, 'f', 0);
    if (node.spilled)
        text += indent + u"  Disk: %1 kB\n"_s.arg(node.sortKb);
    if (const PlanBuffers &b = node.buffers; b.hit + b.read + b.tempRead + b.tempWritten > 0)
        text +=
            indent +
            u"  Buffers: shared hit=%1 read=%2 dirtied=%3 written=%4, temp read=%5 written=%6\n"_s.arg(b.hit)
                .arg(b.read)
                .arg(b.dirtied)
                .arg(b.written)
                .arg(b.tempRead)
                .arg(b.tempWritten);
    for (const PlanNode &child : node.children)
        writeNode(child, analyzed, depth + 1, text);
}

} // namespace

double PlanNode::misestimate() const
{
    return loops > 0 ? std::max(1.0, actualRows) / std::max(1.0, planRows) : 1;
}

Result<QueryPlan> QueryPlan::parse(const QByteArray &json)
{
    const QJsonDocument document = QJsonDocument::fromJson(json);
    const QJsonObject whole = document.array().first().toObject();
    const QJsonObject root = whole["Plan"_L1].toObject();
    if (root.isEmpty())
        return Error{ErrorKind::Internal, u"The server's plan could not be read."_s};
    QueryPlan plan;
    plan.json = document.toJson(QJsonDocument::Indented);
    plan.root = nodeOf(root);
    plan.analyzed = root.contains("Actual Loops"_L1);
    plan.buffered = root.contains("Shared Hit Blocks"_L1);
    plan.planningMs = whole["Planning Time"_L1].toDouble();
    plan.executionMs = whole["Execution Time"_L1].toDouble();
    const QJsonObject settings = whole["Settings"_L1].toObject();
    // Those two are set for every explanation.
    for (auto setting = settings.begin(); setting != settings.end(); ++setting)
        if (setting.key() != "plan_cache_mode"_L1 && setting.key() != "search_path"_L1)
            plan.settings.append(u"%1 = %2"_s.arg(setting.key(), setting.value().toString()));
    for (const QJsonValue &value : whole["Triggers"_L1].toArray()) {
        const QJsonObject trigger = value.toObject();
        const qint64 calls = integer(trigger, "Calls"_L1);
        plan.triggers.append(u"%1: %2 ms, %3"_s.arg(
            trigger["Trigger Name"_L1].toString(), format::decimal(trigger["Time"_L1].toDouble(), 1),
            calls == 1 ? u"1 call"_s : u"%1 calls"_s.arg(format::count(calls))));
    }
    deriveInclusive(plan.root, 1);
    QHash<QString, double> ctes;
    collectCtes(plan.root, ctes);
    deriveExclusive(plan.root, ctes);
    chargeInitPlans(plan.root);
    deriveShare(plan.root, plan.analyzed ? plan.root.inclusiveMs : plan.root.totalCost, plan.analyzed);
    return plan;
}

bool QueryPlan::heavy() const
{
    constexpr double slowMs = 10;
    constexpr double largeCost = 1'000; // a thousand pages one after the other
    return analyzed ? root.inclusiveMs >= slowMs : root.totalCost >= largeCost;
}

QList<PlanFinding> QueryPlan::findings() const
{
    Findings found(root.inclusiveMs);
    if (analyzed)
        found.visit(root, {}, nullptr, false);
    return found.take();
}

const PlanNode &QueryPlan::node(const QList<int> &path) const
{
    const PlanNode *at = &root;
    for (const int child : path)
        at = &at->children[size_t(child)];
    return *at;
}

QString QueryPlan::text() const
{
    QString all;
    writeNode(root, analyzed, 0, all);
    for (const QString &trigger : triggers)
        all += u"Trigger "_s + trigger + u'\n';
    if (!settings.isEmpty())
        all += u"Settings: "_s + settings.join(u", "_s) + u'\n';
    if (planningMs > 0)
        all += u"Planning Time: %1 ms\n"_s.arg(planningMs, 0, 'f', 3);
    if (analyzed)
        all += u"Execution Time: %1 ms\n"_s.arg(executionMs, 0, 'f', 3);
    return all;
}
