-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What a login could find out without reading a row: through the vector index, the planner's statistics, odd numbers,
-- a second membership, and the audit log's own doors.
BEGIN;
SELECT plan(94);

-- ---- the vector index asks for no store ----
CREATE FUNCTION pg_temp.manager_plan(ordering text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    all_lines text := '';
BEGIN
    PERFORM set_config('app.current_store_id', 'seattle', true), set_config('enable_seqscan', 'off', true),
            set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true);
    SET LOCAL ROLE t_manager;
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) SELECT FROM retail.product_embeddings ORDER BY ' || ordering || ' LIMIT 1' LOOP
        all_lines := all_lines || line || E'\n';
    END LOOP;
    RESET ROLE;
    RETURN all_lines;
END
$$;
SELECT unalike(pg_temp.manager_plan('public.l2_normalize(embedding)::public.halfvec(1536) OPERATOR(public.<=>) public.l2_normalize(fixture.vector(1))::public.halfvec(1536)'),
               '%idx_product_embeddings_vector%', 'a manager cannot order by what the vector index holds');
SELECT is(fixture.attempt('t_manager', 'seattle', 'SELECT retail_sec.search_key(fixture.vector(1))'), '42501 permission denied for schema retail_sec', 'nor name the function that makes it');
SELECT is(fixture.attempt('t_manager', 'seattle', $$UPDATE retail.product_embeddings SET embedding = fixture.vector(3) WHERE embedding_id = fixture.id('embedding', 'seattle', 1)$$), 'rows 1', 'but a manager still writes vectors');

-- ---- nothing is asked of a row before its store ----
-- A sub-select runs once what stands before it is true of some row; told() fails, so that it shows.
CREATE FUNCTION fixture.told() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'told'; END $$;
UPDATE retail.customers SET gender = NULL WHERE customer_id = fixture.id('customer', 'redmond', 7);
SET LOCAL enable_seqscan = on;
SET LOCAL enable_indexscan = off;
SET LOCAL enable_indexonlyscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT is(fixture.value('t_manager', 'seattle', $$SELECT count(*) FROM retail.customers WHERE email = ANY ('{c5@seattle.example}'::text[]) AND email > (SELECT fixture.told())$$, 'set'), 'P0001 told', 'a row of the own store runs what stands beside it');
SELECT is(fixture.value(w.login, w.store, 'SELECT count(*) FROM retail.' || c.conditions, 'set'), '0', format('%s in %s: %s', w.login, coalesce(w.store, 'no store'), c.conditions))
  FROM (VALUES ('t_manager', 'seattle'), ('mcp_user', 'seattle'), ('t_dba', NULL), ('t_dba', 'redmond')) w (login, store),
       (VALUES ($$customers WHERE email = ANY ('{c5@redmond.example}'::text[]) AND email > (SELECT fixture.told())$$),
               ($$customers WHERE ('{"c5@redmond.example": 1}'::jsonb)[email] IS NOT NULL AND email > (SELECT fixture.told())$$),
               ($$customers WHERE CASE WHEN ('{"c5@redmond.example": 1}'::jsonb)[email] IS NOT NULL THEN (SELECT fixture.told() <> '') END$$),
               ($$customers WHERE CASE WHEN gender IS NULL THEN (SELECT fixture.told() <> '') END$$),
               ($$customers WHERE CASE WHEN email >= 'c5@r' AND email < 'c5@s' THEN (SELECT fixture.told() <> '') END$$),
               ($$customers WHERE CASE WHEN date_of_birth = '1980-01-06' AND email >= 'c5@r' THEN (SELECT fixture.told() <> '') END AND store_id <> 'seattle'$$),
               ($$products WHERE CASE WHEN tags[2] = 'redmond' THEN (SELECT fixture.told() <> '') END$$),
               ($$sales_transactions WHERE CASE WHEN transaction_id = ANY (ARRAY[fixture.id('sale', 'redmond', 3)]) THEN (SELECT fixture.told() <> '') END$$),
               ($$sales_transaction_items WHERE CASE WHEN item_id = fixture.id('item', 'redmond', 3) THEN (SELECT fixture.told() <> '') END$$),
               ($$product_embeddings WHERE embedding_text = ANY ('{secret text of redmond}'::text[]) AND embedding_text > (SELECT fixture.told())$$),
               ($$audit_log WHERE CASE WHEN record_id = fixture.id('customer', 'redmond', 5) THEN (SELECT fixture.told() <> '') END$$)) c (conditions);
SELECT is(fixture.value('t_manager', 'seattle', $$SELECT count(*) FROM retail.stores WHERE store_name = ANY ('{Zava Retail Redmond}'::text[]) AND store_name > (SELECT fixture.told())$$, 'set'), '0', 'nor of a store that the login does not see');
SELECT is(fixture.value('mcp_user', 'closed', $$SELECT count(*) FROM retail.customers WHERE email = ANY ('{c5@closed.example}'::text[]) AND email > (SELECT fixture.told())$$, 'set'), '0', 'nor of a row of a closed store');
SET LOCAL enable_indexscan = on;
SET LOCAL enable_indexonlyscan = on;
SET LOCAL enable_bitmapscan = on;

-- ---- nor is an index of another store read ----
-- What a scan found and put away again EXPLAIN tells, and so a name is read letter by letter.
CREATE FUNCTION fixture.put_away(login name, store text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
    answer text;
BEGIN
    BEGIN
        EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', login);
        PERFORM set_config('app.current_store_id', store, true);
        EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
        answer := (SELECT coalesce(sum(n::text::int), 0) FROM jsonb_path_query(plan::jsonb, 'strict $.**."Rows Removed by Filter"') n);
        RAISE EXCEPTION 'undo' USING ERRCODE = 'TT000';
    EXCEPTION
        WHEN SQLSTATE 'TT000' THEN NULL;
    END;
    RETURN answer;
END
$$;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT is(fixture.put_away(w.login, w.store, 'SELECT FROM retail.' || c.conditions), '0', format('%s in %s finds no entry of %s', w.login, w.store, c.conditions))
  FROM (VALUES ('t_manager', 'redmond'), ('t_dba', 'redmond'), ('mcp_user', 'closed')) w (login, store),
       (VALUES ($$customers WHERE last_name = 'Last7'$$),
               ($$customers WHERE last_name >= 'Last' AND last_name < 'Lasu'$$),
               ($$products WHERE sku >= 'SKU-' AND sku < 'SKU.'$$),
               ($$sales_transactions WHERE transaction_date > now() - interval '1 day'$$),
               ($$audit_log WHERE table_name = 'customers'$$)) c (conditions);
SELECT is(fixture.put_away('t_manager', 'seattle', 'SELECT FROM retail.' || c.conditions), '0', 'a manager finds no entry of ' || c.conditions)
  FROM (VALUES ($$stores WHERE store_id >= 'r' AND store_id < 's'$$),
               ($$stores WHERE region >= 'g' AND region < 'h'$$),
               ($$customers WHERE store_id = 'redmond' AND last_name = 'Last7'$$),
               ($$customers WHERE store_id >= 'redmond' AND store_id <= 'redmond' AND last_name = 'Last7'$$)) c (conditions);
SET LOCAL enable_seqscan = on;
SET LOCAL enable_bitmapscan = on;

-- ---- the planner's statistics hold no person ----
ANALYZE retail.customers, retail.products, retail.sales_transactions, retail.product_embeddings, retail.product_documents;
SELECT is_empty(format($$SELECT FROM pg_statistic s JOIN pg_attribute a ON a.attrelid = s.starelid AND a.attnum = s.staattnum
                          WHERE a.attrelid = 'retail.%I'::regclass AND a.attname = %L$$, v.t, v.c), v.t || '.' || v.c || ' has no statistics')
  FROM (VALUES ('customers', 'email'), ('customers', 'phone'), ('customers', 'last_name'), ('customers', 'date_of_birth'),
               ('products', 'product_name'), ('sales_transactions', 'notes'), ('product_embeddings', 'embedding_text'),
               ('product_documents', 'label')) v (t, c);

SELECT is_empty($$SELECT s.starelid::regclass, a.attname FROM pg_statistic s JOIN pg_attribute a ON a.attrelid = s.starelid AND a.attnum = s.staattnum
                   WHERE a.attstattarget = 0 AND s.starelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'retail'::regnamespace)$$, 'no column that is to have none has statistics');
SELECT is_empty($$SELECT s.starelid::regclass FROM pg_statistic s JOIN pg_index i ON i.indexrelid = s.starelid
                   WHERE s.starelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'retail'::regnamespace)$$, 'nor has an expression of an index');
SELECT is(left(fixture.value('t_dba', NULL, $$SELECT retail.measure_modes('redmond', NULL, NULL)$$), 5), '22023', 'a measurement without numbers is refused');
SELECT is((SELECT count(*)::int FROM pg_proc WHERE pronamespace = 'retail'::regnamespace AND proname IN ('measure_index', 'measure_modes', 'measure_search', 'explain_search')
            AND 'client_min_messages=notice' = ANY (proconfig)), 4, 'no plan of a measurement reaches the client as text');
SELECT is((SELECT count(*)::int FROM pg_proc WHERE pronamespace = 'retail'::regnamespace AND proname IN ('search_products', 'search_products_by_similarity', 'store_summary')
            AND 'client_min_messages=notice' = ANY (proconfig)), 3, 'nor one of a search');
SELECT is(fixture.value('t_dba', NULL, $$SELECT count(*) FROM set_config('standard_conforming_strings', 'off', true), retail.explain_search('redmond', 2) WHERE line ~ '\[-?[0-9.]+,'$$), '0', 'a plan shows no vector, however its caller reads backslashes');

-- ---- a redaction opens no other door ----
SELECT retail.redact_audit(fixture.id('customer', 'seattle', 2), '{phone}', 'test');
SELECT throws_ok($$UPDATE retail.audit_log SET user_name = 'innocent' WHERE record_id = fixture.id('customer', 'seattle', 2)$$, '42501', NULL, 'after a redaction the login of an entry still cannot change');
SELECT throws_ok($$UPDATE retail.audit_log SET new_values = '{}' WHERE record_id = fixture.id('customer', 'seattle', 3)$$, '42501', NULL, 'nor the values of another record');

-- ---- a second membership makes no manager of a DBA ----
SELECT is(fixture.attempt('t_dba', 'seattle', 'SELECT FROM retail.customers', 'set'), 'rows 0', 'a DBA reads no customer');
GRANT retail_manager TO t_dba;
SELECT retail.grant_store_access('retail_manager', 'seattle');
SELECT is(fixture.attempt('t_dba', 'seattle', 'SELECT FROM retail.customers', 'set'), 'rows 0', 'nor through a group that has a store');
CREATE FUNCTION fixture.as_manager(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    SET LOCAL ROLE retail_manager;
    EXECUTE statement INTO n;
    RETURN n;
END
$$;
SELECT is(fixture.value('t_dba', 'seattle', $q$SELECT fixture.as_manager('SELECT count(*) FROM retail.customers')$q$, 'set'), '0', 'nor as that group');
SELECT is(fixture.value('t_dba', NULL, $q$SELECT fixture.as_manager('SELECT count(sales_30d) FROM retail.store_summary()')$q$), '0', 'nor its sales');
SELECT is(fixture.value('t_owner', 'seattle', $q$SELECT fixture.as_manager('SELECT count(*) FROM retail.customers')$q$, 'set'), '20', 'the owner views as a manager');

-- ---- months without end ----
SELECT throws_ok($$SELECT retail.ensure_audit_partitions(0, '2030-06-01 BC')$$, '22023', NULL, 'no month before our time');
SELECT throws_ok($$SELECT retail.ensure_audit_partitions(0, 'infinity')$$, '22023', NULL, 'none at the end of time');

-- ---- numbers that are none ----
SELECT throws_ok($$UPDATE retail.products SET price = 'NaN' WHERE product_id = fixture.id('product', 'seattle', 1)$$, '23514', NULL, 'a price is a number');
SELECT throws_ok($$INSERT INTO retail.sales_transactions (store_id, subtotal, total_amount, transaction_date) VALUES ('seattle', 1, 1, 'infinity')$$, '23514', NULL, 'a sale has a date');

SELECT * FROM finish();
ROLLBACK;
