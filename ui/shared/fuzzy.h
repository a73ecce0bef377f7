// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringView>

/// How well a text fits what was typed: -1 not at all, else more is better. All characters of each typed word
/// must occur in order, in any case; those at the beginning of words and those that follow each other count
/// more.
int fuzzyScore(QStringView typed, QStringView text);
