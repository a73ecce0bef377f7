-- SPDX-License-Identifier: GPL-3.0-or-later
-- Foreign keys whose columns no index leads with: deleting a row of the referenced table, or changing its
-- key, then reads all of the referencing one. No parameters. Partitions follow their parent.
SELECT format('%I.%I', n.nspname, t.relname) AS full_table,
       t.oid::bigint AS table_id,
       k.conname AS constraint_name,
       r.oid::regclass::text AS referenced,
       ARRAY(SELECT quote_ident(a.attname) FROM unnest(k.conkey) WITH ORDINALITY u (attnum, ord)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum ORDER BY u.ord) AS columns,
       -- The functions and not their view, which counts the scans of every index.
       CASE t.relkind WHEN 'p' THEN greatest(t.reltuples, 0)::bigint ELSE pg_stat_get_live_tuples(t.oid) END AS rows,
       coalesce(pg_stat_get_tuples_deleted(r.oid), 0) AS referenced_deletes,
       t.relkind = 'p' AS partitioned
  FROM pg_constraint k
  JOIN pg_class t ON t.oid = k.conrelid AND NOT t.relispartition
  JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname !~ '^pg_'
  JOIN pg_class r ON r.oid = k.confrelid
 WHERE k.contype = 'f' AND k.conparentid = 0
   AND NOT EXISTS (SELECT FROM pg_index i
                     JOIN pg_class c ON c.oid = i.indexrelid
                     JOIN pg_am m ON m.oid = c.relam AND m.amname IN ('btree', 'hash')
                    WHERE i.indrelid = k.conrelid AND i.indisvalid AND i.indpred IS NULL
                      -- indkey counts from 0
                      AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)
 ORDER BY rows DESC, n.nspname, t.relname, k.conname
