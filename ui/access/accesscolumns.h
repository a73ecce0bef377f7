// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/accessservice.h"
#include "app/services/storeservice.h"
#include "ui/shared/listmodel.h"

/// How the Access page tells of people and of stores.
QList<ListColumn<Person>> peopleColumns();
QList<ListColumn<StoreSummary>> accessStoreColumns();
