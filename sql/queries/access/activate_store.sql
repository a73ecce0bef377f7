-- SPDX-License-Identifier: GPL-3.0-or-later
-- Opens or closes a store. $1: id, $2: whether it is active.
UPDATE retail.stores SET is_active = $2, updated_at = now() WHERE store_id = $1
