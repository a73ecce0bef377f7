-- SPDX-License-Identifier: GPL-3.0-or-later
-- Ends the sessions of a login in this database; how many. $1: login.
SELECT count(*) FILTER (WHERE pg_terminate_backend(s.pid)) AS ended
  FROM pg_stat_activity s
 WHERE s.usename = $1 AND s.datname = current_database() AND s.pid <> pg_backend_pid()
