-- SPDX-License-Identifier: GPL-3.0-or-later
-- What statement statistics there are on this server, and what this login may do with them. Needs no right.
SELECT EXISTS (SELECT FROM pg_settings s WHERE s.name = 'pg_stat_statements.max') AS preloaded,
       e.extversion AS installed,
       n.nspname AS schema,
       a.default_version AS available,
       pg_has_role('pg_read_all_stats', 'USAGE') AS reads_all,
       current_setting('track_io_timing')::boolean AS io_timing,
       coalesce(current_setting('pg_stat_statements.track', true), 'none') AS track,
       current_setting('compute_query_id') <> 'off' AS identifies,
       current_setting('block_size')::integer AS block_size,
       -- A standby can note nothing in the audit log, so nothing is reset there.
       NOT pg_is_in_recovery() AND coalesce(has_function_privilege(to_regprocedure('retail.reset_statement_statistics(bigint)'), 'EXECUTE'), false) AS may_reset,
       ARRAY(SELECT t.attname::text FROM pg_attribute t
              WHERE t.attrelid = to_regclass(quote_ident(n.nspname) || '.pg_stat_statements') AND t.attnum > 0) AS columns
  FROM (SELECT) one
  LEFT JOIN pg_extension e ON e.extname = 'pg_stat_statements'
  LEFT JOIN pg_namespace n ON n.oid = e.extnamespace
  LEFT JOIN pg_available_extensions a ON a.name = 'pg_stat_statements'
