-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 product.
SELECT sku FROM retail.products WHERE store_id = $1 AND product_id = $2::uuid
