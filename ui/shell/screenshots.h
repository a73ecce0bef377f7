// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

class AppContext;

/// The sub-command `screenshots`: one PNG a page, each taken when the page has finished loading. Needs a
/// QApplication, also on the platform "offscreen". Returns the exit code: 0 done, 1 failed, 2 usage, 3 cannot
/// connect.
int runScreenshots(AppContext &app, const QStringList &args);
