-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 model, $3 products, $4 their texts, $5 their vectors.
-- Text and vector go together; a product that was deleted meanwhile is left out.
INSERT INTO retail.product_embeddings (product_id, store_id, embedding_text, embedding, embedding_model)
SELECT u.product_id, $1::varchar, u.words, u.vector::public.vector, $2::varchar
  FROM unnest($3::uuid[], $4::text[], $5::text[]) AS u (product_id, words, vector)
  JOIN retail.products p ON p.store_id = $1::varchar AND p.product_id = u.product_id
ON CONFLICT (product_id, embedding_model) DO UPDATE
   SET embedding_text = excluded.embedding_text, embedding = excluded.embedding
