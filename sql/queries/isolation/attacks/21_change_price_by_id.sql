-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Change a price of another store by the product’s id
-- store: own, other
-- passes: no row
-- $1: product
UPDATE retail.products SET price = price WHERE product_id = $1
