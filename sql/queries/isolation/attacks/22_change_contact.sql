-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Change another store’s customer
-- store: own, other
-- passes: no row
-- $1: customer
UPDATE retail.customers SET phone = phone WHERE customer_id = $1
