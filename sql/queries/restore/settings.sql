-- SPDX-License-Identifier: GPL-3.0-or-later
-- ALTER DATABASE … SET and ALTER ROLE … IN DATABASE … SET of one database; role is empty where the setting is
-- everybody's.
--   $1 text  database
SELECT coalesce(r.rolname, '')::text AS role, s.setting
  FROM pg_db_role_setting c
  JOIN pg_database d ON d.oid = c.setdatabase AND d.datname = $1
  LEFT JOIN pg_roles r ON r.oid = c.setrole
 CROSS JOIN LATERAL unnest(c.setconfig) s (setting)
 ORDER BY 1, 2
