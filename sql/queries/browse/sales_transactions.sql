-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store. The service appends its conditions, the sort and the limit.
SELECT transaction_id, transaction_date, receipt_number, transaction_type, payment_method, subtotal, discount_amount,
       tax_amount, total_amount, customer_id, cashier_id, register_id, notes, metadata, created_at
  FROM retail.sales_transactions
 WHERE store_id = $1
