// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/overviewservice.h"

using namespace Qt::StringLiterals;

namespace {

SalesFigure sum(const QList<SalesFigure> &figures)
{
    SalesFigure all;
    for (const SalesFigure &one : figures) {
        all.net += one.net;
        all.returned += one.returned;
        all.sales += one.sales;
        all.returns += one.returns;
    }
    return all;
}

QString instant(const QDateTime &moment)
{
    return moment.toUTC().toString(Qt::ISODateWithMs);
}

QString instant(const QDate &day, const QTimeZone &zone)
{
    return instant(day.startOfDay(zone));
}

/// What `grouping()` in sales.sql tells apart.
enum SalesSet { ByDay = 3, ByHour = 5, ByPayment = 6, Compared = 7 };

Result<void> readSales(Session &session, const QString &storeId, Overview &overview)
{
    const OverviewPeriod &p = overview.period;
    const QDate earlier = p.from.addYears(-1);
    const QDateTime earlierEnd = earlier.addDays(p.days()).startOfDay(p.zone);
    // A part of today says nothing beside a whole day.
    const QDateTime compared =
        overview.untilNow() ? overview.readAt.toTimeZone(p.zone).addYears(-1) : earlierEnd;
    // With a 29 February in the earlier period the same moment comes a day after its last.
    const Result<Rows> rows =
        session.read(storeId, sqlcatalog::query("overview/sales"),
                     {storeId, instant(p.from, p.zone), instant(p.to.addDays(1), p.zone),
                      instant(earlier, p.zone), instant(std::max(earlierEnd, compared)),
                      zoneForServer(QString::fromLatin1(p.zone.id())), instant(compared)});
    if (!rows)
        return rows.error();
    overview.days.resize(p.days());
    overview.yearEarlier.resize(p.days());
    if (rows->count() > 0)
        overview.firstSale = QDate::fromString(rows->text(0, 11), Qt::ISODate);
    for (int row = 0; row < rows->count(); ++row) {
        const bool before = rows->boolean(row, 0);
        const SalesFigure figure{rows->number(row, 6), rows->number(row, 7), rows->integer(row, 8),
                                 rows->integer(row, 9)};
        switch (rows->integer(row, 1)) {
        case ByDay: {
            const QDate day = QDate::fromString(rows->text(row, 2), Qt::ISODate);
            const qint64 at = (before ? earlier : p.from).daysTo(day);
            if (at >= 0 && at < p.days())
                (before ? overview.yearEarlier : overview.days)[at] = figure;
            break;
        }
        case ByHour:
            if (!before)
                overview.hours.at(size_t(rows->integer(row, 3) - 1)).at(size_t(rows->integer(row, 4))) =
                    figure.net;
            break;
        case ByPayment:
            if (!before)
                overview.payments.append(
                    {rows->text(row, 5), rows->text(row, 5), figure.net, figure.sales + figure.returns});
            break;
        case Compared:
            if (before && rows->boolean(row, 10))
                overview.totalYearEarlier = figure;
            break;
        default:
            break;
        }
    }
    return {};
}

Result<void> readProducts(Session &session, const QString &storeId, Overview &overview)
{
    const OverviewPeriod &p = overview.period;
    const Result<Rows> rows = session.read(
        storeId, sqlcatalog::query("overview/products"),
        {storeId, instant(p.from, p.zone), instant(p.to.addDays(1), p.zone), OverviewService::topCount});
    if (!rows)
        return rows.error();
    for (int row = 0; row < rows->count(); ++row)
        (rows->bytes(row, 0) == "product" ? overview.products : overview.categories)
            .append({rows->text(row, 1), rows->text(row, 2), rows->number(row, 3), rows->integer(row, 4)});
    return {};
}

Result<void> readCustomers(Session &session, const QString &storeId, Overview &overview)
{
    const OverviewPeriod &p = overview.period;
    const Result<Rows> rows =
        session.read(storeId, sqlcatalog::query("overview/customers"),
                     {storeId, instant(p.from, p.zone), instant(p.to.addDays(1), p.zone)});
    if (!rows)
        return rows.error();
    for (int row = 0; row < rows->count(); ++row) {
        const QByteArrayView part = rows->bytes(row, 0);
        const QString key = rows->text(row, 1);
        const qint64 amount = rows->integer(row, 2);
        if (part == "tier")
            overview.tiers.append({key, key, 0, amount});
        else if (part == "unknown")
            overview.unknownCustomerSales = amount;
        else
            (key == "new"_L1 ? overview.newCustomers : overview.returningCustomers) = amount;
    }
    static const QStringList order{u"bronze"_s, u"silver"_s, u"gold"_s, u"platinum"_s};
    std::sort(overview.tiers.begin(), overview.tiers.end(), [](const NamedFigure &a, const NamedFigure &b) {
        return order.indexOf(a.key) < order.indexOf(b.key);
    });
    return {};
}

Result<void> readReorder(Session &session, const QString &storeId, Overview &overview)
{
    const Result<Rows> rows = session.read(storeId, sqlcatalog::query("overview/reorder"),
                                           {storeId, OverviewService::reorderLimit});
    if (!rows)
        return rows.error();
    for (int row = 0; row < rows->count(); ++row)
        overview.reorder.append({rows->text(row, 0), rows->text(row, 1), rows->text(row, 2),
                                 rows->text(row, 3), rows->integer(row, 4), rows->integer(row, 5),
                                 rows->integer(row, 6)});
    overview.reorderCount = rows->count() > 0 ? rows->integer(0, 7) : 0;
    return {};
}

} // namespace

SalesFigure Overview::total() const
{
    return sum(days);
}

bool Overview::untilNow() const
{
    const QDate today = readAt.toTimeZone(period.zone).date();
    return period.from <= today && today <= period.to;
}

QFuture<Result<Overview>> OverviewService::overview(const QString &storeId, const OverviewPeriod &period,
                                                    const CancelToken &token)
{
    if (!period.from.isValid() || !period.to.isValid() || period.days() < 1 || period.days() > 3700)
        return QtFuture::makeReadyFuture(
            Result<Overview>(Error{ErrorKind::Usage, u"This is no period of one day to ten years."_s,
                                   u"Choose a first day that is not after the last."_s}));
    return m_pool.run<Overview>(
        u"Overview"_s, token, [storeId, period](Session &session) -> Result<Overview> {
            Overview overview;
            overview.period = period;
            overview.readAt = QDateTime::currentDateTime();
            for (const auto read : {readSales, readProducts, readCustomers, readReorder})
                if (const Result<void> done = read(session, storeId, overview); !done)
                    return done.error();
            return overview;
        });
}
