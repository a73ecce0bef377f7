-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Move an own product to another store
-- store: own
-- passes: refused
-- $1: own store
-- $2: other store
UPDATE retail.products SET store_id = $2
 WHERE product_id IN (SELECT product_id FROM retail.products WHERE store_id = $1 LIMIT 1)
