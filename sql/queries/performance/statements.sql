-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 whether of all databases. Version 1.11 of the extension splits the block times and tells since when each
-- entry counts: PerformanceService puts the columns that are there in their place.
SELECT s.queryid, s.userid::bigint, s.dbid::bigint, s.toplevel, r.rolname, d.datname, left(s.query, 2000) AS query,
       s.calls, s.total_exec_time, s.mean_exec_time, s.max_exec_time, s.stddev_exec_time, s.rows,
       s.shared_blks_hit, s.shared_blks_read, 0::float8 AS io_time,
       s.temp_blks_read, s.temp_blks_written, s.wal_bytes::bigint AS wal_bytes, NULL::timestamptz AS since
  FROM public.pg_stat_statements(true) s
  LEFT JOIN pg_roles r ON r.oid = s.userid
  LEFT JOIN pg_database d ON d.oid = s.dbid
 WHERE $1::boolean OR s.dbid = (SELECT c.oid FROM pg_database c WHERE c.datname = current_database())
