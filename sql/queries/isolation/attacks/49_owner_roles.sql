-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Take a role that policies do not bind (SET ROLE, judged by membership)
-- store: none
-- passes: no row
-- $1: role
SELECT rolname FROM pg_roles
 WHERE (rolsuper OR rolbypassrls OR rolname IN ('retail_owner', 'pg_read_all_data', 'pg_write_all_data',
                                                'pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files'))
   AND (pg_has_role($1::name, oid, 'MEMBER') OR rolname = $1::name)
