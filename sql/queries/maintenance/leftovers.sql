-- SPDX-License-Identifier: GPL-3.0-or-later
-- Indexes of a table that no query uses because their build, or their removal, was interrupted. $1: the table
-- as a quoted name.
SELECT n.nspname AS schema, i.relname AS name, i.oid::bigint AS oid,
       i.relname ~ '_cc(new|old)\d*$' AS temporary
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace
 WHERE x.indrelid = to_regclass($1) AND NOT (x.indisvalid AND x.indisready AND x.indislive)
 ORDER BY i.relname
