// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/window.h"

#include "app/appcontext.h"
#include "ui/shared/theme.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/prompt.h"

#include <QApplication>

int runWindow(QApplication &application, AppContext &app, const QString &profileNameOrUri)
{
    Theme theme(application, app.settings);
    Prompt prompt;
    MainWindow window({app, theme, prompt}, allPages());
    window.show();
    window.connectTo(profileNameOrUri.isEmpty() ? app.settings.get(settings::lastProfile) : profileNameOrUri);
    return QApplication::exec();
}
