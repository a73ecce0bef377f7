-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every store this login may see, chosen or not.
SELECT store_id, store_name, store_location, store_type, region, is_active, customers, products, low_stock,
       transactions, sales_30d, sales_prev_30d, last_activity, embedded_products, active_products
  FROM retail.store_summary()
 ORDER BY store_name, store_id
