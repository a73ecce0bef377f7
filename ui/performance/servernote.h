// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/serverfacts.h"

#include <QFrame>

class QLabel;
class QPushButton;
class Theme;

/// The strip above a dashboard: since when its figures count, whether the server is a standby and how far
/// behind, and what this login is not told, with the statement that would change it.
class ServerNote final : public QFrame
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ServerNote)

public:
    explicit ServerNote(Theme &theme, QWidget *parent = nullptr);

    /// `login` is the one that a grant would name; `counts` is false where the page shows no counters.
    void show(const ServerFacts &server, const QString &login, bool counts = true);
    /// One more sentence, for what a page cannot show; with a statement to copy, or without.
    void add(const QString &text, const QString &sql = {});

    /// "Counted for 3 days 4 h, since the reset at …".
    static QString sinceText(const ServerFacts &server);

private:
    void refresh();

    Theme &m_theme;
    QStringList m_lines;
    QStringList m_statements;
    bool m_warning = false;
    QLabel *m_icon;
    QLabel *m_text;
    QPushButton *m_copy;
};
