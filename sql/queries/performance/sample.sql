-- SPDX-License-Identifier: GPL-3.0-or-later
-- The counters of each statement of this database, all roles together, without its text; time in microseconds.
SELECT s.queryid, sum(s.calls)::bigint AS calls, (sum(s.total_exec_time) * 1000)::bigint AS microseconds,
       sum(s.rows)::bigint AS rows, sum(s.shared_blks_hit)::bigint AS hit, sum(s.shared_blks_read)::bigint AS read,
       sum(s.temp_blks_read + s.temp_blks_written)::bigint AS temp, sum(s.wal_bytes)::bigint AS wal
  FROM public.pg_stat_statements(false) s
 WHERE s.dbid = (SELECT c.oid FROM pg_database c WHERE c.datname = current_database()) AND s.queryid IS NOT NULL
 GROUP BY s.queryid
