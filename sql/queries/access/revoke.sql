-- SPDX-License-Identifier: GPL-3.0-or-later
-- Takes a login's right to a store away; false when there was none. $1: login, $2: store, NULL for the right
-- to all stores.
SELECT retail.revoke_store_access($1, $2) AS revoked
