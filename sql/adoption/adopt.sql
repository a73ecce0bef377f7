-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Prepares a database of the original design for the migrations: its schema steps aside as retail_seed,
-- without the views and functions that the migrations make anew. They create the schema as everywhere,
-- 0005 moves the rows, which every constraint checks, and drops retail_seed. So an adopted schema is the
-- same as a fresh one by construction. All of it, check to last migration, is one transaction.

SET LOCAL client_min_messages = warning;

-- The lifetime value becomes the database's. What a client kept there is noted before.
INSERT INTO retail.audit_log (table_name, action, user_name, store_id, record_id, old_values, new_values, metadata)
SELECT 'customers', 'UPDATE', session_user, c.store_id, c.customer_id,
       jsonb_build_object('total_lifetime_value', c.total_lifetime_value), jsonb_build_object('total_lifetime_value', coalesce(s.amount, 0)),
       '{"reason": "adoption"}'
  FROM retail.customers c
  LEFT JOIN (SELECT store_id, customer_id, sum(CASE transaction_type WHEN 'return' THEN -total_amount ELSE total_amount END) AS amount
               FROM retail.sales_transactions GROUP BY store_id, customer_id) s USING (store_id, customer_id)
 WHERE c.total_lifetime_value <> 0 AND c.total_lifetime_value <> coalesce(s.amount, 0);

ALTER SCHEMA retail RENAME TO retail_seed;
DROP VIEW IF EXISTS retail_seed.slow_queries, retail_seed.table_stats, retail_seed.index_usage;
DO $$
DECLARE
    item record;
BEGIN
    -- The triggers go with their function, whatever their names became when they were mended.
    FOR item IN SELECT oid::regprocedure AS routine FROM pg_proc WHERE pronamespace = 'retail_seed'::regnamespace
    LOOP
        EXECUTE format('DROP ROUTINE %s CASCADE', item.routine);
    END LOOP;
    -- Clients and our functions look for them in public.
    FOR item IN
        SELECT extname FROM pg_extension
         WHERE extname IN ('uuid-ossp', 'pgcrypto', 'vector', 'btree_gin', 'pg_trgm', 'pg_stat_statements')
           AND extnamespace <> 'public'::regnamespace
    LOOP
        EXECUTE format('ALTER EXTENSION %I SET SCHEMA public', item.extname);
    END LOOP;
END
$$;
