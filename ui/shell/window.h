// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class AppContext;
class QApplication;
class QString;

/// Shows the main window and runs the application. `profileNameOrUri` is connected to at once; empty means
/// the profile used last. Returns the exit code.
int runWindow(QApplication &application, AppContext &app, const QString &profileNameOrUri);
