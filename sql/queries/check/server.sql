-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a monitoring system asks for, of the whole server where not said otherwise. No parameters. Sessions of
-- others are told to pg_monitor only: without it sees_all is false, and the times are of one's own.
WITH building AS MATERIALIZED (
    -- Which table a build is of is told to pg_monitor only as well; the builder's locks are told to everybody.
    SELECT l.relation FROM pg_stat_progress_create_index b JOIN pg_locks l ON l.pid = b.pid AND l.database = b.datid
     WHERE l.locktype = 'relation' AND l.mode <> 'AccessShareLock'
       AND b.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
)
SELECT current_database() AS database,
       -- A login without pg_monitor is not told what others' sessions are, but that they are in a database.
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' OR backend_type IS NULL AND datid IS NOT NULL) AS connections,
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS usable_connections,
       (SELECT coalesce(max(extract(epoch FROM clock_timestamp() - waitstart)), 0) FROM pg_locks WHERE NOT granted)::float8 AS blocked_seconds,
       (SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted) AS blocked,
       -- Connections of a parallel dump wait inside a transaction on purpose.
       (SELECT coalesce(max(extract(epoch FROM clock_timestamp() - state_change)), 0) FROM pg_stat_activity
         WHERE state LIKE 'idle in transaction%' AND application_name <> 'pg_dump')::float8 AS idle_seconds,
       (SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND application_name <> 'pg_dump') AS idle,
       (SELECT max(greatest(age(datfrozenxid), mxid_age(datminmxid))) FROM pg_database)::bigint AS oldest,
       (SELECT datname FROM pg_database ORDER BY greatest(age(datfrozenxid), mxid_age(datminmxid)) DESC LIMIT 1) AS oldest_database,
       (SELECT count(*) FROM pg_index i WHERE NOT i.indisvalid
           AND i.indrelid NOT IN (SELECT relation FROM building)
           AND (SELECT c.relkind FROM pg_class c WHERE c.oid = i.indexrelid) = 'i') AS invalid_indexes,
       pg_has_role('pg_monitor', 'USAGE') OR pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all,
       now() AS read_at
