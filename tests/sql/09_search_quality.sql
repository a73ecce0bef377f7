-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Search quality: coverage, the setting, what is measured and what is explained, and who may.
BEGIN;
SELECT plan(36);

-- ---- coverage ----
SELECT is((SELECT count(*)::int FROM retail.embedding_health() h JOIN retail.stores s USING (store_id) WHERE s.is_active), (SELECT count(*)::int FROM retail.stores WHERE is_active), 'one line a store for the one model');
SELECT is((SELECT bool_or(store_id = 'closed') FROM retail.embedding_health()), FALSE, 'an inactive store has none');
UPDATE retail.product_embeddings e SET embedding_text = retail.embedding_text(p.product_name, p.product_description)
  FROM retail.products p WHERE p.product_id = e.product_id;
SELECT is((SELECT format('%s %s %s %s', products, up_to_date, stale, missing) FROM retail.embedding_health() WHERE store_id = 'seattle'), '30 30 0 0', 'all have a vector of their text');
UPDATE retail.products SET product_name = product_name || ' new' WHERE product_id = fixture.id('product', 'seattle', 1);
UPDATE retail.products SET product_name = '  ' || product_name WHERE product_id = fixture.id('product', 'seattle', 2);
DELETE FROM retail.product_embeddings WHERE product_id = fixture.id('product', 'seattle', 3);
SELECT is((SELECT format('%s %s %s %s', products, up_to_date, stale, missing) FROM retail.embedding_health() WHERE store_id = 'seattle'), '30 28 1 1', 'a changed text is stale, a blank is no change, no vector is missing');
SELECT is((SELECT bool_and(products = up_to_date + stale + missing) FROM retail.embedding_health()), TRUE, 'the three add up');
SELECT retail.set_active_embedding_model('other');
SELECT is((SELECT string_agg(embedding_model || ' ' || is_active_model || ' ' || missing, ', ' ORDER BY embedding_model) FROM retail.embedding_health() WHERE store_id = 'seattle'),
          'other true 30, text-embedding-3-small false 1', 'the active model is told of where it has no vector');
SELECT retail.set_active_embedding_model('text-embedding-3-small');
SELECT is(fixture.value('t_manager', NULL, $$SELECT string_agg(store_id, ',') FROM retail.embedding_health()$$), 'seattle', 'a manager sees the own store');
SELECT is(fixture.value('t_dba', NULL, $$SELECT count(DISTINCT store_id) FROM retail.embedding_health()$$), '4', 'a DBA the numbers of all');
SELECT is(fixture.value('t_manager', 'seattle', $$SELECT retail.embedding_text(' a  b ', E' c\n')$$), E'a b\nc', 'anybody who embeds may make the text');

-- ---- the setting ----
SELECT is((SELECT format('%s %s %s %s', ef_search, iterative_scan, max_scan_tuples, exact_below) FROM retail.search_settings()), '200 relaxed_order 100000 2000', 'what searches use');
SELECT is(fixture.attempt('t_manager', 'seattle', 'SELECT retail.set_ef_search(400)'), '42501 permission denied for function set_ef_search', 'a manager does not change it');
SELECT is(fixture.attempt('mcp_user', 'seattle', 'SELECT retail.set_ef_search(400)'), '42501 permission denied for function set_ef_search', 'nor an application');
SELECT is(fixture.attempt('t_dba', NULL, 'SELECT retail.set_ef_search(400)'), 'rows 1', 'a DBA does');
SELECT throws_ok(format('SELECT retail.set_ef_search(%s)', v), '22023', 'ef_search must be between 1 and 1000', 'not to ' || v) FROM unnest(ARRAY['0', '1001', 'NULL']) v;
SELECT retail.set_ef_search(300);
SELECT is((SELECT ef_search FROM retail.search_settings()), 300, 'it is changed');
SELECT is((SELECT metadata->>'ef_search' || ' after ' || (metadata->>'former') FROM retail.audit_log WHERE table_name = 'search_setting' AND created_at = now() AND metadata->>'ef_search' = '300'), '300 after 200', 'and audited with the former one');
SELECT retail.set_ef_search(200);

-- ---- measured ----
SELECT is(fixture.value('t_dba', NULL, $$SELECT string_agg(ef_search || ' ' || sampled || ' ' || recall, ', ') FROM retail.measure_index('seattle', 5, 10, '{200, 20, 400}')$$), '200 5 1, 20 5 1, 400 5 1', 'a DBA measures several settings on one sample');
SELECT is(fixture.value('t_dba', NULL, $$SELECT bool_and(index_ms_p50 > 0 AND index_ms_p95 >= index_ms_p50 AND exact_ms_p95 >= exact_ms_p50) FROM retail.measure_index('seattle', 7, 10, '{200, 400}')$$), 'true', 'with their times');
SELECT is(fixture.value('t_dba', NULL, $$SELECT string_agg(mode || ' ' || sampled || ' ' || coalesce(scan, '-'), ', ') FROM retail.measure_modes('seattle', 5, 10)$$), 'vector 5 exact, text 5 -, hybrid 5 exact', 'and the modes');
SELECT is(fixture.value('t_dba', NULL, $$SELECT sampled || ' ' || coalesce(recall::text, 'none') FROM retail.measure_index('seattle', 5, 10, '{200}', 'unknown')$$), '0 none', 'of a model without vectors there is no figure');
SELECT is(left(fixture.value('t_manager', NULL, $$SELECT recall FROM retail.measure_index('redmond', 5, 10, '{200}')$$), 5), '42501', 'a manager not another store');
SELECT is(left(fixture.value('t_manager', NULL, $$SELECT ms_p50 FROM retail.measure_modes('redmond', 5, 10)$$), 5), '42501', 'in no mode');
SELECT throws_ok(format('SELECT retail.measure_index(''seattle'', %s)', v), '22023', NULL, 'refused: ' || v) FROM unnest(ARRAY['0, 10, ''{200}''', '5, 1001, ''{200}''', '5, 10, ''{}''', '5, 10, ''{0}''', '5, 10, ''{NULL}''', '5, 10, ''{1,2,3,4,5,6,7,8,9}''']) v;
SELECT is(current_setting('hnsw.ef_search') || ' ' || current_setting('hnsw.iterative_scan'), '40 off', 'a measurement leaves the caller''s settings as they were');

-- ---- explained ----
SELECT is(fixture.value('t_dba', NULL, $$SELECT string_agg(DISTINCT way || ' ' || used, ', ') FROM retail.explain_search('seattle')$$), 'exact true, index false', 'both ways, and which is taken');
SELECT is(fixture.value('t_dba', NULL, $$SELECT bool_or(line LIKE '%idx_product_embeddings_vector%') FROM retail.explain_search('seattle') WHERE way = 'index'$$), 'true', 'the way through the index goes through the index');
SELECT is(fixture.value('t_dba', NULL, $$SELECT count(*) FROM retail.explain_search('seattle') WHERE line ~ '\[[0-9-]'$$), '0', 'no vector is shown');
SELECT is(fixture.attempt('t_manager', 'seattle', $$SELECT retail.explain_search('seattle')$$), '42501 permission denied for function explain_search', 'a manager gets no plan');
SELECT is(fixture.attempt('t_manager', 'seattle', $$SELECT retail_sec.search_store('seattle', NULL, 'lamp', 10, '{}', NULL, NULL)$$), '42501 permission denied for schema retail_sec', 'nobody searches a store by its name alone');

SELECT * FROM finish();
ROLLBACK;
