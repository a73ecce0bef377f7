-- SPDX-License-Identifier: GPL-3.0-or-later
-- What every dashboard says beside its figures: since when they count, and whether other servers count apart.
-- No parameters. stats_reset is NULL where the counters were never reset.
SELECT d.stats_reset,
       pg_postmaster_start_time() AS started,
       pg_is_in_recovery() AS standby,
       CASE WHEN NOT pg_is_in_recovery() THEN NULL
            -- Cut off from its primary it has replayed all it got, and is behind all the same.
            WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
            ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END AS lag_seconds,
       CASE WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) END AS lag_bytes,
       CASE WHEN pg_is_in_recovery() THEN EXISTS (SELECT FROM pg_stat_wal_receiver) END AS receiving,
       (SELECT count(*) FROM pg_stat_replication) AS standbys,
       pg_has_role('pg_monitor', 'USAGE') OR pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all,
       current_setting('track_io_timing')::boolean AS times_io,
       current_setting('track_counts')::boolean AS counts,
       now() AS read_at
  FROM pg_stat_database d
 WHERE d.datname = current_database()
