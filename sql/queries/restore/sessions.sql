-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who is connected to some databases, for a message.
--   $1 text[]  databases
SELECT a.datname::text AS database, a.pid, coalesce(a.usename, '')::text AS login, a.application_name AS application
  FROM pg_stat_activity a
 WHERE a.datname = ANY ($1::text[]) AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
 ORDER BY 1, 2
