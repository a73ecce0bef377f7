// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "ui/shared/request.h"

#include <QObject>
#include <QTimer>

class AppContext;

/// One try to connect: finds the profile, connects, and asks the keyring where the server wants a password.
/// Never blocks; a newer try or cancel() ends the older one at any step.
class ConnectAttempt final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConnectAttempt)

public:
    explicit ConnectAttempt(AppContext &app, QObject *parent = nullptr);

    /// `target` is a profile's name or a connection string. An empty password leaves it to pass file and
    /// keyring.
    void start(const QString &target, const QString &password = {}, bool remember = false);
    void cancel();
    bool running() const { return m_running; }
    ConnectStep step() const { return m_step; } ///< the furthest one reached

signals:
    void stepReached(ConnectStep step);
    void succeeded();
    void failed(const Error &error);
    /// The password could not be put into the keyring; it holds for this session.
    void notRemembered(const QString &why);

private:
    void open(const Profile &profile, const QString &password, bool remember);
    void askKeyring(const Profile &profile, const Error &refusal);
    void takeStep(const Error &error);
    void fail(const Error &error);

    AppContext &m_app;
    bool m_running = false;
    int m_ticket = 0; // steps of an older try are dropped
    ConnectStep m_step = ConnectStep::Name;
    QTimer m_patience;
    Request<QString> m_secret;
    Request<void> m_remember;
    Request<Capabilities> m_open;
};
