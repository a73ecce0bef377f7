-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 rows at most. Locks of this database and of the whole server, joined by what is locked, how, and whether
-- it was granted; those waited for first. `total` counts the locks before joining.
SELECT coalesce(CASE WHEN l.relation IS NOT NULL THEN coalesce(format('%I.%I', n.nspname, c.relname), 'relation ' || l.relation) END,
                l.locktype) AS object,
       l.locktype AS kind,
       l.mode,
       l.granted,
       count(*) AS locks,
       count(DISTINCT l.pid) AS sessions,
       (array_agg(DISTINCT l.pid))[1:20]::text[] AS processes,
       min(l.waitstart) AS waiting_since,
       sum(count(*)) OVER ()::bigint AS total
  FROM pg_locks l
  LEFT JOIN pg_class c ON c.oid = l.relation
  LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE l.pid IS DISTINCT FROM pg_backend_pid()
   AND (l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) OR l.database IS NULL OR l.database = 0)
   AND l.locktype <> 'virtualxid'
 GROUP BY 1, l.locktype, l.mode, l.granted
 ORDER BY l.granted, count(*) DESC, 1
 LIMIT $1::int
