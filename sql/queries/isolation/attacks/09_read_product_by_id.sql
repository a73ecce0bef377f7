-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Read another store’s product by its id
-- store: own, other
-- passes: no row
-- $1: product
SELECT FROM retail.products WHERE product_id = $1
