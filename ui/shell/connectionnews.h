// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"
#include "ui/shell/notifier.h"

#include <QDeadlineTimer>
#include <QObject>
#include <QTimer>

/// What the pool tells about the link, as one banner that always says what happens next: lost, the next try
/// with its countdown, back, stopped, left, a session that still runs on the server, a store that may no
/// longer be entered. What other parts of the window say is not overwritten by good news or by a countdown.
class ConnectionNews final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConnectionNews)

public:
    ConnectionNews(const UiContext &ui, Notifier &notifier, QObject *parent = nullptr);

signals:
    /// With the reason why the former connection ended, or an empty one.
    void connectRequested(const Error &why);
    void storePickerRequested();

private:
    void say(Notifier::Kind kind, const QString &text, const QString &action = {},
             std::function<void()> onAction = {});
    bool ownIsShown() const;
    void lost(const QString &sentence);
    void restored();
    void failed(const Error &error, int nextTryMs);
    void stopped(const Error &error);
    void sessionLeft(int backend, const QString &purpose);
    void databaseChanged();
    void tryNow();
    void tick();

    const UiContext m_ui;
    Notifier &m_notifier;
    QString m_said;   // the banner's text, as long as it is ours
    QString m_reason; // of the last try that failed
    QDeadlineTimer m_nextTry;
    QTimer m_countdown;
    QTimer m_goodNews;
    Request<bool> m_ending;
};
