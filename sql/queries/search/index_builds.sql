-- SPDX-License-Identifier: GPL-3.0-or-later
-- Builds under way on the table of the vectors. Other logins' need pg_monitor. An index that is not committed yet has
-- no name to see.
SELECT p.pid, coalesce(c.relname, ''), p.command, p.phase, p.blocks_done, p.blocks_total, p.tuples_done,
       extract(epoch FROM clock_timestamp() - a.query_start)::float8
  FROM pg_stat_progress_create_index p
  LEFT JOIN pg_class c ON c.oid = p.index_relid
  LEFT JOIN pg_stat_activity a ON a.pid = p.pid
 WHERE p.datname = current_database() AND p.relid = 'retail.product_embeddings'::regclass
 ORDER BY p.pid
