// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/services/plan.h"
#include "app/services/sqltext.h"

#include <optional>

/// What the form has to ask before a statement can be explained.
struct ExplainForm
{
    QString statement;
    sqltext::Effect effect = sqltext::Effect::Reads;
    QStringList types; ///< of $1, $2, …, as the server infers them
};

struct ExplainRequest
{
    QString statement;
    QString role = {};    ///< to plan as, or empty for that of the connection
    QString storeId = {}; ///< chosen for the plan's transaction, or empty
    /// One for each parameter, nullopt is NULL; without values the plan is the generic one.
    std::optional<QList<std::optional<QString>>> values = {};
    bool analyze = false;      ///< run it, and measure
    bool acceptWrites = false; ///< run it although it may write; everything is rolled back
    int timeoutMs = 30'000;
};

struct ExplainResult
{
    QueryPlan plan;
    bool generic = false; ///< planned without values
    QString role;         ///< effective
    QStringList notes;    ///< what has to be known to read the plan
};

/// Asks the server how it would run a statement, or how it did. Each request has a connection and a
/// transaction of its own: read-only unless writing was accepted, always rolled back, with a time-out; never
/// more than one statement is sent. Futures come from pool threads. Errors: Usage for what cannot be
/// explained, else the server's.
class ExplainService final
{
public:
    explicit ExplainService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    QFuture<Result<ExplainForm>> form(const QString &sql, const QString &role, const QString &storeId,
                                      const CancelToken &token = {});
    QFuture<Result<ExplainResult>> explain(const ExplainRequest &request, const CancelToken &token = {});
    /// The roles this login may take, its own first.
    QFuture<Result<QStringList>> roles(const CancelToken &token = {});

    /// What a statement of that effect needs before ANALYZE may run it; empty when nothing.
    static QString analyzeWarning(sqltext::Effect effect);

private:
    ConnectionPool &m_pool;
};
