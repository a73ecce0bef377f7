-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every table of user schemas, a partitioned one as the sum of its partitions: sizes, rows, activity since the
-- statistics were reset, care. No parameters. A table that somebody holds or waits for exclusively, or one of its
-- indexes or its TOAST, is not measured (sizes NULL): asking would wait, too.
WITH locked AS MATERIALIZED (
    SELECT relation FROM pg_locks
     WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock'
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
), held AS MATERIALIZED (
    SELECT relation FROM locked
    UNION
    SELECT indrelid FROM pg_index WHERE indexrelid IN (SELECT relation FROM locked)
), leaves AS (
    -- From below: pg_partition_tree() would wait for a partition that is held.
    SELECT coalesce((SELECT a.relid FROM pg_partition_ancestors(c.oid) WITH ORDINALITY a (relid, place) WHERE c.relispartition ORDER BY a.place DESC LIMIT 1),
                    c.oid) AS top, c.oid AS leaf
      FROM pg_class c WHERE c.relkind IN ('r', 'm') OR c.relkind = 'f' AND c.relispartition
), measured AS (
    SELECT l.top, l.leaf, x.reltoastrelid,
           -- Long values are frozen by themselves, and may be older than the rows.
           greatest(age(nullif(x.relfrozenxid, '0'::xid)), age(nullif(toast.relfrozenxid, '0'::xid))) AS frozen_age,
           x.oid IN (SELECT relation FROM held) OR x.reltoastrelid IN (SELECT relation FROM held) AS is_held,
           (SELECT sum(pg_stat_get_numscans(i.indexrelid)) FROM pg_index i WHERE i.indrelid = l.leaf) AS index_scans
      FROM leaves l JOIN pg_class x ON x.oid = l.leaf LEFT JOIN pg_class toast ON toast.oid = x.reltoastrelid
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
       max(m.frozen_age)::bigint AS frozen_age,
       current_setting('autovacuum_freeze_max_age')::bigint AS freeze_max_age
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN measured m ON m.top = c.oid
 WHERE c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 GROUP BY c.oid, c.relkind, n.nspname, c.relname
 ORDER BY n.nspname, c.relname
