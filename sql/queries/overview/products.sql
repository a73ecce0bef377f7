-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 and $3 the period (half-open), $4 how many of each. Amounts are the items', before tax; returns subtract.
WITH sold AS (
    SELECT i.product_id,
           sum(CASE t.transaction_type WHEN 'return' THEN -i.total_price ELSE i.total_price END) AS net,
           sum(CASE t.transaction_type WHEN 'return' THEN -i.quantity ELSE i.quantity END) AS pieces
      FROM retail.sales_transactions t
      JOIN retail.sales_transaction_items i ON i.store_id = $1 AND i.transaction_id = t.transaction_id
     WHERE t.store_id = $1 AND t.transaction_date >= $2::timestamptz AND t.transaction_date < $3::timestamptz
     GROUP BY i.product_id
), named AS (
    SELECT s.product_id, s.net, s.pieces, p.product_name, p.category_id, c.category_name
      FROM sold s
      JOIN retail.products p ON p.store_id = $1 AND p.product_id = s.product_id
      LEFT JOIN retail.product_categories c ON c.category_id = p.category_id
)
(SELECT 'product' AS part, product_id::text AS key, product_name AS name, net, pieces
   FROM named ORDER BY net DESC, product_id LIMIT $4::int)
UNION ALL
(SELECT 'category', category_id::text, category_name, sum(net), sum(pieces)
   FROM named GROUP BY category_id, category_name ORDER BY sum(net) DESC, category_id LIMIT $4::int)
