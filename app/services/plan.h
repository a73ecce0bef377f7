// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QByteArray>
#include <QList>
#include <QStringList>

#include <vector>

/// Blocks, as EXPLAIN (BUFFERS) counts them.
struct PlanBuffers
{
    qint64 hit = 0;
    qint64 read = 0;
    qint64 dirtied = 0;
    qint64 written = 0;
    qint64 tempRead = 0;
    qint64 tempWritten = 0;
};

/// A node of a plan. Rows and times of the server are those of one loop; what is derived here is of all.
struct PlanNode
{
    QString type;           ///< "Seq Scan"
    QString target;         ///< what it works on: "products p using idx_products_store"
    QString relation;       ///< parent's words for it: "InitPlan 1", "CTE x", or empty
    QStringList conditions; ///< "Filter: …", "Sort Key: …", as the server words them
    double startupCost = 0;
    double totalCost = 0;
    double planRows = 0;
    double actualRows = 0;      ///< mean of one loop
    double loops = 0;           ///< 0: never executed
    double actualMs = 0;        ///< mean of one loop, with the nodes below
    double removedByFilter = 0; ///< mean of one loop
    qint64 sortKb = 0;          ///< of a sort or hash, on disk where `spilled`
    bool spilled = false;
    int hashBatches = 1;
    int workers = 0;     ///< launched
    PlanBuffers buffers; ///< with the nodes below
    QString cteName;

    // Derived:
    double inclusiveMs = 0;
    double exclusiveMs = 0;
    double exclusiveCost = 0;
    PlanBuffers own;  ///< without the nodes below
    double share = 0; ///< of the whole: time where it was measured, else cost; 0 to 1
    std::vector<PlanNode> children;

    double rows() const { return actualRows * loops; }
    /// How often more (> 1) or less (< 1) rows than estimated; 1 where nothing was executed.
    double misestimate() const;
};

/// Something in a plan that explains its cost, and why that is thought.
struct PlanFinding
{
    enum class Kind { Misestimate, Spill, SelectiveScan, NestedLoop };

    Kind kind = Kind::Misestimate;
    QList<int> path; ///< child numbers from the root
    QString title;
    QString reason;
    QString doubt;     ///< why it may not be so, or what it costs to act on it
    double weight = 0; ///< share of the whole that it concerns, for the order
};

/// A plan as EXPLAIN (FORMAT JSON) gives it, with what is derived from it.
struct QueryPlan
{
    PlanNode root;
    bool analyzed = false; ///< with actual rows and times
    bool buffered = false;
    double planningMs = 0;
    double executionMs = 0;
    QStringList settings; ///< those that differ from the defaults and matter to planning
    QStringList triggers; ///< time in triggers: "name: 12.3 ms, 40 calls"
    QByteArray json;

    /// An error of kind Internal for what is no plan.
    static Result<QueryPlan> parse(const QByteArray &json);

    /// Whether it took so long, or is estimated to, that where its time goes is worth a warning.
    bool heavy() const;
    /// The worst first.
    QList<PlanFinding> findings() const;
    const PlanNode &node(const QList<int> &path) const;
    /// For people and mails, one node a line.
    QString text() const;
};
