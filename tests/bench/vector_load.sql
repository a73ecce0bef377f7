-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Spreads public.vectors over 20 stores of 0.1 % to 60 %, independent of the clusters.
\timing off
INSERT INTO retail.stores (store_id, store_name, is_active)
SELECT format('s%s', lpad(n::text, 2, '0')), format('Store %s', n), TRUE FROM generate_series(1, 20) n;

CREATE TABLE public.shares AS
SELECT format('s%s', lpad(n::text, 2, '0')) AS store_id, share,
       sum(share) OVER (ORDER BY n) - share AS low, sum(share) OVER (ORDER BY n) AS high
  FROM unnest(ARRAY[60, 10, 8, 5, 4, 3, 2.5, 2, 1.5, 1, 0.8, 0.6, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1, 0.1, 0.1]) WITH ORDINALITY x (share, n);

-- Row triggers and audit are not what is measured here.
SET session_replication_role = replica;
CREATE TABLE public.placed AS
SELECT v.n, s.store_id, gen_random_uuid() AS product_id
  FROM (SELECT n, (hashint4(n)::bigint + 2147483648) * 100.0 / 4294967296 AS place FROM public.vectors) v
  JOIN public.shares s ON v.place >= s.low AND v.place < s.high;
INSERT INTO retail.products (product_id, store_id, sku, product_name, price, brand, category_id, current_stock)
SELECT product_id, store_id, 'V' || n, 'Product ' || n, n % 1000, 'Brand' || n % 20, 1 + n % 7, n % 100 FROM public.placed;
DROP INDEX retail.idx_product_embeddings_vector;
INSERT INTO retail.product_embeddings (product_id, store_id, embedding_text, embedding)
SELECT p.product_id, p.store_id, '', v.v FROM public.placed p JOIN public.vectors v USING (n);
SET session_replication_role = origin;

\timing on
\echo building the index
SET max_parallel_maintenance_workers = 2;
CREATE INDEX idx_product_embeddings_vector ON retail.product_embeddings
    USING hnsw ((retail_sec.search_key(embedding)::public.halfvec(1536)) public.halfvec_cosine_ops)
    WITH (m = 16, ef_construction = 128);
\timing off
VACUUM ANALYZE retail.products;
VACUUM ANALYZE retail.product_embeddings;
SELECT pg_size_pretty(pg_relation_size('retail.idx_product_embeddings_vector')) AS index_size,
       pg_size_pretty(pg_table_size('retail.product_embeddings')) AS table_size;
