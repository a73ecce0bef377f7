-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store. Categories belong to all stores, the number of products to this one. The service appends its
-- conditions, the sort and the limit.
SELECT category_id, category_name, parent_name, products, description, is_active, parent_category_id
  FROM (SELECT c.*, p.category_name AS parent_name,
               (SELECT count(*) FROM retail.products x
                 WHERE x.store_id = $1 AND x.category_id = c.category_id) AS products
          FROM retail.product_categories c
          LEFT JOIN retail.product_categories p ON p.category_id = c.parent_category_id) AS categories
 WHERE TRUE
