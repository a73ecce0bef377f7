-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The audit log: what is written, that nobody changes it, months, retention, redaction.
BEGIN;
SELECT plan(52);
CREATE FUNCTION pg_temp.entries(of_table text, of_action text) RETURNS SETOF retail.audit_log
LANGUAGE sql AS $$ SELECT * FROM retail.audit_log WHERE table_name = of_table AND action = of_action AND created_at = now() ORDER BY log_id $$;

-- ---- every table, every event ----
SELECT is((SELECT count(*)::int FROM retail.audit_log a WHERE a.table_name = v.t AND a.action = 'INSERT'), v.n, 'inserts into ' || v.t || ' are logged')
  FROM (VALUES ('customers', 100), ('products', 150), ('sales_transactions', 200), ('sales_transaction_items', 200), ('product_embeddings', 150), ('stores', 5), ('store_access', 2)) v (t, n);
SELECT is_empty($$SELECT FROM retail.audit_log WHERE table_name LIKE 'sales_transaction_items' AND record_id NOT IN (SELECT item_id FROM retail.sales_transaction_items)$$, 'record_id is the row''s own id, not its parent''s');
SELECT is_empty($$SELECT FROM retail.audit_log WHERE table_name = 'sales_transactions' AND record_id NOT IN (SELECT transaction_id FROM retail.sales_transactions)$$, 'also for sales');
SELECT is_empty($$SELECT FROM retail.audit_log a JOIN retail.customers c ON c.customer_id = a.record_id WHERE a.store_id <> c.store_id$$, 'with the row''s store');
SELECT is_empty($$SELECT FROM retail.audit_log WHERE table_name = 'product_embeddings' AND (new_values ? 'embedding' OR NOT new_values ? 'embedding_text')$$, 'a vector is never copied');
SELECT is((SELECT string_agg(metadata ->> 'key', ',' ORDER BY metadata ->> 'key') FROM retail.audit_log WHERE table_name = 'stores'), 'bellevue,closed,online,redmond,seattle', 'a key that is no uuid stands in metadata');
SELECT is_empty($$SELECT FROM retail.audit_log WHERE table_name IN ('stores', 'store_access') AND record_id IS NOT NULL$$, 'and record_id is empty then');

UPDATE retail.customers SET phone = '1', loyalty_tier = 'gold' WHERE customer_id = fixture.id('customer', 'seattle', 1);
SELECT is((SELECT old_values - 'updated_at' FROM pg_temp.entries('customers', 'UPDATE')), '{"phone": "555-1", "loyalty_tier": "silver"}'::jsonb, 'an update logs the old values of changed columns');
SELECT is((SELECT new_values - 'updated_at' FROM pg_temp.entries('customers', 'UPDATE')), '{"phone": "1", "loyalty_tier": "gold"}'::jsonb, 'and the new ones');
SELECT is((SELECT record_id FROM pg_temp.entries('customers', 'UPDATE')), fixture.id('customer', 'seattle', 1), 'and the record');
UPDATE retail.customers SET phone = '1' WHERE customer_id = fixture.id('customer', 'seattle', 1);
SELECT is((SELECT count(*)::int FROM pg_temp.entries('customers', 'UPDATE')), 1, 'an update that changes nothing is no entry');
UPDATE retail.products SET price = price + 1 WHERE store_id = 'redmond';
SELECT is((SELECT count(*)::int FROM pg_temp.entries('products', 'UPDATE') WHERE store_id = 'redmond' AND new_values ? 'price'), 30, 'a statement over many rows logs each');
UPDATE retail.product_embeddings SET embedding = fixture.vector(9), embedding_text = 'new' WHERE embedding_id = fixture.id('embedding', 'seattle', 1);
SELECT is((SELECT new_values - 'updated_at' FROM pg_temp.entries('product_embeddings', 'UPDATE')), '{"embedding_text": "new"}'::jsonb, 'a new vector leaves no numbers');
DELETE FROM retail.sales_transactions WHERE transaction_id = fixture.id('sale', 'seattle', 3);
SELECT is((SELECT old_values ->> 'total_amount' FROM pg_temp.entries('sales_transactions', 'DELETE')), '108.00', 'a delete logs the whole row');
SELECT is((SELECT count(*)::int FROM pg_temp.entries('sales_transaction_items', 'DELETE')), 1, 'and what went with it');
INSERT INTO retail.products (product_id, store_id, sku, product_name, price) VALUES (fixture.id('product', 'moving', 1), 'seattle', 'M', 'm', 1);
UPDATE retail.products SET store_id = 'redmond' WHERE product_id = fixture.id('product', 'moving', 1);
SELECT results_eq($$SELECT store_id::text, old_values IS NOT NULL, new_values IS NOT NULL FROM pg_temp.entries('products', 'UPDATE') WHERE record_id = fixture.id('product', 'moving', 1) ORDER BY store_id$$,
                  $$VALUES ('redmond', FALSE, TRUE), ('seattle', TRUE, FALSE)$$, 'a change of the key is two entries, each of its own store');
UPDATE retail.stores SET region = 'north' WHERE store_id = 'closed';
SELECT is((SELECT metadata ->> 'key' || ':' || store_id FROM pg_temp.entries('stores', 'UPDATE')), 'closed:closed', 'stores are audited');
SELECT retail.grant_store_access('t_manager', 'online'), retail.revoke_store_access('t_manager', 'online');
SELECT is((SELECT count(*)::int FROM retail.audit_log WHERE table_name = 'store_access' AND created_at = now() AND metadata ->> 'key' = 't_manager'), 2, 'so are rights to stores');
INSERT INTO retail.sales_transactions (store_id, customer_id, subtotal, total_amount) VALUES ('seattle', fixture.id('customer', 'seattle', 5), 1, 1);
SELECT is((SELECT count(*)::int FROM pg_temp.entries('customers', 'UPDATE')), 1, 'the derived lifetime value is no edit of the customer');

-- ---- who ----
SET LOCAL SESSION AUTHORIZATION t_owner;
SET LOCAL ROLE t_manager;
SELECT retail.use_store('seattle');
UPDATE retail.products SET price = 77 WHERE store_id = 'seattle' AND sku = 'SKU-SEA-7';
RESET ROLE;
RESET SESSION AUTHORIZATION;
SELECT is((SELECT user_name || ' as ' || (metadata ->> 'role') FROM pg_temp.entries('products', 'UPDATE') WHERE new_values @> '{"price": 77}'), 't_owner as t_manager', 'the login and the effective role are both named');
SELECT ok((SELECT metadata ?& ARRAY['client', 'application', 'transaction'] FROM pg_temp.entries('products', 'UPDATE') LIMIT 1), 'with client, application and transaction');

-- ---- append-only, for the owner and the superuser too ----
SELECT throws_ok('UPDATE retail.audit_log SET user_name = ''x''', '42501', NULL, 'superuser: no UPDATE');
SELECT throws_ok('DELETE FROM retail.audit_log', '42501', NULL, 'superuser: no DELETE');
SELECT throws_ok('TRUNCATE retail.audit_log', '42501', NULL, 'superuser: no TRUNCATE');
SELECT throws_ok(format('TRUNCATE retail.audit_log_%s', to_char(now() AT TIME ZONE 'UTC', '"y"YYYY"m"MM')), '42501', NULL, 'superuser: no TRUNCATE of a partition');
SELECT throws_ok(format('DELETE FROM retail.audit_log_%s', to_char(now() AT TIME ZONE 'UTC', '"y"YYYY"m"MM')), '42501', NULL, 'superuser: no DELETE in a partition');
SET LOCAL client_min_messages = warning;
SELECT throws_ok('TRUNCATE retail.customers CASCADE', '42501', NULL, 'audited tables cannot be truncated past the log');
SELECT is((regexp_match(fixture.attempt('t_owner', NULL, 'DELETE FROM retail.audit_log'), '^\S+'))[1], '42501', 'owner: no DELETE');

-- ---- months, with a clock two years on ----
SELECT is((SELECT count(*)::int FROM pg_inherits WHERE inhparent = 'retail.audit_log'::regclass), 14, 'this month, twelve ahead, and the default');
SELECT is(retail.ensure_audit_partitions(), 0, 'they are made once');
INSERT INTO retail.audit_log (table_name, action, created_at) VALUES ('clock', 'late', now() + interval '24 months'), ('clock', 'early', now() - interval '14 months');
SELECT is((SELECT count(*)::int FROM retail.audit_log_default), 2, 'an entry of a month that is not made waits in the default partition');
SELECT is(retail.ensure_audit_partitions(12, now() + interval '2 years'), 14, 'two years on: its months, and the month of the early entry');
SELECT is((SELECT count(*)::int FROM retail.audit_log_default), 0, 'the waiting entries moved');
SELECT is((SELECT count(*)::int FROM retail.audit_log WHERE table_name = 'clock'), 2, 'and none was lost');
INSERT INTO retail.audit_log (table_name, action, created_at) VALUES ('clock', 'ancient', TIMESTAMPTZ '1999-01-01');
SELECT throws_ok('DELETE FROM retail.audit_log_default', '42501', NULL, 'the default partition is guarded again');
SELECT is_empty($$
    SELECT i.inhrelid::regclass FROM pg_inherits i WHERE i.inhparent = 'retail.audit_log'::regclass
       AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = i.inhrelid AND t.tgname = 'audit_log_no_truncate')$$, 'every partition refuses TRUNCATE');

-- ---- retention ----
SELECT results_eq(format($$SELECT partition_name, entries FROM retail.drop_audit_before(%L)$$, now() - interval '13 months'),
                  format($$VALUES ('audit_log_y1999m01', 1::bigint), (%L, 1)$$, 'audit_log_y' || to_char((now() - interval '14 months') AT TIME ZONE 'UTC', 'YYYY"m"MM')),
                  'retention drops whole months before the cut-off, the default partition''s too');
SELECT is((SELECT count(*)::int FROM pg_temp.entries('audit_log', 'retention')), 2, 'and says so');
SELECT throws_ok($$SELECT retail.drop_audit_before(now() + interval '1 day')$$, '22023', NULL, 'not the future');

-- ---- redaction ----
SELECT throws_ok($$SELECT retail.redact_audit(fixture.id('customer', 'seattle', 1), '{email}', '')$$, '22023', NULL, 'no redaction without a reason');
SELECT is(retail.redact_audit(fixture.id('customer', 'seattle', 1), '{email,phone,first_name,last_name}', 'erasure'), 2::bigint, 'a redaction changes the record''s entries');
SELECT is_empty($$SELECT FROM retail.audit_log WHERE record_id = fixture.id('customer', 'seattle', 1) AND (new_values::text ~ 'c1|555-1' OR old_values::text ~ '555-1')$$, 'the values are gone');
SELECT is((SELECT new_values ->> 'loyalty_tier' FROM pg_temp.entries('customers', 'UPDATE')), 'gold', 'other columns stay');
SELECT is((SELECT metadata ->> 'reason' FROM pg_temp.entries('audit_log', 'redaction')), 'erasure', 'and the redaction is in the log');
-- ---- the order of one transaction ----
INSERT INTO retail.customers (store_id, first_name, last_name, email) SELECT 'seattle', 'Order', lpad(n::text, 3, '0'), n || '@order.example' FROM generate_series(1, 50) n;
UPDATE retail.customers SET phone = last_name WHERE first_name = 'Order';
DELETE FROM retail.customers WHERE first_name = 'Order';
SELECT is((SELECT string_agg(action, ',' ORDER BY first_id) FROM (SELECT action, min(log_id::text) AS first_id FROM retail.audit_log WHERE record_id IN (SELECT record_id FROM pg_temp.entries('customers', 'INSERT') WHERE new_values ->> 'first_name' = 'Order') GROUP BY action) a),
          'INSERT,UPDATE,DELETE', 'entries of one transaction sort as its statements came');
SELECT results_eq($$SELECT new_values ->> 'last_name' FROM pg_temp.entries('customers', 'INSERT') WHERE new_values ->> 'first_name' = 'Order'$$,
                  $$SELECT lpad(n::text, 3, '0') FROM generate_series(1, 50) n$$, 'and within a statement as the rows did');

SELECT * FROM finish();
ROLLBACK;
