-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 names (array of text). What the server has of them. A name that it does not know has no row. One that this login
-- is not shown (pg_settings leaves it out, its flags are told to all) has NULL for its setting.
SELECT n.name, s.setting, s.unit, s.context, s.source, s.boot_val, s.pending_restart, s.short_desc,
       current_setting(s.name) AS shown,
       s.sourcefile,
       has_parameter_privilege(n.name, 'ALTER SYSTEM') AS may_alter,
       has_function_privilege('pg_reload_conf()', 'EXECUTE') AS may_reload
  FROM unnest($1::text[]) n (name)
  LEFT JOIN pg_settings s ON s.name = n.name
 WHERE pg_settings_get_flags(n.name) IS NOT NULL
