// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"

#include <optional>

/// A setting of the recommended configuration beside what the server has.
struct ServerSetting
{
    enum Verdict {
        AsRecommended,
        Above, ///< a size that is larger than recommended: nothing to do
        Differs,
        Obsolete, ///< the server does not know the name, and this says what took its place
        NotShown, ///< the server keeps its value from this login
    };

    QString name;
    QString recommended; ///< as to be written: "5888MB"
    QString reason;      ///< why it is recommended, and how it was scaled
    QString value;       ///< of the server, "128MB"
    QString source;      ///< "configuration file", "default", "database", …
    QString sourceFile;  ///< empty where the login is not told
    QString context;     ///< who can change it, and when it takes effect, in PostgreSQL's words
    bool pendingRestart = false;
    bool mayAlter = false; ///< this login may write it by ALTER SYSTEM
    bool mayReload = false;
    Verdict verdict = Differs;
    QString proposed; ///< the value to be written; empty where nothing is to be changed
    QString sql;      ///< the statement that writes it

    bool needsRestart() const { return context == QLatin1String("postmaster"); }
    QString effect() const; ///< when a change takes effect, in plain words
};

/// Advice with what was observed on this server; without an observation there is none.
struct SettingAdvice
{
    QString setting = {};
    QString cause = {};
    QString doubt = {};
    QString value = {}; ///< to be written; empty where the advice is not ALTER SYSTEM
    QString sql = {};
    bool restart = false;
};

struct SettingReport
{
    QList<ServerSetting> settings;
    QList<SettingAdvice> advice;
    QStringList pending; ///< settings that wait for a restart
    qint64 memory = 0;   ///< of the server's machine; 0: it is another one, not known here
    bool standby = false;
    QDateTime countedSince; ///< of the observations; invalid: never reset
    QDateTime readAt;
    QString whoMay; ///< who may change what this login may not, with the statement that grants it
};

/// What became of a change.
struct SettingChange
{
    QString name = {};
    QString before = {};
    QString after = {}; ///< as the server has it now
    bool effective = false;
    QString note = {}; ///< why it is not effective yet: a restart, or what overrides it
};

/// The size or time of a value with its unit ("256MB", "1s"), in bytes or milliseconds; of a bare number in
/// `unit` (of pg_settings, such as "8kB"). Nothing for a value that is neither.
std::optional<double> settingQuantity(const QString &value, const QString &unit = {});

/// The server's configuration. Futures end in a pool thread; errors are the server's. Never restarts
/// anything.
class SettingsService final
{
public:
    explicit SettingsService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    QFuture<Result<SettingReport>> report(const CancelToken &token = {});

    /// The statement of a change; `value` empty takes the line back (ALTER SYSTEM RESET).
    static QString statement(const QString &name, const QString &value);

    /// Writes the setting by ALTER SYSTEM, has the server read its files again, looks whether the value
    /// arrived, and notes it in the audit log. On a refusal nothing was changed.
    QFuture<Result<SettingChange>> apply(const QString &name, const QString &value,
                                         const CancelToken &token = {});

private:
    ConnectionPool &m_pool;
};
