-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Every way round the tenant isolation that was found in the original design, tried as the application
-- login and as a store manager. run.sh --seed shows which of them succeed there. Every attempt is undone.
BEGIN;
SELECT plan(99);

-- A short form: the verdict's first word, SQLSTATE or "rows N".
CREATE FUNCTION pg_temp.verdict(login name, store text, statement text, how text DEFAULT 'door') RETURNS text
LANGUAGE sql AS $$ SELECT (regexp_match(fixture.attempt(login, store, statement, how), '^(rows \d+|\S+)'))[1] $$;

-- ---- another store by SET, set_config, a loop ----
SELECT is(pg_temp.verdict('t_manager', 'redmond', 'SELECT FROM retail.' || t, 'set'), 'rows 0', 'manager, direct SET of another store: no row of ' || t)
  FROM unnest(ARRAY['customers', 'products', 'sales_transactions', 'sales_transaction_items', 'product_embeddings', 'audit_log']) t;
SELECT is(pg_temp.verdict('t_manager', 'redmond', 'UPDATE retail.products SET price = 1', 'set'), 'rows 0', 'manager, direct SET: updates nothing of another store');
SELECT is(pg_temp.verdict('t_manager', 'redmond', 'UPDATE retail.customers SET phone = ''x''', 'set'), 'rows 0', 'manager, direct SET: updates no customer of another store');
SELECT is(pg_temp.verdict('t_manager', 'redmond', 'DELETE FROM retail.sales_transaction_items', 'set'), '42501', 'manager, direct SET: deletes nothing of another store');
SELECT is(fixture.value('t_manager', NULL, $$
    SELECT count(*) FROM unnest(ARRAY['seattle', 'redmond', 'bellevue', 'online', 'closed']) s,
           LATERAL (SELECT set_config('app.current_store_id', s, true) AS x) c,
           LATERAL (SELECT count(*) FROM retail.customers WHERE c.x = store_id) k WHERE k.count > 0 AND s <> 'seattle'$$),
    '0', 'manager, a loop over all stores in one statement finds no other');
SELECT is(pg_temp.verdict('mcp_user', 'closed', 'SELECT FROM retail.customers', 'set'), 'rows 0', 'application, direct SET of an inactive store: no row');
SELECT is(pg_temp.verdict('t_stranger', 'seattle', 'SELECT FROM retail.customers', 'set'), '42501', 'a login of no group: refused');
SELECT is(pg_temp.verdict('t_manager', $$seattle' OR 'a'='a$$, 'SELECT FROM retail.customers', 'set'), 'rows 0', 'an injected setting is only a name of no store');
SELECT is(pg_temp.verdict('t_manager', 'SEATTLE', 'SELECT FROM retail.customers', 'set'), 'rows 0', 'another case is another store');

-- ---- the door ----
SELECT is(fixture.attempt('t_manager', s, 'SELECT'), '42501 Invalid or inactive store: ' || s, 'manager, set_store_context(' || s || ') is refused')
  FROM unnest(ARRAY['redmond', 'bellevue', 'online', 'closed', 'nowhere', '']) s;
SELECT is(fixture.attempt('mcp_user', 'closed', 'SELECT'), '42501 Invalid or inactive store: closed', 'application, an inactive store is refused');
SELECT is(pg_temp.verdict('t_stranger', 'seattle', 'SELECT'), '42501', 'a login of no group may not choose a store');

-- ---- no store chosen ----
SELECT is(pg_temp.verdict(l, NULL, 'SELECT FROM retail.' || t), 'rows 0', format('%s without a store: no row of %s', l, t))
  FROM unnest(ARRAY['mcp_user', 't_manager']) l,
       unnest(ARRAY['customers', 'products', 'sales_transactions', 'sales_transaction_items', 'product_embeddings', 'audit_log']) t;
SELECT is(pg_temp.verdict('mcp_user', NULL, $$INSERT INTO retail.customers (store_id, first_name, last_name, email) VALUES ('seattle', 'a', 'b', 'a@b')$$),
          '42501', 'without a store nothing can be inserted');
SELECT is(fixture.value('t_manager', NULL, $$SELECT string_agg(store_id, ',' ORDER BY store_id) FROM retail.stores$$), 'seattle', 'manager sees only the own store''s name');

-- ---- the audit log ----
SELECT is(fixture.value('mcp_user', 'seattle', $$SELECT count(*) FROM retail.audit_log WHERE store_id IS DISTINCT FROM 'seattle'$$), '0', 'application reads no other store''s audit entries');
SELECT is(fixture.value('t_manager', 'seattle', $$SELECT count(*) FROM retail.audit_log WHERE new_values::text LIKE '%redmond%'$$), '0', 'manager finds no other store''s values in the audit log');
SELECT is(pg_temp.verdict(l, 'seattle', $$UPDATE retail.audit_log SET user_name = 'innocent'$$), '42501', l || ' cannot change the audit log')
  FROM unnest(ARRAY['mcp_user', 't_manager']) l;
SELECT is(pg_temp.verdict(l, 'seattle', $$DELETE FROM retail.audit_log$$), '42501', l || ' cannot empty the audit log')
  FROM unnest(ARRAY['mcp_user', 't_manager']) l;
SELECT is(pg_temp.verdict(l, 'seattle', $$INSERT INTO retail.audit_log (table_name, action, user_name, store_id) VALUES ('x', 'y', 'ceo', 'seattle')$$), '42501', l || ' cannot forge an audit entry')
  FROM unnest(ARRAY['mcp_user', 't_manager']) l;
SELECT is(fixture.value('mcp_user', 'seattle', $$SELECT user_name FROM retail.audit_log WHERE action = 'store_context_set' LIMIT 1$$), 'mcp_user', 'the choice of a store is logged with the login, not the function''s owner');
SELECT is(pg_temp.verdict('mcp_user', 'seattle', $$SELECT 1 / (CASE WHEN store_id <> 'seattle' THEN 0 ELSE 1 END) FROM retail.audit_log WHERE table_name = 'customers'$$), 'rows 20', 'a division by zero tells nothing about hidden audit entries');

-- ---- statistics ----
SELECT is(fixture.value('mcp_user', NULL, $$SELECT count(*) FROM pg_stats WHERE schemaname = 'retail' AND tablename IN ('audit_log', 'stores')$$), '0', 'pg_stats shows no value of audit_log and stores');
SELECT is(fixture.value('t_manager', NULL, $$SELECT count(*) FROM pg_stats WHERE schemaname IN ('retail', 'retail_sec') AND tablename <> 'product_categories'$$), '0', 'pg_stats shows a manager no value of any store''s table');
SELECT is(pg_temp.verdict('mcp_user', NULL, 'SELECT FROM retail.' || v), '42501', 'application cannot read ' || v)
  FROM unnest(ARRAY['table_stats', 'index_usage', 'slow_queries']) v;

-- ---- oracles: what exists elsewhere ----
SELECT is(pg_temp.verdict('mcp_user', 'seattle', format($$INSERT INTO retail.customers (store_id, first_name, last_name, email) VALUES ('seattle', 'a', 'b', %L)$$, e)), 'rows 1', 'an address of another store does not answer: ' || e)
  FROM unnest(ARRAY['c1@redmond.example', 'nobody@redmond.example']) e;
SELECT is(pg_temp.verdict('mcp_user', 'seattle', $$INSERT INTO retail.customers (store_id, first_name, last_name, email) VALUES ('seattle', 'a', 'b', 'c1@redmond.example') ON CONFLICT DO NOTHING$$), 'rows 1', 'nor with ON CONFLICT DO NOTHING');
SELECT is(pg_temp.verdict('mcp_user', 'seattle', format($$INSERT INTO retail.sales_transactions (store_id, customer_id, subtotal, total_amount) VALUES ('seattle', %L, 1, 1)$$, fixture.id('customer', 'redmond', 1))),
          '23503', 'a sale to another store''s customer is refused');
SELECT is(replace(fixture.attempt('mcp_user', 'seattle', format($$INSERT INTO retail.sales_transactions (store_id, customer_id, subtotal, total_amount) VALUES ('seattle', %L, 1, 1)$$, fixture.id('customer', 'redmond', 1))), fixture.id('customer', 'redmond', 1)::text, 'ID'),
          replace(fixture.attempt('mcp_user', 'seattle', format($$INSERT INTO retail.sales_transactions (store_id, customer_id, subtotal, total_amount) VALUES ('seattle', %L, 1, 1)$$, fixture.id('customer', 'nowhere', 1))), fixture.id('customer', 'nowhere', 1)::text, 'ID'),
          'a foreign and a missing customer fail alike');
SELECT is(pg_temp.verdict('mcp_user', 'seattle', format($$INSERT INTO retail.sales_transaction_items (transaction_id, product_id, unit_price, total_price) VALUES (%L, %L, 1, 1)$$, fixture.id('sale', 'seattle', 1), fixture.id('product', 'redmond', 1))),
          '23503', 'a line with another store''s product is refused');
SELECT is(pg_temp.verdict('mcp_user', 'seattle', format($$INSERT INTO retail.sales_transaction_items (transaction_id, product_id, unit_price, total_price) VALUES (%L, %L, 1, 1)$$, fixture.id('sale', s, 1), fixture.id('product', 'seattle', 1))),
          '42501', 'a line in a receipt of ' || s || ' is refused')
  FROM unnest(ARRAY['redmond', 'nowhere']) s;
SELECT is(pg_temp.verdict('mcp_user', 'seattle', format($$INSERT INTO retail.product_embeddings (product_id, store_id, embedding_text, embedding, embedding_model) VALUES (%L, 'seattle', 'x', fixture.vector(1), 'probe')$$, fixture.id('product', 'redmond', 1))), '23503', 'an embedding for another store''s product is refused');

-- ---- moving rows ----
SELECT is(pg_temp.verdict('mcp_user', 'seattle', $$UPDATE retail.customers SET store_id = 'redmond'$$), '42501', 'rows cannot be moved to another store');
SELECT is(pg_temp.verdict('mcp_user', 'seattle', $$INSERT INTO retail.products (store_id, sku, product_name, price) VALUES ('redmond', 'X', 'x', 1)$$), '42501', 'a row for another store is refused');

-- ---- shared tables ----
SELECT is(pg_temp.verdict('mcp_user', 'seattle', s), '42501', 'application: ' || s)
  FROM unnest(ARRAY['UPDATE retail.stores SET is_active = FALSE', $$INSERT INTO retail.stores (store_id, store_name) VALUES ('evil', 'e')$$, 'DELETE FROM retail.stores',
                    'SELECT FROM retail.stores FOR UPDATE',
                    $$UPDATE retail.product_categories SET category_name = 'x'$$, $$INSERT INTO retail.product_categories (category_name) VALUES ('x')$$,
                    'DELETE FROM retail.product_categories', $$SELECT nextval('retail.product_categories_category_id_seq')$$,
                    $$SELECT setval('retail.product_categories_category_id_seq', 1)$$]) s;

-- ---- definition, locks, files, large objects ----
SELECT is(pg_temp.verdict(l, 'seattle', s), '42501', format('%s: %s', l, s))
  FROM unnest(ARRAY['mcp_user', 't_manager']) l,
       unnest(ARRAY['TRUNCATE retail.customers', 'ALTER TABLE retail.customers DISABLE ROW LEVEL SECURITY', 'CREATE TABLE public.x ()', 'CREATE TABLE retail.x ()',
                    'SET session_replication_role = replica', 'SET ROLE retail_owner', $$SELECT pg_read_file('postgresql.conf')$$,
                    'SELECT lo_create(0)', $$SELECT lo_from_bytea(0, 'x')$$]) s
 WHERE NOT (s = 'SET ROLE retail_owner' AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'retail_owner'));
SELECT is(pg_temp.verdict('t_manager', 'seattle', 'LOCK TABLE retail.' || t || ' IN ACCESS EXCLUSIVE MODE'), '42501', 'manager cannot lock ' || t)
  FROM unnest(ARRAY['customers', 'products', 'product_embeddings']) t;
SELECT is(fixture.attempt('t_manager', 'seattle', 'SET LOCAL row_security = off; SELECT count(*) FROM retail.customers'), '42501 query would be affected by row-level security policy for table "customers"', 'row_security = off is an error, not a way out');

-- ---- what somebody makes later ----
CREATE TABLE retail.gift_cards (code text);
INSERT INTO retail.gift_cards VALUES ('secret');
CREATE VIEW retail.vip AS SELECT * FROM retail.customers;
SELECT is(pg_temp.verdict('mcp_user', 'seattle', 'SELECT FROM retail.' || r), '42501', 'a new ' || r || ' of the superuser is not the application''s')
  FROM unnest(ARRAY['gift_cards', 'vip']) r;

-- ---- functions found by an attacker's search_path ----
CREATE SCHEMA evil;
GRANT ALL ON SCHEMA evil TO PUBLIC;
CREATE FUNCTION evil.current_setting(text, boolean) RETURNS text LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'hijacked as %', current_user USING ERRCODE = 'TT666'; END $$;
CREATE FUNCTION evil.set_config(text, text, boolean) RETURNS text LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'hijacked as %', current_user USING ERRCODE = 'TT666'; END $$;
SELECT is(pg_temp.verdict('mcp_user', 'seattle', $$DO 'BEGIN SET LOCAL search_path = evil, pg_catalog, public; PERFORM retail.set_store_context(''seattle''); END'$$), 'rows 0', 'set_store_context does not follow the caller''s search_path');
SELECT isnt(pg_temp.verdict('mcp_user', 'seattle', $$DO 'BEGIN SET LOCAL search_path = evil, pg_catalog, public; PERFORM retail.search_products_by_similarity(fixture.vector(1)); END'$$), 'TT666', 'nor does the search');

-- ---- a role that has table grants but no right to a store ----
GRANT USAGE ON SCHEMA retail TO t_stranger;
GRANT SELECT ON retail.customers TO t_stranger;
SELECT isnt(pg_temp.verdict('t_stranger', 'seattle', 'SELECT FROM retail.customers', 'set'), 'rows 20', 'table grants alone open no store');
SELECT is(pg_temp.verdict('t_stranger', 'seattle', 'SELECT retail.search_products_by_similarity(fixture.vector(1))', 'set'), '42501', 'EXECUTE is nobody''s by default');

SELECT * FROM finish();
ROLLBACK;
