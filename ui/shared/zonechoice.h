// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimeZone>
#include <QToolButton>

class Settings;

/// In which zone times are shown: this computer's, UTC, or the store's. The schema knows no zone of a store,
/// so somebody says it once and this desktop remembers.
class ZoneChoice final : public QToolButton
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ZoneChoice)

public:
    ZoneChoice(Settings &settings, QWidget *parent = nullptr);

    void setStore(const QString &storeId);
    QTimeZone zone() const;

signals:
    void changed();

private:
    void fill();
    void choose(const QString &kind);
    void askStoreZone();
    QTimeZone storeZone() const;

    Settings &m_settings;
    QString m_store;
};
