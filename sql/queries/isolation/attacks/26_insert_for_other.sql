-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Insert a product for another store
-- store: own, other
-- passes: refused
-- $1: other store
INSERT INTO retail.products (store_id, sku, product_name, price) VALUES ($1, 'isolation-probe', 'isolation probe', 1)
