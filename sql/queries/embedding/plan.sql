-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 model. All products, those that embedding/pending.sql finds, and the characters of their texts.
SELECT count(*), count(*) FILTER (WHERE x.due), coalesce(sum(least(length(x.words), 20000)) FILTER (WHERE x.due), 0)
  FROM (SELECT t.words, e.embedding IS NULL OR e.embedding_text IS DISTINCT FROM t.words AS due
          FROM retail.products p
         CROSS JOIN LATERAL (SELECT retail.embedding_text(p.product_name, p.product_description) AS words) t
          LEFT JOIN retail.product_embeddings e
            ON e.store_id = $1 AND e.product_id = p.product_id AND e.embedding_model = $2
         WHERE p.store_id = $1) x
