-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Product search by meaning, by words, or both. The functions are SECURITY DEFINER with the store fixed
-- inside: under row level security a GIN index cannot be used at all, because its operators are not
-- leakproof. Filters are part of the query, never applied to an answer that is already cut off.
--
-- Vectors: HNSW filtered afterwards returned half of the rows asked for. So a small set is compared
-- exactly, a large one goes through the index with an iterative scan and more candidates than asked for,
-- which are ranked again by the exact distance; an answer that is still short is made exact.

SET LOCAL ROLE retail_owner;

-- Normalised first: cosine does not change, and half precision can then neither overflow nor underflow.
-- The index spans all stores and policies filter only what it has found, so a client that could order by the indexed
-- expression would measure its distance to other stores' vectors by what is filtered away. Hence a function that
-- nobody can name without USAGE on retail_sec, in a language that is never inlined.
CREATE FUNCTION retail_sec.search_key(embedding public.vector) RETURNS public.halfvec
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN public.l2_normalize(embedding)::public.halfvec(1536);
END
$$;
COMMENT ON FUNCTION retail_sec.search_key(public.vector) IS 'What the vector index holds; only the search functions can ask it.';
CREATE INDEX idx_product_embeddings_vector ON retail.product_embeddings
    USING hnsw ((retail_sec.search_key(embedding)::public.halfvec(1536)) public.halfvec_cosine_ops)
    WITH (m = 16, ef_construction = 128);
COMMENT ON INDEX retail.idx_product_embeddings_vector IS 'Approximate nearest neighbours (cosine) in half the space of the full vectors.';

CREATE FUNCTION retail.set_active_embedding_model(embedding_model varchar) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE retail.active_embedding_model SET embedding_model = set_active_embedding_model.embedding_model;
    SELECT retail_sec.audit_event('active_embedding_model', 'model_activated', NULL, NULL,
                                  jsonb_build_object('embedding_model', set_active_embedding_model.embedding_model));
$$;
COMMENT ON FUNCTION retail.set_active_embedding_model(varchar) IS 'Chooses the model whose vectors a search uses when it names none. Audited. For the owner.';

-- ---- words ----

CREATE TABLE retail.product_documents (
    store_id   varchar(50) NOT NULL,
    product_id uuid NOT NULL,
    label      text NOT NULL,
    document   tsvector NOT NULL,
    PRIMARY KEY (store_id, product_id),
    FOREIGN KEY (store_id, product_id) REFERENCES retail.products (store_id, product_id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX idx_products_text_search ON retail.product_documents USING gin (store_id, document);
CREATE INDEX idx_products_label ON retail.product_documents USING gin (store_id, label public.gin_trgm_ops);
ALTER TABLE retail.product_documents ALTER label SET STATISTICS 0; -- see 0002
ALTER TABLE retail.product_documents ENABLE ROW LEVEL SECURITY;
CREATE POLICY product_documents_store_isolation ON retail.product_documents
    USING (store_id = (SELECT retail.current_store_id()));
COMMENT ON TABLE retail.product_documents IS 'The words of each product, kept by triggers: ranking thousands of matches must not parse their texts again, and clients'' SELECT * of products stays as it was.';
COMMENT ON COLUMN retail.product_documents.store_id IS 'Store of the product.';
COMMENT ON COLUMN retail.product_documents.product_id IS 'The product.';
COMMENT ON COLUMN retail.product_documents.label IS 'Name and SKU in lower case, for misspelt words.';
COMMENT ON COLUMN retail.product_documents.document IS 'Words by weight: name and SKU (A), brand, model, colour and tags (B), description (C).';
COMMENT ON INDEX retail.product_documents_pkey IS 'One document a product.';
COMMENT ON INDEX retail.idx_products_text_search IS 'Full-text search within a store.';
COMMENT ON INDEX retail.idx_products_label IS 'Misspelt names and SKUs within a store.';
COMMENT ON POLICY product_documents_store_isolation ON retail.product_documents IS 'The chosen store''s rows, if the role may enter it.';

CREATE FUNCTION retail_sec.product_document(p retail.products) RETURNS tsvector
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT setweight(to_tsvector('english', p.product_name), 'A')
        || setweight(to_tsvector('simple', p.sku), 'A')
        || setweight(to_tsvector('english', concat_ws(' ', p.brand, p.model, p.color, array_to_string(p.tags, ' '))), 'B')
        || setweight(to_tsvector('english', coalesce(p.product_description, '')), 'C')
$$;
COMMENT ON FUNCTION retail_sec.product_document(retail.products) IS 'The words of a product by weight.';

CREATE FUNCTION retail.maintain_product_documents() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO retail.product_documents (store_id, product_id, label, document)
    SELECT n.store_id, n.product_id, lower(concat_ws(' ', n.product_name, n.sku)), retail_sec.product_document(n::retail.products)
      FROM new_rows n
    ON CONFLICT (store_id, product_id) DO UPDATE
       SET label = excluded.label, document = excluded.document
     WHERE product_documents.document IS DISTINCT FROM excluded.document
        OR product_documents.label IS DISTINCT FROM excluded.label;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION retail.maintain_product_documents() IS 'Keeps product_documents.';
CREATE TRIGGER products_documents_insert AFTER INSERT ON retail.products
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION retail.maintain_product_documents();
CREATE TRIGGER products_documents_update AFTER UPDATE ON retail.products
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION retail.maintain_product_documents();
COMMENT ON TRIGGER products_documents_insert ON retail.products IS 'Keeps product_documents.';
COMMENT ON TRIGGER products_documents_update ON retail.products IS 'Keeps product_documents.';
INSERT INTO retail.product_documents (store_id, product_id, label, document)
SELECT p.store_id, p.product_id, lower(concat_ws(' ', p.product_name, p.sku)), retail_sec.product_document(p) FROM retail.products p;

-- ---- filters ----

CREATE TYPE retail_sec.product_filter AS (
    category_ids integer[], brands text[], min_price numeric, max_price numeric,
    min_stock integer, min_rating numeric, tags text[], active boolean
);
COMMENT ON TYPE retail_sec.product_filter IS 'What a search is restricted to; NULL restricts nothing.';

CREATE FUNCTION retail_sec.read_filter(filters jsonb) RETURNS retail_sec.product_filter
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    f retail_sec.product_filter;
    unknown text := (SELECT string_agg(k, ', ') FROM jsonb_object_keys(coalesce(filters, '{}')) k
                      WHERE k <> ALL ('{category_ids,brands,min_price,max_price,min_stock,min_rating,tags,active}'));
BEGIN
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'Unknown search filter: %', unknown USING ERRCODE = 'invalid_parameter_value';
    END IF;
    f := jsonb_populate_record(NULL::retail_sec.product_filter, '{"active": true}' || coalesce(filters, '{}'));
    RETURN f;
END
$$;
COMMENT ON FUNCTION retail_sec.read_filter(jsonb) IS 'Reads a search''s filters; refuses unknown ones; only active products unless "active" says otherwise (false, or null for both).';

-- A plain SQL expression without SET, so that the planner expands it in place and can use indexes for it.
CREATE FUNCTION retail_sec.product_matches(p retail.products, f retail_sec.product_filter) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN (f.active IS NULL OR coalesce(p.is_active, FALSE) = f.active)
   AND (f.category_ids IS NULL OR p.category_id = ANY (f.category_ids))
   AND (f.brands IS NULL OR p.brand = ANY (f.brands))
   AND (f.min_price IS NULL OR p.price >= f.min_price)
   AND (f.max_price IS NULL OR p.price <= f.max_price)
   AND (f.min_stock IS NULL OR p.current_stock >= f.min_stock)
   AND (f.min_rating IS NULL OR p.rating_average >= f.min_rating)
   AND (f.tags IS NULL OR p.tags @> f.tags);
COMMENT ON FUNCTION retail_sec.product_matches(retail.products, retail_sec.product_filter) IS 'Does the product pass the filter?';

-- ---- meaning ----

CREATE FUNCTION retail_sec.nearest_exact(
    store varchar, query public.vector, model_name varchar, wanted integer, threshold float8, f retail_sec.product_filter
) RETURNS TABLE (product_id uuid, similarity float8)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    SELECT n.product_id, 1 - n.distance
      FROM (SELECT e.product_id, e.embedding OPERATOR(public.<=>) query AS distance
              FROM retail.product_embeddings e
              JOIN retail.products p ON p.store_id = e.store_id AND p.product_id = e.product_id
             WHERE e.store_id = store AND p.store_id = store AND e.embedding_model = model_name AND e.embedding IS NOT NULL
               AND retail_sec.product_matches(p, f)) n
     WHERE threshold IS NULL OR 1 - n.distance >= threshold
     ORDER BY n.distance, n.product_id
     LIMIT wanted;
END
$$;
COMMENT ON FUNCTION retail_sec.nearest_exact(varchar, public.vector, varchar, integer, float8, retail_sec.product_filter) IS
'Nearest products of a store by comparing every vector.';

-- The planner is left one way: along the index, one product look-up a candidate. Relaxed order keeps
-- candidates that strict order would throw away; the exact distance orders them afterwards.
-- pgvector's settings cannot stand beside the others: who restores a dump without being superuser may not
-- create a function with a setting whose library is not loaded.
CREATE FUNCTION retail_sec.nearest_by_index(
    store varchar, query public.vector, model_name varchar, wanted integer, f retail_sec.product_filter,
    ef_search integer DEFAULT 200
) RETURNS TABLE (product_id uuid, similarity float8)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off
AS $$
DECLARE
    -- Also loads the library, so that its settings exist.
    half_query public.halfvec := retail_sec.search_key(query);
    kept text[] := ARRAY[current_setting('hnsw.iterative_scan'), current_setting('hnsw.max_scan_tuples'), current_setting('hnsw.ef_search')];
    candidates integer := greatest(4 * wanted, 100);
BEGIN
    PERFORM set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.max_scan_tuples', '100000', true),
            set_config('hnsw.ef_search', ef_search::text, true);
    RETURN QUERY
    SELECT n.product_id, 1 - n.distance
      FROM (SELECT c.product_id, c.embedding OPERATOR(public.<=>) query AS distance
              FROM (SELECT e.product_id, e.embedding
                      FROM retail.product_embeddings e
                      JOIN retail.products p ON p.product_id = e.product_id
                     WHERE e.store_id = store AND p.store_id = store AND e.embedding_model = model_name
                       AND retail_sec.product_matches(p, f)
                     ORDER BY retail_sec.search_key(e.embedding)::public.halfvec(1536) OPERATOR(public.<=>) half_query
                     LIMIT candidates) c) n
     ORDER BY n.distance, n.product_id
     LIMIT wanted;
    PERFORM set_config('hnsw.iterative_scan', kept[1], true), set_config('hnsw.max_scan_tuples', kept[2], true), set_config('hnsw.ef_search', kept[3], true);
END
$$;
COMMENT ON FUNCTION retail_sec.nearest_by_index(varchar, public.vector, varchar, integer, retail_sec.product_filter, integer) IS
'Nearest products of a store through the HNSW index: an iterative scan collects candidates, the exact distance ranks them.';

CREATE FUNCTION retail_sec.nearest(
    store varchar, query public.vector, model_name varchar, wanted integer, threshold float8, f retail_sec.product_filter
) RETURNS TABLE (product_id uuid, similarity float8, scan text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    -- Exact costs n comparisons; the index visits (candidates / n) * all of them, each dearer. They meet
    -- near the root of all; bench_vector.sh prints both sides.
    all_rows float8 := (SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'retail.product_embeddings'::regclass);
    exact_below integer := greatest(2000, sqrt(150 * all_rows));
    matching integer;
    ids uuid[];
    similarities float8[];
BEGIN
    IF store IS NULL OR query IS NULL THEN
        RETURN;
    END IF;
    IF public.vector_norm(query) = 0 THEN
        RAISE EXCEPTION 'The zero vector is near to nothing' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT count(*) INTO matching
      FROM (SELECT FROM retail.product_embeddings e
             WHERE e.store_id = store AND e.embedding_model = model_name LIMIT exact_below) few;
    IF matching >= exact_below AND f IS DISTINCT FROM ROW (NULL, NULL, NULL, NULL, NULL, NULL, NULL, TRUE)::retail_sec.product_filter THEN
        SELECT count(*) INTO matching
          FROM (SELECT FROM retail.products p
                 WHERE p.store_id = store AND retail_sec.product_matches(p, f) LIMIT exact_below) few;
    END IF;
    IF matching >= exact_below THEN
        SELECT array_agg(i.product_id), array_agg(i.similarity) INTO ids, similarities
          FROM retail_sec.nearest_by_index(store, query, model_name, wanted, f) i;
        -- A short answer (few vectors, a filter far from the query) is made exact below.
        IF cardinality(ids) = wanted THEN
            RETURN QUERY
            SELECT u.id, u.s, 'index' FROM unnest(ids, similarities) u (id, s) WHERE threshold IS NULL OR u.s >= threshold;
            RETURN;
        END IF;
    END IF;
    RETURN QUERY
    SELECT x.product_id, x.similarity, 'exact' FROM retail_sec.nearest_exact(store, query, model_name, wanted, threshold, f) x;
END
$$;
COMMENT ON FUNCTION retail_sec.nearest(varchar, public.vector, varchar, integer, float8, retail_sec.product_filter) IS
'Nearest products of a store, exactly or through the index, whichever is the faster for this store and filter.';

-- ---- words ----

-- A SKU or a whole name typed out first, then names that are nearly the text (a typing error), then every word,
-- then any word and misspelt words.
CREATE FUNCTION retail_sec.best_by_words(store varchar, query text, wanted integer, f retail_sec.product_filter)
RETURNS TABLE (product_id uuid, score float8, tier integer, closeness float8, complete boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
-- A query of stop words alone is no news to its caller.
SET client_min_messages = warning
AS $$
DECLARE
    wish text := lower(btrim(query));
    -- The call loads the library, so that its settings exist (see nearest_by_index).
    kept text[] := CASE WHEN public.word_similarity('', '') = 0
                        THEN ARRAY[current_setting('pg_trgm.word_similarity_threshold'), current_setting('pg_trgm.similarity_threshold')] END;
    all_words tsquery := plainto_tsquery('english', query) || plainto_tsquery('simple', query);
    any_word tsquery := replace(plainto_tsquery('english', query)::text, '&', '|')::tsquery;
BEGIN
    IF store IS NULL OR coalesce(wish, '') = '' THEN
        RETURN;
    END IF;
    PERFORM set_config('pg_trgm.word_similarity_threshold', '0.5', true), set_config('pg_trgm.similarity_threshold', '0.4', true);
    RETURN QUERY
    WITH every AS (
        SELECT d.product_id, ts_rank_cd(d.document, all_words, 1)::float8 + 1 AS rank, lower(p.product_name) = wish AS typed_out
          FROM retail.product_documents d JOIN retail.products p ON p.store_id = d.store_id AND p.product_id = d.product_id
         WHERE d.store_id = store AND p.store_id = store AND d.document @@ all_words AND retail_sec.product_matches(p, f)
         ORDER BY 3 DESC, 2 DESC, 1 LIMIT wanted
    ), sku AS (
        SELECT p.product_id, 3::float8 AS rank
          FROM retail.products p
         WHERE p.store_id = store AND lower(p.sku) = wish AND retail_sec.product_matches(p, f)
         LIMIT wanted
    ), close AS (
        SELECT d.product_id, public.similarity(d.label, wish)::float8 AS rank
          FROM retail.product_documents d JOIN retail.products p ON p.store_id = d.store_id AND p.product_id = d.product_id
         WHERE d.store_id = store AND p.store_id = store AND d.label OPERATOR(public.%) wish AND retail_sec.product_matches(p, f)
         ORDER BY 2 DESC, 1 LIMIT wanted
    ), misspelt AS (
        SELECT d.product_id, public.word_similarity(wish, d.label)::float8 AS rank
          FROM retail.product_documents d JOIN retail.products p ON p.store_id = d.store_id AND p.product_id = d.product_id
         WHERE (SELECT count(*) FROM every) < wanted
           AND d.store_id = store AND p.store_id = store AND wish OPERATOR(public.<%) d.label AND retail_sec.product_matches(p, f)
         ORDER BY 2 DESC, 1 LIMIT wanted
    ), partly AS (
        SELECT d.product_id, least(ts_rank(d.document, any_word, 1)::float8, 1) AS rank
          FROM retail.product_documents d JOIN retail.products p ON p.store_id = d.store_id AND p.product_id = d.product_id
         WHERE (SELECT count(*) FROM every) < wanted
           AND d.store_id = store AND p.store_id = store AND d.document @@ any_word AND retail_sec.product_matches(p, f)
         ORDER BY 2 DESC, 1 LIMIT wanted
    ), found AS (
        SELECT u.product_id, sum(u.rank) AS rank, max(u.tier) AS tier, max(u.closeness) AS closeness, bool_or(u.complete) AS complete
          FROM (SELECT e.product_id, e.rank, CASE WHEN e.typed_out THEN 2 ELSE 0 END AS tier, 0::float8 AS closeness, TRUE AS complete FROM every e
                UNION ALL SELECT s.product_id, s.rank, 2, 0, TRUE FROM sku s
                UNION ALL SELECT c.product_id, c.rank, 1, c.rank, FALSE FROM close c
                UNION ALL SELECT m.product_id, m.rank, 0, 0, FALSE FROM misspelt m
                UNION ALL SELECT o.product_id, o.rank, 0, 0, FALSE FROM partly o) u
         GROUP BY u.product_id
    )
    SELECT w.product_id, w.rank, w.tier, w.closeness, w.complete
      FROM found w
     ORDER BY w.tier DESC, w.closeness DESC, w.rank DESC, w.product_id
     LIMIT wanted;
    PERFORM set_config('pg_trgm.word_similarity_threshold', kept[1], true), set_config('pg_trgm.similarity_threshold', kept[2], true);
END
$$;
COMMENT ON FUNCTION retail_sec.best_by_words(varchar, text, integer, retail_sec.product_filter) IS
'Best products of a store by words. tier: 2 the SKU or the whole name, 1 a name that is nearly the text, 0 else; complete: every word was found.';

-- ---- the doors ----

CREATE FUNCTION retail.search_products(
    query_embedding public.vector DEFAULT NULL,
    query_text text DEFAULT NULL,
    max_results integer DEFAULT 20,
    filters jsonb DEFAULT '{}',
    embedding_model varchar DEFAULT NULL,
    similarity_threshold float8 DEFAULT NULL
) RETURNS TABLE (
    product_id uuid, "position" integer, score float8,
    similarity float8, vector_rank integer, text_score float8, text_rank integer, scan text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    store varchar := retail.current_store_id();
    wanted integer := least(greatest(coalesce(max_results, 1000), 0), 1000);
    -- A list for fusion is longer than the answer: a product in the middle of both may lead the whole.
    depth integer := CASE WHEN query_embedding IS NULL OR query_text IS NULL THEN wanted ELSE least(greatest(3 * wanted, 60), 1000) END;
    model_name varchar := coalesce(search_products.embedding_model, (SELECT a.embedding_model FROM retail.active_embedding_model a));
    f retail_sec.product_filter := retail_sec.read_filter(filters);
BEGIN
    -- Reciprocal-rank fusion, k = 60: Cormack, Clarke, Büttcher, SIGIR 2009. What was typed out or nearly so is no
    -- matter of taste and comes first. Beside vectors only products with every word take part: products that share
    -- one word with a paraphrase push the right ones down (nDCG@10 0.49 instead of 0.60).
    RETURN QUERY
    WITH v AS (
        SELECT n.product_id, n.similarity, n.scan, (row_number() OVER (ORDER BY n.similarity DESC, n.product_id))::integer AS rank
          FROM retail_sec.nearest(store, query_embedding, model_name, depth, similarity_threshold, f) n
    ), t AS (
        SELECT b.*, (row_number() OVER (ORDER BY b.tier DESC, b.closeness DESC, b.score DESC, b.product_id))::integer AS rank
          FROM retail_sec.best_by_words(store, query_text, depth, f) b
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
    WINDOW best AS (ORDER BY u.tier DESC, u.closeness DESC, u.score DESC, u.product_id)
     ORDER BY 2
     LIMIT wanted;
END
$$;
COMMENT ON FUNCTION retail.search_products(public.vector, text, integer, jsonb, varchar, float8) IS
'Searches the chosen store by meaning (query_embedding), by words (query_text) or, given both, by reciprocal-rank fusion. filters: category_ids, brands, min_price, max_price, min_stock, min_rating, tags (all of them), active (default true, null for both). One embedding model a search, by default the active one. scan says how the vectors were searched: exact or index. At most 1,000 rows.';

CREATE FUNCTION retail.search_products_by_similarity(
    search_embedding public.vector(1536),
    similarity_threshold float8 DEFAULT 0.7,
    max_results integer DEFAULT 20
) RETURNS TABLE (
    product_id uuid, product_name varchar(200), product_description text, brand varchar(100),
    price numeric(10,2), similarity_score float8
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    store varchar := retail.current_store_id();
BEGIN
    RETURN QUERY
    SELECT p.product_id, p.product_name, p.product_description, p.brand, p.price, n.similarity
      FROM retail_sec.nearest(store, search_embedding, (SELECT a.embedding_model FROM retail.active_embedding_model a),
                              least(greatest(coalesce(max_results, 1000), 0), 1000), similarity_threshold,
                              retail_sec.read_filter('{}')) n
      JOIN retail.products p ON p.product_id = n.product_id
     WHERE p.store_id = store
     ORDER BY n.similarity DESC, p.product_id;
END
$$;
COMMENT ON FUNCTION retail.search_products_by_similarity(public.vector, float8, integer) IS
'The original design''s search: active products of the chosen store by cosine similarity, vectors of the active model, at most 1,000 rows.';

RESET ROLE;
