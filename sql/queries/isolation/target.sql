-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 stores the role may enter. As the proving login: the other store with something to steal, and ids in it.
SELECT s.store_id, s.store_name,
       (SELECT c.customer_id FROM retail.customers c WHERE c.store_id = s.store_id LIMIT 1) AS customer,
       (SELECT p.product_id FROM retail.products p WHERE p.store_id = s.store_id LIMIT 1) AS product,
       (SELECT t.transaction_id FROM retail.sales_transactions t WHERE t.store_id = s.store_id LIMIT 1) AS sale
  FROM retail.stores s
 WHERE s.store_id <> ALL ($1::text[])
 ORDER BY EXISTS (SELECT FROM retail.sales_transactions t WHERE t.store_id = s.store_id) DESC, s.is_active DESC, s.store_id
 LIMIT 1
