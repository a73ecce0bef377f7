-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 queryid. Who runs this statement at the moment.
SELECT a.pid, a.usename, a.application_name, a.query_start, a.wait_event_type, a.wait_event
  FROM pg_stat_activity a
 WHERE a.query_id = $1::bigint AND a.state = 'active' AND a.pid <> pg_backend_pid()
 ORDER BY a.query_start
