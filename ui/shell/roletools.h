// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/isolationservice.h"
#include "ui/shared/uicontext.h"

#include <QObject>

class CommandPalette;
class Notifier;
class ViewAs;

/// What the menu, the store bar and the view's strip offer about roles: look through one, study its rights,
/// prove its isolation. Which role is asked in the palette, where the answer is not clear.
class RoleTools final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RoleTools)

public:
    RoleTools(const UiContext &ui, ViewAs &view, CommandPalette &palette, Notifier &notifier,
              QWidget *window);

    void viewAs();
    void studyRights();
    void proveIsolation();

private:
    enum class Purpose { View, Study, Prove };

    void ask(Purpose purpose);
    void offer(const QList<WorkingRole> &roles);
    void showProof(const QString &role);
    void showRights(const QString &role, bool asRole);
    bool connected();

    const UiContext m_ui;
    ViewAs &m_view;
    CommandPalette &m_palette;
    Notifier &m_notifier;
    QWidget *const m_window;
    Purpose m_purpose = Purpose::View;
};
