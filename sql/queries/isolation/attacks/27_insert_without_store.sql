-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Insert a customer with no store chosen
-- store: none
-- passes: refused
-- $1: own store
INSERT INTO retail.customers (store_id, first_name, last_name, email) VALUES ($1, 'a', 'b', 'isolation-probe@localhost')
