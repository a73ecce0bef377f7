-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What maintenance needs from the database: an estimate of bloat that works without statistics (columns that
-- name a person keep none) and without pgstattuple, and the entry in the audit log.

SET LOCAL ROLE retail_owner;

-- Rows of some pages are measured, and what they would need in a freshly written table or B-tree is set
-- against the size there is. Deduplication makes a B-tree smaller than told here, never larger: where there
-- is doubt the estimate says less bloat, not more.
CREATE FUNCTION retail.estimate_bloat(pages integer DEFAULT 300) RETURNS TABLE (relation oid, actual_bytes bigint, needed_bytes bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    block CONSTANT numeric := current_setting('block_size')::numeric;
    item record;
    wanted text;
    share numeric;
    sums numeric[];
BEGIN
    IF pages IS NULL OR pages NOT BETWEEN 1 AND 100000 THEN
        RAISE EXCEPTION 'pages must be between 1 and 100000' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR item IN
        SELECT c.oid AS id, n.nspname, c.relname, pg_relation_size(c.oid) AS bytes,
               coalesce((SELECT o.option_value::numeric FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'fillfactor'), 100) AS fill,
               (SELECT string_agg(format('coalesce(CASE WHEN pg_column_size(%1$I) > 2000 THEN 18 ELSE pg_column_size(%1$I) END, 0)', a.attname), ' + ')
                  FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS width,
               ix.ids, ix.bytes AS index_bytes, ix.fills, ix.sums
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         CROSS JOIN LATERAL (
               SELECT array_agg(i.indexrelid ORDER BY i.indexrelid) AS ids,
                      array_agg(pg_relation_size(i.indexrelid) ORDER BY i.indexrelid) AS bytes,
                      array_agg(coalesce((SELECT o.option_value::numeric FROM pg_options_to_table(ic.reloptions) o WHERE o.option_name = 'fillfactor'), 90)
                                ORDER BY i.indexrelid) AS fills,
                      string_agg(format(', coalesce(sum(12 + (%s + 7) / 8 * 8)%s, 0)',
                          (SELECT string_agg(format('coalesce(pg_column_size(%s), 0)', pg_get_indexdef(i.indexrelid, k, FALSE)), ' + ')
                             FROM generate_series(1, i.indnatts::integer) k),
                          ' FILTER (WHERE ' || pg_get_expr(i.indpred, i.indrelid) || ')'), '' ORDER BY i.indexrelid) AS sums
                 FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am am ON am.oid = ic.relam
                WHERE i.indrelid = c.oid AND am.amname = 'btree' AND i.indisvalid) ix
         WHERE n.nspname IN ('retail', 'retail_sec') AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0
    LOOP
        share := least(100, 100.0 * pages * block / item.bytes);
        wanted := format('SELECT ARRAY[coalesce(sum(28 + (%s + 7) / 8 * 8), 0)%s]::numeric[] FROM ONLY %I.%I TABLESAMPLE SYSTEM (%s)',
                         item.width, coalesce(item.sums, ''), item.nspname, item.relname, share);
        EXECUTE wanted INTO sums;
        relation := item.id;
        actual_bytes := item.bytes;
        needed_bytes := block * greatest(1, ceil(sums[1] * 100 / share / ((block - 24) * item.fill / 100)));
        RETURN NEXT;
        FOR n IN 1 .. coalesce(cardinality(item.ids), 0) LOOP
            relation := item.ids[n];
            actual_bytes := item.index_bytes[n];
            -- The inner pages are a hundredth, the first page is the index's own.
            needed_bytes := block * (1 + ceil(1.01 * sums[n + 1] * 100 / share / ((block - 40) * item.fills[n] / 100)));
            RETURN NEXT;
        END LOOP;
    END LOOP;
END
$$;
COMMENT ON FUNCTION retail.estimate_bloat(integer) IS
'Size of each table and B-tree index, and an estimate of what its rows would need if it were written anew, from a sample of that many pages a table; numbers only, so DBAs may ask.';

CREATE FUNCTION retail.record_maintenance(details jsonb, completed boolean) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT retail_sec.audit_event('maintenance', CASE WHEN completed THEN 'automated_maintenance_completed' ELSE 'maintenance_incomplete' END,
                                  NULL, NULL, jsonb_build_object('database_size', pg_database_size(current_database())) || coalesce(details, '{}'))
$$;
COMMENT ON FUNCTION retail.record_maintenance(jsonb, boolean) IS
'Notes in the audit log what maintenance did, task by task, and whether all of it was done. For the owner.';

REVOKE ALL ON FUNCTION retail.estimate_bloat(integer), retail.record_maintenance(jsonb, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retail.estimate_bloat(integer) TO retail_dba, retail_ops;

RESET ROLE;
