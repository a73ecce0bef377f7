-- SPDX-License-Identifier: GPL-3.0-or-later
-- The indexes of the retail schemas that have storage. No parameters.
SELECT n.nspname AS schema, i.relname AS name, tn.nspname AS table_schema, t.relname AS table_name, am.amname AS method,
       pg_relation_size(i.oid) AS bytes, x.indisvalid AND x.indisready AS valid,
       EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid) AS of_constraint,
       am.amname = 'btree' AND x.indpred IS NULL AND x.indexprs IS NULL AS clusterable, i.oid::bigint AS oid
  FROM pg_index x
  JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace
  JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
  JOIN pg_am am ON am.oid = i.relam
 WHERE n.nspname IN ('retail', 'retail_sec') AND i.relkind = 'i'
 ORDER BY n.nspname, i.relname
