// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/indexfindings.h"
#include "ui/shared/listmodel.h"

/// The columns of the two tables of IndexesPage.
QList<ListColumn<IndexFinding>> findingColumns();
QList<ListColumn<IndexInfo>> indexColumns();

/// What kind of index it is, for people: "primary key", "unique constraint", "invalid".
QString indexRole(const IndexInfo &index);
