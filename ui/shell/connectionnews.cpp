// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/connectionnews.h"

#include "app/appcontext.h"

using namespace Qt::StringLiterals;

namespace {

constexpr int goodNewsMs = 8'000;

QString withHint(const Error &error)
{
    return error.hint.isEmpty() ? error.message : error.message + u' ' + error.hint;
}

} // namespace

ConnectionNews::ConnectionNews(const UiContext &ui, Notifier &notifier, QObject *parent)
    : QObject(parent)
    , m_ui(ui)
    , m_notifier(notifier)
    , m_ending(this)
{
    m_countdown.setInterval(1'000);
    m_countdown.callOnTimeout(this, &ConnectionNews::tick);
    m_goodNews.setSingleShot(true);
    m_goodNews.setInterval(goodNewsMs);
    m_goodNews.callOnTimeout(this, [this] {
        if (ownIsShown())
            m_notifier.dismiss();
    });
    const ConnectionPool *pool = &ui.app.pool;
    connect(pool, &ConnectionPool::linkLost, this, &ConnectionNews::lost);
    connect(pool, &ConnectionPool::linkRestored, this, &ConnectionNews::restored);
    connect(pool, &ConnectionPool::reconnectFailed, this, &ConnectionNews::failed);
    connect(pool, &ConnectionPool::stopped, this, &ConnectionNews::stopped);
    connect(pool, &ConnectionPool::sessionLeft, this, &ConnectionNews::sessionLeft);
    connect(pool, &ConnectionPool::databaseChanged, this, &ConnectionNews::databaseChanged);
    connect(&ui.app.stores, &StoreService::currentRefused, this, [this](const Error &error) {
        say(Notifier::Kind::Bad,
            tr("The store was left, because this login may no longer enter it. %1").arg(withHint(error)),
            tr("Choose a store…"), [this] { emit storePickerRequested(); });
    });
}

void ConnectionNews::say(Notifier::Kind kind, const QString &text, const QString &action,
                         std::function<void()> onAction)
{
    m_said = text;
    m_countdown.stop();
    m_goodNews.stop();
    m_notifier.say(kind, text, action, std::move(onAction));
}

bool ConnectionNews::ownIsShown() const
{
    return !m_said.isEmpty() && m_notifier.text() == m_said;
}

void ConnectionNews::lost(const QString &sentence)
{
    m_reason.clear();
    say(Notifier::Kind::Warning, sentence, tr("Try now"), [this] { tryNow(); });
}

void ConnectionNews::restored()
{
    if (!ownIsShown() && !m_notifier.text().isEmpty())
        return;
    say(Notifier::Kind::Good, tr("The connection is back. Server, database and login are the same."));
    m_goodNews.start();
}

void ConnectionNews::failed(const Error &error, int nextTryMs)
{
    // Dismissed, or something else is being said: the store bar still tells "reconnecting".
    const bool silent = !ownIsShown();
    m_reason = error.message;
    m_nextTry.setRemainingTime(nextTryMs);
    if (silent)
        return;
    tick();
    m_countdown.start();
}

void ConnectionNews::tick()
{
    if (!ownIsShown()) {
        m_countdown.stop();
        return;
    }
    const qint64 seconds = (m_nextTry.remainingTime() + 999) / 1000;
    m_said = m_reason + u' ' + (seconds > 0 ? tr("Next try in %1 s.").arg(seconds) : tr("Trying again…"));
    m_notifier.amend(m_said, tr("Try now"), [this] { tryNow(); });
}

void ConnectionNews::tryNow()
{
    say(Notifier::Kind::Warning, tr("Trying to connect again…"));
    m_ui.app.pool.reconnectNow();
}

void ConnectionNews::stopped(const Error &error)
{
    say(Notifier::Kind::Bad, withHint(error), tr("Connect…"),
        [this, error] { emit connectRequested(error); });
}

void ConnectionNews::sessionLeft(int backend, const QString &purpose)
{
    say(Notifier::Kind::Warning,
        tr("“%1” was cancelled, but the server did not stop it within 5 s. Its session (process %2) may "
           "still be at work there.")
            .arg(purpose)
            .arg(backend),
        tr("End the session"), [this, backend] {
            m_ending.run([&](const CancelToken &token) { return m_ui.app.pool.endSession(backend, token); },
                         [this](const Result<bool> &ended) {
                             if (!ended)
                                 say(Notifier::Kind::Bad, withHint(ended.error()));
                             else
                                 say(Notifier::Kind::Good, *ended ? tr("The session was ended.")
                                                                  : tr("The session had ended by itself."));
                             m_goodNews.start();
                         });
        });
}

void ConnectionNews::databaseChanged()
{
    m_ending.cancel();
    if (ownIsShown())
        m_notifier.dismiss();
    m_said.clear();
    if (m_ui.app.pool.state() == ConnectionPool::State::Closed)
        say(Notifier::Kind::Information, tr("The connection was closed. No page shows a database now."),
            tr("Connect…"), [this] { emit connectRequested({}); });
}
