-- SPDX-License-Identifier: GPL-3.0-or-later
-- The tables of a backup with what a restored copy must have too. Names and flags only: the text of a policy or
-- a constraint is not the same after a dump and a restore, although it means the same.
--   $1 text[]  schemas, empty for all
SELECT n.nspname::text AS schema_name,
       c.relname::text AS table_name,
       c.oid::bigint AS oid,
       c.relkind::text AS kind,
       greatest(c.reltuples, 0)::bigint AS estimated_rows,
       CASE WHEN c.relkind = 'r' THEN coalesce(pg_table_size(c.oid), 0) ELSE 0 END AS bytes,
       has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') AS readable,
       NOT row_security_active(c.oid) AS all_rows,
       c.relrowsecurity AS row_security,
       c.relforcerowsecurity AS force_row_security,
       ARRAY(SELECT format('%s %s%s', p.polname, p.polcmd, CASE WHEN p.polpermissive THEN '' ELSE ' restrictive' END)
               FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY 1) AS policies,
       ARRAY(SELECT format('%s %s%s', CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END, a.privilege_type,
                           CASE WHEN a.is_grantable THEN ' grantable' ELSE '' END)
               FROM aclexplode(c.relacl) a WHERE a.grantee <> c.relowner ORDER BY 1) AS grants,
       ARRAY(SELECT format('%s %s%s', k.conname, k.contype, CASE WHEN k.convalidated THEN '' ELSE ' not valid' END)
               FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype <> 'n' ORDER BY 1) AS constraints,
       ARRAY(SELECT format('%s%s', i.indexrelid::regclass, CASE WHEN i.indisvalid THEN '' ELSE ' not valid' END)
               FROM pg_index i WHERE i.indrelid = c.oid ORDER BY 1) AS indexes,
       ARRAY(SELECT format('%s %s', t.tgname, t.tgenabled)
               FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal ORDER BY 1) AS triggers,
       CASE WHEN c.relispartition THEN (SELECT i.inhparent::bigint FROM pg_inherits i WHERE i.inhrelid = c.oid) END AS parent
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
   AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
   AND (cardinality($1::text[]) = 0 OR n.nspname = ANY ($1::text[]))
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY 1, 2
