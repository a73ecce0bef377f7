-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The schema's shape: the original design's names, columns and signatures; nothing open that should be shut;
-- everything described.
BEGIN;
SELECT plan(42);

-- ---- the original design's tables, columns in their order ----
SELECT is((SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
             FROM pg_attribute a WHERE a.attrelid = ('retail.' || v.name)::regclass AND a.attnum > 0 AND NOT a.attisdropped),
          v.columns, 'columns of ' || v.name)
  FROM (VALUES
    ('stores', 'store_id character varying(50), store_name character varying(100), store_location character varying(100), store_type character varying(50), region character varying(50), created_at timestamp with time zone, updated_at timestamp with time zone, is_active boolean'),
    ('product_categories', 'category_id integer, category_name character varying(100), parent_category_id integer, description text, is_active boolean'),
    ('customers', 'customer_id uuid, store_id character varying(50), first_name character varying(50), last_name character varying(50), email character varying(100), phone character varying(20), date_of_birth date, gender character varying(20), customer_since date, loyalty_tier character varying(20), total_lifetime_value numeric(14,2), created_at timestamp with time zone, updated_at timestamp with time zone'),
    ('products', 'product_id uuid, store_id character varying(50), sku character varying(50), product_name character varying(200), product_description text, category_id integer, brand character varying(100), model character varying(100), color character varying(50), size character varying(50), weight_kg numeric(8,3), dimensions_cm character varying(50), price numeric(10,2), cost numeric(10,2), current_stock integer, minimum_stock integer, maximum_stock integer, reorder_point integer, supplier_name character varying(100), supplier_sku character varying(50), is_active boolean, is_featured boolean, rating_average numeric(3,2), rating_count integer, tags text[], metadata jsonb, created_at timestamp with time zone, updated_at timestamp with time zone'),
    ('sales_transactions', 'transaction_id uuid, store_id character varying(50), customer_id uuid, transaction_date timestamp with time zone, transaction_type character varying(20), payment_method character varying(50), subtotal numeric(10,2), tax_amount numeric(10,2), discount_amount numeric(10,2), total_amount numeric(10,2), cashier_id character varying(50), register_id character varying(50), receipt_number character varying(50), notes text, metadata jsonb, created_at timestamp with time zone'),
    ('sales_transaction_items', 'item_id uuid, transaction_id uuid, product_id uuid, quantity integer, unit_price numeric(10,2), total_price numeric(10,2), discount_amount numeric(10,2), tax_amount numeric(10,2), created_at timestamp with time zone, store_id character varying(50)'),
    ('product_embeddings', 'embedding_id uuid, product_id uuid, store_id character varying(50), embedding_text text, embedding vector(1536), embedding_model character varying(100), created_at timestamp with time zone, updated_at timestamp with time zone'),
    ('audit_log', 'log_id uuid, table_name character varying(100), action character varying(50), user_name character varying(100), store_id character varying(50), record_id uuid, old_values jsonb, new_values jsonb, metadata jsonb, created_at timestamp with time zone')
  ) v (name, columns);

-- ---- functions and views by their signatures ----
SELECT is(pg_get_function_identity_arguments('retail.set_store_context'::regproc), 'store_id_param character varying', 'set_store_context(varchar)');
SELECT is(pg_get_function_identity_arguments('retail.search_products_by_similarity'::regproc),
          'search_embedding vector, similarity_threshold double precision, max_results integer', 'search_products_by_similarity(vector, float, integer)');
SELECT is(pg_get_function_result('retail.search_products_by_similarity'::regproc),
          'TABLE(product_id uuid, product_name character varying, product_description text, brand character varying, price numeric, similarity_score double precision)', 'and what it returns');
SELECT is(pg_get_function_arguments('retail.search_products_by_similarity'::regproc),
          'search_embedding vector, similarity_threshold double precision DEFAULT 0.7, max_results integer DEFAULT 20', 'and its defaults');
SELECT has_function('retail', 'perform_maintenance', '{}'::name[]);
SELECT has_function('retail', 'audit_trigger', '{}'::name[]);
SELECT is((SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = ('retail.' || v.name)::regclass AND attnum > 0), v.columns, 'columns of ' || v.name)
  FROM (VALUES ('slow_queries', 'query,calls,total_exec_time,mean_exec_time,max_exec_time,stddev_exec_time,rows,hit_percent'),
               ('table_stats', 'schemaname,tablename,size,inserts,updates,deletes,live_tuples,dead_tuples'),
               ('index_usage', 'schemaname,tablename,indexname,idx_tup_read,idx_tup_fetch,size,idx_scan')) v (name, columns);
SELECT is(retail.schema_version(), (SELECT max(version) FROM retail_sec.schema_migrations), 'schema_version() is the newest migration');

-- ---- every index of the original design has its name, and none is the beginning of another ----
SELECT is_empty($$
    SELECT i FROM unnest(ARRAY['idx_stores_region', 'idx_stores_active', 'idx_customers_store_id', 'idx_customers_email', 'idx_customers_loyalty_tier', 'idx_customers_created_at',
        'idx_products_store_id', 'idx_products_sku', 'idx_products_category', 'idx_products_brand', 'idx_products_price', 'idx_products_stock', 'idx_products_active', 'idx_products_featured',
        'idx_products_tags', 'idx_products_metadata', 'idx_products_text_search', 'idx_sales_transactions_store_id', 'idx_sales_transactions_customer_id', 'idx_sales_transactions_date',
        'idx_sales_transactions_type', 'idx_sales_transactions_payment', 'idx_sales_transaction_items_transaction_id', 'idx_sales_transaction_items_product_id',
        'idx_product_embeddings_vector', 'idx_product_embeddings_product_id', 'idx_product_embeddings_store_id', 'idx_product_embeddings_model', 'idx_audit_log_table_name',
        'idx_audit_log_action', 'idx_audit_log_user_name', 'idx_audit_log_store_id', 'idx_audit_log_created_at']) i
     WHERE to_regclass('retail.' || i) IS NULL$$, 'the original design''s index names exist');
SELECT is_empty($$
    SELECT a.indexrelid::regclass, b.indexrelid::regclass
      FROM pg_index a JOIN pg_index b ON a.indrelid = b.indrelid AND a.indexrelid <> b.indexrelid
      JOIN pg_class c ON c.oid = a.indrelid AND c.relnamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace)
      JOIN pg_class ca ON ca.oid = a.indexrelid JOIN pg_class cb ON cb.oid = b.indexrelid AND cb.relam = ca.relam
     WHERE NOT a.indisunique AND a.indpred IS NULL AND a.indexprs IS NULL AND b.indpred IS NULL
       AND (b.indkey::text || ' ') LIKE (a.indkey::text || ' %')$$, 'no index is a prefix of another');
SELECT is_empty($$SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid$$, 'no index is invalid');

-- ---- references cannot cross stores ----
SELECT is_empty($$
    SELECT conname FROM pg_constraint
     WHERE contype = 'f' AND connamespace = 'retail'::regnamespace AND conparentid = 0
       AND confrelid NOT IN ('retail.stores'::regclass, 'retail.product_categories'::regclass) AND cardinality(conkey) < 2$$,
    'every reference between store tables names the store');

-- ---- shut ----
SELECT is_empty($$
    SELECT oid::regclass FROM pg_class
     WHERE relnamespace = 'retail'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND NOT relrowsecurity
       AND relname NOT IN ('product_categories', 'active_embedding_model')$$, 'row level security is on for every table with a store');
SELECT is_empty($$SELECT polname FROM pg_policy WHERE pg_get_expr(polqual, polrelid) NOT LIKE '(%(( SELECT %))[store_id] IS NOT NULL)%'$$,
                'every policy asks for the store first, and once a statement');
SELECT is_empty($$
    SELECT oid::regprocedure FROM pg_proc
     WHERE pronamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace) AND prosecdef
       AND NOT coalesce(proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], FALSE)$$, 'every SECURITY DEFINER function has a fixed search_path');
SELECT is_empty($$
    SELECT oid::regprocedure FROM pg_proc
     WHERE pronamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace) AND proconfig IS NULL
       AND proname NOT IN ('effective_role', 'is_dba', 'product_matches', 'embedding_text')$$, 'and every other one too, but the four that are expanded in place');
SELECT is_empty($$
    SELECT oid::regprocedure FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
     WHERE pronamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace) AND a.grantee = 0 AND proname <> 'schema_version'$$,
    'PUBLIC may execute schema_version() and nothing else');
SELECT is_empty($$
    SELECT c.oid::regclass FROM pg_class c, aclexplode(c.relacl) a
     WHERE relnamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace) AND a.grantee = 0$$, 'PUBLIC has no right to a table');
SELECT is_empty($$SELECT * FROM pg_default_acl$$, 'no default privileges');
SELECT is_empty($$
    SELECT oid::regclass FROM pg_class WHERE relnamespace = 'retail'::regnamespace AND relkind = 'v'
       AND NOT coalesce(reloptions @> ARRAY['security_invoker=true'], FALSE)$$, 'views run as their reader');
SELECT is_empty($$
    SELECT c.oid::regclass::text FROM pg_class c WHERE relnamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace)
       AND relowner <> 'retail_owner'::regrole AND relkind <> 'c'
    UNION ALL SELECT p.oid::regprocedure::text FROM pg_proc p WHERE pronamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace) AND proowner <> 'retail_owner'::regrole$$,
    'retail_owner owns everything');
SELECT ok(NOT has_schema_privilege('mcp_user', s, 'CREATE'), 'application cannot create in ' || s) FROM unnest(ARRAY['public', 'retail', 'retail_sec']) s;
SELECT ok(NOT has_schema_privilege(r, 'retail_sec', 'USAGE'), r || ' does not see retail_sec') FROM unnest(ARRAY['mcp_user', 'retail_manager', 'retail_dba']) r;
SELECT is_empty($$SELECT rolname FROM pg_authid WHERE rolname LIKE 'retail\_%' AND rolcanlogin OR rolname = 'mcp_user' AND rolpassword IS NOT NULL$$,
                'groups cannot log in, mcp_user has no password');

-- ---- described ----
SELECT is_empty($$
    SELECT c.oid::regclass::text FROM pg_class c
     WHERE relnamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace) AND relkind IN ('r', 'p', 'v')
       AND obj_description(c.oid, 'pg_class') IS NULL
    UNION ALL
    -- Columns of partitions and views are those of their tables; a sequence belongs to its column.
    SELECT c.oid::regclass || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
     WHERE relnamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace) AND relkind IN ('r', 'p') AND NOT relispartition
       AND col_description(c.oid, a.attnum) IS NULL$$, 'every table, view and column has a comment');
SELECT is_empty($$
    SELECT c.oid::regclass FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_class t ON t.oid = i.indrelid
     WHERE c.relnamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace) AND NOT t.relispartition
       AND obj_description(c.oid, 'pg_class') IS NULL$$, 'every index has a comment');
SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc p WHERE pronamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace)
       AND obj_description(p.oid, 'pg_proc') IS NULL$$, 'every function has a comment');
SELECT is_empty($$
    SELECT tgrelid::regclass, tgname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
     WHERE relnamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace) AND NOT tgisinternal AND tgparentid = 0
       AND obj_description(t.oid, 'pg_trigger') IS NULL
    UNION ALL SELECT polrelid::regclass, polname FROM pg_policy p WHERE obj_description(p.oid, 'pg_policy') IS NULL
    UNION ALL SELECT NULL, rolname FROM pg_roles WHERE (rolname LIKE 'retail\_%' OR rolname = 'mcp_user') AND shobj_description(oid, 'pg_authid') IS NULL
    UNION ALL SELECT NULL, nspname FROM pg_namespace WHERE nspname IN ('retail', 'retail_sec') AND obj_description(oid, 'pg_namespace') IS NULL$$,
    'every trigger, policy, role and schema has a comment');

SELECT * FROM finish();
ROLLBACK;
