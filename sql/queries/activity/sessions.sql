-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every client session, and what of the server's own works or waits. No parameters. Columns of others' sessions
-- are NULL, and their statements "<insufficient privilege>", for a login without pg_monitor. Who blocks is
-- asked only of those who wait for a lock: the answer stops all other locking for a moment.
SELECT a.pid,
       a.datname AS database,
       a.usename AS login,
       a.application_name AS application,
       coalesce(host(a.client_addr), CASE WHEN a.backend_type = 'client backend' THEN 'local' END) AS client,
       a.state,
       a.wait_event_type,
       a.wait_event,
       a.backend_type,
       a.backend_start,
       a.xact_start,
       a.query_start,
       a.state_change,
       left(a.query, 4000) AS query,
       a.query_id::text AS query_id,
       CASE WHEN a.wait_event_type = 'Lock' THEN pg_blocking_pids(a.pid) END::text[] AS blocked_by,
       (SELECT min(w.waitstart) FROM pg_locks w WHERE w.pid = a.pid AND NOT w.granted AND a.wait_event_type = 'Lock') AS wait_start,
       age(a.backend_xmin)::bigint AS held_back,
       pg_has_role(a.usesysid, 'USAGE') OR pg_has_role('pg_signal_backend', 'USAGE') AND NOT coalesce(r.rolsuper, true) AS may_signal
  FROM pg_stat_activity a
  LEFT JOIN pg_roles r ON r.oid = a.usesysid
 WHERE a.pid <> pg_backend_pid()
   -- Processes that only serve the server itself do nothing that somebody asked for.
   AND (a.usesysid IS NOT NULL OR a.backend_type IS NOT NULL AND a.query <> '')
   AND a.backend_type IS DISTINCT FROM 'logical replication launcher'
 ORDER BY a.backend_start
