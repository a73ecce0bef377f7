-- SPDX-License-Identifier: GPL-3.0-or-later
-- How often each index of user schemas was scanned, and its size at the last VACUUM or ANALYZE; the partitions of an
-- index as one. No parameters. Asked again and again for the history, so it opens no index and asks no view.
SELECT coalesce((SELECT r.relid FROM pg_partition_ancestors(c.oid) WITH ORDINALITY r (relid, place) WHERE c.relispartition ORDER BY r.place DESC LIMIT 1),
                c.oid)::bigint AS index_id,
       min(n.nspname || '.' || c.relname) AS label,
       sum(pg_stat_get_numscans(c.oid))::bigint AS scans,
       sum(c.relpages::bigint * current_setting('block_size')::int)::bigint AS bytes
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'i' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 GROUP BY 1
