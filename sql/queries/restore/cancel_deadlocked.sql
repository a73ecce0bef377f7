-- SPDX-License-Identifier: GPL-3.0-or-later
-- Cancels the statements that wait for the sessions of a program while they hold a lock on what it has locked: it
-- could not get what it needs. Superusers' sessions are not cancelled.
--   $1 text  application name
SELECT b.pid, coalesce(b.usename, '')::text AS login, b.application_name AS application, pg_cancel_backend(b.pid) AS cancelled
  FROM pg_stat_activity a
  JOIN pg_stat_activity b ON a.pid = ANY (pg_blocking_pids(b.pid))
  LEFT JOIN pg_roles r ON r.oid = b.usesysid
 WHERE a.application_name = $1 AND b.backend_type = 'client backend' AND NOT coalesce(r.rolsuper, false)
   AND EXISTS (SELECT FROM pg_locks theirs JOIN pg_locks ours USING (locktype, database, relation)
                WHERE theirs.pid = b.pid AND theirs.granted
                  AND ours.pid = a.pid AND ours.granted AND ours.mode = 'ExclusiveLock')
