// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/storeservice.h"
#include "app/services/tablestatservice.h"
#include "ui/shared/listmodel.h"

/// A store beside all that the login is told of.
struct StoreShare
{
    StoreSummary store;
    StoreSummary all;
};
QList<StoreShare> storeShares(const QList<StoreSummary> &stores);

/// The columns of the tables of TablesPage.
QList<ListColumn<TableStats>> tableColumns();
QList<ListColumn<StoreShare>> storeColumns();
