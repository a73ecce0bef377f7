-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Read another store’s customer by its id
-- store: own, other
-- passes: no row
-- $1: customer
SELECT FROM retail.customers WHERE customer_id = $1
