// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/window.h"

#include "app/appcontext.h"
#include "ui/shared/theme.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/prompt.h"

#include <QApplication>
#include <QIcon>

using namespace Qt::StringLiterals;

int runWindow(QApplication &application, AppContext &app, const QString &profileNameOrUri)
{
    // The name of the desktop file, without which Wayland shows a nameless icon.
    QGuiApplication::setDesktopFileName(u"org.retailadmin.RetailAdmin"_s);
    Theme theme(application, app.settings);
    QGuiApplication::setWindowIcon(QIcon(u":/icons/retail-admin.svg"_s));
    Prompt prompt;
    MainWindow window({app, theme, prompt}, allPages());
    window.show();
    window.start(profileNameOrUri);
    return QApplication::exec();
}
