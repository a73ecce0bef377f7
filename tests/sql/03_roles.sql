-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What each role can and cannot do, SET ROLE and the effective role, rights that are taken away, and our
-- own attacks: prepared statements, views, definer functions, error messages.
BEGIN;
SELECT plan(176);
CREATE FUNCTION pg_temp.verdict(login name, store text, statement text, how text DEFAULT 'door') RETURNS text
LANGUAGE sql AS $$ SELECT (regexp_match(fixture.attempt(login, store, statement, how), '^(rows \d+|\S+)'))[1] $$;

-- ---- application: reads and writes within the chosen store ----
SELECT is(pg_temp.verdict('mcp_user', 'seattle', 'SELECT FROM retail.' || v.t), 'rows ' || v.n, format('application sees %s %s', v.n, v.t))
  FROM (VALUES ('customers', 20), ('products', 30), ('sales_transactions', 40), ('sales_transaction_items', 40), ('product_embeddings', 30), ('product_categories', 7), ('stores', 5)) v (t, n);
SELECT is(pg_temp.verdict('mcp_user', 'seattle', v.s), v.want, 'application: ' || left(v.s, 60))
  FROM (VALUES ($$INSERT INTO retail.customers (store_id, first_name, last_name, email) VALUES ('seattle', 'a', 'b', 'a@b')$$, 'rows 1'),
               ($$UPDATE retail.products SET price = price + 1$$, 'rows 30'),
               ($$DELETE FROM retail.sales_transaction_items$$, 'rows 40'),
               ($$DELETE FROM retail.product_embeddings$$, 'rows 30'),
               ($$SELECT FROM retail.store_summary()$$, 'rows 5'),
               ($$SELECT retail.perform_maintenance()$$, '42501'),
               ($$SELECT retail.grant_store_access('mcp_user', 'seattle')$$, '42501'),
               ($$SELECT retail.redact_audit(gen_random_uuid(), '{email}', 'x')$$, '42501'),
               ($$SELECT retail.drop_audit_before(now())$$, '42501'),
               ($$SELECT retail.set_active_embedding_model('x')$$, '42501'),
               ($$UPDATE retail.active_embedding_model SET embedding_model = 'x'$$, '42501'),
               ($$SELECT FROM retail_sec.store_access$$, '42501'),
               ($$SELECT FROM retail.audit_log_default$$, '42501'),
               ($$SELECT FROM retail.product_documents$$, '42501'),
               ($$SELECT retail_sec.check_choice('redmond')$$, '42501')) v (s, want);

-- ---- manager: one store, some columns ----
SELECT is(pg_temp.verdict('t_manager', 'seattle', 'SELECT FROM retail.' || v.t), 'rows ' || v.n, format('manager sees %s %s', v.n, v.t))
  FROM (VALUES ('customers', 20), ('products', 30), ('sales_transactions', 40), ('sales_transaction_items', 40), ('product_embeddings', 30), ('stores', 1)) v (t, n);
SELECT is(pg_temp.verdict('t_manager', 'seattle', v.s), v.want, 'manager: ' || left(v.s, 70))
  FROM (VALUES ($$UPDATE retail.products SET price = 1, current_stock = 2, is_active = FALSE, is_featured = TRUE, tags = '{x}', product_description = 'd'$$, 'rows 30'),
               ($$UPDATE retail.customers SET email = 'x' || email, phone = '1', loyalty_tier = 'gold'$$, 'rows 20'),
               ($$UPDATE retail.products SET cost = 1$$, '42501'),
               ($$UPDATE retail.products SET store_id = 'redmond'$$, '42501'),
               ($$UPDATE retail.customers SET total_lifetime_value = 1$$, '42501'),
               ($$INSERT INTO retail.products (store_id, sku, product_name, price) VALUES ('seattle', 'X', 'x', 1)$$, '42501'),
               ($$DELETE FROM retail.customers$$, '42501'),
               ($$UPDATE retail.sales_transactions SET total_amount = 1$$, '42501'),
               ($$INSERT INTO retail.product_embeddings (product_id, store_id, embedding_text, embedding) SELECT product_id, 'seattle', 'x', fixture.vector(2) FROM retail.products
                  ON CONFLICT (product_id, embedding_model) DO UPDATE SET embedding_text = excluded.embedding_text, embedding = excluded.embedding, store_id = excluded.store_id$$, 'rows 30'),
               ($$DELETE FROM retail.product_embeddings$$, '42501'),
               ($$SELECT retail.perform_maintenance()$$, '42501'),
               ($$SELECT retail.grant_store_access('t_manager', 'redmond')$$, '42501'),
               ($$SELECT FROM retail.table_stats$$, '42501')) v (s, want);
SELECT is(fixture.value('t_manager', NULL, $$SELECT string_agg(store_id || ':' || customers || ':' || (sales_30d IS NOT NULL), ',') FROM retail.store_summary()$$), 'seattle:20:true', 'manager''s summary is the own store, without choosing it');
SELECT is(fixture.value('t_manager', NULL, $$SELECT string_agg(DISTINCT store_id, ',') FROM retail.embedding_coverage()$$), 'seattle', 'so is the coverage');
SELECT is(pg_has_role('t_manager', r, 'MEMBER'), FALSE, 'manager is no member of ' || r) FROM unnest(ARRAY['t_manager_redmond', 'pg_signal_backend', 'retail_app', 'mcp_user', 'retail_owner', 'pg_read_all_stats']) r;

-- ---- dba: statistics and plans, never a row ----
SELECT is(pg_temp.verdict('t_dba', 'seattle', 'SELECT FROM retail.' || t, 'set'), 'rows 0', 'dba reads no row of ' || t)
  FROM unnest(ARRAY['customers', 'products', 'sales_transactions', 'sales_transaction_items', 'product_embeddings', 'audit_log', 'product_documents']) t;
SELECT is(pg_temp.verdict('t_dba', 'seattle', 'SELECT'), '42501', 'dba cannot enter a store');
SELECT is(pg_temp.verdict('t_dba', NULL, v.s), v.want, 'dba: ' || v.s)
  FROM (VALUES ('SELECT FROM retail.stores', 'rows 5'), ('SELECT retail.perform_maintenance()', 'rows 1'),
               ('UPDATE retail.stores SET is_active = TRUE', '42501'), ('DELETE FROM retail.customers', '42501'), ('SELECT FROM retail_sec.store_access', '42501')) v (s, want);
SELECT isnt(pg_temp.verdict('t_dba', NULL, 'EXPLAIN SELECT * FROM retail.customers'), '42501', 'dba may explain a query on a store''s table');
SELECT isnt(pg_temp.verdict('t_dba', NULL, 'SELECT FROM retail.' || v), '42501', 'dba reads ' || v) FROM unnest(ARRAY['table_stats', 'index_usage', 'slow_queries']) v;
SELECT is(fixture.value('t_dba', NULL, $$SELECT sum(customers) || ' ' || count(sales_30d) || ' ' || count(*) FROM retail.store_summary()$$), '100 0 5', 'dba gets counts of every store and no sales');
SELECT throws_ok($$SELECT retail.grant_store_access('t_dba', 'seattle')$$, '42501', NULL, 'a dba is never given a store');

-- ---- ops and owner ----
SELECT is(pg_temp.verdict('t_ops', NULL, 'SELECT FROM retail.customers'), 'rows 100', 'ops read everything (backup)');
SELECT is(pg_temp.verdict('t_ops', NULL, 'SELECT retail.perform_maintenance()'), 'rows 1', 'ops maintain');
SELECT is(pg_temp.verdict('t_ops', NULL, 'SET LOCAL ROLE retail_owner'), 'rows 0', 'ops may become owner');
SELECT ok((SELECT rolbypassrls AND rolcreatedb AND NOT rolsuper AND NOT rolcanlogin FROM pg_roles WHERE rolname = 'retail_ops'), 'retail_ops: BYPASSRLS, CREATEDB, no superuser, no login');
SELECT is(pg_temp.verdict('t_owner', NULL, 'SELECT FROM retail.audit_log WHERE table_name = ''store_access'''), 'rows 2', 'owner reads the audit log without a store');

-- ---- functions, each as everybody ----
SELECT is(left(pg_temp.verdict(who, NULL, v.s), 5), CASE WHEN who = ANY (string_to_array(v.may, ' ')) THEN 'rows ' ELSE '42501' END, format('%s: %s', who, left(v.s, 60)))
  FROM unnest(ARRAY['mcp_user', 't_manager', 't_dba', 't_ops', 't_owner']) who,
       (VALUES ('t_ops t_owner', $$SELECT retail.erase_customer('seattle', fixture.id('customer', 'seattle', 1), 'x')$$),
               ('t_ops t_owner', $$SELECT retail.apply_erasures('{}')$$),
               ('t_ops t_owner', $$SELECT FROM retail.list_erased_customers()$$),
               ('t_ops t_owner', $$SELECT retail.record_maintenance('{}', TRUE)$$),
               ('t_dba t_ops t_owner', $$SELECT FROM retail.estimate_bloat(1)$$),
               ('t_dba t_ops t_owner', $$SELECT FROM retail.login_stores()$$),
               ('t_dba t_ops t_owner', $$SELECT FROM retail.index_size_estimates()$$),
               ('t_dba t_ops t_owner', $$SELECT FROM retail.statement_resets()$$),
               ('t_dba t_ops t_owner', $$SELECT retail.reset_statement_statistics(1)$$),
               ('t_dba t_ops t_owner', $$SELECT retail.note_administration('setting_changed', '{}')$$),
               ('t_dba t_ops t_owner', $$SELECT retail.signal_session(1, now(), FALSE)$$),
               ('t_dba t_ops t_owner', $$SELECT retail.set_ef_search(100)$$),
               ('t_dba t_ops t_owner', $$SELECT FROM retail.explain_search('seattle')$$),
               ('mcp_user t_manager t_dba t_ops t_owner', $$SELECT FROM retail.measure_index('seattle', 1, 1, '{200}')$$),
               ('mcp_user t_manager t_dba t_ops t_owner', $$SELECT FROM retail.measure_modes('seattle', 1, 1)$$),
               ('mcp_user t_manager t_dba t_ops t_owner', $$SELECT FROM retail.embedding_health()$$)) v (may, s);

-- ---- the effective role: SET ROLE narrows ----
SELECT is(pg_temp.verdict('t_owner', NULL, $$DO 'BEGIN SET LOCAL ROLE t_manager; ASSERT (SELECT count(*) FROM retail.stores) = 1; END'$$), 'rows 0', 'owner as manager sees one store');
SELECT is(pg_temp.verdict('t_owner', NULL, $$DO 'BEGIN SET LOCAL ROLE t_manager; PERFORM retail.use_store(''redmond''); END'$$), '42501', 'owner as the Seattle manager cannot enter Redmond');
SELECT is(pg_temp.verdict('t_owner', NULL, $$DO 'BEGIN SET LOCAL ROLE t_manager; PERFORM retail.use_store(''seattle''); ASSERT (SELECT count(*) FROM retail.customers) = 20; END'$$), 'rows 0', 'but Seattle, and sees its 20 customers');
SELECT is(pg_temp.verdict('t_owner', NULL, $$DO 'BEGIN SET LOCAL ROLE t_manager; SET LOCAL app.current_store_id = ''redmond''; ASSERT (SELECT count(*) FROM retail.customers) = 0; END'$$), 'rows 0', 'nor Redmond by SET');
SELECT is(pg_temp.verdict('t_manager', 'seattle', 'SET LOCAL ROLE ' || r), '42501', 'manager cannot become ' || r) FROM unnest(ARRAY['retail_owner', 'retail_ops', 'mcp_user', 't_manager_redmond']) r;

-- ---- rights end at the next statement ----
SELECT retail.use_store('seattle');
SET LOCAL SESSION AUTHORIZATION t_manager;
SELECT set_config('app.current_store_id', 'seattle', true);
PREPARE customers_of_store AS SELECT count(*) FROM retail.customers;
CREATE TEMP TABLE seen (step text, n bigint);
INSERT INTO seen SELECT 'own', count(*) FROM retail.customers;
RESET SESSION AUTHORIZATION;
UPDATE retail.stores SET is_active = FALSE WHERE store_id = 'seattle';
SET LOCAL SESSION AUTHORIZATION t_manager;
INSERT INTO seen SELECT 'inactive', count(*) FROM retail.customers;
RESET SESSION AUTHORIZATION;
UPDATE retail.stores SET is_active = TRUE WHERE store_id = 'seattle';
SELECT ok(retail.revoke_store_access('t_manager', 'seattle'), 'a right is taken away');
SET LOCAL SESSION AUTHORIZATION t_manager;
INSERT INTO seen SELECT 'revoked', count(*) FROM retail.customers;
RESET SESSION AUTHORIZATION;
SELECT results_eq('SELECT n FROM seen', ARRAY[20, 0, 0]::bigint[], 'the open session sees its store, nothing while it is inactive, nothing once revoked');
SELECT retail.grant_store_access('t_manager', 'seattle');
-- A role that was dropped while it had a right must not break everybody else's check.
INSERT INTO retail_sec.store_access (role_name, store_id) VALUES ('gone', NULL);
SELECT is(pg_temp.verdict('t_manager', 'seattle', 'SELECT FROM retail.customers'), 'rows 20', 'a right of a dropped role does not disturb others');
SELECT throws_ok($$SELECT retail.grant_store_access('gone', 'seattle')$$, '42704', NULL, 'a role that does not exist is not given a store');

-- ---- prepared statements, views and functions made by others ----
CREATE VIEW public.own_view AS SELECT * FROM retail.customers;
ALTER VIEW public.own_view OWNER TO retail_owner;
GRANT SELECT ON public.own_view TO t_manager;
SELECT is(fixture.value('t_manager', 'seattle', $$SELECT count(*) FROM public.own_view$$), '100', 'what is not defended: a view of the owner without security_invoker');
ALTER VIEW public.own_view SET (security_invoker = true);
SELECT is(fixture.value('t_manager', 'seattle', $$SELECT count(*) FROM public.own_view$$), '20', 'with security_invoker it is the reader''s');
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE mine AS SELECT count(*) FROM retail.customers;
SELECT is(fixture.value('t_manager', 'seattle', 'EXECUTE mine'), '20', 'a prepared statement follows the role');
SELECT is(fixture.value('t_manager_redmond', 'redmond', 'EXECUTE mine'), '20', 'and the next role');
SELECT is(fixture.value('t_manager', 'redmond', 'EXECUTE mine', 'set'), '0', 'and not into another store');
SELECT is(fixture.value('t_manager_redmond', 'redmond', $$SELECT count(*) FROM retail.customers WHERE store_id <> 'redmond'$$), '0', 'the other manager sees the other store only');

-- ---- messages ----
SELECT unalike(fixture.attempt('t_manager', 'seattle', v.s), '%redmond.example%', 'an error names nothing of another store: ' || left(v.s, 50))
  FROM (VALUES ($$SELECT email::integer FROM retail.customers$$), ($$SELECT retail.use_store((SELECT email FROM retail.customers WHERE store_id = 'redmond' LIMIT 1))$$)) v (s);

-- What is not defended, and how much it tells: a duplicate key, without the row.
SELECT matches(fixture.attempt('mcp_user', 'seattle', format($$INSERT INTO retail.customers (customer_id, store_id, first_name, last_name, email) VALUES (%L, 'seattle', 'a', 'b', 'a@b')$$, fixture.id('customer', 'redmond', 1))), '^23505 duplicate key value violates unique constraint "customers_pkey"$', 'a known id of another store answers that it exists, nothing else');
SELECT is(pg_temp.verdict('mcp_user', 'seattle', format($$INSERT INTO retail.customers (customer_id, store_id, first_name, last_name, email) VALUES (%L, 'seattle', 'a', 'b', 'a@b') ON CONFLICT (customer_id) DO UPDATE SET first_name = 'hit'$$, fixture.id('customer', 'redmond', 1))), '42501', 'and cannot be overwritten by an upsert');
SELECT is(pg_temp.verdict('mcp_user', 'seattle', $$MERGE INTO retail.customers c USING (SELECT customer_id FROM retail.customers WHERE store_id = 'redmond') o ON c.customer_id = o.customer_id WHEN MATCHED THEN DELETE$$), 'rows 0', 'nor reached by MERGE');

SELECT * FROM finish();
ROLLBACK;
