// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/browsefilter.h"
#include "app/services/overviewservice.h"
#include "ui/shell/page.h"

/// Where the rows behind a figure of the overview are shown.
namespace overviewrows {

/// Sales of these days, both included, that also meet `further`.
Place sales(const OverviewPeriod &period, const QList<ColumnFilter> &further = {});
Place salesPaidBy(const OverviewPeriod &period, const NamedFigure &payment);
Place itemsOf(const NamedFigure &product);
Place productsOf(const NamedFigure &category);
Place customersOf(const NamedFigure &tier);
Place product(const ReorderLine &line);

inline const ColumnFilter noReturns{"transaction_type", FilterOp::Differs, {QStringLiteral("return")}};
inline const ColumnFilter returns{"transaction_type", FilterOp::Equals, {QStringLiteral("return")}};
inline const ColumnFilter withCustomer{"customer_id", FilterOp::IsNotNull};

} // namespace overviewrows
