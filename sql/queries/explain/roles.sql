-- SPDX-License-Identifier: GPL-3.0-or-later
-- The roles this login may take, its own first.
SELECT r.rolname
  FROM pg_roles r
 WHERE pg_has_role(session_user, r.oid, 'MEMBER') AND r.rolname !~ '^pg_'
 ORDER BY r.rolname <> session_user, r.rolname
