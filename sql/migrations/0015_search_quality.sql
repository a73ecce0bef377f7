-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Why a product is found or not: how far the vectors cover the catalogues, how good and how fast the index is,
-- and the number that trades one for the other (ef_search), which becomes a setting. What is measured and
-- explained is the statement that searches run: its text is said once.

SET LOCAL ROLE retail_owner;

-- ---- the text that is embedded ----

-- Not IMMUTABLE, because concat_ws is not: only so can the planner expand it in place.
CREATE FUNCTION retail.embedding_text(product_name text, product_description text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN concat_ws(E'\n', btrim(regexp_replace(product_name, '\s+', ' ', 'g')), nullif(btrim(product_description, E' \t\r\n'), ''));
COMMENT ON FUNCTION retail.embedding_text(text, text) IS 'The text whose vector stands for a product: name and description. A vector of another text is stale.';

CREATE FUNCTION retail.embedding_health() RETURNS TABLE (
    store_id varchar, store_name varchar, embedding_model varchar, is_active_model boolean,
    products bigint, up_to_date bigint, stale bigint, missing bigint, newest timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH active AS (
        SELECT a.embedding_model FROM retail.active_embedding_model a
    ), visible AS MATERIALIZED (
        SELECT s.store_id, s.store_name FROM retail.stores s
         WHERE s.is_active AND s.store_id IN (SELECT retail.visible_stores())
    ), models AS (
        SELECT DISTINCT e.store_id, e.embedding_model
          FROM retail.product_embeddings e JOIN visible v ON v.store_id = e.store_id
         UNION
        SELECT v.store_id, a.embedding_model FROM visible v, active a
    )
    SELECT v.store_id, v.store_name, m.embedding_model, m.embedding_model = (SELECT a.embedding_model FROM active a),
           count(p.product_id),
           count(*) FILTER (WHERE e.embedding IS NOT NULL AND e.embedding_text = retail.embedding_text(p.product_name, p.product_description)),
           count(*) FILTER (WHERE e.embedding IS NOT NULL AND e.embedding_text <> retail.embedding_text(p.product_name, p.product_description)),
           count(p.product_id) FILTER (WHERE e.embedding IS NULL),
           max(e.updated_at)
      FROM visible v
      JOIN models m ON m.store_id = v.store_id
      LEFT JOIN retail.products p ON p.store_id = v.store_id
      LEFT JOIN retail.product_embeddings e
        ON e.store_id = v.store_id AND e.product_id = p.product_id AND e.embedding_model = m.embedding_model
     GROUP BY v.store_id, v.store_name, m.embedding_model
     ORDER BY v.store_name, v.store_id, m.embedding_model
$$;
COMMENT ON FUNCTION retail.embedding_health() IS
'Of each active store that the effective role may see, and each model with vectors there (the active one always): all products, those with a vector of their present text, of an older text (stale), and without one (missing). Numbers only, so DBAs may ask.';

-- ---- settings ----

CREATE TABLE retail_sec.search_setting (
    only_row        boolean PRIMARY KEY DEFAULT TRUE CHECK (only_row),
    ef_search       integer NOT NULL DEFAULT 200 CHECK (ef_search BETWEEN 1 AND 1000),
    iterative_scan  text NOT NULL DEFAULT 'relaxed_order' CHECK (iterative_scan IN ('relaxed_order', 'strict_order')),
    max_scan_tuples integer NOT NULL DEFAULT 100000 CHECK (max_scan_tuples > 0),
    updated_at      timestamptz NOT NULL DEFAULT now()
);
INSERT INTO retail_sec.search_setting DEFAULT VALUES;
COMMENT ON TABLE retail_sec.search_setting IS 'How a search goes through the vector index; one row. Changed by retail.set_ef_search().';
COMMENT ON COLUMN retail_sec.search_setting.only_row IS 'Keeps it one row.';
COMMENT ON COLUMN retail_sec.search_setting.ef_search IS 'Candidates kept while walking the index: more finds more and takes longer.';
COMMENT ON COLUMN retail_sec.search_setting.iterative_scan IS 'Order in which the index goes on when a filter leaves too few.';
COMMENT ON COLUMN retail_sec.search_setting.max_scan_tuples IS 'After so many visited vectors the index stops, and the answer is made exact.';
COMMENT ON COLUMN retail_sec.search_setting.updated_at IS 'Last change.';
COMMENT ON INDEX retail_sec.search_setting_pkey IS 'One row.';

CREATE FUNCTION retail.set_ef_search(ef_search integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    former integer := (SELECT s.ef_search FROM retail_sec.search_setting s);
BEGIN
    IF set_ef_search.ef_search IS NULL OR set_ef_search.ef_search NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'ef_search must be between 1 and 1000' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE retail_sec.search_setting s SET ef_search = set_ef_search.ef_search, updated_at = now();
    PERFORM retail_sec.audit_event('search_setting', 'ef_search_changed', NULL, NULL,
                                   jsonb_build_object('ef_search', set_ef_search.ef_search, 'former', former));
END
$$;
COMMENT ON FUNCTION retail.set_ef_search(integer) IS 'Changes ef_search of every search through the vector index. Audited. For owner, ops and DBAs.';

-- Exact costs n comparisons; the index visits (candidates / n) * all of them, each dearer. They meet near the root
-- of all; bench_vector.sh prints both sides.
CREATE FUNCTION retail_sec.exact_below() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT greatest(2000, sqrt(150 * (SELECT greatest(c.reltuples, 0) FROM pg_class c WHERE c.oid = 'retail.product_embeddings'::regclass)))::integer
$$;
COMMENT ON FUNCTION retail_sec.exact_below() IS 'A store with fewer matching vectors than this is compared exactly.';

CREATE FUNCTION retail.search_settings() RETURNS TABLE (
    ef_search integer, iterative_scan text, max_scan_tuples integer, exact_below integer, changed timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.ef_search, s.iterative_scan, s.max_scan_tuples, retail_sec.exact_below(), s.updated_at FROM retail_sec.search_setting s
$$;
COMMENT ON FUNCTION retail.search_settings() IS 'What searches through the vector index use, and below how many matching vectors a store is compared exactly.';

-- ---- the two ways, their statements said once ----

CREATE FUNCTION retail_sec.exact_statement() RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
SELECT '
    SELECT n.product_id, 1 - n.distance
      FROM (SELECT e.product_id, e.embedding OPERATOR(public.<=>) $2 AS distance
              FROM retail.product_embeddings e
              JOIN retail.products p ON p.store_id = e.store_id AND p.product_id = e.product_id
             WHERE e.store_id = $1 AND p.store_id = $1 AND e.embedding_model = $3 AND e.embedding IS NOT NULL
               AND retail_sec.product_matches(p, $6)) n
     WHERE $5 IS NULL OR 1 - n.distance >= $5
     ORDER BY n.distance, n.product_id
     LIMIT $4'
$$;
COMMENT ON FUNCTION retail_sec.exact_statement() IS 'Compares every vector. $1 store, $2 vector, $3 model, $4 how many, $5 threshold, $6 filter.';

CREATE OR REPLACE FUNCTION retail_sec.nearest_exact(
    store varchar, query public.vector, model_name varchar, wanted integer, threshold float8, f retail_sec.product_filter
) RETURNS TABLE (product_id uuid, similarity float8)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY EXECUTE retail_sec.exact_statement() USING store, query, model_name, wanted, threshold, f;
END
$$;

-- The planner is left one way: along the index, one product look-up a candidate. Relaxed order keeps candidates that
-- strict order would throw away; the exact distance orders them afterwards.
CREATE FUNCTION retail_sec.index_statement() RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
SELECT '
    SELECT n.product_id, 1 - n.distance
      FROM (SELECT c.product_id, c.embedding OPERATOR(public.<=>) $2 AS distance
              FROM (SELECT e.product_id, e.embedding
                      FROM retail.product_embeddings e
                      JOIN retail.products p ON p.product_id = e.product_id
                     WHERE e.store_id = $1 AND p.store_id = $1 AND e.embedding_model = $3
                       AND retail_sec.product_matches(p, $5)
                     ORDER BY retail_sec.search_key(e.embedding)::public.halfvec(1536) OPERATOR(public.<=>) $6
                     LIMIT greatest(4 * $4, 100)) c) n
     ORDER BY n.distance, n.product_id
     LIMIT $4'
$$;
COMMENT ON FUNCTION retail_sec.index_statement() IS 'Goes along the vector index. $1 store, $2 vector, $3 model, $4 how many, $5 filter, $6 the vector as the index holds it.';

-- pgvector's settings cannot stand beside the others: who restores a dump without being superuser may not create a
-- function with a setting whose library is not loaded.
CREATE OR REPLACE FUNCTION retail_sec.nearest_by_index(
    store varchar, query public.vector, model_name varchar, wanted integer, f retail_sec.product_filter,
    ef_search integer DEFAULT NULL
) RETURNS TABLE (product_id uuid, similarity float8)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off
AS $$
DECLARE
    -- Also loads the library, so that its settings exist.
    half_query public.halfvec := retail_sec.search_key(query);
    kept text[] := ARRAY[current_setting('hnsw.iterative_scan'), current_setting('hnsw.max_scan_tuples'), current_setting('hnsw.ef_search')];
BEGIN
    PERFORM set_config('hnsw.iterative_scan', s.iterative_scan, true), set_config('hnsw.max_scan_tuples', s.max_scan_tuples::text, true),
            set_config('hnsw.ef_search', coalesce(nearest_by_index.ef_search, s.ef_search)::text, true)
       FROM retail_sec.search_setting s;
    RETURN QUERY EXECUTE retail_sec.index_statement() USING store, query, model_name, wanted, f, half_query;
    PERFORM set_config('hnsw.iterative_scan', kept[1], true), set_config('hnsw.max_scan_tuples', kept[2], true), set_config('hnsw.ef_search', kept[3], true);
END
$$;
COMMENT ON FUNCTION retail_sec.nearest_by_index(varchar, public.vector, varchar, integer, retail_sec.product_filter, integer) IS
'Nearest products of a store through the HNSW index: an iterative scan collects candidates, the exact distance ranks them. ef_search NULL: as set.';

CREATE OR REPLACE FUNCTION retail_sec.nearest(
    store varchar, query public.vector, model_name varchar, wanted integer, threshold float8, f retail_sec.product_filter
) RETURNS TABLE (product_id uuid, similarity float8, scan text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    exact_below integer := retail_sec.exact_below();
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

-- ---- words, in a large store ----

-- Ranks first and looks products up in that order until enough pass the filter: a join of all that share a word with
-- the query read the store whole. Two of many words are asked for before any of them, which may be in half of the
-- store. Beside vectors only what was found by
-- every word, or nearly typed out, takes part in the answer, so that nothing else is looked for (a tenth).
DROP FUNCTION retail_sec.best_by_words(varchar, text, integer, retail_sec.product_filter);
CREATE FUNCTION retail_sec.best_by_words(store varchar, query text, wanted integer, f retail_sec.product_filter, only_sure boolean DEFAULT FALSE)
RETURNS TABLE (product_id uuid, score float8, tier integer, closeness float8, complete boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
-- Look-ups in the order of the rank; a hash of the store's products would be the slower way for the few that are wanted.
SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
-- A query of stop words alone is no news to its caller.
SET client_min_messages = warning
AS $$
DECLARE
    wish text := lower(btrim(query));
    -- The call loads the library, so that its settings exist (see nearest_by_index).
    kept text[] := CASE WHEN public.word_similarity('', '') = 0
                        THEN ARRAY[current_setting('pg_trgm.word_similarity_threshold'), current_setting('pg_trgm.similarity_threshold')] END;
    all_words tsquery := plainto_tsquery('english', query) || plainto_tsquery('simple', query);
    -- Of a long text its longest words: they are the rarest, and hundreds would find everything.
    words tsquery[] := ARRAY(SELECT plainto_tsquery('simple', l) FROM unnest(tsvector_to_array(to_tsvector('english', query))) l
                              ORDER BY length(l) DESC, l LIMIT 12);
    any_word tsquery := ''::tsquery;
    two_words tsquery := ''::tsquery;
BEGIN
    IF store IS NULL OR coalesce(wish, '') = '' THEN
        RETURN;
    END IF;
    FOR i IN 1 .. cardinality(words) LOOP
        any_word := any_word || words[i];
        FOR j IN i + 1 .. cardinality(words) LOOP
            two_words := two_words || (words[i] && words[j]);
        END LOOP;
    END LOOP;
    PERFORM set_config('pg_trgm.word_similarity_threshold', '0.5', true), set_config('pg_trgm.similarity_threshold', '0.4', true);
    RETURN QUERY
    WITH every AS MATERIALIZED (
        SELECT r.product_id, r.rank, lower(p.product_name) = wish AS typed_out
          FROM (SELECT d.product_id, ts_rank_cd(d.document, all_words, 1)::float8 + 1 AS rank
                  FROM retail.product_documents d
                 WHERE d.store_id = store AND d.document @@ all_words
                 -- A label is the name and the SKU: who typed the whole name comes first.
                 ORDER BY left(d.label, length(wish) + 1) = wish || ' ' DESC, 2 DESC, 1) r
          JOIN retail.products p ON p.store_id = store AND p.product_id = r.product_id
         WHERE retail_sec.product_matches(p, f)
         LIMIT wanted
    ), few AS MATERIALIZED (
        SELECT NOT only_sure AND count(*) < wanted AS yes FROM every
    ), sku AS (
        SELECT p.product_id, 3::float8 AS rank
          FROM retail.products p
         WHERE p.store_id = store AND lower(p.sku) = wish AND retail_sec.product_matches(p, f)
         LIMIT wanted
    ), close AS (
        SELECT r.product_id, r.rank
          FROM (SELECT d.product_id, public.similarity(d.label, wish)::float8 AS rank
                  FROM retail.product_documents d
                 WHERE d.store_id = store AND d.label OPERATOR(public.%) wish
                 ORDER BY 2 DESC, 1) r
          JOIN retail.products p ON p.store_id = store AND p.product_id = r.product_id
         WHERE retail_sec.product_matches(p, f)
         LIMIT wanted
    ), misspelt AS (
        SELECT r.product_id, r.rank
          FROM (SELECT d.product_id, public.word_similarity(wish, d.label)::float8 AS rank
                  FROM retail.product_documents d
                 WHERE (SELECT yes FROM few) AND d.store_id = store AND wish OPERATOR(public.<%) d.label
                 ORDER BY 2 DESC, 1) r
          JOIN retail.products p ON p.store_id = store AND p.product_id = r.product_id
         WHERE retail_sec.product_matches(p, f)
         LIMIT wanted
    ), partly AS MATERIALIZED (
        SELECT r.product_id, r.rank
          FROM (SELECT d.product_id, least(ts_rank(d.document, any_word, 1)::float8, 1) AS rank
                  FROM retail.product_documents d
                 WHERE (SELECT yes FROM few) AND cardinality(words) > 2 AND d.store_id = store AND d.document @@ two_words
                 ORDER BY 2 DESC, 1) r
          JOIN retail.products p ON p.store_id = store AND p.product_id = r.product_id
         WHERE retail_sec.product_matches(p, f)
         LIMIT wanted
    ), hardly AS (
        SELECT r.product_id, r.rank
          FROM (SELECT d.product_id, least(ts_rank(d.document, any_word, 1)::float8, 1) AS rank
                  FROM retail.product_documents d
                 WHERE (SELECT yes FROM few) AND (SELECT count(*) FROM partly) < wanted AND d.store_id = store AND d.document @@ any_word
                 ORDER BY 2 DESC, 1) r
          JOIN retail.products p ON p.store_id = store AND p.product_id = r.product_id
         WHERE retail_sec.product_matches(p, f)
         LIMIT wanted
    ), found AS (
        SELECT u.product_id, sum(u.rank) AS rank, max(u.tier) AS tier, max(u.closeness) AS closeness, bool_or(u.complete) AS complete
          FROM (SELECT e.product_id, e.rank, CASE WHEN e.typed_out THEN 2 ELSE 0 END AS tier, 0::float8 AS closeness, TRUE AS complete FROM every e
                UNION ALL SELECT s.product_id, s.rank, 2, 0, TRUE FROM sku s
                UNION ALL SELECT c.product_id, c.rank, 1, c.rank, FALSE FROM close c
                UNION ALL SELECT m.product_id, m.rank, 0, 0, FALSE FROM misspelt m
                UNION ALL SELECT o.product_id, o.rank, 0, 0, FALSE FROM partly o
                UNION ALL SELECT h.product_id, h.rank, 0, 0, FALSE FROM hardly h WHERE h.product_id NOT IN (SELECT o.product_id FROM partly o)) u
         GROUP BY u.product_id
    )
    SELECT w.product_id, w.rank, w.tier, w.closeness, w.complete
      FROM found w
     ORDER BY w.tier DESC, w.closeness DESC, w.rank DESC, w.product_id
     LIMIT wanted;
    PERFORM set_config('pg_trgm.word_similarity_threshold', kept[1], true), set_config('pg_trgm.similarity_threshold', kept[2], true);
END
$$;
COMMENT ON FUNCTION retail_sec.best_by_words(varchar, text, integer, retail_sec.product_filter, boolean) IS
'Best products of a store by words. tier: 2 the SKU or the whole name, 1 a name that is nearly the text, 0 else; complete: every word was found. only_sure: those of these two alone.';

-- ---- a search of a store, whoever may ask for it ----

CREATE FUNCTION retail_sec.search_store(
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
    WINDOW best AS (ORDER BY u.tier DESC, u.closeness DESC, u.score DESC, u.product_id)
     ORDER BY 2
     LIMIT wanted;
END
$$;
COMMENT ON FUNCTION retail_sec.search_store(varchar, public.vector, text, integer, jsonb, varchar, float8) IS
'What search_products() does, of a store that its caller has made sure of.';

CREATE OR REPLACE FUNCTION retail.search_products(
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
BEGIN
    RETURN QUERY
    SELECT s.* FROM retail_sec.search_store(retail.current_store_id(), query_embedding, query_text, max_results, filters,
                                            embedding_model, similarity_threshold) s;
END
$$;

-- ---- measured on a sample of stored vectors ----

CREATE FUNCTION retail_sec.check_measure(store varchar, samples integer, k integer) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF store IS NULL OR store NOT IN (SELECT retail.visible_stores()) THEN
        RAISE EXCEPTION 'Invalid or inactive store: %', store USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF samples NOT BETWEEN 1 AND 1000 OR k NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'samples, k and ef_search must be between 1 and 1000' USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
COMMENT ON FUNCTION retail_sec.check_measure(varchar, integer, integer) IS 'Refuses a measurement of a store that the caller may not see, or of numbers out of range.';

CREATE FUNCTION retail.measure_index(
    store varchar, samples integer, k integer, settings integer[], embedding_model varchar DEFAULT NULL
) RETURNS TABLE (ef_search integer, sampled integer, recall float8, index_ms_p50 float8, index_ms_p95 float8, exact_ms_p50 float8, exact_ms_p95 float8)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    model_name varchar := coalesce(measure_index.embedding_model, (SELECT a.embedding_model FROM retail.active_embedding_model a));
    every retail_sec.product_filter := retail_sec.read_filter('{}');
    ways integer := cardinality(settings);
    probe public.vector;
    truth uuid[];
    found uuid[];
    t0 timestamptz;
    taken integer := 0;
    way integer;
    possible bigint := 0;
    hits bigint[];
    index_ms float8[];
    exact_ms float8[] := ARRAY[]::float8[];
BEGIN
    PERFORM retail_sec.check_measure(store, samples, k);
    IF ways NOT BETWEEN 1 AND 8 OR EXISTS (SELECT FROM unnest(settings) e WHERE e IS NULL OR e NOT BETWEEN 1 AND 1000) THEN
        RAISE EXCEPTION 'samples, k and ef_search must be between 1 and 1000' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    hits := array_fill(0::bigint, ARRAY[ways]);
    index_ms := array_fill(0::float8, ARRAY[samples * ways]);
    FOR probe IN
        SELECT e.embedding FROM retail.product_embeddings e
         WHERE e.store_id = store AND e.embedding_model = model_name AND e.embedding IS NOT NULL ORDER BY random() LIMIT samples
    LOOP
        t0 := clock_timestamp();
        SELECT array_agg(x.product_id) INTO truth FROM retail_sec.nearest_exact(store, probe, model_name, k, NULL, every) x;
        exact_ms := exact_ms || (1000 * extract(epoch FROM clock_timestamp() - t0))::float8;
        possible := possible + coalesce(cardinality(truth), 0);
        FOR step IN 1 .. ways LOOP
            -- Forwards and backwards in turn: whoever comes second finds the pages in memory.
            way := CASE WHEN taken % 2 = 0 THEN step ELSE ways + 1 - step END;
            t0 := clock_timestamp();
            SELECT array_agg(x.product_id) INTO found FROM retail_sec.nearest_by_index(store, probe, model_name, k, every, settings[way]) x;
            index_ms[taken * ways + way] := (1000 * extract(epoch FROM clock_timestamp() - t0))::float8;
            hits[way] := hits[way] + (SELECT count(*) FROM unnest(found) f WHERE f = ANY (truth));
        END LOOP;
        taken := taken + 1;
    END LOOP;
    RETURN QUERY
    SELECT settings[w], taken, hits[w]::float8 / nullif(possible, 0), i.p[1], i.p[2], x.p[1], x.p[2]
      FROM generate_series(1, ways) w
     CROSS JOIN LATERAL (SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY m.ms) AS p
                           FROM unnest(index_ms) WITH ORDINALITY m (ms, n)
                          WHERE m.n <= taken * ways AND (m.n - 1) % ways = w - 1) i
     CROSS JOIN (SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY m) AS p FROM unnest(exact_ms) m) x
     ORDER BY w;
END
$$;
COMMENT ON FUNCTION retail.measure_index(varchar, integer, integer, integer[], varchar) IS
'Recall at k of the vector index against the exact answer and the times of both, for up to 8 values of ef_search on the same sample of a visible store''s stored vectors; numbers only, so DBAs may ask.';

CREATE OR REPLACE FUNCTION retail.measure_search(
    store varchar, samples integer DEFAULT 20, k integer DEFAULT 20, ef_search integer DEFAULT 200, embedding_model varchar DEFAULT NULL
) RETURNS TABLE (sampled integer, recall float8, index_ms_p50 float8, index_ms_p95 float8, exact_ms_p50 float8, exact_ms_p95 float8)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT m.sampled, m.recall, m.index_ms_p50, m.index_ms_p95, m.exact_ms_p50, m.exact_ms_p95
      FROM retail.measure_index(store, samples, k, ARRAY[measure_search.ef_search], measure_search.embedding_model) m
$$;

CREATE FUNCTION retail.measure_modes(
    store varchar, samples integer, k integer, embedding_model varchar DEFAULT NULL
) RETURNS TABLE (mode text, sampled integer, ms_p50 float8, ms_p95 float8, scan text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    model_name varchar := coalesce(measure_modes.embedding_model, (SELECT a.embedding_model FROM retail.active_embedding_model a));
    probe record;
    t0 timestamptz;
    way text;
    how text;
    meaning_ms float8[] := ARRAY[]::float8[];
    words_ms float8[] := ARRAY[]::float8[];
    both_ms float8[] := ARRAY[]::float8[];
BEGIN
    PERFORM retail_sec.check_measure(store, samples, k);
    FOR probe IN
        SELECT e.embedding, split_part(e.embedding_text, E'\n', 1) AS words FROM retail.product_embeddings e
         WHERE e.store_id = store AND e.embedding_model = model_name AND e.embedding IS NOT NULL ORDER BY random() LIMIT samples
    LOOP
        t0 := clock_timestamp();
        SELECT max(s.scan) INTO way FROM retail_sec.search_store(store, probe.embedding, NULL, k, '{}', model_name, NULL) s;
        meaning_ms := meaning_ms || (1000 * extract(epoch FROM clock_timestamp() - t0))::float8;
        how := CASE WHEN coalesce(how, way) = way THEN way ELSE 'index or exact' END;
        t0 := clock_timestamp();
        PERFORM FROM retail_sec.search_store(store, NULL, probe.words, k, '{}', model_name, NULL);
        words_ms := words_ms || (1000 * extract(epoch FROM clock_timestamp() - t0))::float8;
        t0 := clock_timestamp();
        PERFORM FROM retail_sec.search_store(store, probe.embedding, probe.words, k, '{}', model_name, NULL);
        both_ms := both_ms || (1000 * extract(epoch FROM clock_timestamp() - t0))::float8;
    END LOOP;
    RETURN QUERY
    SELECT r.mode, cardinality(both_ms), p.p[1], p.p[2], r.scan
      FROM (VALUES (1, 'vector', meaning_ms, how), (2, 'text', words_ms, NULL), (3, 'hybrid', both_ms, how)) r (n, mode, ms, scan)
     CROSS JOIN LATERAL (SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY m) AS p FROM unnest(r.ms) m) p
     ORDER BY r.n;
END
$$;
COMMENT ON FUNCTION retail.measure_modes(varchar, integer, integer, varchar) IS
'Times in the database of whole searches by meaning, words and both, asking for stored vectors and the names of their products; numbers only, so DBAs may ask.';

-- The same settings as nearest_by_index.
CREATE FUNCTION retail_sec.explain_index(store varchar, query public.vector, model_name varchar, k integer, ef_search integer) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off
AS $$
DECLARE
    half_query public.halfvec := retail_sec.search_key(query);
    kept text[] := ARRAY[current_setting('hnsw.iterative_scan'), current_setting('hnsw.max_scan_tuples'), current_setting('hnsw.ef_search')];
BEGIN
    PERFORM set_config('hnsw.iterative_scan', s.iterative_scan, true), set_config('hnsw.max_scan_tuples', s.max_scan_tuples::text, true),
            set_config('hnsw.ef_search', coalesce(explain_index.ef_search, s.ef_search)::text, true)
       FROM retail_sec.search_setting s;
    RETURN QUERY EXECUTE 'EXPLAIN (ANALYZE, BUFFERS) ' || retail_sec.index_statement()
        USING store, query, model_name, k, retail_sec.read_filter('{}'), half_query;
    PERFORM set_config('hnsw.iterative_scan', kept[1], true), set_config('hnsw.max_scan_tuples', kept[2], true), set_config('hnsw.ef_search', kept[3], true);
END
$$;
COMMENT ON FUNCTION retail_sec.explain_index(varchar, public.vector, varchar, integer, integer) IS 'The plan of nearest_by_index().';

CREATE FUNCTION retail.explain_search(
    store varchar, k integer DEFAULT 20, ef_search integer DEFAULT NULL, embedding_model varchar DEFAULT NULL
) RETURNS TABLE (way text, used boolean, line text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
    model_name varchar := coalesce(explain_search.embedding_model, (SELECT a.embedding_model FROM retail.active_embedding_model a));
    every retail_sec.product_filter := retail_sec.read_filter('{}');
    probe public.vector;
    taken text;
BEGIN
    PERFORM retail_sec.check_measure(store, 1, k);
    SELECT e.embedding INTO probe FROM retail.product_embeddings e
     WHERE e.store_id = store AND e.embedding_model = model_name AND e.embedding IS NOT NULL ORDER BY random() LIMIT 1;
    IF probe IS NULL THEN
        RETURN;
    END IF;
    SELECT max(n.scan) INTO taken FROM retail_sec.nearest(store, probe, model_name, k, NULL, every) n;
    used := taken = 'index';
    way := 'index';
    FOR line IN SELECT e FROM retail_sec.explain_index(store, probe, model_name, k, ef_search) e LOOP
        line := regexp_replace(line, '''\[[^'']*\]''', '''[…]''', 'g');
        RETURN NEXT;
    END LOOP;
    used := taken = 'exact';
    way := 'exact';
    FOR line IN EXECUTE 'EXPLAIN (ANALYZE, BUFFERS) ' || retail_sec.exact_statement() USING store, probe, model_name, k, NULL::float8, every LOOP
        line := regexp_replace(line, '''\[[^'']*\]''', '''[…]''', 'g');
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION retail.explain_search(varchar, integer, integer, varchar) IS
'The plans, with times, of both ways to the neighbours of one stored vector, and which of them searches of this store take. Vectors are left out. For DBAs, ops and the owner.';

-- ---- rights ----

DO $$
DECLARE
    routine regprocedure;
BEGIN
    FOR routine IN SELECT oid FROM pg_proc WHERE pronamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace)
                      AND proname IN ('best_by_words', 'embedding_text', 'embedding_health', 'set_ef_search', 'exact_below', 'search_settings', 'exact_statement',
                                      'index_statement', 'search_store', 'check_measure', 'measure_index', 'measure_modes', 'explain_index', 'explain_search')
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', routine);
    END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION
    retail.embedding_text(text, text), retail.embedding_health(), retail.search_settings(),
    retail.measure_index(varchar, integer, integer, integer[], varchar), retail.measure_modes(varchar, integer, integer, varchar)
    TO retail_app, retail_manager, retail_dba, retail_ops;
GRANT EXECUTE ON FUNCTION retail.set_ef_search(integer), retail.explain_search(varchar, integer, integer, varchar)
    TO retail_dba, retail_ops;

RESET ROLE;
