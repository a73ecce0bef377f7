// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/storeservice.h"

#include <limits>

using namespace Qt::StringLiterals;

namespace {

Result<QList<StoreSummary>> readStores(Session &session)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("stores/summary"));
    if (!rows)
        return rows.error();
    const auto count = [&](int row, int column) {
        return rows->isNull(row, column) ? -1 : rows->integer(row, column);
    };
    const auto amount = [&](int row, int column) {
        return rows->isNull(row, column) ? std::numeric_limits<double>::quiet_NaN()
                                         : rows->number(row, column);
    };
    QList<StoreSummary> stores;
    for (int row = 0; row < rows->count(); ++row) {
        StoreSummary store;
        store.storeId = rows->text(row, 0);
        store.name = rows->text(row, 1);
        store.location = rows->text(row, 2);
        store.type = rows->text(row, 3);
        store.region = rows->text(row, 4);
        store.active = rows->boolean(row, 5);
        store.customers = count(row, 6);
        store.products = count(row, 7);
        store.lowStock = count(row, 8);
        store.transactions = count(row, 9);
        store.sales30Days = amount(row, 10);
        store.salesPrevious30Days = amount(row, 11);
        store.lastActivity = rows->timestamp(row, 12);
        store.embeddedProducts = count(row, 13);
        store.activeProducts = count(row, 14);
        stores.append(store);
    }
    return stores;
}

} // namespace

StoreService::StoreService(ConnectionPool &pool, QObject *parent)
    : QObject(parent)
    , m_pool(pool)
{
    connect(&pool, &ConnectionPool::databaseChanged, this, [this] {
        if (m_epoch != m_pool.epoch())
            clear();
    });
    connect(&pool, &ConnectionPool::linkRestored, this, &StoreService::verify);
}

QFuture<Result<Rows>> StoreService::summaryRows(const CancelToken &token)
{
    return m_pool.run<Rows>(u"Tenants"_s, token, [](Session &session) {
        return session.read({}, sqlcatalog::query("stores/summary"));
    });
}

QFuture<Result<QList<StoreSummary>>> StoreService::stores(const CancelToken &token)
{
    return m_pool.run<QList<StoreSummary>>(u"Tenants"_s, token, readStores);
}

QFuture<Result<StoreSummary>> StoreService::choose(const QString &storeId, const CancelToken &token)
{
    const int ticket = ++m_ticket;
    m_epoch = m_pool.epoch();
    // A standby and a read-only profile can write no audit row: there the choice is checked only.
    const bool audited = !m_pool.capabilities().standby && !m_pool.profile().readOnly;
    return m_pool
        .run<StoreSummary>(
            u"Store"_s, token,
            [storeId, audited](Session &session) -> Result<StoreSummary> {
                if (audited) {
                    const auto chosen = session.write({}, {{sqlcatalog::query("stores/choose"), {storeId}},
                                                           {sqlcatalog::query("stores/reset_context"), {}}});
                    if (!chosen)
                        return chosen.error();
                } else if (const auto used = session.read({}, sqlcatalog::query("stores/use"), {storeId});
                           !used) {
                    return used.error();
                }
                const auto stores = readStores(session);
                if (!stores)
                    return stores.error();
                for (const StoreSummary &store : *stores)
                    if (store.storeId == storeId)
                        return store;
                return Error{ErrorKind::NotFound, u"The store “%1” is not to be seen."_s.arg(storeId)};
            })
        .then(this, [this, ticket](Result<StoreSummary> chosen) {
            if (chosen && ticket == m_ticket && m_epoch == m_pool.epoch()) {
                m_current = *chosen;
                emit currentChanged();
            }
            return chosen;
        });
}

/// After a reconnect: rights may have changed meanwhile. Every read checks the store again by itself; this is
/// for the bar, which must not name a store that would be refused.
void StoreService::verify()
{
    if (!hasCurrent())
        return;
    const int ticket = m_ticket;
    m_pool
        .run<Rows>(u"Store"_s, {},
                   [store = m_current.storeId](Session &session) {
                       return session.read({}, sqlcatalog::query("stores/use"), {store});
                   })
        .then(this, [this, ticket](const Result<Rows> &used) {
            if (used || ticket != m_ticket || used.error().kind != ErrorKind::Permission)
                return;
            clear();
            emit currentRefused(used.error());
        });
}

void StoreService::clear()
{
    ++m_ticket;
    if (!hasCurrent())
        return;
    m_current = {};
    emit currentChanged();
}
