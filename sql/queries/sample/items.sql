-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO retail.sales_transaction_items (store_id, transaction_id, product_id, quantity, unit_price, total_price)
SELECT t.store_id, t.transaction_id, p.product_id, q.quantity, p.price, p.price * q.quantity
  FROM (SELECT store_id, transaction_id, row_number() OVER (PARTITION BY store_id ORDER BY receipt_number) AS i
          FROM retail.sales_transactions) AS t
 CROSS JOIN generate_series(0, 1) AS k
  JOIN (SELECT store_id, product_id, price, row_number() OVER (PARTITION BY store_id ORDER BY sku) - 1 AS i,
               count(*) OVER (PARTITION BY store_id) AS total
          FROM retail.products) AS p ON p.store_id = t.store_id AND p.i = (t.i * 13 + k) % p.total
 CROSS JOIN LATERAL (SELECT 1 + (t.i + k) % 3 AS quantity) AS q
