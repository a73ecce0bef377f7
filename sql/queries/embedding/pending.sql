-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 model, $3 product after which to go on or null, $4 how many.
-- The products without a vector of the model, and those whose text is another than the one embedded.
SELECT p.product_id, t.words
  FROM retail.products p
 CROSS JOIN LATERAL (SELECT retail.embedding_text(p.product_name, p.product_description) AS words) t
  LEFT JOIN retail.product_embeddings e
    ON e.store_id = $1 AND e.product_id = p.product_id AND e.embedding_model = $2
 WHERE p.store_id = $1 AND ($3::uuid IS NULL OR p.product_id > $3)
   AND (e.embedding IS NULL OR e.embedding_text IS DISTINCT FROM t.words)
 ORDER BY p.product_id
 LIMIT $4
