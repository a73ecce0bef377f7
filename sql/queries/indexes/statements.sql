-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 name of a table. Statements of this database that name it and read it, those that cost most first. For
-- where pg_stat_statements is.
SELECT s.query, s.calls, s.total_exec_time
  FROM pg_stat_statements s
 WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND s.query ~* '^\s*(select|with|update|delete)\M'
   AND position(lower($1::text) IN lower(s.query)) > 0
   AND s.query NOT LIKE '%pg_stat_statements%'
 ORDER BY s.total_exec_time DESC
 LIMIT 20
