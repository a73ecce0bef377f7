-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Delete another store’s customer
-- store: own, other
-- passes: no row
-- $1: customer
DELETE FROM retail.customers WHERE customer_id = $1
