// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/canceltoken.h"
#include "app/core/result.h"

#include <QFuture>
#include <QObject>

/// Passwords in the desktop's keyring (Secret Service, KWallet) through QtKeychain, by profile name.
/// Asynchronous, with a time-out of 10 s; where there is no keyring it says so and the caller offers "this
/// session only". Which keyring holds which password is remembered (never the password), so that after a
/// change of desktop the answer is "it lies in KWallet" and not "there is none". Belongs to the thread it was
/// made in.
class SecretStore final : public QObject
{
    Q_OBJECT

public:
    /// `memory`: the file of names; empty: secrets.json beside the settings.
    explicit SecretStore(QObject *parent = nullptr, const QString &memory = {});

    /// The keyring this desktop has: "KWallet" or "Secret Service".
    static QString backend();
    /// Where the password of a profile was put last; empty when nowhere.
    QString rememberedBackend(const QString &profile) const;

    QFuture<Result<QString>> read(const QString &profile); ///< NotFound when there is none
    QFuture<Result<void>> write(const QString &profile, const QString &password);
    QFuture<Result<void>> remove(const QString &profile);

    /// For a command line, which has no event loop: asks in a thread of its own and waits, at most
    /// `patienceMs` and until the token is cancelled.
    static Result<QString> readHere(const QString &profile, const CancelToken &token,
                                    int patienceMs = 10'000);
    static Result<void> writeHere(const QString &profile, const QString &password, const CancelToken &token,
                                  int patienceMs = 10'000);
    static Result<void> removeHere(const QString &profile, const CancelToken &token, int patienceMs = 10'000);

private:
    void remember(const QString &profile, const QString &backend);

    const QString m_memory;
};
