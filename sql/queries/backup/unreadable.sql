-- SPDX-License-Identifier: GPL-3.0-or-later
-- What besides tables would make pg_dump fail for the effective role: sequences and large objects without the
-- right to read them. pg_read_all_data reaches sequences, and no large object.
--   $1 text[]  schemas, empty for all, which includes the large objects
SELECT 'sequence' AS kind, format('%I.%I', n.nspname, c.relname) AS name, pg_get_userbyid(c.relowner)::text AS owner
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'S' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (cardinality($1::text[]) = 0 OR n.nspname = ANY ($1::text[]))
   AND NOT (has_sequence_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'))
UNION ALL
SELECT 'large object', m.oid::text, pg_get_userbyid(m.lomowner)::text
  FROM pg_largeobject_metadata m
 WHERE cardinality($1::text[]) = 0
   AND NOT pg_has_role(m.lomowner, 'USAGE')
   AND NOT EXISTS (SELECT FROM aclexplode(m.lomacl) a
                    WHERE a.privilege_type = 'SELECT' AND (a.grantee = 0 OR pg_has_role(a.grantee, 'USAGE')))
   AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
 ORDER BY 1, 2
