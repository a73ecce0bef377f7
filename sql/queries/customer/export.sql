-- SPDX-License-Identifier: GPL-3.0-or-later
-- All that the database holds about one customer, as one JSON document, in the caller's store; no row when
-- there is none. $1: store, $2: customer_id.
SELECT jsonb_pretty(jsonb_build_object(
           'customer', to_jsonb(c),
           'sales', (SELECT coalesce(jsonb_agg(to_jsonb(t) || jsonb_build_object('items', (
                                SELECT coalesce(jsonb_agg(to_jsonb(i) || jsonb_build_object('product_name', p.product_name) ORDER BY i.created_at, i.item_id), '[]')
                                  FROM retail.sales_transaction_items i
                                  LEFT JOIN retail.products p ON p.store_id = i.store_id AND p.product_id = i.product_id
                                 WHERE i.store_id = t.store_id AND i.transaction_id = t.transaction_id))
                              ORDER BY t.transaction_date, t.transaction_id), '[]')
                       FROM retail.sales_transactions t
                      WHERE t.store_id = $1 AND t.customer_id = c.customer_id),
           'audit', (SELECT coalesce(jsonb_agg(jsonb_build_object('at', a.created_at, 'table', a.table_name, 'action', a.action, 'by', a.user_name,
                                                                  'record_id', a.record_id, 'old_values', a.old_values, 'new_values', a.new_values)
                                               ORDER BY a.created_at, a.log_id), '[]')
                       FROM retail.audit_log a
                      WHERE a.store_id = $1
                        AND (a.record_id = c.customer_id
                             OR a.table_name = 'sales_transactions'
                                AND (a.old_values ->> 'customer_id' = c.customer_id::text OR a.new_values ->> 'customer_id' = c.customer_id::text)
                             OR a.record_id IN (SELECT t.transaction_id FROM retail.sales_transactions t
                                                 WHERE t.store_id = $1 AND t.customer_id = c.customer_id))))) AS document,
       (SELECT count(*) FROM retail.sales_transactions t WHERE t.store_id = $1 AND t.customer_id = c.customer_id) AS sales,
       c.first_name || ' ' || c.last_name AS name
  FROM retail.customers c
 WHERE c.store_id = $1 AND c.customer_id = $2::uuid
