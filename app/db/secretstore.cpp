// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/secretstore.h"

#include "app/core/log.h"
#include "app/core/paths.h"

#include <QEventLoop>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPromise>
#include <QThread>
#include <QTimer>
#include <qt6keychain/keychain.h>

#include <functional>
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

/// Where all jobs of QtKeychain run. It keeps one queue a process, which belongs to the thread that asked
/// first: a job of another thread crashes it, and the end of the first thread leaves every later job waiting.
QObject *keyringThread()
{
    struct Home
    {
        QThread thread;
        QObject object;
        Home()
        {
            thread.setObjectName(u"keyring"_s);
            object.moveToThread(&thread);
            thread.start();
        }
        ~Home()
        {
            thread.quit();
            thread.wait();
        }
    };
    static Home home;
    return &home.object;
}

/// Makes and starts a QtKeychain job and turns its end, or the time-out, into a future.
template <typename T>
QFuture<Result<T>> startJob(const QString &profile, const std::function<QKeychain::Job *()> &make,
                            const std::function<Result<T>(QKeychain::Job *)> &read)
{
    // Both ends hold the promise; the first to speak fulfils it. They share a thread.
    const auto promise = std::make_shared<QPromise<Result<T>>>();
    const auto answer = [promise](const Result<T> &result) {
        if (promise->future().isFinished())
            return;
        promise->addResult(result);
        promise->finish();
    };
    promise->start();
    QObject *home = keyringThread();
    QMetaObject::invokeMethod(home, [=] {
        QKeychain::Job *job = make();
        job->setAutoDelete(true);
        job->setKey(profile);
        QObject::connect(job, &QKeychain::Job::finished, home, [=](QKeychain::Job *done) {
            answer(done->error() == QKeychain::NoError ? read(done) : Result<T>(keyringError(*done)));
        });
        QTimer::singleShot(timeoutMs, home, [=] {
            answer(Error{ErrorKind::Timeout, u"The keyring did not answer within 10 s."_s,
                         u"It may be waiting to be unlocked. Keep the password for this session only, or try "
                         "again."_s});
        });
        job->start();
    });
    return promise->future();
}

QJsonObject readMemory(const QString &name)
{
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

} // namespace

SecretStore::SecretStore(QObject *parent, const QString &memory)
    : QObject(parent)
    , m_memory(memory.isEmpty() ? paths::config() + u"/secrets.json"_s : memory)
{
}

QString SecretStore::backend()
{
    // As QtKeychain decides.
    const QByteArrayList desktops = qgetenv("XDG_CURRENT_DESKTOP").split(':');
    return desktops.contains("KDE") || qEnvironmentVariableIsSet("KDE_FULL_SESSION") ? u"KWallet"_s
                                                                                     : u"Secret Service"_s;
}

QString SecretStore::rememberedBackend(const QString &profile) const
{
    return readMemory(m_memory)[profile].toString();
}

void SecretStore::remember(const QString &profile, const QString &backend)
{
    QJsonObject all = readMemory(m_memory);
    if (all[profile].toString() == backend)
        return;
    if (backend.isEmpty())
        all.remove(profile);
    else
        all[profile] = backend;
    if (const Result<void> written = paths::writePrivate(m_memory, QJsonDocument(all).toJson()); !written)
        qCWarning(lcApp) << written.error().text();
}

QFuture<Result<QString>> SecretStore::read(const QString &profile)
{
    return startJob<QString>(
               profile, [] { return new QKeychain::ReadPasswordJob(serviceName); },
               [](QKeychain::Job *job) {
                   return Result<QString>(static_cast<QKeychain::ReadPasswordJob *>(job)->textData());
               })
        .then(this, [this, profile](Result<QString> found) {
            const QString former = rememberedBackend(profile);
            if (found || found.error().kind != ErrorKind::NotFound || former.isEmpty() || former == backend())
                return found;
            return Result<QString>(Error{
                ErrorKind::NotFound, u"The password of this profile lies in %1."_s.arg(former),
                u"This desktop uses %1. Type the password again to keep it here too."_s.arg(backend())});
        });
}

namespace {

/// Asks a store of its own in a thread of its own and waits. The keyring answers through an event loop; this
/// one belongs to the thread and to nothing else.
template <typename T>
Result<T> askHere(const std::function<QFuture<Result<T>>(SecretStore &)> &ask, const CancelToken &token,
                  int patienceMs)
{
    Result<T> answer = Error{ErrorKind::Timeout, u"The keyring did not answer in time."_s,
                             u"It may be waiting to be unlocked."_s};
    const std::unique_ptr<QThread> thread(QThread::create([&] {
        QEventLoop loop;
        SecretStore store;
        const auto cancelled = token.onCancel(
            [&loop] { QMetaObject::invokeMethod(&loop, &QEventLoop::quit, Qt::QueuedConnection); });
        QTimer::singleShot(patienceMs, &loop, &QEventLoop::quit);
        ask(store).then(&store, [&](const Result<T> &found) {
            answer = found;
            loop.quit();
        });
        if (!token.cancelled())
            loop.exec();
    }));
    thread->start();
    thread->wait();
    return answer;
}

} // namespace

Result<QString> SecretStore::readHere(const QString &profile, const CancelToken &token, int patienceMs)
{
    return askHere<QString>([&](SecretStore &store) { return store.read(profile); }, token, patienceMs);
}

Result<void> SecretStore::writeHere(const QString &profile, const QString &password, const CancelToken &token,
                                    int patienceMs)
{
    return askHere<void>([&](SecretStore &store) { return store.write(profile, password); }, token,
                         patienceMs);
}

Result<void> SecretStore::removeHere(const QString &profile, const CancelToken &token, int patienceMs)
{
    return askHere<void>([&](SecretStore &store) { return store.remove(profile); }, token, patienceMs);
}

QFuture<Result<void>> SecretStore::write(const QString &profile, const QString &password)
{
    const auto make = [password] {
        auto *job = new QKeychain::WritePasswordJob(serviceName);
        job->setTextData(password);
        return job;
    };
    return startJob<void>(profile, make, [](QKeychain::Job *) { return Result<void>(); })
        .then(this, [this, profile](Result<void> written) {
            if (written)
                remember(profile, backend());
            return written;
        });
}

QFuture<Result<void>> SecretStore::remove(const QString &profile)
{
    return startJob<void>(
               profile, [] { return new QKeychain::DeletePasswordJob(serviceName); },
               [](QKeychain::Job *) { return Result<void>(); })
        .then(this, [this, profile](Result<void> removed) {
            if (!removed)
                if (const Error why = removed.error(); why.kind != ErrorKind::NotFound)
                    return removed;
            remember(profile, {});
            return removed;
        });
}
