// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/auditservice.h"
#include "ui/shared/chartdata.h"

/// Entries over time by action, with a bar for each hour, day or month in between, also for those without
/// any.
ChartData activityChart(const QList<AuditActivity> &activities);
