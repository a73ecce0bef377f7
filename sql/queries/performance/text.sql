-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 queryid. The whole text, as it was first seen; this database's where several have it.
SELECT s.query
  FROM public.pg_stat_statements(true) s
 WHERE s.queryid = $1::bigint
 ORDER BY s.dbid <> (SELECT c.oid FROM pg_database c WHERE c.datname = current_database()), s.calls DESC
 LIMIT 1
