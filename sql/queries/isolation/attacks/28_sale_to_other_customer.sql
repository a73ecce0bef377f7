-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Learn by a sale whether another store’s customer exists
-- store: own
-- passes: alike
-- $1: own store
-- $2: customer
INSERT INTO retail.sales_transactions (store_id, customer_id, subtotal, total_amount) VALUES ($1, $2, 1, 1)
