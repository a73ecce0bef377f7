-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The best by meaning and the best by words have the same score, and the smaller id came first: a product that is
-- near by chance stood above the only one whose name has the word. What has the words comes first.

SET LOCAL ROLE retail_owner;

CREATE OR REPLACE FUNCTION retail_sec.search_store(
    store varchar, query_embedding public.vector, query_text text, max_results integer, filters jsonb, model varchar, threshold float8
) RETURNS TABLE (
    product_id uuid, "position" integer, score float8,
    similarity float8, vector_rank integer, text_score float8, text_rank integer, scan text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    wanted integer := least(greatest(coalesce(max_results, 1000), 0), 1000);
    -- A list for fusion is longer than the answer: a product in the middle of both may lead the whole.
    depth integer := CASE WHEN query_embedding IS NULL OR query_text IS NULL THEN wanted ELSE least(greatest(3 * wanted, 60), 1000) END;
    model_name varchar := coalesce(model, (SELECT a.embedding_model FROM retail.active_embedding_model a));
    f retail_sec.product_filter := retail_sec.read_filter(filters);
BEGIN
    -- Reciprocal-rank fusion, k = 60: Cormack, Clarke, Büttcher, SIGIR 2009. What was typed out or nearly so is no
    -- matter of taste and comes first. Beside vectors only products with every word take part: products that share
    -- one word with a paraphrase push the right ones down (nDCG@10 0.49 instead of 0.60).
    RETURN QUERY
    WITH v AS (
        SELECT n.product_id, n.similarity, n.scan, (row_number() OVER (ORDER BY n.similarity DESC, n.product_id))::integer AS rank
          FROM retail_sec.nearest(store, query_embedding, model_name, depth, threshold, f) n
    ), t AS (
        SELECT b.*, (row_number() OVER (ORDER BY b.tier DESC, b.closeness DESC, b.score DESC, b.product_id))::integer AS rank
          FROM retail_sec.best_by_words(store, query_text, depth, f, EXISTS (SELECT FROM v)) b
         WHERE b.complete OR b.tier > 0 OR NOT EXISTS (SELECT FROM v)
    ), fused AS (
        SELECT coalesce(v.product_id, t.product_id) AS product_id,
               (coalesce(1.0 / (60 + v.rank), 0) + coalesce(1.0 / (60 + t.rank), 0))::float8 AS score,
               coalesce(t.tier, 0) AS tier, coalesce(t.closeness, 0) AS closeness, v.similarity, v.rank AS vector_rank,
               t.score AS text_score, t.rank AS text_rank
          FROM v FULL JOIN t ON t.product_id = v.product_id
    )
    SELECT u.product_id, (row_number() OVER best)::integer, u.score, u.similarity, u.vector_rank, u.text_score, u.text_rank,
           (SELECT v.scan FROM v LIMIT 1)
      FROM fused u
    WINDOW best AS (ORDER BY u.tier DESC, u.closeness DESC, u.score DESC, u.text_rank NULLS LAST, u.product_id)
     ORDER BY 2
     LIMIT wanted;
END
$$;

RESET ROLE;
