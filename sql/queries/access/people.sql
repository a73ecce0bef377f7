-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who may log in and has to do with the stores, and rights of roles that are gone. Stores as retail_sec has
-- them: the login's own rows, and those it inherits. For the owner. No parameters.
WITH access AS MATERIALIZED (SELECT * FROM retail.list_store_access())
SELECT r.rolname::text AS login,
       ARRAY(SELECT g.rolname::text FROM pg_roles g
              WHERE g.rolname IN ('retail_owner', 'retail_ops', 'retail_dba', 'retail_manager', 'retail_app')
                AND pg_has_role(r.oid, g.oid, 'MEMBER')
                -- Managers' logins are granted to the owner, who is no manager by that.
                AND (g.rolname <> 'retail_manager' OR NOT pg_has_role(r.oid, 'retail_owner', 'MEMBER')) ORDER BY g.rolname) AS groups,
       ARRAY(SELECT a.store_id::text FROM access a WHERE a.role_name = r.rolname AND a.store_id IS NOT NULL ORDER BY 1) AS stores,
       EXISTS (SELECT FROM access a WHERE a.role_name = r.rolname AND a.store_id IS NULL) AS all_stores,
       CASE WHEN pg_has_role(r.oid, 'retail_owner', 'USAGE') THEN '{*}' ELSE
       ARRAY(SELECT DISTINCT coalesce(a.store_id::text, '*') FROM access a
              WHERE a.role_exists AND a.role_name <> r.rolname AND pg_has_role(r.oid, a.role_name, 'USAGE') ORDER BY 1) END AS inherited,
       r.rolcanlogin AS can_login, r.rolvaliduntil AS valid_until, r.rolsuper AS superuser,
       (SELECT count(*) FROM pg_stat_activity s WHERE s.usesysid = r.oid AND s.datname = current_database()) AS sessions,
       TRUE AS role_exists
  FROM pg_roles r
 -- A locked manager stays on the list.
 WHERE (r.rolcanlogin OR EXISTS (SELECT FROM access a WHERE a.role_name = r.rolname) OR pg_has_role(r.oid, 'retail_manager', 'MEMBER'))
   AND r.rolname NOT LIKE 'pg\_%'
   AND (EXISTS (SELECT FROM access a WHERE a.role_name = r.rolname)
        OR NOT r.rolsuper AND EXISTS (SELECT FROM pg_roles g WHERE g.rolname IN ('retail_owner', 'retail_ops', 'retail_dba', 'retail_manager', 'retail_app')
                                                               AND pg_has_role(r.oid, g.oid, 'MEMBER'))
        OR NOT r.rolcanlogin AND pg_has_role(r.oid, 'retail_manager', 'MEMBER'))
   AND r.rolname NOT IN ('retail_owner', 'retail_ops', 'retail_dba', 'retail_manager', 'retail_app')
UNION ALL
SELECT a.role_name::text, '{}', array_agg(a.store_id::text) FILTER (WHERE a.store_id IS NOT NULL), bool_or(a.store_id IS NULL), '{}',
       FALSE, NULL, FALSE, 0, FALSE
  FROM access a WHERE NOT a.role_exists GROUP BY a.role_name
 ORDER BY 1
