-- SPDX-License-Identifier: GPL-3.0-or-later
-- The vector indexes. What WITH does not say is pgvector's default.
SELECT c.relname, a.amname, x.indisvalid AND x.indisready, pg_relation_size(c.oid), greatest(c.reltuples, 0)::bigint,
       coalesce((SELECT o.option_value FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'm'), '16')::integer,
       coalesce((SELECT o.option_value FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'ef_construction'), '64')::integer,
       coalesce(pg_stat_get_numscans(c.oid), 0)
  FROM pg_index x
  JOIN pg_class c ON c.oid = x.indexrelid
  JOIN pg_am a ON a.oid = c.relam
 WHERE x.indrelid = 'retail.product_embeddings'::regclass AND a.amname IN ('hnsw', 'ivfflat')
 ORDER BY c.relname
