-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who was erased, by id, oldest first. No parameters.
SELECT customer_id FROM retail.list_erased_customers()
