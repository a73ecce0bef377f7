// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>

/// Runs one function of this test again, below a session bus of its own with an unlocked gnome-keyring and a
/// home that goes with it. That run sees RETAIL_TEST_KEYRING in its environment.
namespace keyring {

inline bool isThere()
{
    return qEnvironmentVariableIsSet("RETAIL_TEST_KEYRING");
}

/// Empty when it passed, else what it said. `further` variables go into its environment.
inline QByteArray run(const char *function, const QHash<QString, QString> &further = {},
                      int patienceMs = 60'000)
{
    const QTemporaryDir home;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char *variable :
         {"XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "HOME"})
        environment.insert(QString::fromLatin1(variable), home.path());
    environment.remove(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"));
    environment.insert(QStringLiteral("RETAIL_TEST_KEYRING"), QStringLiteral("1"));
    for (auto it = further.cbegin(); it != further.cend(); ++it)
        environment.insert(it.key(), it.value());
    QProcess process;
    process.setProcessEnvironment(environment);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QStringLiteral("dbus-run-session"),
                  {QStringLiteral("--"), QStringLiteral("sh"), QStringLiteral("-c"),
                   QStringLiteral("printf secret | gnome-keyring-daemon --unlock --components=secrets "
                                  ">/dev/null 2>&1 && exec \"$0\" \"$1\""),
                   QCoreApplication::applicationFilePath(), QString::fromLatin1(function)});
    if (!process.waitForStarted())
        return "dbus-run-session is missing: packaging/deps/install test";
    if (!process.waitForFinished(patienceMs))
        return "it did not end in time";
    const QByteArray said = process.readAll();
    return process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0 ? QByteArray()
                                                                                   : "it failed\n" + said;
}

} // namespace keyring
