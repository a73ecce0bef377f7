-- SPDX-License-Identifier: GPL-3.0-or-later
-- The customer of a store by id or by e-mail address, and what an erasure would change. $1: store, $2: an id or
-- an address.
SELECT c.customer_id, c.first_name || ' ' || c.last_name AS name, c.email,
       (SELECT count(*) FROM retail.sales_transactions t WHERE t.store_id = $1 AND t.customer_id = c.customer_id) AS sales,
       (SELECT count(*) FROM retail.audit_log a WHERE a.store_id = $1 AND a.record_id = c.customer_id) AS audit_entries
  FROM retail.customers c
 WHERE c.store_id = $1 AND (lower(c.email) = lower($2) OR c.customer_id::text = lower($2))
