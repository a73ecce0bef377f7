// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSettings>
#include <QVariant>

/// A typed key with its default, declared once below; never holds a secret.
template <typename T>
struct Setting
{
    const char *key;
    T fallback;
};

/// Preferences of this user on this machine, in settings.ini under paths::config(). Written through. Thread:
/// the one it was made in.
class Settings final
{
public:
    explicit Settings(const QString &file);

    template <typename T>
    T get(const Setting<T> &setting) const
    {
        return m_file.value(QLatin1String(setting.key), QVariant::fromValue(setting.fallback))
            .template value<T>();
    }

    template <typename T>
    void set(const Setting<T> &setting, const T &value)
    {
        m_file.setValue(QLatin1String(setting.key), QVariant::fromValue(value));
    }

    /// Geometry and column state of a widget, by its object name.
    QByteArray state(const QString &name) const
    {
        return m_file.value(QStringLiteral("state/") + name).toByteArray();
    }
    void setState(const QString &name, const QByteArray &state)
    {
        m_file.setValue(QStringLiteral("state/") + name, state);
    }

private:
    QSettings m_file;
};

namespace settings {

inline const Setting<QString> lastProfile{"connection/last-profile", {}};
inline const Setting<QString> theme{"window/theme", QStringLiteral("system")}; // system, light, dark
inline const Setting<int> zoomPercent{"window/zoom", 100};
inline const Setting<QString> lastPage{"window/page", QStringLiteral("tenants")};
inline const Setting<int> poolSize{"connection/pool-size", 4};

inline const Setting<bool> sampling{"performance/history", true}; // see MetricSampler

inline const Setting<QString> backupFolder{"backup/folder", {}};  // of the last backup
inline const Setting<QString> toolFolder{"tools/postgresql", {}}; // where pg_dump is looked for first

} // namespace settings
