-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Change settings that switch triggers and checks off (judged by privilege)
-- store: none
-- passes: no row
-- $1: role
SELECT name FROM unnest(ARRAY['session_replication_role', 'session_preload_libraries', 'log_statement']) name
 WHERE has_parameter_privilege($1::name, name, 'SET')
