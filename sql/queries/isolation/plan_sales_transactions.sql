-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store. How the policies change the reading of a store's rows; EXPLAIN reads none.
EXPLAIN (COSTS OFF) SELECT * FROM retail.sales_transactions WHERE store_id = $1
