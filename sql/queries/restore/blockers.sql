-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who keeps the sessions of a program waiting for a lock, and since when.
--   $1 text  application name
SELECT b.pid, coalesce(b.usename, '')::text AS login, b.application_name AS application,
       extract(epoch FROM clock_timestamp() - a.state_change)::bigint AS seconds
  FROM pg_stat_activity a
 CROSS JOIN LATERAL unnest(pg_blocking_pids(a.pid)) w (pid)
  JOIN pg_stat_activity b ON b.pid = w.pid
 WHERE a.application_name = $1 AND b.application_name <> $1
