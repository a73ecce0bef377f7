// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/secretstore.h"

#include <QPromise>
#include <QTimer>
#include <qt6keychain/keychain.h>

#include <memory>

using namespace Qt::StringLiterals;

namespace {

const QString serviceName = QStringLiteral("retail-admin");
constexpr int timeoutMs = 10'000;

Error keyringError(const QKeychain::Job &job)
{
    if (job.error() == QKeychain::EntryNotFound)
        return {ErrorKind::NotFound, u"The keyring holds no password for this profile."_s};
    return {ErrorKind::Io, u"No keyring answers on this desktop."_s,
            u"Keep the password for this session only, or use ~/.pgpass."_s, job.errorString()};
}

/// Starts a QtKeychain job and turns its end, or the time-out, into a future.
template <typename T, typename Read>
QFuture<Result<T>> startJob(QKeychain::Job *job, const QString &profile, QObject *context, Read read)
{
    // Both ends hold the promise; the first to speak fulfils it.
    const auto promise = std::make_shared<QPromise<Result<T>>>();
    const auto answer = [promise](const Result<T> &result) {
        if (promise->future().isFinished())
            return;
        promise->addResult(result);
        promise->finish();
    };
    promise->start();
    job->setAutoDelete(true);
    job->setKey(profile);
    QObject::connect(job, &QKeychain::Job::finished, context, [=](QKeychain::Job *done) {
        answer(done->error() == QKeychain::NoError ? read(done) : Result<T>(keyringError(*done)));
    });
    QTimer::singleShot(timeoutMs, context, [=] {
        answer(Error{
            ErrorKind::Timeout, u"The keyring did not answer within 10 s."_s,
            u"It may be waiting to be unlocked. Keep the password for this session only, or try again."_s});
    });
    job->start();
    return promise->future();
}

} // namespace

QFuture<Result<QString>> SecretStore::read(const QString &profile)
{
    return startJob<QString>(
        new QKeychain::ReadPasswordJob(serviceName), profile, this, [](QKeychain::Job *job) {
            return Result<QString>(static_cast<QKeychain::ReadPasswordJob *>(job)->textData());
        });
}

QFuture<Result<void>> SecretStore::write(const QString &profile, const QString &password)
{
    auto *job = new QKeychain::WritePasswordJob(serviceName);
    job->setTextData(password);
    return startJob<void>(job, profile, this, [](QKeychain::Job *) { return Result<void>(); });
}

QFuture<Result<void>> SecretStore::remove(const QString &profile)
{
    return startJob<void>(new QKeychain::DeletePasswordJob(serviceName), profile, this,
                          [](QKeychain::Job *) { return Result<void>(); });
}
