-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Read a table of stores that no policy guards
-- store: none
-- passes: no row
-- $1: role
SELECT c.relname
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'store_id' AND NOT a.attisdropped
 WHERE n.nspname = 'retail' AND c.relkind IN ('r', 'p', 'm') AND has_any_column_privilege($1::name, c.oid, 'SELECT')
   AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
