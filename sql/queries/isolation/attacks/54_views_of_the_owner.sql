-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Read a view that reads with its owner’s rights
-- store: none
-- passes: no row
-- $1: role
SELECT c.relname
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname IN ('retail', 'public') AND c.relkind = 'v' AND has_any_column_privilege($1::name, c.oid, 'SELECT')
   AND NOT coalesce(c.reloptions @> '{security_invoker=true}' OR c.reloptions @> '{security_invoker=on}', false)
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
