-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Switch row security off and read
-- store: row_security off
-- passes: no row
-- $1: own store
SELECT FROM retail.customers WHERE store_id IS DISTINCT FROM $1 LIMIT 1000
