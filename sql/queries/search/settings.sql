-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT s.ef_search, s.iterative_scan, s.max_scan_tuples, s.exact_below, s.changed,
       (SELECT a.embedding_model FROM retail.active_embedding_model a),
       (SELECT e.extversion FROM pg_extension e WHERE e.extname = 'vector'),
       pg_stat_get_db_stat_reset_time(d.oid), pg_size_bytes(current_setting('shared_buffers'))
  FROM retail.search_settings() s
  JOIN pg_database d ON d.datname = current_database()
