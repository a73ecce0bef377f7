-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What fills the audit log: statement-level triggers with transition tables (a bulk load pays once a
-- statement, not once a row), one for each event, because transition tables allow no more.

SET LOCAL ROLE retail_owner;

-- Argument: the key column. Works over to_jsonb(), so one function serves every table.
CREATE FUNCTION retail.audit_trigger() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    key_column text := TG_ARGV[0];
    key_is_uuid boolean := key_column LIKE '%\_id' AND key_column <> 'store_id';
    origin jsonb;
    -- What the database derives itself is no change of its own when a trigger wrote it.
    derived text[] := CASE WHEN pg_trigger_depth() > 1 THEN ARRAY['updated_at', 'total_lifetime_value'] ELSE ARRAY['updated_at'] END;
BEGIN
    origin := retail_sec.audit_metadata();
    IF TG_OP = 'INSERT' THEN
        INSERT INTO retail.audit_log (table_name, action, user_name, store_id, record_id, new_values, metadata)
        SELECT TG_TABLE_NAME, TG_OP, session_user, r.j ->> 'store_id',
               CASE WHEN key_is_uuid THEN (r.j ->> key_column)::uuid END,
               r.j,
               CASE WHEN key_is_uuid THEN origin ELSE origin || jsonb_build_object('key', r.j -> key_column) END
          FROM (SELECT to_jsonb(n) - 'embedding' AS j FROM new_rows n) r;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO retail.audit_log (table_name, action, user_name, store_id, record_id, old_values, metadata)
        SELECT TG_TABLE_NAME, TG_OP, session_user, r.j ->> 'store_id',
               CASE WHEN key_is_uuid THEN (r.j ->> key_column)::uuid END,
               r.j,
               CASE WHEN key_is_uuid THEN origin ELSE origin || jsonb_build_object('key', r.j -> key_column) END
          FROM (SELECT to_jsonb(o) - 'embedding' AS j FROM old_rows o) r;
    ELSE
        -- A row whose key or store changed has no partner: it is logged as two, each with its own store.
        INSERT INTO retail.audit_log (table_name, action, user_name, store_id, record_id, old_values, new_values, metadata)
        SELECT TG_TABLE_NAME, TG_OP, session_user, r.either ->> 'store_id',
               CASE WHEN key_is_uuid THEN (r.either ->> key_column)::uuid END,
               r.old_part - 'embedding', r.new_part - 'embedding',
               CASE WHEN key_is_uuid THEN origin ELSE origin || jsonb_build_object('key', r.either -> key_column) END
          FROM (SELECT coalesce(o.j, n.j) AS either,
                       CASE WHEN n.j IS NULL THEN o.j ELSE c.old_values END AS old_part,
                       CASE WHEN o.j IS NULL THEN n.j ELSE c.new_values END AS new_part
                  FROM (SELECT to_jsonb(t) AS j FROM old_rows t) o
                  FULL JOIN (SELECT to_jsonb(t) AS j FROM new_rows t) n
                    ON n.j ->> key_column = o.j ->> key_column
                   AND coalesce(n.j ->> 'store_id', '') = coalesce(o.j ->> 'store_id', '')
                 CROSS JOIN LATERAL (
                       SELECT jsonb_object_agg(e.key, e.value) AS old_values,
                              jsonb_object_agg(e.key, n.j -> e.key) AS new_values,
                              bool_or(e.key <> ALL (derived)) AS real_change
                         FROM jsonb_each(o.j) e
                        WHERE n.j IS NOT NULL AND e.value IS DISTINCT FROM n.j -> e.key) c
                 WHERE o.j IS NULL OR n.j IS NULL OR c.real_change) r;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION retail.audit_trigger() IS
'Appends every inserted, updated and deleted row to the audit log. Argument: the table''s key column.';

DO $$
DECLARE
    t record;
    op text;
    tables text;
BEGIN
    FOR t IN
        SELECT * FROM (VALUES ('retail.customers', 'customers', 'customer_id'),
                              ('retail.products', 'products', 'product_id'),
                              ('retail.sales_transactions', 'sales_transactions', 'transaction_id'),
                              ('retail.sales_transaction_items', 'sales_transaction_items', 'item_id'),
                              ('retail.product_embeddings', 'product_embeddings', 'embedding_id'),
                              ('retail.stores', 'stores', 'store_id'),
                              ('retail_sec.store_access', 'store_access', 'role_name')) v (relation, name, key_column)
    LOOP
        FOREACH op IN ARRAY ARRAY['insert', 'update', 'delete']
        LOOP
            tables := CASE op WHEN 'insert' THEN 'NEW TABLE AS new_rows'
                              WHEN 'delete' THEN 'OLD TABLE AS old_rows'
                              ELSE 'OLD TABLE AS old_rows NEW TABLE AS new_rows' END;
            EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s REFERENCING %s FOR EACH STATEMENT EXECUTE FUNCTION retail.audit_trigger(%L)',
                           t.name || '_audit_' || op, op, t.relation, tables, t.key_column);
            EXECUTE format('COMMENT ON TRIGGER %I ON %s IS %L', t.name || '_audit_' || op, t.relation,
                           'Appends each ' || op || ' to the audit log.');
        END LOOP;
    END LOOP;
END
$$;

-- The row triggers above see no TRUNCATE, and it would leave no trace.
CREATE FUNCTION retail.refuse_truncate() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE of % refused: it would bypass the audit log', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', HINT = 'Use DELETE.';
END
$$;
COMMENT ON FUNCTION retail.refuse_truncate() IS 'Refuses TRUNCATE of audited tables: it fires no row trigger.';
DO $$
DECLARE
    relation text;
BEGIN
    FOREACH relation IN ARRAY ARRAY['retail.customers', 'retail.products', 'retail.sales_transactions', 'retail.sales_transaction_items',
                                    'retail.product_embeddings', 'retail.stores', 'retail_sec.store_access']
    LOOP
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION retail.refuse_truncate()', relation);
        EXECUTE format('COMMENT ON TRIGGER refuse_truncate ON %s IS %L', relation, 'TRUNCATE would leave no trace in the audit log.');
    END LOOP;
END
$$;

CREATE FUNCTION retail.redact_audit(record uuid, columns text[], reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    changed bigint;
BEGIN
    IF record IS NULL OR coalesce(cardinality(columns), 0) = 0 OR coalesce(reason, '') = '' THEN
        RAISE EXCEPTION 'A redaction needs a record, columns and a reason' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO retail_sec.audit_redactions (record_id, redacted_columns, reason) VALUES (record, columns, reason);
    UPDATE retail.audit_log a
       SET old_values = retail_sec.redacted(a.old_values, columns),
           new_values = retail_sec.redacted(a.new_values, columns)
     WHERE a.record_id = record AND (a.old_values ?| columns OR a.new_values ?| columns);
    GET DIAGNOSTICS changed = ROW_COUNT;
    PERFORM retail_sec.audit_event('audit_log', 'redaction', NULL, record,
                                   jsonb_build_object('columns', columns, 'reason', reason, 'entries', changed));
    RETURN changed;
END
$$;
COMMENT ON FUNCTION retail.redact_audit(uuid, text[], text) IS
'Replaces the values of these columns in all audit entries of a record by "[redacted]" (a person''s erasure); noted with reason and login. For the owner.';

CREATE FUNCTION retail_sec.redacted(row_values jsonb, columns text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(jsonb_object_agg(e.key, CASE WHEN e.key = ANY (columns) AND e.value <> 'null' THEN '"[redacted]"' ELSE e.value END), '{}')
      FROM jsonb_each(row_values) e
$$;
COMMENT ON FUNCTION retail_sec.redacted(jsonb, text[]) IS 'The row with these columns'' values replaced.';

CREATE FUNCTION retail.drop_audit_before(cutoff timestamptz) RETURNS TABLE (partition_name text, entries bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    month_name text;
    month_end timestamptz;
BEGIN
    IF cutoff IS NULL OR cutoff > now() THEN
        RAISE EXCEPTION 'The cut-off must be a time in the past' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- An old entry that waits in the default partition gets its month first.
    PERFORM retail.ensure_audit_partitions(0);
    FOR month_name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'retail.audit_log'::regclass AND c.relname ~ '^audit_log_y\d{4,}m\d\d$'
         ORDER BY c.relname
    LOOP
        month_end := to_timestamp(substring(month_name FROM 'y(\d+)m'), 'YYYY')
                     + make_interval(months => substring(month_name FROM 'm(\d\d)$')::integer);
        CONTINUE WHEN month_end > cutoff;
        EXECUTE format('SELECT count(*) FROM retail.%I', month_name) INTO entries;
        EXECUTE format('DROP TABLE retail.%I', month_name);
        partition_name := month_name;
        PERFORM retail_sec.audit_event('audit_log', 'retention', NULL, NULL,
                                       jsonb_build_object('partition', month_name, 'entries', entries, 'cutoff', cutoff));
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION retail.drop_audit_before(timestamptz) IS
'Retention: drops the monthly partitions that end at or before the cut-off and returns what went; noted in the log. For the owner.';

RESET ROLE;
