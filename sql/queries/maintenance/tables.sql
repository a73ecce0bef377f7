-- SPDX-License-Identifier: GPL-3.0-or-later
-- The tables of the retail schemas that retail_owner may maintain (the server skips others with a warning), with what
-- their maintenance depends on; sizes in bytes, ages in transactions, counts as the statistics collector has them. A
-- partitioned table has no storage of its own; its changes are what its partitions hold more or less than at its last
-- ANALYZE. No parameters.
WITH locked AS MATERIALIZED (
    SELECT relation FROM pg_locks
     WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock'
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
), held AS MATERIALIZED (
    SELECT relation FROM locked
    UNION
    SELECT indrelid FROM pg_index WHERE indexrelid IN (SELECT relation FROM locked)
), parts AS (
    -- Counters begin anew after a crash; the planner's figure stays.
    SELECT a.relid AS top, sum(greatest(pg_stat_get_live_tuples(l.oid), l.reltuples, 0)) AS rows
      FROM pg_class l CROSS JOIN LATERAL pg_partition_ancestors(l.oid) a
     WHERE l.relispartition AND l.relkind IN ('r', 'f')
     GROUP BY a.relid
)
SELECT n.nspname AS schema, c.relname AS name, c.relkind = 'p' AS partitioned, c.relispartition AS is_partition,
       -- What somebody holds exclusively has its size of the last VACUUM: asking would wait, too.
       CASE WHEN c.relkind = 'p' THEN 0
            WHEN h.is_held THEN (c.relpages + coalesce(t.relpages, 0))::bigint * h.block
            ELSE pg_table_size(c.oid) END AS table_bytes,
       CASE WHEN c.relkind = 'p' THEN 0
            WHEN h.is_held THEN (SELECT coalesce(sum(i.relpages), 0) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = c.oid)::bigint * h.block
            ELSE pg_indexes_size(c.oid) END AS index_bytes,
       CASE c.relkind WHEN 'p' THEN coalesce(p.rows, 0)::bigint ELSE pg_stat_get_live_tuples(c.oid) END AS live,
       pg_stat_get_dead_tuples(c.oid) AS dead,
       CASE c.relkind WHEN 'p' THEN abs(coalesce(p.rows, 0) - greatest(c.reltuples, 0))::bigint ELSE pg_stat_get_mod_since_analyze(c.oid) END AS changed,
       pg_stat_get_tuples_deleted(c.oid) + pg_stat_get_tuples_updated(c.oid) - pg_stat_get_tuples_hot_updated(c.oid) AS outdated,
       greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid)) AS last_vacuum,
       greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)) AS last_analyze,
       -- Long values are frozen by themselves, and may be older than the rows.
       CASE WHEN c.relkind = 'r' THEN greatest(age(c.relfrozenxid), age(t.relfrozenxid)) ELSE 0 END AS xid_age,
       CASE WHEN c.relkind = 'r' THEN greatest(mxid_age(c.relminmxid), mxid_age(t.relminmxid)) ELSE 0 END AS mxid_age,
       current_setting('autovacuum_freeze_max_age')::bigint AS freeze_max_age,
       current_setting('autovacuum_multixact_freeze_max_age')::bigint AS multixact_max_age,
       CASE c.relkind WHEN 'p' THEN 0 ELSE greatest(c.reltuples, 0)::bigint END AS rows,
       c.oid::bigint AS oid
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
  LEFT JOIN parts p ON p.top = c.oid
 CROSS JOIN LATERAL (SELECT c.oid IN (SELECT relation FROM held) OR c.reltoastrelid IN (SELECT relation FROM held) AS is_held,
                            current_setting('block_size')::bigint AS block) h
 WHERE n.nspname IN ('retail', 'retail_sec') AND c.relkind IN ('r', 'p') AND pg_has_role('retail_owner', c.relowner, 'USAGE')
 ORDER BY n.nspname, c.relname
