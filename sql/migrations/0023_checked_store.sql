-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The second clause of the policies named the store by the setting, which anybody may set: it found the index
-- entries of a store that the login may not enter, together with the login's own conditions, and the first
-- clause only put the rows away again. How many were put away EXPLAIN tells, and so a name could be read letter
-- by letter. Both clauses ask the check now. Neither may be replaced by the setting: it can change within a
-- statement, between the check and its use.
-- And: a DBA entered a store through SET ROLE; a customer's id could change, which left the erased person in the
-- log and counted sales twice; plans of the search were printed for its caller with the owner's statistics.

SET LOCAL ROLE retail_owner;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY '{customers, products, sales_transactions, sales_transaction_items, product_embeddings, product_documents, audit_log}'::text[] LOOP
        EXECUTE format($policy$ALTER POLICY %I ON retail.%I USING (
            ((SELECT jsonb_build_object(coalesce(retail.current_store_id(), ''), jsonb '{}')))[store_id] IS NOT NULL
            AND store_id = (SELECT retail.current_store_id()))$policy$, t || '_store_isolation', t);
    END LOOP;
END
$$;
ALTER POLICY stores_visible ON retail.stores USING (
    ((SELECT coalesce(jsonb_object_agg(v.store_id, jsonb '{}'), '{}') FROM retail.visible_stores() v (store_id)))[store_id] IS NOT NULL
    AND store_id = ANY (ARRAY(SELECT retail.visible_stores())));
-- A condition on the region alone would touch the entries of every store.
DROP INDEX IF EXISTS retail.idx_stores_region;
CREATE INDEX idx_stores_region ON retail.stores (store_id, region);
COMMENT ON INDEX retail.idx_stores_region IS 'Stores of a region, among those that the login sees.';

CREATE FUNCTION retail_sec.is_dba(who name) RETURNS boolean
LANGUAGE sql STABLE PARALLEL RESTRICTED
RETURN pg_catalog.pg_has_role(who, 'retail_dba', 'MEMBER')
    OR pg_catalog.pg_has_role(session_user, 'retail_dba', 'MEMBER') AND NOT pg_catalog.pg_has_role(session_user, 'retail_owner', 'MEMBER');
REVOKE ALL ON FUNCTION retail_sec.is_dba(name) FROM PUBLIC;
COMMENT ON FUNCTION retail_sec.is_dba(name) IS 'Whether this role enters no store: a DBA, also one that took another role. The owner may view as a DBA and back.';

CREATE OR REPLACE FUNCTION retail.current_store_id() RETURNS varchar(50)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_bitmapscan = off
AS $$
DECLARE
    chosen varchar := current_setting('app.current_store_id', true);
    who name := current_setting('role');
BEGIN
    -- RESET leaves an empty setting, not an absent one.
    IF chosen IS NULL OR chosen = '' THEN
        RETURN NULL;
    END IF;
    IF who = 'none' THEN
        who := session_user;
    END IF;
    PERFORM FROM retail.stores s JOIN retail_sec.store_access a ON a.store_key = ANY (ARRAY[chosen, ''])
      WHERE s.store_id = chosen AND s.is_active AND pg_has_role(who, to_regrole(quote_ident(a.role_name)), 'USAGE')
      LIMIT 1;
    -- A DBA enters no store, whatever else it was made a member of.
    IF FOUND AND NOT retail_sec.is_dba(who) THEN
        RETURN chosen;
    END IF;
    -- Owner, ops and superusers need no row.
    IF pg_has_role(who, 'retail_owner', 'USAGE') THEN
        RETURN (SELECT s.store_id FROM retail.stores s WHERE s.store_id = chosen AND s.is_active);
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION retail.store_summary()
RETURNS TABLE (store_id varchar, store_name varchar, store_location varchar, store_type varchar, region varchar, is_active boolean,
               customers bigint, products bigint, active_products bigint, low_stock bigint, transactions bigint,
               sales_30d numeric, sales_prev_30d numeric, last_activity timestamptz, embedding_model varchar, embedded_products bigint)
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
           SELECT sees_all OR NOT retail_sec.is_dba(who) AND EXISTS (
               SELECT FROM retail_sec.store_access a
                WHERE (a.store_id = s.store_id OR a.store_id IS NULL)
                  AND pg_has_role(who, to_regrole(quote_ident(a.role_name)), 'USAGE')) AS sees_sales) r
     WHERE s.store_id IN (SELECT retail.visible_stores())
     ORDER BY s.store_name, s.store_id;
END
$$;

CREATE OR REPLACE FUNCTION retail.keep_customer() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Somewhere it is tomorrow already.
    IF NEW.date_of_birth > (now() AT TIME ZONE 'UTC')::date + 1
       AND (TG_OP = 'INSERT' OR NEW.date_of_birth IS DISTINCT FROM OLD.date_of_birth) THEN
        RAISE EXCEPTION 'The date of birth % is in the future', NEW.date_of_birth
            USING ERRCODE = 'check_violation', TABLE = 'customers', COLUMN = 'date_of_birth', CONSTRAINT = 'possible_date_of_birth';
    END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.total_lifetime_value := 0;
        RETURN NEW;
    END IF;
    -- The log knows a person by it, and so does an erasure.
    IF NEW.customer_id <> OLD.customer_id THEN
        RAISE EXCEPTION 'A customer keeps its id' USING ERRCODE = 'check_violation', TABLE = 'customers', COLUMN = 'customer_id';
    END IF;
    IF current_user = 'retail_owner' AND NEW.total_lifetime_value IS DISTINCT FROM OLD.total_lifetime_value THEN
        RETURN NEW;
    END IF;
    NEW.total_lifetime_value := OLD.total_lifetime_value;
    NEW.updated_at := now();
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION retail.keep_customer() IS 'Keeps the id, updated_at, total_lifetime_value out of clients'' hands, and dates of birth out of the future.';

CREATE OR REPLACE FUNCTION retail.maintain_lifetime_value() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE retail.customers c
           SET total_lifetime_value = coalesce(c.total_lifetime_value, 0) + d.amount
          FROM (SELECT n.store_id, n.customer_id,
                       sum(CASE n.transaction_type WHEN 'return' THEN -n.total_amount ELSE n.total_amount END) AS amount
                  FROM new_rows n
                 WHERE n.customer_id IS NOT NULL
                 GROUP BY n.store_id, n.customer_id) d
         WHERE c.store_id = d.store_id AND c.customer_id = d.customer_id AND d.amount <> 0;
        RETURN NULL;
    END IF;
    -- By the customer alone: the statement may have moved the customer to another store.
    IF TG_OP = 'DELETE' THEN
        UPDATE retail.customers c
           SET total_lifetime_value = coalesce(c.total_lifetime_value, 0) - d.amount
          FROM (SELECT o.customer_id,
                       sum(CASE o.transaction_type WHEN 'return' THEN -o.total_amount ELSE o.total_amount END) AS amount
                  FROM old_rows o
                 WHERE o.customer_id IS NOT NULL
                 GROUP BY o.customer_id) d
         WHERE c.customer_id = d.customer_id AND d.amount <> 0;
    ELSE
        UPDATE retail.customers c
           SET total_lifetime_value = coalesce(c.total_lifetime_value, 0) + d.amount
          FROM (SELECT x.customer_id, sum(x.amount) AS amount
                  FROM (SELECT n.customer_id,
                               CASE n.transaction_type WHEN 'return' THEN -n.total_amount ELSE n.total_amount END AS amount
                          FROM new_rows n
                        UNION ALL
                        SELECT o.customer_id,
                               CASE o.transaction_type WHEN 'return' THEN o.total_amount ELSE -o.total_amount END
                          FROM old_rows o) x
                 WHERE x.customer_id IS NOT NULL
                 GROUP BY x.customer_id) d
         WHERE c.customer_id = d.customer_id AND d.amount <> 0;
    END IF;
    RETURN NULL;
END
$$;

-- Made as owner, such a plan estimates from values of every store, and debug_print_plan sends it to the caller.
ALTER FUNCTION retail.search_products(public.vector, text, integer, jsonb, varchar, double precision) SET client_min_messages = notice;
ALTER FUNCTION retail.search_products_by_similarity(public.vector, double precision, integer) SET client_min_messages = notice;
ALTER FUNCTION retail.store_summary() SET client_min_messages = notice;
ALTER FUNCTION retail.embedding_coverage() SET client_min_messages = notice;
ALTER FUNCTION retail.embedding_health() SET client_min_messages = notice;
-- They have patterns with backslashes, which mean something else without it.
ALTER FUNCTION retail.explain_search(varchar, integer, integer, varchar) SET standard_conforming_strings = on;
ALTER FUNCTION retail.drop_audit_before(timestamptz) SET standard_conforming_strings = on;

RESET ROLE;
