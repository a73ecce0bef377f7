// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"

#include <QDate>
#include <QTimeZone>

#include <array>

/// Whole days, both included, in a time zone.
struct OverviewPeriod
{
    QDate from;
    QDate to;
    QTimeZone zone = QTimeZone::systemTimeZone();

    int days() const { return static_cast<int>(from.daysTo(to)) + 1; }
};

/// Money that came in less money that went back, tax included, and how often.
struct SalesFigure
{
    double net = 0;      ///< sales and exchanges less returns
    double returned = 0; ///< the returns alone, a positive amount
    qint64 sales = 0;    ///< sales and exchanges
    qint64 returns = 0;
};

struct NamedFigure
{
    QString key; ///< id, or the value itself
    QString name;
    double amount = 0;
    qint64 pieces = 0;
};

struct ReorderLine
{
    QString productId;
    QString sku;
    QString name;
    QString supplier;
    qint64 stock = 0;
    qint64 reorderAt = 0;
    qint64 order = 0; ///< what fills the shelf to its maximum
};

/// A store's period in figures.
struct Overview
{
    OverviewPeriod period;
    QDateTime readAt;               ///< by this computer's clock
    QList<SalesFigure> days;        ///< one for each day, also for days without a sale
    QList<SalesFigure> yearEarlier; ///< the same dates a year before, whole days
    SalesFigure totalYearEarlier;   ///< of these; of a period that is not over, until readAt a year before
    QDate firstSale;                ///< the store's first of all; invalid when both periods are without
    std::array<std::array<double, 24>, 7> hours{}; ///< net, Monday first
    QList<NamedFigure> payments;                   ///< net, tax included
    QList<NamedFigure> products;                   ///< net before tax, the best first
    QList<NamedFigure> categories;
    QList<NamedFigure> tiers; ///< `pieces` customers of each, whenever they came
    qint64 newCustomers = 0;  ///< bought in the period and never before
    qint64 returningCustomers = 0;
    qint64 unknownCustomerSales = 0; ///< sales of the period without a customer
    QList<ReorderLine> reorder;      ///< the shortest first, at most OverviewService::reorderLimit
    qint64 reorderCount = 0;         ///< all of them

    SalesFigure total() const;
    bool untilNow() const; ///< the period was not over when it was read
};

/// The figures of the Overview page: four statements on one connection, each bound to the store. Any thread
/// may call.
class OverviewService final
{
public:
    static constexpr int reorderLimit = 500;
    static constexpr int topCount = 10;

    explicit OverviewService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    QFuture<Result<Overview>> overview(const QString &storeId, const OverviewPeriod &period,
                                       const CancelToken &token = {});

private:
    ConnectionPool &m_pool;
};
