-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the server counted that a setting can be the cause of. No parameters. Counters of this database, and
-- of checkpoints, since their own resets.
SELECT d.stats_reset,
       d.temp_files, d.temp_bytes,
       d.blks_hit, d.blks_read,
       d.deadlocks,
       CASE WHEN v.new THEN (xpath('/table/row/t/text()', v.checkpoints))[1]::text::bigint ELSE (to_jsonb(b) ->> 'checkpoints_timed')::bigint END AS checkpoints_timed,
       CASE WHEN v.new THEN (xpath('/table/row/r/text()', v.checkpoints))[1]::text::bigint ELSE (to_jsonb(b) ->> 'checkpoints_req')::bigint END AS checkpoints_requested,
       CASE WHEN v.new THEN (xpath('/table/row/s/text()', v.checkpoints))[1]::text::timestamptz ELSE b.stats_reset END AS checkpoints_since,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
       (SELECT count(*) FROM pg_stat_user_tables WHERE n_live_tup >= 1000 AND last_autoanalyze IS NULL AND last_analyze IS NULL) AS never_analyzed,
       (SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND state_change < now() - interval '10 minutes') AS idle_in_transaction,
       inet_server_addr() IS NULL OR inet_server_addr() << '127.0.0.0/8' OR inet_server_addr() = '::1' AS same_machine,
       coalesce(inet_client_port(), 0) AS client_port,
       pg_backend_pid() AS backend,
       pg_is_in_recovery() AS standby,
       pg_postmaster_start_time() AS started,
       now() AS read_at
  FROM pg_stat_database d
 CROSS JOIN pg_stat_bgwriter b
 CROSS JOIN LATERAL (SELECT to_regclass('pg_catalog.pg_stat_checkpointer') IS NOT NULL AS new,
                            CASE WHEN to_regclass('pg_catalog.pg_stat_checkpointer') IS NOT NULL
                                 THEN query_to_xml('SELECT num_timed AS t, num_requested AS r, stats_reset AS s FROM pg_stat_checkpointer', false, false, '') END AS checkpoints) v
 WHERE d.datname = current_database()
