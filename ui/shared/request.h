// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/canceltoken.h"
#include "app/core/result.h"

#include <QFuture>
#include <QFutureWatcher>
#include <QPointer>

#include <functional>
#include <optional>

/// One question that may be asked again before it is answered: the newer one cancels the older, whose answer
/// is then dropped. A member of a QObject of the GUI thread; the answer comes in that thread and only while
/// the member lives.
template <typename T>
class Request final
{
public:
    using Start = std::function<QFuture<Result<T>>(const CancelToken &)>;
    using Deliver = std::function<void(Result<T>)>;

    explicit Request(QObject *owner)
        : m_owner(owner)
    {
    }
    ~Request() { cancel(); }
    Q_DISABLE_COPY_MOVE(Request)

    void run(const Start &start, Deliver deliver)
    {
        cancel();
        m_token.emplace();
        // A watcher and not then(context): it can be taken away, and with it the answer.
        m_watcher = new QFutureWatcher<Result<T>>(m_owner);
        QObject::connect(m_watcher, &QFutureWatcherBase::finished, m_owner,
                         [this, watcher = m_watcher, deliver = std::move(deliver)] {
                             if (watcher != m_watcher)
                                 return;
                             const QFuture<Result<T>> future = watcher->future();
                             m_watcher = nullptr;
                             m_token.reset();
                             watcher->deleteLater();
                             if (future.resultCount() > 0)
                                 deliver(future.result());
                             else
                                 deliver(Error{.kind = ErrorKind::Cancelled, .message = {}});
                         });
        m_watcher->setFuture(start(*m_token));
    }

    /// Ends the work, also on the server, and drops its answer.
    void cancel()
    {
        if (m_token)
            m_token->cancel();
        m_token.reset();
        if (QFutureWatcher<Result<T>> *watcher = m_watcher) {
            m_watcher = nullptr;
            watcher->disconnect();
            watcher->deleteLater();
        }
    }

    bool running() const { return m_watcher != nullptr; }

private:
    QObject *const m_owner;
    QPointer<QFutureWatcher<Result<T>>> m_watcher;
    std::optional<CancelToken> m_token;
};

/// For a question that is asked once: the answer comes in the owner's thread, and not at all once the owner
/// is gone. QFuture::then() takes it for a defect when its context goes first.
template <typename T, typename Deliver>
void whenAnswered(QObject *owner, const QFuture<Result<T>> &future, Deliver deliver)
{
    auto *watcher = new QFutureWatcher<Result<T>>(owner);
    QObject::connect(watcher, &QFutureWatcherBase::finished, owner, [watcher, deliver] {
        watcher->deleteLater();
        if (watcher->future().resultCount() > 0)
            deliver(watcher->future().result());
    });
    watcher->setFuture(future);
}
