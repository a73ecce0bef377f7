-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 product, $3 model. No row: no such product; a null vector: it has none of the model. Its name and the
-- text that would be embedded.
SELECT e.embedding::text, p.product_name, retail.embedding_text(p.product_name, p.product_description)
  FROM retail.products p
  LEFT JOIN retail.product_embeddings e ON e.store_id = $1 AND e.product_id = p.product_id AND e.embedding_model = $3
 WHERE p.store_id = $1 AND p.product_id = $2::uuid
