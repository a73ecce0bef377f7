-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 names (array of text). What the server has of them; a name that it does not know has no row.
SELECT s.name, s.setting, s.unit, s.context, s.source, s.boot_val, s.pending_restart, s.short_desc,
       current_setting(s.name) AS shown,
       s.sourcefile,
       has_parameter_privilege(s.name, 'ALTER SYSTEM') AS may_alter,
       has_function_privilege('pg_reload_conf()', 'EXECUTE') AS may_reload
  FROM pg_settings s
 WHERE s.name = ANY ($1::text[])
