// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"

/// What an erasure is about, for the plan that is shown before it.
struct CustomerFacts
{
    QString customerId;
    QString name;
    QString email;
    qint64 sales = 0;
    qint64 auditEntries = 0;
};

struct ErasureReport
{
    qint64 sales = 0;
    qint64 auditEntries = 0;
    QStringList warnings; ///< what is left to do: a backup folder whose list could not be written
};

/// One customer's data: all of it as a file, and its erasure. The calls return at once and work on pool
/// threads; errors of kind NotFound name the customer as it was asked for.
class CustomerService final
{
public:
    explicit CustomerService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    /// By id or e-mail address.
    QFuture<Result<CustomerFacts>> find(const QString &storeId, const QString &customer,
                                        const CancelToken &token = {});

    /// Writes customer, sales with items, and audit entries as JSON into `file`, readable by its owner only;
    /// whoever may read the store may do it. Returns a sentence.
    QFuture<Result<QString>> exportTo(const QString &storeId, const QString &customerId, const QString &file,
                                      const CancelToken &token = {});

    /// For the owner of the database. The id goes into erased.json of each of `backupFolders`, also where the
    /// outcome stays unknown.
    QFuture<Result<ErasureReport>> erase(const QString &storeId, const QString &customerId,
                                         const QString &reason, const QStringList &backupFolders,
                                         const CancelToken &token = {});

    /// Erases again whom a restored database still holds: the ids of the folders' lists and its own. A folder
    /// without a list is named in the sentence; kind NotFound when none has one and the database names
    /// nobody.
    QFuture<Result<QString>> reapply(const QStringList &backupFolders, const CancelToken &token = {});

private:
    ConnectionPool &m_pool;
};
