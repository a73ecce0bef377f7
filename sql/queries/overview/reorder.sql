-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 how many. Active products at or below their reorder point, the shortest first.
SELECT product_id, sku, product_name, supplier_name, current_stock, reorder_point,
       greatest(coalesce(maximum_stock, 0) - current_stock, 0) AS order_quantity, count(*) OVER () AS all_rows
  FROM retail.products
 WHERE store_id = $1 AND is_active AND current_stock <= reorder_point
 ORDER BY current_stock - reorder_point, product_name, product_id
 LIMIT $2::int
