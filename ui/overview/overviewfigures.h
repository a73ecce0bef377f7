// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/overviewservice.h"
#include "ui/shared/chartdata.h"

/// The charts of an overview, each saying what it counts.
namespace overviewcharts {

/// The first day of these with a sale or a return; -1 when there is none.
int firstDay(const QList<SalesFigure> &days);

ChartData byDay(const Overview &overview);
ChartData byHour(const Overview &overview);
ChartData payments(const Overview &overview);
ChartData products(const Overview &overview);
ChartData categories(const Overview &overview);
ChartData tiers(const Overview &overview);

} // namespace overviewcharts
