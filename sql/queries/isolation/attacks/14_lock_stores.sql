-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Lock the rows of stores
-- store: own
-- passes: refused
-- $1: own store
SELECT FROM retail.stores WHERE store_id = $1 FOR UPDATE
