-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Delete items of another store’s sale
-- store: own, other
-- passes: no row
-- $1: sale
DELETE FROM retail.sales_transaction_items WHERE transaction_id = $1
