-- SPDX-License-Identifier: GPL-3.0-or-later
-- Ends the sessions of databases that are to be renamed. A session of a superuser is ended by a superuser only.
--   $1 text[]  databases
SELECT count(*) FILTER (WHERE pg_terminate_backend(a.pid)) AS ended
  FROM pg_stat_activity a
 WHERE a.datname = ANY ($1::text[]) AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
   AND (NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = a.usesysid AND r.rolsuper)
        OR (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user))
