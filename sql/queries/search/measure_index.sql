-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 how many samples, $3 k, $4 values of ef_search, $5 model or null for the active one
SELECT ef_search, sampled, recall, index_ms_p50, index_ms_p95, exact_ms_p50, exact_ms_p95
  FROM retail.measure_index($1, $2, $3, $4::text[]::integer[], $5)
