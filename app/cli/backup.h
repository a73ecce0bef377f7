// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/cli.h"
#include "app/services/retention.h"

namespace cli {

/// “backup target …” and “backup upload …”, and the options that are their own.
void addUploadOptions(QCommandLineParser &parser);
int uploadTarget(Invocation &call, const QStringList &words);
/// `rules` is nullptr where nothing is to be removed from the target.
int uploadBackup(Invocation &call, const QString &file, const ::backup::KeepRules *rules);

} // namespace cli
