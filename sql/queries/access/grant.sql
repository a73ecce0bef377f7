-- SPDX-License-Identifier: GPL-3.0-or-later
-- Lets a login enter a store. $1: login, $2: store.
SELECT retail.grant_store_access($1, $2)
