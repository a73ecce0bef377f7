-- SPDX-License-Identifier: GPL-3.0-or-later
-- The tables of the retail schemas with what their maintenance depends on; sizes in bytes, ages in
-- transactions, counts as the statistics collector has them. A partitioned table has no storage of its own. No
-- parameters.
SELECT n.nspname AS schema, c.relname AS name, c.relkind = 'p' AS partitioned, c.relispartition AS is_partition,
       CASE WHEN c.relkind = 'r' THEN pg_table_size(c.oid) ELSE 0 END AS table_bytes,
       CASE WHEN c.relkind = 'r' THEN pg_indexes_size(c.oid) ELSE 0 END AS index_bytes,
       pg_stat_get_live_tuples(c.oid) AS live, pg_stat_get_dead_tuples(c.oid) AS dead,
       pg_stat_get_mod_since_analyze(c.oid) AS changed,
       pg_stat_get_tuples_deleted(c.oid) + pg_stat_get_tuples_updated(c.oid) - pg_stat_get_tuples_hot_updated(c.oid) AS outdated,
       greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid)) AS last_vacuum,
       greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)) AS last_analyze,
       CASE WHEN c.relkind = 'r' THEN age(c.relfrozenxid) ELSE 0 END AS xid_age,
       CASE WHEN c.relkind = 'r' THEN mxid_age(c.relminmxid) ELSE 0 END AS mxid_age,
       current_setting('autovacuum_freeze_max_age')::bigint AS freeze_max_age,
       current_setting('autovacuum_multixact_freeze_max_age')::bigint AS multixact_max_age,
       greatest(c.reltuples, 0)::bigint AS rows,
       c.oid::bigint AS oid
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname IN ('retail', 'retail_sec') AND c.relkind IN ('r', 'p')
 ORDER BY n.nspname, c.relname
