-- SPDX-License-Identifier: GPL-3.0-or-later
-- The indexes of the retail schemas that have storage and that retail_owner may rebuild; one that is being built just
-- now is no rubbish, and not listed. The size of one that somebody holds exclusively is that of the last VACUUM: asking
-- would wait, too. No parameters.
WITH locked AS MATERIALIZED (
    SELECT relation FROM pg_locks
     WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock'
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
), building AS MATERIALIZED (
    -- Which table a build is of the server tells pg_monitor and the builder only; the builder's locks it tells everybody.
    SELECT l.relation FROM pg_stat_progress_create_index b JOIN pg_locks l ON l.pid = b.pid AND l.database = b.datid
     WHERE l.locktype = 'relation' AND l.mode <> 'AccessShareLock'
       AND b.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
)
SELECT n.nspname AS schema, i.relname AS name, tn.nspname AS table_schema, t.relname AS table_name, am.amname AS method,
       CASE WHEN i.oid IN (SELECT relation FROM locked) THEN i.relpages * current_setting('block_size')::bigint
            ELSE pg_relation_size(i.oid) END AS bytes,
       x.indisvalid AND x.indisready AS valid,
       EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid) AS of_constraint,
       am.amname = 'btree' AND x.indpred IS NULL AND x.indexprs IS NULL AS clusterable, i.oid::bigint AS oid
  FROM pg_index x
  JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace
  JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
  JOIN pg_am am ON am.oid = i.relam
 WHERE n.nspname IN ('retail', 'retail_sec') AND i.relkind = 'i' AND pg_has_role('retail_owner', i.relowner, 'USAGE')
   AND (x.indisvalid OR x.indrelid NOT IN (SELECT relation FROM building))
 ORDER BY n.nspname, i.relname
