-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What a DBA may ask and do beyond the views, and what of it is noted.
BEGIN;
SELECT plan(26);

-- ---- who may ----
SELECT is(left(fixture.value(v.who, NULL, v.s), 5), '42501', v.who || ' may not: ' || v.s)
  FROM unnest(ARRAY['t_manager', 'mcp_user']) who,
       unnest(ARRAY['SELECT count(*) FROM retail.index_size_estimates()', 'SELECT count(*) FROM retail.login_stores()',
                    $$SELECT retail.note_administration('setting_changed', '{}')$$, 'SELECT retail.signal_session(1, now(), false)']) s,
       LATERAL (SELECT who, s) v;

-- ---- what a login's one store is ----
SELECT is(fixture.value('t_dba', NULL, $$SELECT string_agg(login || ':' || store_id, ',' ORDER BY login) FROM retail.login_stores() WHERE login LIKE 't\_manager%'$$),
          't_manager:seattle,t_manager_redmond:redmond', 'a manager''s login is in its store');
SELECT is(fixture.value('t_dba', NULL, $$SELECT count(*) FROM retail.login_stores() WHERE login IN ('mcp_user', 't_dba', 't_ops')$$), '0', 'who may enter all, or none, is in none');

-- ---- notes ----
SELECT is(left(fixture.value('t_dba', NULL, $$SELECT retail.note_administration('anything', '{}')$$), 5), '22023', 'only named actions are noted');
SELECT is(left(fixture.value('t_dba', NULL, $$SELECT retail.note_administration(NULL, '{}')$$), 5), '22023', 'and no nameless one');
SELECT is(left(fixture.value('t_dba', NULL, $$SELECT retail.note_administration('setting_changed', jsonb_build_object('x', (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 2000) i)))$$), 5),
          '54000', 'nor a flood');
SELECT is(left(fixture.value('t_dba', NULL, $$SELECT retail.note_administration('setting_changed', jsonb_build_object('x', repeat('a', 300000)))$$), 5), '54000', 'nor a long detail that compresses well');
SELECT is(left(fixture.value('t_dba', NULL, $$SELECT retail.note_administration('setting_changed', '["x"]')$$), 5), '22023', 'nor one that is no object');
SELECT is(fixture.value('t_dba', NULL, 'SELECT retail.signal_session(pg_backend_pid(), (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()), true)'),
          'false', 'nobody ends their own session so');
SELECT is(fixture.value('t_dba', NULL, $$SELECT retail.signal_session(pid, backend_start - interval '1 second', true) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_start IS NOT NULL LIMIT 1$$),
          'false', 'a session that started at another time is another one');
SELECT is((SELECT count(*)::int FROM retail.audit_log WHERE table_name = 'administration'), 0, 'what did not happen is not noted');

-- ---- sizes ----
SET LOCAL ROLE retail_owner;
CREATE COLLATION retail.without_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE retail.measured (id integer, few integer, words text, amount numeric, tier text COLLATE retail.without_case);
INSERT INTO retail.measured SELECT i, i % 50, md5(i::text), i % 50, 'tier' || i % 50 FROM generate_series(1, 50000) i;
CREATE INDEX measured_id ON retail.measured (id);
CREATE INDEX measured_few ON retail.measured (few);
-- Equal keys of these share no entry.
CREATE INDEX measured_amount ON retail.measured (amount);
CREATE INDEX measured_stored ON retail.measured (few) INCLUDE (id);
CREATE INDEX measured_tier ON retail.measured (tier);
CREATE INDEX measured_words ON retail.measured (words, id) WHERE id > 1000;
ANALYZE retail.measured;
RESET ROLE;
SELECT ok(e.expected_bytes BETWEEN 0.8 * pg_relation_size(e.index_id) AND 1.2 * pg_relation_size(e.index_id),
          format('%s: %s expected, %s on disk', e.index_id::regclass, e.expected_bytes, pg_relation_size(e.index_id)))
  FROM retail.index_size_estimates() e WHERE e.index_id::regclass::text LIKE 'retail.measured%';
SELECT isnt(fixture.value('t_dba', NULL, 'SELECT count(*) FROM retail.index_size_estimates()'), '0', 'a dba is told, though policies hide the statistics');

SELECT retail.note_administration('setting_changed', '{"role": "forged", "client": "10.9.8.7", "timestamp": "1999-01-01"}');
SELECT is((SELECT metadata ->> 'role' FROM retail.audit_log WHERE action = 'setting_changed' ORDER BY log_id DESC LIMIT 1), session_user::text, 'details do not replace the origin');

SELECT * FROM finish();
ROLLBACK;
