-- SPDX-License-Identifier: GPL-3.0-or-later
-- A table and one of its indexes before and after a task. $1: table, $2: index or '', both as quoted names.
SELECT coalesce(pg_table_size(r.tab), 0) AS table_bytes,
       coalesce(pg_relation_size(r.ind), 0) AS index_bytes,
       coalesce(pg_indexes_size(r.tab), 0) AS indexes_bytes,
       coalesce(pg_stat_get_live_tuples(r.tab), 0) AS live, coalesce(pg_stat_get_dead_tuples(r.tab), 0) AS dead,
       coalesce(pg_stat_get_mod_since_analyze(r.tab), 0) AS changed,
       coalesce(greatest(c.reltuples, 0), 0)::bigint AS planner_rows, coalesce(c.relpages, 0)::bigint AS planner_pages,
       coalesce((SELECT count(*) FROM pg_stats s WHERE s.schemaname = n.nspname AND s.tablename = c.relname), 0) AS columns_with_statistics,
       coalesce(pg_stat_get_tuples_deleted(r.tab) + pg_stat_get_tuples_updated(r.tab) - pg_stat_get_tuples_hot_updated(r.tab), 0) AS outdated,
       coalesce(greatest(age(nullif(c.relfrozenxid, '0'::xid)), age(t.relfrozenxid)), 0) AS xid_age,
       (SELECT x.indisvalid FROM pg_index x WHERE x.indexrelid = r.ind) AS index_valid
  FROM (SELECT to_regclass($1)::oid AS tab, to_regclass(nullif($2, ''))::oid AS ind) r
  LEFT JOIN pg_class c ON c.oid = r.tab LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
