-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Become another login (SET ROLE, judged by membership)
-- store: none
-- passes: no row
-- $1: role
SELECT rolname FROM pg_roles
 WHERE rolcanlogin AND rolname <> $1::name AND pg_has_role($1::name, oid, 'MEMBER')
