-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE retail.sales_transactions t
   SET subtotal = s.subtotal, tax_amount = round(s.subtotal * 0.08, 2), total_amount = s.subtotal + round(s.subtotal * 0.08, 2)
  FROM (SELECT transaction_id, sum(total_price) AS subtotal FROM retail.sales_transaction_items GROUP BY transaction_id) AS s
 WHERE s.transaction_id = t.transaction_id
