// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"

/// One store as `retail.store_summary()` tells it. Counts are -1 and amounts NaN where this login is not
/// told.
struct StoreSummary
{
    QString storeId;
    QString name;
    QString location;
    QString type;
    QString region;
    bool active = false;
    qint64 customers = -1;
    qint64 products = -1;
    qint64 lowStock = -1;
    qint64 transactions = -1;
    double sales30Days = 0;         ///< net of returns, tax included
    double salesPrevious30Days = 0; ///< the 30 days before those
    QDateTime lastActivity;
    qint64 embeddedProducts = -1; ///< active ones with a vector of the active model
    qint64 activeProducts = -1;
};

/// The stores a login may see and the one that is chosen. The choice is this program's only: on the server it
/// travels inside each transaction. Belongs to the thread it was made in.
class StoreService final : public QObject
{
    Q_OBJECT

public:
    explicit StoreService(ConnectionPool &pool, QObject *parent = nullptr);

    /// As the database tells it, for the command line.
    QFuture<Result<Rows>> summaryRows(const CancelToken &token = {});

    QFuture<Result<QList<StoreSummary>>> stores(const CancelToken &token = {});

    /// Asks the database for the store, audited there; `current` changes, and `currentChanged` is sent, once
    /// it agrees. An unknown, inactive or foreign store is refused with one and the same error.
    QFuture<Result<StoreSummary>> choose(const QString &storeId, const CancelToken &token = {});

    /// No store: pages of a store stop asking the server.
    void clear();

    bool hasCurrent() const { return !m_current.storeId.isEmpty(); }
    const StoreSummary &current() const { return m_current; }

signals:
    void currentChanged();
    /// After a reconnect the store is no longer to be had; it was cleared.
    void currentRefused(const Error &error);

private:
    void verify();

    ConnectionPool &m_pool;
    StoreSummary m_current;
    int m_ticket = 0; // of the newest choose()
    int m_epoch = 0;  // of the pool at that time: a store belongs to its database
};
