-- SPDX-License-Identifier: GPL-3.0-or-later
-- Which tables a program copies now, and how many rows it has read of each.
--   $1 text  application name
SELECT p.relid::bigint AS oid, p.tuples_processed AS rows
  FROM pg_stat_progress_copy p JOIN pg_stat_activity a ON a.pid = p.pid
 WHERE a.application_name = $1 AND a.datname = current_database() AND p.datname = current_database()
