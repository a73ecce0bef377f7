-- SPDX-License-Identifier: GPL-3.0-or-later
-- How far the statement of a server process is, as the server tells; no row while it tells nothing. total is 0
-- where a phase has none. $1: process ids, int[].
SELECT v.pid, v.phase, v.heap_blks_scanned AS done, v.heap_blks_total AS total, NULL::int AS waits_for
  FROM pg_stat_progress_vacuum v WHERE v.pid = ANY ($1::int[])
UNION ALL
SELECT a.pid, a.phase, a.sample_blks_scanned, a.sample_blks_total, NULL
  FROM pg_stat_progress_analyze a WHERE a.pid = ANY ($1::int[])
UNION ALL
SELECT c.pid, c.phase,
       CASE WHEN c.phase LIKE 'waiting%' THEN c.lockers_done WHEN c.tuples_total > 0 THEN c.tuples_done ELSE c.blocks_done END,
       CASE WHEN c.phase LIKE 'waiting%' THEN c.lockers_total WHEN c.tuples_total > 0 THEN c.tuples_total ELSE c.blocks_total END,
       nullif(c.current_locker_pid, 0)::int
  FROM pg_stat_progress_create_index c WHERE c.pid = ANY ($1::int[])
UNION ALL
SELECT c.pid, c.phase, c.heap_blks_scanned, c.heap_blks_total, NULL
  FROM pg_stat_progress_cluster c WHERE c.pid = ANY ($1::int[])
