-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The three views with same-named tables elsewhere, the summaries, maintenance, the doctor's list.
BEGIN;
SELECT plan(20);

CREATE SCHEMA other;
CREATE TABLE other.customers (x integer);
CREATE TABLE public.products (x integer);
CREATE TABLE retail."Odd Name" (x integer PRIMARY KEY);
SELECT is((SELECT count(*)::int FROM retail.table_stats WHERE tablename IN ('customers', 'products')), 2, 'table_stats lists a table once, whatever is called the same elsewhere');
SELECT is((SELECT count(*)::int FROM retail.table_stats WHERE tablename = 'Odd Name'), 1, 'and reads any name');
SELECT is((SELECT count(*)::int FROM retail.table_stats WHERE tablename LIKE 'audit\_log%'), 1, 'a partitioned table is one line');
SELECT ok((SELECT bool_and(size IS NOT NULL AND live_tuples IS NOT NULL) FROM retail.table_stats), 'with figures');
SELECT is((SELECT count(*)::int FROM retail.index_usage WHERE indexname = 'Odd Name_pkey'), 1, 'index_usage reads any name');
SELECT is((SELECT count(*)::int FROM retail.index_usage WHERE schemaname <> 'retail'), 0, 'of this schema only');
SELECT matches(pg_get_viewdef('retail.slow_queries'), 'dbid = \(', 'slow_queries is of this database only');
SELECT lives_ok('SELECT * FROM retail.slow_queries', 'and can be read');
SELECT ok(retail.create_slow_queries_view(), 'it can be made again');

SELECT is((SELECT string_agg(store_id, ',' ORDER BY store_id) FROM retail.store_summary()), 'bellevue,closed,online,redmond,seattle', 'store_summary has every store');
SELECT is((SELECT format('%s %s %s %s %s %s', customers, products, active_products, low_stock, transactions, embedded_products) FROM retail.store_summary() WHERE store_id = 'seattle'), '20 30 29 10 40 29', 'with its counts');
SELECT is((SELECT sales_30d FROM retail.store_summary() WHERE store_id = 'seattle'), 36 * 108.00 - 4 * 108.00, 'sales are net of returns');
UPDATE retail.sales_transactions SET transaction_date = now() - interval '45 days' WHERE store_id = 'seattle' AND transaction_type = 'return';
SELECT is((SELECT sales_30d || ' ' || sales_prev_30d FROM retail.store_summary() WHERE store_id = 'seattle'), '3888.00 -432.00', 'and of their own month');
SELECT is((SELECT embedded_products || ' of ' || active_products FROM retail.embedding_coverage() WHERE store_id = 'seattle'), '29 of 29', 'coverage by model');

SELECT lives_ok('SELECT retail.perform_maintenance()', 'perform_maintenance() runs');
SELECT is((SELECT count(*)::int FROM retail.audit_log WHERE table_name = 'maintenance' AND action = 'automated_maintenance_completed' AND metadata ?& ARRAY['timestamp', 'database_size']), 1, 'and is noted');

-- ---- an index serves what a page asks for ----
SET LOCAL enable_seqscan = off;
SET LOCAL enable_sort = off;
CREATE FUNCTION pg_temp.plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; whole text := '';
BEGIN FOR line IN EXECUTE 'EXPLAIN ' || query LOOP whole := whole || line || E'\n'; END LOOP; RETURN whole; END $$;
SELECT unalike(pg_temp.plan(format($$SELECT * FROM retail.%I WHERE store_id = 'seattle' ORDER BY %s LIMIT 200$$, v.t, v.o)), '%Sort  (cost%', format('%s by %s needs no sort', v.t, v.o))
  FROM (VALUES ('customers', 'last_name, first_name, customer_id'), ('products', 'price DESC, product_id DESC'), ('sales_transactions', 'transaction_date DESC, transaction_id DESC'), ('audit_log', 'created_at DESC, log_id DESC')) v (t, o);

SELECT * FROM finish();
ROLLBACK;
