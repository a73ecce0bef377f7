-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store. Of the vector only what says something to people. The service appends its conditions, the sort and
-- the limit.
SELECT embedding_id, sku, product_name, embedding_model, dimensions, norm, updated_at, embedding_text, product_id,
       created_at
  FROM (SELECT e.embedding_id, p.sku, p.product_name, e.embedding_model, public.vector_dims(e.embedding) AS dimensions,
               public.vector_norm(e.embedding) AS norm, e.updated_at, e.embedding_text, e.product_id, e.created_at,
               e.store_id
          FROM retail.product_embeddings e
          LEFT JOIN retail.products p ON p.store_id = e.store_id AND p.product_id = e.product_id) AS embeddings
 WHERE store_id = $1
