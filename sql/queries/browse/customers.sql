-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store. The service appends its conditions, the sort and the limit.
SELECT customer_id, first_name, last_name, total_lifetime_value, loyalty_tier, email, phone, customer_since,
       date_of_birth, gender, created_at, updated_at
  FROM retail.customers
 WHERE store_id = $1
