// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/backupfolder.h"
#include "ui/shared/listmodel.h"

/// How the page of backups shows one.
QList<ListColumn<backup::StoredBackup>> backupColumns();
