// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class AppContext;
class Prompt;
class Theme;

/// What a page or a part of the shell is given: the program's services, its look, and the way to ask the
/// user.
struct UiContext
{
    AppContext &app;
    Theme &theme;
    Prompt &prompt;
};
