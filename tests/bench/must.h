// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <cstdio>
#include <cstdlib>

/// The value; a benchmark that cannot go on says why and ends.
template <typename T>
T must(Result<T> result)
{
    if (!result) {
        std::fprintf(stderr, "%s\n", qPrintable(result.error().text()));
        std::exit(1);
    }
    return std::move(result).value();
}
