-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store. The service appends its conditions, the sort and the limit.
SELECT product_id, sku, product_name, price, current_stock, brand, category_name, rating_average, rating_count,
       is_active, is_featured, model, color, size, cost, minimum_stock, reorder_point, maximum_stock, weight_kg,
       dimensions_cm, supplier_name, supplier_sku, tags, metadata, product_description, category_id, created_at,
       updated_at
  FROM (SELECT p.*, c.category_name
          FROM retail.products p
          LEFT JOIN retail.product_categories c ON c.category_id = p.category_id) AS products
 WHERE store_id = $1
