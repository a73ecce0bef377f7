-- SPDX-License-Identifier: GPL-3.0-or-later
-- The server's figures at one moment, for charts of rates; counters of this database where it says db_. No
-- parameters. PostgreSQL 17 moved checkpoints to a view that older servers do not have, so it is asked as text.
SELECT clock_timestamp() AS read_at,
       pg_postmaster_start_time()::text || coalesce(d.stats_reset::text, '') AS origin,
       -- A login without pg_monitor is not told what others' sessions are, but that they are in a database.
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' OR backend_type IS NULL AND datid IS NOT NULL) AS connections,
       current_setting('max_connections')::int AS max_connections,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND state = 'active') AS active,
       (SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%') AS idle_in_transaction,
       (SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock') AS blocked,
       d.xact_commit AS db_commits,
       d.xact_rollback AS db_rollbacks,
       d.blks_hit AS db_hits,
       d.blks_read AS db_reads,
       d.temp_files AS db_temp_files,
       d.temp_bytes AS db_temp_bytes,
       d.deadlocks AS db_deadlocks,
       CASE WHEN v.new THEN (xpath('/table/row/t/text()', v.checkpoints))[1]::text::bigint ELSE (to_jsonb(b) ->> 'checkpoints_timed')::bigint END AS checkpoints_timed,
       CASE WHEN v.new THEN (xpath('/table/row/r/text()', v.checkpoints))[1]::text::bigint ELSE (to_jsonb(b) ->> 'checkpoints_req')::bigint END AS checkpoints_requested,
       w.wal_bytes::bigint AS wal_bytes,
       (SELECT max(extract(epoch FROM replay_lag)) FROM pg_stat_replication)::float8 AS replay_lag_seconds,
       CASE WHEN NOT pg_is_in_recovery() THEN (SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) FROM pg_stat_replication)
            ELSE pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) END::bigint AS lag_bytes,
       CASE WHEN NOT pg_is_in_recovery() THEN NULL
            -- Cut off from its primary it has replayed all it got, and is behind all the same.
            WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
            ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END::float8 AS own_lag_seconds,
       (SELECT max(age(datfrozenxid)) FROM pg_database)::bigint AS oldest_transaction,
       (SELECT max(mxid_age(datminmxid)) FROM pg_database)::bigint AS oldest_multixact,
       current_setting('autovacuum_freeze_max_age')::bigint AS freeze_max_age
  FROM pg_stat_database d
 CROSS JOIN pg_stat_bgwriter b
 CROSS JOIN pg_stat_wal w
 CROSS JOIN LATERAL (SELECT to_regclass('pg_catalog.pg_stat_checkpointer') IS NOT NULL AS new,
                            CASE WHEN to_regclass('pg_catalog.pg_stat_checkpointer') IS NOT NULL
                                 THEN query_to_xml('SELECT num_timed AS t, num_requested AS r FROM pg_stat_checkpointer', false, false, '') END AS checkpoints) v
 WHERE d.datname = current_database()
