// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/serverhistory.h"
#include "ui/shared/chartdata.h"

/// A chart of the server's figures over time.
struct ServerChart
{
    QString name;        ///< object name
    QString emptyReason; ///< why it may have no value although there are points
    ChartData data;
};

/// Points of the history and those that were just asked for, in the order of time. Where both tell of the
/// same minute the closer ones stay, which are those just asked for.
QList<ServerPoint> joinedPoints(const QList<ServerPoint> &past, const QList<ServerPoint> &live);

/// The points as charts, always the same ones in the same order. A time that nobody looked at is a gap, and
/// so is one in which the counters began anew.
QList<ServerChart> serverCharts(const QList<ServerPoint> &points);
