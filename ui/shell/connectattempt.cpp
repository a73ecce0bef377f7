// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/connectattempt.h"

#include "app/appcontext.h"

#include <QPointer>

using namespace Qt::StringLiterals;

ConnectAttempt::ConnectAttempt(AppContext &app, QObject *parent)
    : QObject(parent), m_app(app), m_secret(this), m_remember(this), m_open(this)
{
}

void ConnectAttempt::cancel()
{
    ++m_ticket;
    m_running = false;
    m_secret.cancel();
    m_open.cancel();
}

void ConnectAttempt::fail(const Error &error)
{
    m_running = false;
    emit failed(error);
}

void ConnectAttempt::start(const QString &target, const QString &password, bool remember)
{
    cancel();
    m_running = true;
    m_step = ConnectStep::Name;
    const Result<Login> login = m_app.profiles.resolve(target);
    if (!login) {
        fail(login.error());
        return;
    }
    const Profile profile = login->profile;
    const QString given = password.isEmpty() ? login->password : password;
    // The keyring is asked only where nothing else is known to hold the password.
    if (!given.isEmpty() || !profile.passfile.isEmpty() || !m_app.profiles.byName(profile.name)) {
        open(profile, given, remember);
        return;
    }
    m_secret.run([this, profile](const CancelToken &) { return m_app.secrets.read(profile.name); },
                 [this, profile](const Result<QString> &secret) {
                     open(profile, secret ? *secret : QString(), false);
                 });
}

void ConnectAttempt::open(const Profile &profile, const QString &password, bool remember)
{
    // Steps are told by a worker thread. The relay lives in this one and outlives whoever still holds it.
    const std::shared_ptr<QObject> relay(new QObject, [](QObject *object) { object->deleteLater(); });
    const auto onStep = [relay, self = QPointer(this), ticket = m_ticket](ConnectStep step) {
        QMetaObject::invokeMethod(relay.get(), [self, ticket, step] {
            if (!self || self->m_ticket != ticket)
                return;
            self->m_step = step;
            emit self->stepReached(step);
        });
    };
    m_open.run([this, &profile, &password, &onStep](
                   const CancelToken &token) { return m_app.pool.open(profile, password, token, onStep); },
               [this, profile, password, remember](const Result<Capabilities> &result) {
                   if (!result) {
                       fail(result.error());
                       return;
                   }
                   m_running = false;
                   if (remember && !password.isEmpty())
                       m_remember.run(
                           [&](const CancelToken &) { return m_app.secrets.write(profile.name, password); },
                           [this](const Result<void> &written) {
                               if (!written)
                                   emit notRemembered(written.error().message);
                           });
                   emit succeeded();
               });
}
