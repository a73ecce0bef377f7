// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/uploadtarget.h"

#include <QProcess>
#include <QTemporaryDir>

/// Azure Blob on this machine: Azurite with its well-known development key, empty at first. Aborts the
/// program when it cannot be installed or started: such a test fails, it is not skipped.
class Azurite final
{
public:
    Azurite();
    ~Azurite();
    Q_DISABLE_COPY_MOVE(Azurite)

    int port() const { return m_port; }
    void makeContainer(const QString &name) const;
    /// A SAS URL of one container; `port` is that of a proxy in front, and `rights` of "racwdl".
    QString sas(const QString &container, int port = 0, const QString &rights = QStringLiteral("rwdl"),
                const QString &end = QStringLiteral("2099-01-01T00:00:00Z")) const;
    /// Names below the container, as the service lists them.
    QStringList names(const QString &container) const;
    QByteArray log() const; ///< a line a request

    static UploadTarget target(const QString &container, const QString &path = {});

private:
    QByteArray rclone(const QStringList &arguments) const;

    QTemporaryDir m_folder;
    QProcess m_process;
    int m_port = 0;
};
