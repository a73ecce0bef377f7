// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/profile.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QToolButton>

/// What can be done with profiles in the connect dialog: make, change, copy, remove, import, export.
class ProfileMenu final : public QToolButton
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ProfileMenu)

public:
    ProfileMenu(const UiContext &ui, QWidget *parent);

    /// The profile that is chosen; empty for none.
    void setCurrent(const QString &name);

    /// A folder's files are asked for by a dialog, which a test leaves out.
    void importFile(const QString &path);
    void exportTo(const QString &path);

signals:
    /// Profiles came, went or changed; this one is to be chosen.
    void changed(const QString &name);
    void said(const QString &news);
    void failed(const Error &error);

private:
    void edit(const Profile &profile, bool saved);
    void duplicate();
    void remove();
    void movePassword(const QString &from, const QString &to);
    void importFound();
    void askFile(bool forSaving);

    const UiContext m_ui;
    QString m_current;
    QList<QAction *> m_onCurrent;
    Request<void> m_forget;
};
