-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Read other stores’ sales
-- store: own, other, none
-- passes: no row
-- $1: own store
SELECT FROM retail.sales_transactions WHERE store_id IS DISTINCT FROM $1 LIMIT 1000
