-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 rows. Tables of at least that many rows a sequential scan, with what was read so since the statistics
-- were reset.
SELECT format('%I.%I', schemaname, relname) AS full_table, relid::bigint AS table_id, seq_scan AS scans, seq_tup_read AS rows_read,
       coalesce(idx_scan, 0) AS index_scans, n_live_tup AS rows
  FROM pg_stat_user_tables
 WHERE seq_scan > 0 AND seq_tup_read / seq_scan >= $1::bigint AND schemaname !~ '^pg_'
 ORDER BY seq_tup_read DESC
 LIMIT 100
