// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/activityservice.h"
#include "ui/shared/listmodel.h"

/// The columns of the tables of ActivityPage.
QList<ListColumn<SessionInfo>> sessionColumns();
QList<ListColumn<BlockedSession>> blockedColumns();
QList<ListColumn<LockGroup>> lockColumns();
QList<ListColumn<ProgressInfo>> progressColumns();

/// How long ago, in the shortest words: "0:07".
QString ageOf(const QDateTime &since);
