-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every table of user schemas, a partitioned one as the sum of its partitions: sizes, rows, activity since the
-- statistics were reset, care. No parameters. A table that somebody holds or waits for exclusively is not
-- measured (sizes NULL): asking would wait, too.
WITH held AS MATERIALIZED (
    SELECT relation FROM pg_locks
     WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock'
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
), leaves AS (
    SELECT c.oid AS top, c.oid AS leaf FROM pg_class c WHERE c.relkind IN ('r', 'm') AND NOT c.relispartition
    UNION ALL
    SELECT c.oid, p.relid FROM pg_class c CROSS JOIN LATERAL pg_partition_tree(c.oid) p
     WHERE c.relkind = 'p' AND NOT c.relispartition AND p.isleaf
), measured AS (
    SELECT l.top, l.leaf, x.reltoastrelid, x.relfrozenxid,
           x.oid IN (SELECT relation FROM held) OR x.reltoastrelid IN (SELECT relation FROM held) AS is_held,
           (SELECT sum(pg_stat_get_numscans(i.indexrelid)) FROM pg_index i WHERE i.indrelid = l.leaf) AS index_scans
      FROM leaves l JOIN pg_class x ON x.oid = l.leaf
)
SELECT c.oid::bigint AS table_id,
       n.nspname AS schema,
       c.relname AS table_name,
       format('%I.%I', n.nspname, c.relname) AS full_name,
       CASE WHEN c.relkind = 'p' THEN count(m.leaf) ELSE 0 END AS partitions,
       CASE WHEN NOT bool_or(m.is_held) THEN sum(CASE WHEN NOT m.is_held THEN pg_table_size(m.leaf) - coalesce(pg_total_relation_size(nullif(m.reltoastrelid, 0)), 0) END) END::bigint AS heap_bytes,
       CASE WHEN NOT bool_or(m.is_held) THEN sum(CASE WHEN NOT m.is_held THEN pg_indexes_size(m.leaf) END) END::bigint AS index_bytes,
       CASE WHEN NOT bool_or(m.is_held) THEN sum(CASE WHEN NOT m.is_held THEN coalesce(pg_total_relation_size(nullif(m.reltoastrelid, 0)), 0) END) END::bigint AS toast_bytes,
       sum(pg_stat_get_live_tuples(m.leaf))::bigint AS live_rows,
       sum(pg_stat_get_dead_tuples(m.leaf))::bigint AS dead_rows,
       sum(pg_stat_get_tuples_inserted(m.leaf))::bigint AS inserts,
       sum(pg_stat_get_tuples_updated(m.leaf))::bigint AS updates,
       sum(pg_stat_get_tuples_deleted(m.leaf))::bigint AS deletes,
       sum(pg_stat_get_tuples_hot_updated(m.leaf))::bigint AS hot_updates,
       sum(pg_stat_get_numscans(m.leaf))::bigint AS sequential_scans,
       sum(pg_stat_get_tuples_returned(m.leaf))::bigint AS sequential_rows,
       sum(m.index_scans)::bigint AS index_scans,
       sum(pg_stat_get_mod_since_analyze(m.leaf))::bigint AS changed_since_analyze,
       max(pg_stat_get_last_vacuum_time(m.leaf)) AS last_vacuum,
       max(pg_stat_get_last_autovacuum_time(m.leaf)) AS last_autovacuum,
       max(pg_stat_get_last_analyze_time(m.leaf)) AS last_analyze,
       max(pg_stat_get_last_autoanalyze_time(m.leaf)) AS last_autoanalyze,
       max(age(nullif(m.relfrozenxid, '0'::xid)))::bigint AS frozen_age,
       current_setting('autovacuum_freeze_max_age')::bigint AS freeze_max_age
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN measured m ON m.top = c.oid
 WHERE c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 GROUP BY c.oid, c.relkind, n.nspname, c.relname
 ORDER BY n.nspname, c.relname
