-- SPDX-License-Identifier: GPL-3.0-or-later
-- The active stores this login may see.
SELECT store_id FROM retail.stores WHERE is_active ORDER BY store_id
