// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/overviewservice.h"
#include "ui/shared/chartdata.h"

/// The charts of an overview, each saying what it counts.
namespace overviewcharts {

/// "+4.2 % against a year earlier", or why there is no such figure: against the first days of a store it
/// would say nothing.
QString againstYearEarlier(const Overview &overview);

ChartData byDay(const Overview &overview);
ChartData byHour(const Overview &overview);
ChartData payments(const Overview &overview);
ChartData products(const Overview &overview);
ChartData categories(const Overview &overview);
ChartData tiers(const Overview &overview);

} // namespace overviewcharts
