// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QFuture>
#include <QObject>

/// Passwords in the desktop's keyring (Secret Service, KWallet) through QtKeychain, by profile name.
/// Asynchronous, with a time-out of 10 s; where there is no keyring it says so and the caller offers "this
/// session only". Belongs to the thread it was made in.
class SecretStore final : public QObject
{
    Q_OBJECT

public:
    explicit SecretStore(QObject *parent = nullptr)
        : QObject(parent)
    {
    }

    QFuture<Result<QString>> read(const QString &profile); ///< NotFound when there is none
    QFuture<Result<void>> write(const QString &profile, const QString &password);
    QFuture<Result<void>> remove(const QString &profile);
};
