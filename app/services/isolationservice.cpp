// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/isolationservice.h"

#include "app/services/isolationproof.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

const QString purpose = QStringLiteral("Isolation");

WorkingRole::Kind kindOf(const QString &name)
{
    return name == u"manager" ? WorkingRole::Kind::Manager
           : name == u"dba"   ? WorkingRole::Kind::Dba
                              : WorkingRole::Kind::Application;
}

// The tables with a plan to show, and its statement.
const std::pair<QLatin1String, const char *> plans[] = {
    {QLatin1String("customers"), "isolation/plan_customers"},
    {QLatin1String("products"), "isolation/plan_products"},
    {QLatin1String("sales_transactions"), "isolation/plan_sales_transactions"},
    {QLatin1String("sales_transaction_items"), "isolation/plan_sales_transaction_items"},
    {QLatin1String("product_embeddings"), "isolation/plan_product_embeddings"},
    {QLatin1String("audit_log"), "isolation/plan_audit_log"},
};

/// Plans come from a transaction of their own, because the role of the session may be another one.
Result<QStringList> readPlan(Session &session, const char *name, const QString &role)
{
    const Result<Rows> begun =
        session.executeScript("BEGIN READ ONLY; SET LOCAL statement_timeout = '10s'; SET LOCAL role = " +
                              (role.isEmpty() ? QByteArray("none") : quoteIdentifier(role)));
    if (!begun)
        return begun.error();
    const Result<Rows> plan = session.execute(sqlcatalog::query(name).sql, {u"any store"_s});
    if (const Result<Rows> ended = session.execute("ROLLBACK"); !ended)
        return ended.error();
    if (!plan)
        return plan.error();
    QStringList lines;
    for (int row = 0; row < plan->count(); ++row)
        lines += plan->text(row, 0);
    return lines;
}

} // namespace

int IsolationReport::count(Verdict verdict) const
{
    return static_cast<int>(
        std::count_if(attempts.cbegin(), attempts.cend(),
                      [verdict](const IsolationAttempt &attempt) { return attempt.verdict == verdict; }));
}

Verdict IsolationReport::verdict() const
{
    if (count(Verdict::Broken) > 0)
        return Verdict::Broken;
    return count(Verdict::Undecided) > 0 ? Verdict::Undecided : Verdict::Passed;
}

QFuture<Result<QList<WorkingRole>>> IsolationService::roles(const CancelToken &token)
{
    return m_pool.run<QList<WorkingRole>>(purpose, token, [](Session &session) -> Result<QList<WorkingRole>> {
        const Result<Rows> rows = session.read({}, sqlcatalog::query("isolation/roles"));
        if (!rows)
            return rows.error();
        QList<WorkingRole> roles;
        for (int row = 0; row < rows->count(); ++row)
            roles += WorkingRole{rows->text(row, 0), kindOf(rows->text(row, 1)), rows->boolean(row, 2),
                                 rows->boolean(row, 3)};
        return roles;
    });
}

QFuture<Result<QList<TableRights>>> IsolationService::rights(const QString &role, bool asRole,
                                                             const CancelToken &token)
{
    return m_pool.run<QList<TableRights>>(
        purpose, token, [role, asRole](Session &session) -> Result<QList<TableRights>> {
            const Result<Rows> rows = session.read({}, sqlcatalog::query("isolation/policies"), {role});
            if (!rows)
                return rows.error();
            QList<TableRights> all;
            for (int row = 0; row < rows->count(); ++row) {
                TableRights rights{rows->text(row, 0), rows->text(row, 1), rows->boolean(row, 2),
                                   rows->text(row, 3), rows->text(row, 4), {}};
                for (const auto &[table, statement] : plans) {
                    if (rights.table != table)
                        continue;
                    const Result<QStringList> plan = readPlan(session, statement, asRole ? role : QString());
                    if (plan)
                        rights.plan = *plan;
                    else if (plan.error().sqlstate.isEmpty())
                        return plan.error(); // the link, or a cancel
                    else
                        rights.plan = QStringList{plan.error().message};
                }
                all += rights;
            }
            return all;
        });
}

QFuture<Result<IsolationReport>> IsolationService::prove(const QString &role, const CancelToken &token)
{
    const Capabilities can = m_pool.capabilities();
    return m_pool.run<IsolationReport>(
        purpose, token, [role, can](Session &session) -> Result<IsolationReport> {
            if ((role.isEmpty() || role == can.login) && can.role == can.login && can.bypassRls)
                return Error{ErrorKind::Usage,
                             u"“%1” is not bound by row security, so there is nothing to prove for it."_s.arg(
                                 can.login),
                             u"Name the role to try as: that of a store manager, or of an application."_s};
            return IsolationProof(session, role).run(can);
        });
}
