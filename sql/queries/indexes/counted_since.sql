-- SPDX-License-Identifier: GPL-3.0-or-later
-- Since when the counters of this database have run at least, where they were never reset: when it was made or the
-- server crashed nobody notes, but what the counters remember of VACUUM and ANALYZE is no older than they. No
-- parameters. NULL where there was none yet.
SELECT min(least(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid),
                 pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid))) AS counted_since
  FROM pg_class c
       -- Those of shared tables are of the whole server.
 WHERE c.relkind IN ('r', 'm', 't', 'p') AND NOT c.relisshared
