// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/canceltoken.h"
#include "app/core/result.h"

#include <QProcessEnvironment>
#include <QStringList>

#include <functional>

/// An external program: never through a shell, never with a secret in its arguments or environment.
struct ProcessCall
{
    QString program;
    QStringList arguments;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    QString asUser; ///< run as this user of the system, if we are root
    QByteArray input;
    std::function<void(const QString &line)> onErrorLine; ///< standard error, line by line
};

struct ProcessOutput
{
    int exitCode = 0;
    QByteArray standardOutput;
    QString standardError;
};

/// Runs it to its end, blocking a worker thread. A cancelled token terminates it and kills it 5 s later.
/// Errors: Tool when it cannot be started or crashes, Cancelled. A non-zero exit code is the caller's to
/// judge.
Result<ProcessOutput> runProcess(const ProcessCall &call, const CancelToken &token = {});
