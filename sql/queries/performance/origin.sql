-- SPDX-License-Identifier: GPL-3.0-or-later
-- Since when the statement statistics count.
SELECT i.stats_reset, i.dealloc, pg_postmaster_start_time() AS started, clock_timestamp() AS now
  FROM public.pg_stat_statements_info i
