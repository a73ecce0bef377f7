// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/customerservice.h"

#include "app/core/durable.h"
#include "app/core/format.h"
#include "app/services/erasure.h"

#include <QDir>

#include <optional>

using namespace Qt::StringLiterals;

namespace {

Error noSuchCustomer(const QString &storeId, const QString &customer)
{
    return {ErrorKind::NotFound, u"The store %1 has no customer “%2”."_s.arg(storeId, customer),
            u"Give the customer's id or the whole e-mail address."_s};
}

Error ownersOnly(const Error &refused)
{
    return {ErrorKind::Permission, u"This login may not erase customers."_s,
            u"Somebody with the rights of retail_owner can: an owner or ops login."_s, refused.message,
            refused.sqlstate};
}

/// A session without a statement time-out: an erasure and all that is known of a customer take the whole log.
Result<Session> patientSession(Result<ConnectionPool::Origin> origin, const Session &leased)
{
    if (origin)
        origin.value().login.profile.statementTimeoutMs = 0;
    return ConnectionPool::direct(origin, u"Customer"_s, leased.token());
}

/// Into erased.json of each folder; what is left to do.
QStringList noteErased(const QStringList &backupFolders, const QString &customerId)
{
    QStringList warnings;
    for (const QString &folder : backupFolders) {
        if (!QDir(folder).exists())
            warnings += u"The backup folder %1 is not there: its erased.json was not written. "
                        u"The next backup into it brings the list along."_s.arg(folder);
        else if (const Result<void> added = erasure::addToErasedFile(folder, {customerId}); !added)
            warnings += added.error().text();
    }
    return warnings;
}

} // namespace

QFuture<Result<CustomerFacts>> CustomerService::find(const QString &storeId, const QString &customer,
                                                     const CancelToken &token)
{
    return m_pool.run<CustomerFacts>(
        u"Customer"_s, token, [storeId, customer](Session &session) -> Result<CustomerFacts> {
            const Result<Rows> rows =
                session.read(storeId, sqlcatalog::query("customer/find"), {storeId, customer.trimmed()});
            if (!rows)
                return rows.error();
            if (rows->count() != 1)
                return noSuchCustomer(storeId, customer);
            return CustomerFacts{rows->text(0, 0), rows->text(0, 1), rows->text(0, 2), rows->integer(0, 3),
                                 rows->integer(0, 4)};
        });
}

QFuture<Result<QString>> CustomerService::exportTo(const QString &storeId, const QString &customerId,
                                                   const QString &file, const CancelToken &token)
{
    return m_pool.run<QString>(
        u"Customer"_s, token,
        [origin = m_pool.origin(), storeId, customerId, file](Session &leased) -> Result<QString> {
            Result<Session> session = patientSession(origin, leased);
            if (!session)
                return session.error();
            const Result<Rows> rows =
                session->read(storeId, sqlcatalog::query("customer/export"), {storeId, customerId});
            if (!rows)
                return rows.error();
            if (rows->count() == 0)
                return noSuchCustomer(storeId, customerId);
            const QByteArray document = rows->bytes(0, 0).toByteArray() + '\n';
            if (const Result<void> written = durable::write(file, document); !written)
                return written.error();
            return u"%1, %2 and the audit entries were written to %3 (%4)."_s.arg(
                rows->text(0, 2), format::counted(rows->integer(0, 1), u"sale"_s, u"sales"_s), file,
                format::bytes(document.size()));
        });
}

QFuture<Result<ErasureReport>> CustomerService::erase(const QString &storeId, const QString &customerId,
                                                      const QString &reason, const QStringList &backupFolders,
                                                      const CancelToken &token)
{
    return m_pool.run<ErasureReport>(
        u"Customer"_s, token,
        [origin = m_pool.origin(), storeId, customerId, reason,
         backupFolders](Session &leased) -> Result<ErasureReport> {
            Result<Session> session = patientSession(origin, leased);
            if (!session)
                return session.error();
            const Result<QList<Rows>> done = session->write(
                {}, {{sqlcatalog::query("customer/erase"), {storeId, customerId, reason.trimmed()}}});
            if (!done) {
                // If it was done, a repetition finds nobody any more and would not write the list.
                if (done.error().kind == ErrorKind::OutcomeUnknown) {
                    Error error = done.error();
                    for (const QString &warning : noteErased(backupFolders, customerId))
                        error.hint += (error.hint.isEmpty() ? u""_s : u" "_s) + warning;
                    return error;
                }
                if (done.error().sqlstate == u"P0002")
                    return noSuchCustomer(storeId, customerId);
                return done.error().kind == ErrorKind::Permission ? ownersOnly(done.error()) : done.error();
            }
            return ErasureReport{done->last().integer(0, 1), done->last().integer(0, 2),
                                 noteErased(backupFolders, customerId)};
        });
}

QFuture<Result<QString>> CustomerService::reapply(const QStringList &backupFolders, const CancelToken &token)
{
    return m_pool.run<QString>(
        u"Customer"_s, token, [origin = m_pool.origin(), backupFolders](Session &leased) -> Result<QString> {
            const auto refused = [](const Error &error) {
                return error.kind == ErrorKind::Permission ? ownersOnly(error) : error;
            };
            QStringList ids;
            QStringList without;
            std::optional<Error> noList;
            for (const QString &folder : backupFolders) {
                const Result<QStringList> listed = erasure::readErasedFile(folder);
                if (listed) {
                    ids += *listed;
                } else if (listed.error().kind == ErrorKind::NotFound) {
                    without += folder;
                    if (!noList)
                        noList = listed.error();
                } else {
                    return listed.error();
                }
            }
            if (noList && without.size() == backupFolders.size()) {
                const Result<QStringList> own = erasure::listErased(leased);
                if (!own)
                    return refused(own.error());
                if (own->isEmpty())
                    return *noList;
            }
            Result<Session> session = patientSession(origin, leased);
            if (!session)
                return session.error();
            const Result<qint64> erased = erasure::applyErasures(*session, ids);
            if (!erased)
                return refused(erased.error());
            QString sentence =
                *erased == 0 ? u"No erased customer was there."_s
                : *erased == 1
                    ? u"1 erased customer was there and is erased again."_s
                    : u"%1 erased customers were there and are erased again."_s.arg(format::count(*erased));
            if (without.size() == 1)
                sentence +=
                    u" The folder %1 has no erased.json, so nothing was learned from it."_s.arg(without[0]);
            else if (!without.isEmpty())
                sentence +=
                    u" These folders have no erased.json, so nothing was learned from them: %1."_s.arg(
                        without.join(u", "_s));
            return sentence;
        });
}
