-- SPDX-License-Identifier: GPL-3.0-or-later
-- The roles that objects of this database name as owner, in grants and in policies: a restore needs them. The
-- bootstrap superuser is pinned and stands in no dependency.
SELECT r.rolname::text AS name
  FROM pg_roles r
 WHERE r.rolname !~ '^pg_'
   AND (r.oid = 10 OR EXISTS (SELECT FROM pg_shdepend s JOIN pg_database d ON d.datname = current_database()
                               WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = r.oid
                                 AND (s.dbid = d.oid OR (s.classid = 'pg_database'::regclass AND s.objid = d.oid))))
 ORDER BY 1
