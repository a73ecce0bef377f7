-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the effective role may change about access, and who else may. No parameters.
SELECT r.rolsuper OR r.rolcreaterole AND (current_setting('server_version_num')::int < 160000
                                          OR pg_has_role(r.oid, 'retail_manager', 'MEMBER WITH ADMIN OPTION')) AS makes_roles,
       pg_has_role(r.oid, 'retail_owner', 'USAGE') AS owner,
       pg_has_role(r.oid, 'pg_signal_backend', 'USAGE') AS ends_sessions,
       has_database_privilege('retail_manager', current_database(), 'CONNECT') AS managers_connect,
       current_database() AS database, r.rolname AS role,
       ARRAY(SELECT o.rolname::text FROM pg_roles o WHERE o.rolcanlogin AND (o.rolsuper OR o.rolcreaterole) ORDER BY o.rolsuper, o.rolname) AS role_makers,
       ARRAY(SELECT o.rolname::text FROM pg_roles o
              WHERE o.rolcanlogin AND NOT o.rolsuper AND pg_has_role(o.oid, 'retail_owner', 'USAGE') ORDER BY o.rolname) AS owners,
       session_user AS login
  FROM pg_roles r WHERE r.rolname = current_user
