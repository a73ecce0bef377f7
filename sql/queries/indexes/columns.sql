-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 table (oid). Its columns that a B-tree can be made of.
SELECT a.attname, quote_ident(a.attname) AS quoted, c.relname, c.relkind = 'p' AS partitioned
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
   AND EXISTS (SELECT FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'
                WHERE o.opcdefault AND (o.opcintype = a.atttypid OR a.atttypid = 'varchar'::regtype AND o.opcintype = 'text'::regtype))
