-- SPDX-License-Identifier: GPL-3.0-or-later
-- Which tables a program copies now, and how many rows it has read or written of each.
--   $1 text  application name
SELECT n.nspname || '.' || c.relname AS table_name, p.tuples_processed AS rows
  FROM pg_stat_progress_copy p
  JOIN pg_stat_activity a ON a.pid = p.pid
  JOIN pg_class c ON c.oid = p.relid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE a.application_name = $1 AND a.datname = current_database() AND p.datname = current_database()
