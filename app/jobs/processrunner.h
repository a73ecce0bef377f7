// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/canceltoken.h"
#include "app/core/result.h"

#include <QByteArrayView>
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
    bool privateFiles = false;                            ///< what it makes is for its owner only (umask 077)
    std::function<void()> onTick = {};                    ///< about twenty times a second while it runs
    std::function<void(QByteArrayView)> onOutput = {};    ///< takes standard output as it comes
    QString feeder = {}; ///< a program whose standard output is this one's standard input, instead of `input`
    QStringList feederArguments = {};
};

struct ProcessOutput
{
    int exitCode = 0;
    QByteArray standardOutput;
    QString standardError;
    int feederExitCode = 0;
    QString feederError;
};

/// Runs it to its end, blocking a worker thread. A cancelled token terminates it and kills it 5 s later. When
/// this program or the calling thread dies, the child is killed with it, and a Ctrl+C of the terminal reaches
/// this program alone.
/// Errors: Tool when it cannot be started or crashes, Cancelled. A non-zero exit code is the caller's to
/// judge.
Result<ProcessOutput> runProcess(const ProcessCall &call, const CancelToken &token = {});

/// What readies a child between fork and exec: `user` empty means our own; `deathSignal` is what it gets when
/// the thread that started it ends. Empty when there is no such user.
std::function<void()> childSetup(const QString &user, int deathSignal, bool privateFiles = false);
