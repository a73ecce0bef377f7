-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The three views with same-named tables elsewhere, the summaries, maintenance, the doctor's list.
\set doctor `cat "$here/../../sql/queries/doctor/checks.sql"`
BEGIN;
SELECT plan(36);

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

-- ---- how good the index is, for somebody who may not see the rows ----
SELECT is(fixture.value('t_dba', NULL, $$SELECT sampled || ' ' || recall FROM retail.measure_search('seattle', 5, 10)$$), '5 1', 'dba measures recall');
SELECT is(left(fixture.value('t_manager', NULL, $$SELECT retail.measure_search('redmond')$$), 5), '42501', 'manager not that of another store');

-- ---- the doctor ----
CREATE FUNCTION pg_temp.doctor() RETURNS TABLE (check_name text, object text, status text, detail text, remedy text)
LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE current_setting('fixture.doctor'); END $$;
SELECT set_config('fixture.doctor', :'doctor', true) IS NOT NULL;
SELECT is_empty($$SELECT check_name, object, detail FROM pg_temp.doctor() WHERE status <> 'ok' AND check_name <> 'template'$$, 'the doctor finds nothing in a fresh database');
SELECT ok((SELECT count(*) > 50 FROM pg_temp.doctor()), 'after looking at much');
ALTER TABLE retail.customers DISABLE ROW LEVEL SECURITY;
ALTER TABLE retail.products DISABLE TRIGGER products_audit_update;
DROP TRIGGER stores_audit_delete ON retail.stores;
CREATE POLICY open ON retail.sales_transactions USING (TRUE);
ALTER FUNCTION retail.use_store(varchar) RESET search_path;
GRANT EXECUTE ON FUNCTION retail.redact_audit(uuid, text[], text) TO PUBLIC;
GRANT CREATE ON SCHEMA retail TO PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.lo_create(oid) TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA retail GRANT SELECT ON TABLES TO mcp_user;
DROP VIEW retail.slow_queries;
REVOKE retail_app FROM mcp_user;
CREATE ROLE t_importer LOGIN IN ROLE retail_app;
REVOKE TEMPORARY ON DATABASE retail_db FROM PUBLIC;
SELECT is((SELECT string_agg(DISTINCT d.status, ',') FROM pg_temp.doctor() d WHERE d.check_name = v.c AND d.object LIKE v.o AND d.status <> 'ok' AND d.remedy IS NOT NULL), v.s, format('the doctor finds: %s %s', v.c, v.o))
  FROM (VALUES ('row level security', 'retail.customers', 'broken'), ('audit trigger', 'retail.products update', 'broken'), ('audit trigger', 'retail.stores delete', 'missing'),
               ('policy', '%open', 'broken'), ('function', '%use_store%', 'broken'), ('function', '%redact_audit%', 'broken'), ('schema', 'retail', 'broken'),
               ('large objects', '%lo_create%', 'broken'), ('default privileges', 'retail%', 'broken'), ('view', 'retail.slow_queries', 'missing'), ('membership', 'mcp_user%', 'missing'), ('database', 't_importer', 'broken')) v (c, o, s);

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
