-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store. The service appends its conditions, the sort and the limit.
SELECT item_id, product_id, sku, product_name, quantity, total_price, unit_price, tax_amount, discount_amount,
       transaction_id, created_at
  FROM (SELECT i.*, p.sku, p.product_name
          FROM retail.sales_transaction_items i
          LEFT JOIN retail.products p ON p.store_id = i.store_id AND p.product_id = i.product_id) AS items
 WHERE store_id = $1
