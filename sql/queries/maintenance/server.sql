-- SPDX-License-Identifier: GPL-3.0-or-later
-- Server and login, as a maintenance plan needs them. No parameters.
SELECT current_setting('server_version_num')::int AS server_version,
       pg_has_role(session_user, 'retail_owner', 'MEMBER') AS may_run,
       session_user AS login,
       pg_is_in_recovery() AS standby,
       current_setting('maintenance_work_mem') AS work_mem,
       pg_database_size(current_database()) AS database_bytes,
       -- A folder of this machine when the connection came through a Unix socket.
       CASE WHEN inet_server_addr() IS NULL AND pg_has_role('pg_read_all_settings', 'USAGE')
            THEN coalesce(nullif(pg_tablespace_location(d.dattablespace), ''), current_setting('data_directory', true)) END AS local_folder,
       (SELECT count(*) FROM generate_series(1, 12) n
         WHERE to_regclass('retail.audit_log_' || to_char((now() AT TIME ZONE 'UTC') + make_interval(months => n), '"y"YYYY"m"MM')) IS NOT NULL)
           AS months_ahead,
       ARRAY(SELECT r.rolname::text FROM pg_roles r
              WHERE r.rolcanlogin AND NOT r.rolsuper AND pg_has_role(r.oid, 'retail_owner', 'MEMBER') ORDER BY r.rolname) AS who_can
  FROM pg_database d WHERE d.datname = current_database()
