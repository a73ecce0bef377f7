-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Change another store’s price
-- store: own, other, none
-- passes: no row
-- $1: own store
UPDATE retail.products SET price = price
 WHERE product_id IN (SELECT product_id FROM retail.products WHERE store_id IS DISTINCT FROM $1 LIMIT 1)
