// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

/// Folders of this program after the XDG base directory specification. Each function returns the folder's
/// path and makes it, mode 0700, when it is not there. Any thread.
namespace paths {

QString config(); ///< $XDG_CONFIG_HOME/retail-admin: settings, profiles
QString data();   ///< $XDG_DATA_HOME/retail-admin: local store
QString state();  ///< $XDG_STATE_HOME/retail-admin: logs
QString
runtime(); ///< $XDG_RUNTIME_DIR/retail-admin, else a private folder in the temporary folder: secrets in files

/// Makes `path` and its parents, the last with mode 0700.
Result<void> makePrivate(const QString &path);

/// Writes a file that only its owner can read, through a temporary name, fsync and rename.
Result<void> writePrivate(const QString &path, const QByteArray &content);

} // namespace paths
