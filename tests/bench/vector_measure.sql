-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- For every store and probe: the search a client calls against the exact answer, both timed.
CREATE TABLE public.measured (store_id varchar, probe integer, k integer, scan text, rows integer, possible integer,
                              hits integer, search_ms float8, exact_ms float8);
DO $$
DECLARE
    store record;
    probe record;
    wanted integer;
    t0 timestamptz;
    search_ms float8;
    exact_ms float8;
    found uuid[];
    truth uuid[];
    how text;
BEGIN
    FOR store IN SELECT e.store_id, count(*)::integer AS n FROM retail.product_embeddings e GROUP BY 1
    LOOP
        PERFORM retail.use_store(store.store_id);
        FOR probe IN SELECT n, v FROM public.probes ORDER BY n
        LOOP
            FOREACH wanted IN ARRAY ARRAY[10, 20, 100]
            LOOP
                t0 := clock_timestamp();
                SELECT array_agg(s.product_id), max(s.scan) INTO found, how
                  FROM retail.search_products(query_embedding => probe.v, max_results => wanted) s;
                search_ms := 1000 * extract(epoch FROM clock_timestamp() - t0);
                t0 := clock_timestamp();
                SELECT array_agg(x.product_id) INTO truth
                  FROM retail_sec.nearest_exact(store.store_id, probe.v, 'text-embedding-3-small', wanted, NULL, retail_sec.read_filter('{}')) x;
                exact_ms := 1000 * extract(epoch FROM clock_timestamp() - t0);
                INSERT INTO public.measured VALUES (store.store_id, probe.n, wanted, how, cardinality(found), least(wanted, store.n),
                    (SELECT count(*) FROM unnest(found) f WHERE f = ANY (truth)), search_ms, exact_ms);
            END LOOP;
        END LOOP;
    END LOOP;
END
$$;
SELECT m.store_id, (SELECT count(*) FROM retail.product_embeddings e WHERE e.store_id = m.store_id) AS vectors,
       string_agg(DISTINCT m.scan, '/') AS scan,
       bool_and(m.rows = m.possible) AS rows_complete,
       round((sum(m.hits) FILTER (WHERE m.k = 20))::numeric / nullif(sum(m.possible) FILTER (WHERE m.k = 20), 0), 4) AS recall_20,
       round((sum(m.hits) FILTER (WHERE m.k = 100))::numeric / nullif(sum(m.possible) FILTER (WHERE m.k = 100), 0), 4) AS recall_100,
       round((percentile_cont(0.5) WITHIN GROUP (ORDER BY m.search_ms) FILTER (WHERE m.k = 20))::numeric, 2) AS search_ms,
       round((percentile_cont(0.5) WITHIN GROUP (ORDER BY m.exact_ms) FILTER (WHERE m.k = 20))::numeric, 2) AS exact_ms,
       round((percentile_cont(0.5) WITHIN GROUP (ORDER BY m.exact_ms) FILTER (WHERE m.k = 20)
            / percentile_cont(0.5) WITHIN GROUP (ORDER BY m.search_ms) FILTER (WHERE m.k = 20))::numeric, 1) AS times_faster
  FROM public.measured m GROUP BY m.store_id ORDER BY 2 DESC;

-- The same under 200 random filters, in stores of every size.
CREATE TABLE public.filtered (scan text, rows integer, possible integer, hits integer, search_ms float8);
DO $$
DECLARE
    probe record;
    wish jsonb;
    t0 timestamptz;
    search_ms float8;
    found uuid[];
    truth uuid[];
    how text;
    store varchar;
BEGIN
    PERFORM setseed(0.42);
    FOR n IN 1 .. 200
    LOOP
        store := format('s%s', lpad((1 + n % 20)::text, 2, '0'));
        store := CASE WHEN n % 2 = 0 THEN 's01' ELSE store END;
        PERFORM retail.use_store(store);
        SELECT * INTO probe FROM public.probes ORDER BY random() LIMIT 1;
        wish := (CASE WHEN random() < 0.5 THEN jsonb_build_object('category_ids', jsonb_build_array(1 + floor(random() * 7), 1 + floor(random() * 7))) ELSE '{}' END)
             || (CASE WHEN random() < 0.3 THEN jsonb_build_object('brands', jsonb_build_array('Brand' || floor(random() * 20))) ELSE '{}' END)
             || (CASE WHEN random() < 0.5 THEN jsonb_build_object('min_price', floor(random() * 900)) ELSE '{}' END)
             || (CASE WHEN random() < 0.3 THEN jsonb_build_object('min_stock', floor(random() * 90)) ELSE '{}' END);
        t0 := clock_timestamp();
        SELECT coalesce(array_agg(s.product_id), '{}'), max(s.scan) INTO found, how
          FROM retail.search_products(query_embedding => probe.v, max_results => 20, filters => wish) s;
        search_ms := 1000 * extract(epoch FROM clock_timestamp() - t0);
        SELECT coalesce(array_agg(x.product_id), '{}') INTO truth
          FROM retail_sec.nearest_exact(store, probe.v, 'text-embedding-3-small', 20, NULL, retail_sec.read_filter(wish)) x;
        INSERT INTO public.filtered VALUES (how, cardinality(found), cardinality(truth), (SELECT count(*) FROM unnest(found) f WHERE f = ANY (truth)), search_ms);
    END LOOP;
END
$$;
SELECT coalesce(scan, 'none') AS filtered_scan, count(*) AS searches, bool_and(rows = possible) AS rows_complete,
       round(sum(hits)::numeric / nullif(sum(possible), 0), 4) AS recall_20,
       round((percentile_cont(0.5) WITHIN GROUP (ORDER BY search_ms))::numeric, 2) AS ms_p50,
       round((percentile_cont(0.95) WITHIN GROUP (ORDER BY search_ms))::numeric, 2) AS ms_p95
  FROM public.filtered GROUP BY 1 ORDER BY 1;
