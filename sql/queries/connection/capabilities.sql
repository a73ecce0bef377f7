-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who is connected, to what, and what may this login do? Works without the retail schema and its roles.
SELECT current_database() AS database,
       session_user AS login,
       current_user AS role,
       current_setting('server_version_num')::int AS server_version_num,
       current_setting('server_version') AS server_version,
       me.rolsuper AS superuser,
       me.rolcreatedb AS create_db,
       -- Policies bind everybody but superusers, BYPASSRLS and the tables' owner: ask the server itself.
       COALESCE((SELECT NOT row_security_active(c.oid)
                   FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE n.nspname = 'retail' AND c.relname = 'customers'), me.rolsuper OR me.rolbypassrls)
           AS bypasses_rls,
       EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'retail_owner' AND pg_has_role(r.oid, 'USAGE')) AS owner,
       EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'retail_manager' AND pg_has_role(r.oid, 'USAGE')) AS manager,
       EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'retail_dba' AND pg_has_role(r.oid, 'USAGE')) AS dba,
       EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'retail_ops' AND pg_has_role(r.oid, 'MEMBER')) AS ops,
       pg_has_role('pg_monitor', 'USAGE') AS monitor,
       pg_has_role('pg_signal_backend', 'USAGE') AS signal_backend,
       pg_is_in_recovery() AS standby,
       COALESCE((SELECT s.ssl FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid()), false) AS tls,
       ARRAY(SELECT e.extname::text FROM pg_extension e ORDER BY e.extname) AS extensions,
       (SELECT c.system_identifier FROM pg_control_system() c) AS system_identifier,
       (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())::bigint AS database_oid,
       EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE n.nspname = 'retail' AND p.proname = 'schema_version') AS has_schema
  FROM pg_roles me
 WHERE me.rolname = current_user
