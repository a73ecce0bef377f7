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
