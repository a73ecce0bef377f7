-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Search: the store and the right to it, min(k, matching rows) under any filter, one model, the original
-- function. Recall and speed are bench_vector.sh's.
BEGIN;
SELECT plan(51);

-- ---- the original function ----
SELECT is(fixture.value('mcp_user', 'seattle', $$SELECT count(*) FROM retail.search_products_by_similarity(fixture.vector(3), -1)$$), '20', 'by default at most 20 rows');
SELECT is(fixture.value('mcp_user', 'seattle', $$SELECT count(*) FROM retail.search_products_by_similarity(fixture.vector(3), -1, 100)$$), '29', 'active products only');
SELECT is(fixture.value('mcp_user', 'seattle', $$SELECT count(*) FROM retail.search_products_by_similarity(fixture.vector(3), -1, NULL)$$), '29', 'no limit is the cap of 1,000');
SELECT is(fixture.value('mcp_user', 'seattle', $$SELECT product_name || ' ' || round(similarity_score::numeric, 4) FROM retail.search_products_by_similarity(fixture.vector(3)) LIMIT 1$$), 'Seattle lamp 3 1.0000', 'the nearest first');
SELECT is(fixture.value('mcp_user', 'seattle', $$SELECT count(*) FROM retail.search_products_by_similarity(NULL)$$), '0', 'no vector, no rows');
SELECT is(fixture.value('mcp_user', NULL, $$SELECT count(*) FROM retail.search_products_by_similarity(fixture.vector(3))$$), '0', 'no store, no rows');
SELECT is(fixture.value('t_manager', 'redmond', $$SELECT count(*) FROM retail.search_products_by_similarity(fixture.vector(3))$$, 'set'), '0', 'another store by SET, no rows');
SELECT is(fixture.value('t_dba', 'seattle', $$SELECT count(*) FROM retail.search_products_by_similarity(fixture.vector(3))$$, 'set'), '0', 'dba, no rows');
SELECT matches(fixture.attempt('mcp_user', 'seattle', $$SELECT retail.search_products_by_similarity('[1,2,3]')$$), 'different vector dimensions', 'another dimension is an error');
SELECT matches(fixture.attempt('mcp_user', 'seattle', $$SELECT retail.search_products_by_similarity(array_fill(0, ARRAY[1536])::vector)$$), '^22023', 'the zero vector is an error');
SELECT is(fixture.value('t_manager', 'seattle', $$SELECT count(*) FROM retail.search_products_by_similarity(fixture.vector(3), -1) s JOIN retail.products p USING (product_id) WHERE p.store_id = 'seattle'$$), '20', 'manager searches the own store');

-- ---- one model ----
SET LOCAL app.current_store_id = 'seattle';
INSERT INTO retail.product_embeddings (product_id, store_id, embedding_text, embedding, embedding_model)
SELECT product_id, store_id, 'x', fixture.vector(50), 'local' FROM retail.products WHERE store_id = 'seattle' AND sku LIKE '%5';
SELECT is((SELECT count(*)::int FROM retail.search_products_by_similarity(fixture.vector(5), -1, 100)), 29, 'a product with two models is found once');
SELECT is((SELECT count(*)::int FROM retail.search_products(fixture.vector(5), max_results => 100, embedding_model => 'local')), 3, 'a search of another model finds its vectors only');
SELECT retail.set_active_embedding_model('local');
SELECT is((SELECT count(*)::int FROM retail.search_products_by_similarity(fixture.vector(5), -1, 100)), 3, 'the active model is what a search uses');
SELECT is((SELECT count(*)::int FROM retail.audit_log WHERE action = 'model_activated' AND created_at = now()), 1, 'its change is audited');
SELECT is((SELECT embedded_products FROM retail.store_summary() WHERE store_id = 'seattle'), 3::bigint, 'and the coverage counts it');
SELECT retail.set_active_embedding_model('text-embedding-3-small');
SELECT is((SELECT count(*)::int FROM retail.search_products(fixture.vector(5), embedding_model => 'unknown')), 0, 'an unknown model has no rows');

-- ---- filters: min(k, matching) and the right ones ----
SELECT is((SELECT count(*)::int FROM retail.search_products(fixture.vector(5), max_results => v.k, filters => v.f::jsonb) s),
          least(v.k, (SELECT count(*)::int FROM retail.products p WHERE p.store_id = 'seattle' AND retail_sec.product_matches(p, retail_sec.read_filter(v.f::jsonb)))),
          format('%s of %s', v.k, v.f))
  FROM (VALUES (10, '{}'), (100, '{}'), (100, '{"active": false}'), (100, '{"active": null}'), (20, '{"category_ids": [1]}'), (20, '{"category_ids": [1, 2], "min_price": 15}'),
               (20, '{"brands": ["Brand1", "Brand2"]}'), (20, '{"min_price": 20, "max_price": 30}'), (20, '{"min_stock": 25}'), (20, '{"min_rating": 4}'),
               (20, '{"tags": ["tag1"]}'), (20, '{"tags": ["tag1", "seattle"]}'), (20, '{"tags": ["redmond"]}')) v (k, f);
SELECT throws_ok($$SELECT retail.search_products(fixture.vector(5), filters => '{"colour": "red"}')$$, '22023', 'Unknown search filter: colour', 'an unknown filter is an error');
SELECT is((SELECT count(*)::int FROM retail.search_products(fixture.vector(5), max_results => 100, similarity_threshold => 0.99)), 1, 'a threshold cuts');
SELECT is((SELECT string_agg(DISTINCT scan, ',') FROM retail.search_products(fixture.vector(5))), 'exact', 'a small store is searched exactly, and the answer says so');

-- ---- the way through the index gives the same answer ----
SELECT results_eq($$SELECT product_id FROM retail_sec.nearest_by_index('seattle', fixture.vector(7), 'text-embedding-3-small', 20, retail_sec.read_filter('{}'))$$,
                  $$SELECT product_id FROM retail_sec.nearest_exact('seattle', fixture.vector(7), 'text-embedding-3-small', 20, NULL, retail_sec.read_filter('{}'))$$, 'index and exact agree');
SELECT results_eq($$SELECT product_id FROM retail_sec.nearest_by_index('seattle', fixture.vector(7), 'text-embedding-3-small', 20, retail_sec.read_filter('{"brands": ["Brand1"]}'))$$,
                  $$SELECT product_id FROM retail_sec.nearest_exact('seattle', fixture.vector(7), 'text-embedding-3-small', 20, NULL, retail_sec.read_filter('{"brands": ["Brand1"]}'))$$, 'also with a filter');

-- ---- words ----
SELECT is((SELECT p.sku::text FROM retail.search_products(query_text => q) s JOIN retail.products p USING (product_id) WHERE s.position = 1), want, 'words: ' || q)
  FROM (VALUES ('SKU-SEA-7', 'SKU-SEA-7'), ('sku-sea-12', 'SKU-SEA-12'), ('Seattle lamp 9', 'SKU-SEA-9'), ('seattle lampp 9', 'SKU-SEA-9'), ('lamps 14', 'SKU-SEA-14')) v (q, want);
SELECT is((SELECT count(*)::int FROM retail.search_products(query_text => 'redmond')), 0, 'words of another store find nothing');
SELECT is((SELECT count(*)::int FROM retail.search_products(query_text => '  ')), 0, 'no words, no rows');
SELECT is(current_setting('hnsw.ef_search') || ' ' || current_setting('hnsw.iterative_scan') || ' ' || current_setting('pg_trgm.word_similarity_threshold'), '40 off 0.6', 'a search leaves the caller''s settings as they were');
SELECT lives_ok($$SELECT retail.search_products(query_text => '''); DROP TABLE x; %_\ & | ! <-> :* "')$$, 'punctuation is only text');
UPDATE retail.products SET product_name = 'Umbrella' WHERE store_id = 'seattle' AND sku = 'SKU-SEA-3';
SELECT is((SELECT p.sku::text FROM retail.search_products(query_text => 'umbrellas') s JOIN retail.products p USING (product_id) LIMIT 1), 'SKU-SEA-3', 'a changed text is found at once');
SELECT is((SELECT count(*)::int FROM retail.search_products(query_text => 'umbrella', filters => '{"active": false}')), 0, 'filters hold for words');

-- ---- both ----
SELECT is((SELECT s.vector_rank || '/' || s.text_rank || '/' || s.position FROM retail.search_products(fixture.vector(9), 'lamp 9') s WHERE s.position = 1), '1/1/1', 'first by both is first');
SELECT ok((SELECT abs(s.score - (1.0 / (60 + s.vector_rank) + 1.0 / (60 + s.text_rank))) < 1e-9 FROM retail.search_products(fixture.vector(9), 'lamp 9') s WHERE s.position = 1), 'by reciprocal ranks, k = 60');
SELECT is((SELECT p.sku::text FROM retail.search_products(fixture.vector(2), 'SKU-SEA-20') s JOIN retail.products p USING (product_id) WHERE s.position = 1), 'SKU-SEA-20', 'a SKU typed out comes first whatever the vectors say');
SELECT is((SELECT count(*)::int FROM retail.search_products(fixture.vector(2), 'nothing like it')), 20, 'no word found: still 20 by meaning');

-- The first by words alone and the first by meaning alone have one score; ids decide nothing.
UPDATE retail.products SET product_description = 'With a zanzibar shade'
 WHERE product_id = (SELECT product_id FROM retail.products WHERE store_id = 'seattle' AND is_active ORDER BY product_id DESC LIMIT 1);
DELETE FROM retail.product_embeddings e USING retail.products p WHERE p.product_id = e.product_id AND p.product_description LIKE '%zanzibar%';
SELECT is((SELECT p.product_description FROM retail.search_products(fixture.vector(2), 'zanzibar') s JOIN retail.products p USING (product_id) WHERE s.position = 1), 'With a zanzibar shade', 'what has the word comes before what is only near');

SELECT * FROM finish();
ROLLBACK;
