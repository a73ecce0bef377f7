-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 model. The other models whose vectors the store has; a step along the index a model.
WITH RECURSIVE models AS (
    (SELECT e.embedding_model FROM retail.product_embeddings e WHERE e.store_id = $1 ORDER BY e.embedding_model LIMIT 1)
    UNION ALL
    SELECT (SELECT e.embedding_model FROM retail.product_embeddings e
             WHERE e.store_id = $1 AND e.embedding_model > m.embedding_model ORDER BY e.embedding_model LIMIT 1)
      FROM models m WHERE m.embedding_model IS NOT NULL
)
SELECT embedding_model FROM models WHERE embedding_model <> $2 LIMIT 100
