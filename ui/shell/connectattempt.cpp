// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/connectattempt.h"

#include "app/appcontext.h"

#include <QPointer>

using namespace Qt::StringLiterals;

namespace {
// After that the dialog asks for the password itself; a keyring that waits to be unlocked does not hold it
// up.
constexpr int keyringPatienceMs = 2'000;
} // namespace

ConnectAttempt::ConnectAttempt(AppContext &app, QObject *parent)
    : QObject(parent)
    , m_app(app)
    , m_secret(this)
    , m_remember(this)
    , m_open(this)
{
    m_patience.setSingleShot(true);
}

void ConnectAttempt::cancel()
{
    ++m_ticket;
    m_running = false;
    m_patience.stop();
    m_secret.cancel();
    m_open.cancel();
}

void ConnectAttempt::fail(const Error &error)
{
    m_running = false;
    emit failed(error);
}

void ConnectAttempt::takeStep(const Error &error)
{
    // The steps on the way are seen by looking now and then; a refusal itself knows better where it came
    // from.
    for (const ConnectStep step : {ConnectStep::Tcp, ConnectStep::Tls, ConnectStep::Authentication,
                                   ConnectStep::Database, ConnectStep::Schema})
        if (step != m_step && error.where == connectStepName(step)) {
            m_step = step;
            emit stepReached(step);
        }
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
    open(profile, password.isEmpty() ? login->password : password, remember);
}

void ConnectAttempt::askKeyring(const Profile &profile, const Error &refusal)
{
    m_patience.disconnect(this);
    m_patience.callOnTimeout(this, [this, refusal] {
        m_secret.cancel();
        fail(refusal);
    });
    m_patience.start(keyringPatienceMs);
    m_secret.run([this, profile](const CancelToken &) { return m_app.secrets.read(profile.name); },
                 [this, profile, refusal](const Result<QString> &secret) {
                     m_patience.stop();
                     if (secret && !secret->isEmpty())
                         open(profile, *secret, false);
                     else
                         fail(refusal);
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
                       // Only now, for most logins need no keyring and some desktops have none that answers.
                       if (m_step == ConnectStep::Authentication && password.isEmpty() &&
                           profile.passfile.isEmpty() && m_app.profiles.byName(profile.name))
                           askKeyring(profile, result.error());
                       else
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
