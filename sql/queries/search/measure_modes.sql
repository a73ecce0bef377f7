-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 how many samples, $3 k, $4 model or null for the active one
SELECT mode, sampled, ms_p50, ms_p95, scan FROM retail.measure_modes($1, $2, $3, $4)
