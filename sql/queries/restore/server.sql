-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who restores here, and whether the server is prepared for it.
SELECT session_user::text AS login,
       (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = session_user) AS superuser,
       coalesce((SELECT pg_has_role(session_user, r.oid, 'MEMBER') FROM pg_roles r WHERE r.rolname = 'retail_ops'), false) AS ops,
       EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'retail_owner') AS owner,
       EXISTS (SELECT FROM pg_database d WHERE d.datname = 'retail_template') AS template,
       pg_is_in_recovery() AS standby,
       current_setting('server_version_num')::int AS version,
       (inet_server_addr() IS NULL OR inet_server_addr() = inet_client_addr()) AS local
