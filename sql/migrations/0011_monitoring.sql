-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What dashboards read: the original design's three views, by oid and of this database only, the summary
-- of stores, the coverage of embeddings, and the maintenance a function can do.

SET LOCAL ROLE retail_owner;

CREATE FUNCTION retail.create_slow_queries_view() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    home name := (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                   WHERE e.extname = 'pg_stat_statements');
BEGIN
    IF home IS NULL THEN
        RETURN FALSE;
    END IF;
    EXECUTE format('CREATE OR REPLACE VIEW retail.slow_queries WITH (security_invoker = true) AS
        SELECT query, calls, total_exec_time, mean_exec_time, max_exec_time, stddev_exec_time, rows,
               100.0 * shared_blks_hit / nullif(shared_blks_hit + shared_blks_read, 0) AS hit_percent
          FROM %I.pg_stat_statements
         WHERE mean_exec_time > 100
           AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
         ORDER BY mean_exec_time DESC', home);
    COMMENT ON VIEW retail.slow_queries IS 'Statements of this database that take more than 100 ms on average. Texts of other logins need pg_monitor.';
    GRANT SELECT ON retail.slow_queries TO retail_dba, retail_ops;
    RETURN TRUE;
END
$$;
COMMENT ON FUNCTION retail.create_slow_queries_view() IS 'Makes the view slow_queries; false where pg_stat_statements is missing. For the owner.';
SELECT retail.create_slow_queries_view();

-- A partitioned table is one line, the sum of its partitions.
CREATE VIEW retail.table_stats WITH (security_invoker = true) AS
SELECT n.nspname AS schemaname,
       c.relname AS tablename,
       pg_size_pretty(s.bytes) AS size,
       s.inserts, s.updates, s.deletes, s.live_tuples, s.dead_tuples
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 CROSS JOIN LATERAL (
       SELECT sum(pg_total_relation_size(t.relid))::bigint AS bytes,
              sum(pg_stat_get_tuples_inserted(t.relid))::bigint AS inserts,
              sum(pg_stat_get_tuples_updated(t.relid))::bigint AS updates,
              sum(pg_stat_get_tuples_deleted(t.relid))::bigint AS deletes,
              sum(pg_stat_get_live_tuples(t.relid))::bigint AS live_tuples,
              sum(pg_stat_get_dead_tuples(t.relid))::bigint AS dead_tuples
         FROM (SELECT c.oid AS relid WHERE c.relkind = 'r'
               UNION ALL
               SELECT p.relid FROM pg_partition_tree(c.oid) p WHERE c.relkind = 'p' AND p.isleaf) t) s
 WHERE n.nspname = 'retail' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
 ORDER BY s.bytes DESC;
COMMENT ON VIEW retail.table_stats IS 'Size and row activity of each table since the statistics were reset; a partitioned table is one line.';

CREATE VIEW retail.index_usage WITH (security_invoker = true) AS
SELECT schemaname,
       relname AS tablename,
       indexrelname AS indexname,
       idx_tup_read,
       idx_tup_fetch,
       pg_size_pretty(pg_relation_size(indexrelid)) AS size,
       idx_scan
  FROM pg_stat_user_indexes
 WHERE schemaname = 'retail'
 ORDER BY idx_tup_read DESC;
COMMENT ON VIEW retail.index_usage IS 'How much each index was read since the statistics were reset.';

CREATE FUNCTION retail.store_summary() RETURNS TABLE (
    store_id varchar, store_name varchar, store_location varchar, store_type varchar, region varchar, is_active boolean,
    customers bigint, products bigint, active_products bigint, low_stock bigint, transactions bigint,
    sales_30d numeric, sales_prev_30d numeric, last_activity timestamptz,
    embedding_model varchar, embedded_products bigint
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    who name := retail.effective_role();
    sees_all boolean := pg_has_role(who, 'retail_owner', 'USAGE');
    model_name varchar := (SELECT a.embedding_model FROM retail.active_embedding_model a);
BEGIN
    RETURN QUERY
    SELECT s.store_id, s.store_name, s.store_location, s.store_type, s.region, s.is_active,
           (SELECT count(*) FROM retail.customers c WHERE c.store_id = s.store_id),
           (SELECT count(*) FROM retail.products p WHERE p.store_id = s.store_id),
           (SELECT count(*) FROM retail.products p WHERE p.store_id = s.store_id AND p.is_active),
           (SELECT count(*) FROM retail.products p WHERE p.store_id = s.store_id AND p.is_active AND p.current_stock <= p.reorder_point),
           (SELECT count(*) FROM retail.sales_transactions t WHERE t.store_id = s.store_id),
           CASE WHEN r.sees_sales THEN (
               SELECT coalesce(sum(CASE t.transaction_type WHEN 'return' THEN -t.total_amount ELSE t.total_amount END), 0)
                 FROM retail.sales_transactions t
                WHERE t.store_id = s.store_id AND t.transaction_date >= now() - interval '30 days' AND t.transaction_date < now()) END,
           CASE WHEN r.sees_sales THEN (
               SELECT coalesce(sum(CASE t.transaction_type WHEN 'return' THEN -t.total_amount ELSE t.total_amount END), 0)
                 FROM retail.sales_transactions t
                WHERE t.store_id = s.store_id AND t.transaction_date >= now() - interval '60 days'
                  AND t.transaction_date < now() - interval '30 days') END,
           (SELECT max(t.transaction_date) FROM retail.sales_transactions t WHERE t.store_id = s.store_id),
           model_name,
           (SELECT count(*) FROM retail.product_embeddings e JOIN retail.products p USING (store_id, product_id)
             WHERE e.store_id = s.store_id AND e.embedding_model = model_name AND p.is_active)
      FROM retail.stores s
     CROSS JOIN LATERAL (
           SELECT sees_all OR NOT pg_has_role(who, 'retail_dba', 'MEMBER') AND EXISTS (
               SELECT FROM retail_sec.store_access a
                WHERE (a.store_id = s.store_id OR a.store_id IS NULL)
                  AND pg_has_role(who, to_regrole(quote_ident(a.role_name)), 'USAGE')) AS sees_sales) r
     WHERE s.store_id IN (SELECT retail.visible_stores())
     ORDER BY s.store_name, s.store_id;
END
$$;
COMMENT ON FUNCTION retail.store_summary() IS
'One row a store that the effective role may see, no store need be chosen. Sales (30 days and the 30 before) are net of returns, and NULL for a role without the right to the store (DBA). embedded_products counts active products with a vector of the active model.';

CREATE FUNCTION retail.embedding_coverage() RETURNS TABLE (
    store_id varchar, embedding_model varchar, is_active_model boolean, active_products bigint, embedded_products bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.store_id, m.embedding_model,
           m.embedding_model = (SELECT a.embedding_model FROM retail.active_embedding_model a),
           (SELECT count(*) FROM retail.products p WHERE p.store_id = s.store_id AND p.is_active),
           (SELECT count(*) FROM retail.product_embeddings e JOIN retail.products p USING (store_id, product_id)
             WHERE e.store_id = s.store_id AND e.embedding_model = m.embedding_model AND p.is_active)
      FROM retail.stores s
     CROSS JOIN LATERAL (SELECT DISTINCT e.embedding_model FROM retail.product_embeddings e WHERE e.store_id = s.store_id
                         UNION SELECT a.embedding_model FROM retail.active_embedding_model a) m
     WHERE s.store_id IN (SELECT retail.visible_stores())
     ORDER BY s.store_id, m.embedding_model
$$;
COMMENT ON FUNCTION retail.embedding_coverage() IS
'How many active products of each visible store have a vector, by model; numbers only, so DBAs may ask.';

CREATE FUNCTION retail.measure_search(
    store varchar, samples integer DEFAULT 20, k integer DEFAULT 20, ef_search integer DEFAULT 200, embedding_model varchar DEFAULT NULL
) RETURNS TABLE (sampled integer, recall float8, index_ms_p50 float8, index_ms_p95 float8, exact_ms_p50 float8, exact_ms_p95 float8)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    model_name varchar := coalesce(measure_search.embedding_model, (SELECT a.embedding_model FROM retail.active_embedding_model a));
    every retail_sec.product_filter := retail_sec.read_filter('{}');
    probe public.vector;
    truth uuid[];
    found uuid[];
    t0 timestamptz;
    hits bigint := 0;
    possible bigint := 0;
    index_ms float8[] := ARRAY[]::float8[];
    exact_ms float8[] := ARRAY[]::float8[];
BEGIN
    IF store NOT IN (SELECT retail.visible_stores()) THEN
        RAISE EXCEPTION 'Invalid or inactive store: %', store USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF samples NOT BETWEEN 1 AND 1000 OR k NOT BETWEEN 1 AND 1000 OR ef_search NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'samples, k and ef_search must be between 1 and 1000' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR probe IN
        SELECT e.embedding FROM retail.product_embeddings e
         WHERE e.store_id = store AND e.embedding_model = model_name AND e.embedding IS NOT NULL ORDER BY random() LIMIT samples
    LOOP
        t0 := clock_timestamp();
        SELECT array_agg(x.product_id) INTO truth FROM retail_sec.nearest_exact(store, probe, model_name, k, NULL, every) x;
        exact_ms := exact_ms || (1000 * extract(epoch FROM clock_timestamp() - t0))::float8;
        t0 := clock_timestamp();
        SELECT array_agg(x.product_id) INTO found FROM retail_sec.nearest_by_index(store, probe, model_name, k, every, ef_search) x;
        index_ms := index_ms || (1000 * extract(epoch FROM clock_timestamp() - t0))::float8;
        hits := hits + (SELECT count(*) FROM unnest(found) f WHERE f = ANY (truth));
        possible := possible + coalesce(cardinality(truth), 0);
    END LOOP;
    RETURN QUERY
    SELECT cardinality(index_ms), hits::float8 / nullif(possible, 0), i.p[1], i.p[2], x.p[1], x.p[2]
      FROM (SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY m) AS p FROM unnest(index_ms) m) i,
           (SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY m) AS p FROM unnest(exact_ms) m) x;
END
$$;
COMMENT ON FUNCTION retail.measure_search(varchar, integer, integer, integer, varchar) IS
'Recall at k of the vector index against the exact answer, on a sample of a visible store''s stored vectors, and the times of both; numbers only, so DBAs may ask.';

CREATE FUNCTION retail.perform_maintenance() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- VACUUM and REINDEX CONCURRENTLY are refused inside a function: retail-admin maintain sends them.
    ANALYZE retail.customers;
    ANALYZE retail.products;
    ANALYZE retail.sales_transactions;
    ANALYZE retail.sales_transaction_items;
    ANALYZE retail.product_embeddings;
    PERFORM retail.ensure_audit_partitions();
    PERFORM retail_sec.audit_event('maintenance', 'automated_maintenance_completed', NULL, NULL,
                                   jsonb_build_object('database_size', pg_database_size(current_database())));
END
$$;
COMMENT ON FUNCTION retail.perform_maintenance() IS
'Refreshes planner statistics, keeps audit partitions ahead, and notes it in the audit log. VACUUM and REINDEX cannot run in a function: retail-admin maintain does them.';

RESET ROLE;
