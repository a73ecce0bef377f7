-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What a login could find out without reading a row: through the vector index, the planner's statistics, odd numbers,
-- a second membership, and the audit log's own doors.
BEGIN;
SELECT plan(19);

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

-- ---- the planner's statistics hold no person ----
ANALYZE retail.customers, retail.products, retail.sales_transactions, retail.product_embeddings, retail.product_documents;
SELECT is_empty(format($$SELECT FROM pg_statistic s JOIN pg_attribute a ON a.attrelid = s.starelid AND a.attnum = s.staattnum
                          WHERE a.attrelid = 'retail.%I'::regclass AND a.attname = %L$$, v.t, v.c), v.t || '.' || v.c || ' has no statistics')
  FROM (VALUES ('customers', 'email'), ('customers', 'phone'), ('customers', 'last_name'), ('customers', 'date_of_birth'),
               ('products', 'product_name'), ('sales_transactions', 'notes'), ('product_embeddings', 'embedding_text'),
               ('product_documents', 'label')) v (t, c);

-- ---- a redaction opens no other door ----
SELECT retail.redact_audit(fixture.id('customer', 'seattle', 2), '{phone}', 'test');
SELECT throws_ok($$UPDATE retail.audit_log SET user_name = 'innocent' WHERE record_id = fixture.id('customer', 'seattle', 2)$$, '42501', NULL, 'after a redaction the login of an entry still cannot change');
SELECT throws_ok($$UPDATE retail.audit_log SET new_values = '{}' WHERE record_id = fixture.id('customer', 'seattle', 3)$$, '42501', NULL, 'nor the values of another record');

-- ---- a second membership makes no manager of a DBA ----
SELECT is(fixture.attempt('t_dba', 'seattle', 'SELECT FROM retail.customers', 'set'), 'rows 0', 'a DBA reads no customer');
GRANT retail_manager TO t_dba;
SELECT retail.grant_store_access('retail_manager', 'seattle');
SELECT is(fixture.attempt('t_dba', 'seattle', 'SELECT FROM retail.customers', 'set'), 'rows 0', 'nor through a group that has a store');

-- ---- months without end ----
SELECT throws_ok($$SELECT retail.ensure_audit_partitions(0, '2030-06-01 BC')$$, '22023', NULL, 'no month before our time');
SELECT throws_ok($$SELECT retail.ensure_audit_partitions(0, 'infinity')$$, '22023', NULL, 'none at the end of time');

-- ---- numbers that are none ----
SELECT throws_ok($$UPDATE retail.products SET price = 'NaN' WHERE product_id = fixture.id('product', 'seattle', 1)$$, '23514', NULL, 'a price is a number');
SELECT throws_ok($$INSERT INTO retail.sales_transactions (store_id, subtotal, total_amount, transaction_date) VALUES ('seattle', 1, 1, 'infinity')$$, '23514', NULL, 'a sale has a date');

SELECT * FROM finish();
ROLLBACK;
