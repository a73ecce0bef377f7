-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 role. What it may do with each table of the schema, and which rows the policies leave it.
SELECT c.relname AS table_name,
       coalesce((SELECT string_agg(CASE WHEN has_table_privilege($1::name, c.oid, p.name) THEN p.name
                                        ELSE p.name || ' (some columns)' END, ', ' ORDER BY p.place)
                   FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) WITH ORDINALITY p (name, place)
                  WHERE has_table_privilege($1::name, c.oid, p.name)
                     OR (p.place < 4 AND has_any_column_privilege($1::name, c.oid, p.name))), '') AS privileges,
       c.relrowsecurity AS row_security,
       (SELECT string_agg(p.polname, ', ' ORDER BY p.polname) FROM pg_policy p
         WHERE p.polrelid = c.oid
           AND EXISTS (SELECT FROM unnest(p.polroles) r
                        WHERE r = 0 OR pg_has_role($1::name, nullif(r, 0), 'MEMBER'))) AS policies,
       (SELECT string_agg(pg_get_expr(p.polqual, p.polrelid), ' OR ' ORDER BY p.polname) FROM pg_policy p
         WHERE p.polrelid = c.oid
           AND EXISTS (SELECT FROM unnest(p.polroles) r
                        WHERE r = 0 OR pg_has_role($1::name, nullif(r, 0), 'MEMBER'))) AS condition
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'retail' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
 ORDER BY c.relname
