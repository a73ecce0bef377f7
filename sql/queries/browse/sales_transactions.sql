-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store. The service appends its conditions, the sort and the limit.
SELECT transaction_id, transaction_date, receipt_number, transaction_type, customer_name, total_amount,
       payment_method, subtotal, discount_amount, tax_amount, customer_id, cashier_id, register_id, notes, metadata, created_at
  FROM (SELECT t.*, c.first_name || ' ' || c.last_name AS customer_name
          FROM retail.sales_transactions t
          LEFT JOIN retail.customers c ON c.store_id = t.store_id AND c.customer_id = t.customer_id) AS sales
 WHERE store_id = $1
