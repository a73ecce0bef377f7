-- SPDX-License-Identifier: GPL-3.0-or-later
-- The present size of every index that indexes/list tells of; that of a partition under the index it is part of.
-- No parameters. NULL while somebody holds or waits
-- for the index exclusively: asking would wait, too.
WITH held AS MATERIALIZED (
    SELECT relation FROM pg_locks
     WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock'
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
SELECT coalesce((SELECT r.relid FROM pg_partition_ancestors(c.oid) WITH ORDINALITY r (relid, place) WHERE c.relispartition ORDER BY r.place DESC LIMIT 1),
                c.oid)::bigint AS index_id,
       CASE WHEN NOT EXISTS (SELECT FROM held h WHERE h.relation = c.oid) THEN pg_relation_size(c.oid) END AS bytes
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'i' AND c.relpersistence <> 't'
   AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR c.relname ~ '_cc(new|old)\d*$')
