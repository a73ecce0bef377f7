-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: See the own store’s customers (this must work, or the rest proves little)
-- store: own
-- passes: rows
-- $1: own store
SELECT FROM retail.customers WHERE store_id = $1 LIMIT 1000
