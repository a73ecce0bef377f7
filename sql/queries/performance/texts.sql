-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 queryids. The beginnings of their texts.
SELECT DISTINCT ON (s.queryid) s.queryid, left(s.query, 2000) AS query
  FROM public.pg_stat_statements(true) s
 WHERE s.dbid = (SELECT c.oid FROM pg_database c WHERE c.datname = current_database())
   AND s.queryid = ANY ($1::text[]::bigint[])
