-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- An index whose equal keys cannot share an entry (numeric, JSON, with stored columns) was called bloated, and after
-- each rebuild again.

SET LOCAL ROLE retail_owner;

-- As before, but equal keys share an entry only where the B-tree may do so (PostgreSQL, "B-Tree Support
-- Functions", equalimage; _bt_allequalimage()): each column is a key, each operator class has support function 4,
-- and no collation takes different texts for equal.
CREATE OR REPLACE FUNCTION retail.index_size_estimates() RETURNS TABLE (index_id oid, expected_bytes bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH known AS MATERIALIZED (
        SELECT schemaname, tablename, attname, null_frac, avg_width, n_distinct FROM pg_stats WHERE NOT inherited
    ), keys AS (
        SELECT i.indexrelid, i.indisunique, c.reltuples, k.ord <= i.indnkeyatts AS is_key,
               i.indnatts = i.indnkeyatts
               AND EXISTS (SELECT FROM pg_opclass o JOIN pg_amproc f ON f.amprocfamily = o.opcfamily
                            WHERE o.oid = (i.indclass::oid[])[k.ord - 1] AND f.amprocnum = 4
                              AND f.amproclefttype = o.opcintype AND f.amprocrighttype = o.opcintype)
               AND NOT EXISTS (SELECT FROM pg_collation l
                                WHERE l.oid = (i.indcollation::oid[])[k.ord - 1] AND NOT l.collisdeterministic) AS shares,
               coalesce(substring(array_to_string(c.reloptions, ' ') FROM 'fillfactor=(\d+)')::int, 90) AS fill,
               coalesce(s.null_frac, 0) AS nulls,
               coalesce(s.avg_width, CASE WHEN a.attlen > 0 THEN a.attlen END) AS width,
               CASE WHEN s.n_distinct > 0 THEN s.n_distinct ELSE -coalesce(s.n_distinct, -1) * greatest(c.reltuples, 1) END AS different
          FROM pg_index i
          JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i' AND c.reltuples > 0
          JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree'
          JOIN pg_class t ON t.oid = i.indrelid
          JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
         CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, ord)
          JOIN pg_attribute a ON a.attrelid = CASE k.attnum WHEN 0 THEN i.indexrelid ELSE i.indrelid END
                             AND a.attnum = CASE k.attnum WHEN 0 THEN k.ord ELSE k.attnum END
          LEFT JOIN known s ON s.schemaname = n.nspname AND s.attname = a.attname
                           AND s.tablename = CASE k.attnum WHEN 0 THEN c.relname ELSE t.relname END
         WHERE i.indisvalid
    ), entries AS (
        SELECT indexrelid, indisunique, reltuples, fill, bool_and(shares) AS shares,
               4 + 8 * ceil(((CASE WHEN max(nulls) > 0 THEN 16 ELSE 8 END) + sum((1 - nulls) * width)) / 8.0) AS bytes,
               least(reltuples, exp(sum(ln(greatest(different, 1))) FILTER (WHERE is_key))) AS different
          FROM keys
         GROUP BY indexrelid, indisunique, reltuples, fill
        HAVING bool_and(width IS NOT NULL)
    ), page AS (SELECT current_setting('block_size')::int AS size)
    SELECT e.indexrelid,
           (p.size * (1 + ceil(least(e.reltuples * e.bytes,
                                     CASE WHEN e.shares AND NOT e.indisunique THEN e.different * e.bytes + e.reltuples * 6 END)
                               / ((p.size - 40) * e.fill / 100.0))))::bigint
      FROM entries e CROSS JOIN page p
$$;

RESET ROLE;
