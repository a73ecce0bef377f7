// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

using PGconn = struct pg_conn;
enum class ConnectStep;

/// Why a connection could not be made, in a sentence of its own for each cause, with the right next action.

struct TlsAsked
{
    bool byDefault = false; ///< verify-full because nobody said anything else
    QString mode;
    QString rootcert;
};

/// From the state that a failed PQconnectPoll leaves. A refused certificate is looked at once more, on a
/// connection of its own of at most some seconds, because libpq says only that it was refused. Worker thread.
Error connectError(PGconn *connection, ConnectStep step, const QString &passfile, const TlsAsked &tls);

/// The name service knows none of `hosts`.
Error unknownHost(const QStringList &hosts, const QString &said);

/// Asking for a password and trying again may help: none was found, or it was refused.
bool needsPassword(const Error &error);

/// Waiting and trying again cannot help: password, database, role, certificate, or another server.
bool isPermanent(const Error &error);
