// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/settings.h"

Settings::Settings(const QString &file)
    : m_file(file, QSettings::IniFormat)
{
}
