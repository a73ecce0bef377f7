-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 and $3 the period (half-open). A buyer is new when no sale to them is older than the period.
WITH bought AS (
    SELECT customer_id FROM retail.sales_transactions
     WHERE store_id = $1 AND transaction_date >= $2::timestamptz AND transaction_date < $3::timestamptz
       AND transaction_type <> 'return'
)
SELECT 'buyer' AS part,
       CASE WHEN EXISTS (SELECT FROM retail.sales_transactions e
                          WHERE e.store_id = $1 AND e.customer_id = b.customer_id AND e.transaction_type <> 'return'
                            AND e.transaction_date < $2::timestamptz) THEN 'returning' ELSE 'new' END AS key,
       count(*) AS amount
  FROM (SELECT DISTINCT customer_id FROM bought WHERE customer_id IS NOT NULL) b
 GROUP BY 2
UNION ALL
SELECT 'unknown', NULL, count(*) FROM bought WHERE customer_id IS NULL
UNION ALL
SELECT 'tier', loyalty_tier, count(*) FROM retail.customers WHERE store_id = $1 GROUP BY loyalty_tier
