// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shared/uicontext.h"

class QWidget;

/// Asks for a new password of the connection's login and changes it, in the keyring too where it is kept
/// there. Says how it went; returns at once.
void changeOwnPassword(const UiContext &ui, QWidget *parent);
