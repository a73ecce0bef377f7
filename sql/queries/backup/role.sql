-- SPDX-License-Identifier: GPL-3.0-or-later
-- The role a backup takes: 'none' where the login itself is above the policies, else retail_ops where it may be
-- taken. Attributes are not inherited, so membership alone makes no login see all rows.
SELECT CASE WHEN me.rolsuper OR me.rolbypassrls THEN 'none'
            WHEN EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'retail_ops' AND pg_has_role(session_user, r.oid, 'MEMBER')) THEN 'retail_ops'
            ELSE 'none' END AS role,
       session_user::text AS login
  FROM pg_roles me
 WHERE me.rolname = session_user
