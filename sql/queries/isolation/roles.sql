-- SPDX-License-Identifier: GPL-3.0-or-later
-- The roles that could be looked through: those this login may take, and for DBAs all that work in a store. Roles
-- with the owner's rights are left out, for they would show more and not less.
SELECT r.rolname,
       CASE WHEN pg_has_role(r.oid, 'retail_dba', 'MEMBER') THEN 'dba'
            WHEN pg_has_role(r.oid, 'retail_manager', 'MEMBER') THEN 'manager'
            ELSE 'application'
       END AS kind,
       r.rolcanlogin AS login,
       pg_has_role(session_user, r.oid, 'MEMBER') AS takeable
  FROM pg_roles r
 WHERE r.rolname <> session_user
   AND NOT r.rolsuper
   AND NOT pg_has_role(r.oid, 'retail_owner', 'MEMBER')
   AND (pg_has_role(r.oid, 'retail_manager', 'MEMBER') OR pg_has_role(r.oid, 'retail_app', 'MEMBER')
        OR pg_has_role(r.oid, 'retail_dba', 'MEMBER'))
   AND (pg_has_role(session_user, r.oid, 'MEMBER') OR pg_has_role(session_user, 'retail_dba', 'MEMBER'))
 ORDER BY r.rolcanlogin DESC, kind DESC, r.rolname
