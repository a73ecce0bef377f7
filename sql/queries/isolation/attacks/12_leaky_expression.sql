-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Make hidden rows answer by an error
-- store: other
-- passes: no row
-- $1: own store
SELECT 1 / (CASE WHEN store_id IS DISTINCT FROM $1 THEN 0 ELSE 1 END) FROM retail.customers LIMIT 1000
