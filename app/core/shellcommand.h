// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

/// This program with these words, as a shell reads it: quoted where a word needs it.
QString shellCommand(const QStringList &words);
