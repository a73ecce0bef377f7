-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Close another store
-- store: own
-- passes: no row
-- $1: other store
UPDATE retail.stores SET is_active = false WHERE store_id = $1
