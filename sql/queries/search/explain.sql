-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 k, $3 ef_search or null for the one that is set
SELECT way, used, line FROM retail.explain_search($1, $2, $3)
