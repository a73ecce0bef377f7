// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/settingsservice.h"
#include "ui/shared/listmodel.h"

/// The columns of the tables of SettingsPage.
QList<ListColumn<ServerSetting>> settingColumns();
QList<ListColumn<SettingAdvice>> adviceColumns();
