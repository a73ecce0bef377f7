-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every index of user schemas: use since the statistics were reset, size, and what makes two of them equal.
-- Invalid ones are listed wherever they are: a REINDEX of a table leaves some among its TOAST. No parameters.
-- The size is that of the last VACUUM or ANALYZE; indexes/sizes has the present one, which opens each index. In no
-- order: sorting so many wide rows takes the server longer than the caller.
WITH building AS MATERIALIZED (
    -- Which table a build is of the server tells pg_monitor and the builder only; the builder's locks it tells everybody.
    SELECT l.relation FROM pg_stat_progress_create_index b JOIN pg_locks l ON l.pid = b.pid AND l.database = b.datid
     WHERE l.locktype = 'relation' AND l.mode <> 'AccessShareLock'
       AND b.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
), held AS MATERIALIZED (
    -- pg_get_expr() would wait for these; their stored form serves to compare, too.
    SELECT relation FROM pg_locks
     WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock'
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
), rules AS MATERIALIZED (
    -- No index of pg_constraint leads with this column: asked for each index it is read as a whole.
    SELECT conindid, bool_or(contype IN ('p', 'u', 'x')) AS is_constraint, bool_or(contype = 'f') AS is_referenced
      FROM pg_constraint WHERE conindid <> 0 GROUP BY conindid
), recent AS (
    SELECT s.indexrelid, to_jsonb(s) ->> 'last_idx_scan' AS last_scan
      FROM pg_stat_all_indexes s WHERE current_setting('server_version_num')::int >= 160000
)
SELECT i.indexrelid::bigint AS index_id,
       i.indrelid::bigint AS table_id,
       n.nspname AS schema,
       t.relname AS table_name,
       c.relname AS index_name,
       format('%I.%I', n.nspname, c.relname) AS full_name,
       format('%I.%I', tn.nspname, t.relname) AS full_table,
       m.amname AS method,
       CASE c.relkind WHEN 'i' THEN c.relpages::bigint * current_setting('block_size')::int END AS bytes,
       -- The functions and not their view: with ten thousand indexes that is a third of the time.
       pg_stat_get_numscans(c.oid) AS scans,
       pg_stat_get_tuples_returned(c.oid) AS tuples_read,
       pg_stat_get_tuples_fetched(c.oid) AS tuples_fetched,
       recent.last_scan,
       c.relkind = 'I' AS partitioned,
       p.inhparent::bigint AS parent_id,
       i.indisprimary AS is_primary,
       i.indisunique AS is_unique,
       i.indisexclusion AS is_exclusion,
       coalesce(rules.is_constraint, false) AS is_constraint,
       coalesce(rules.is_referenced, false) AS is_referenced,
       i.indisreplident AS is_replica_identity,
       i.indisclustered AS is_clustered,
       i.indisvalid AND i.indisready AND i.indislive AS is_valid,
       NOT i.indisvalid AND i.indrelid IN (SELECT relation FROM building) AS is_being_built,
       i.indnkeyatts AS key_columns,
       i.indkey::text AS columns,
       i.indclass::text AS operator_classes,
       i.indcollation::text AS collations,
       i.indoption::text AS options,
       i.indnullsnotdistinct AS nulls_not_distinct,
       CASE WHEN i.indrelid IN (SELECT relation FROM held) THEN i.indexprs::text ELSE pg_get_expr(i.indexprs, i.indrelid) END AS expressions,
       CASE WHEN i.indrelid IN (SELECT relation FROM held) THEN i.indpred::text ELSE pg_get_expr(i.indpred, i.indrelid) END AS predicate
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace tn ON tn.oid = t.relnamespace
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_am m ON m.oid = c.relam
  LEFT JOIN pg_inherits p ON p.inhrelid = c.oid
  LEFT JOIN rules ON rules.conindid = c.oid
  LEFT JOIN recent ON recent.indexrelid = c.oid
 WHERE c.relpersistence <> 't'
   AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.nspname = 'pg_toast' AND NOT i.indisvalid)
