-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 number of transactions, $2 months they spread over
INSERT INTO retail.sales_transactions (store_id, customer_id, transaction_date, transaction_type, payment_method, subtotal,
                                       tax_amount, total_amount, cashier_id, register_id, receipt_number)
SELECT c.store_id, c.customer_id, now() - random() * $2::int * interval '30 days', 'sale',
       (ARRAY['credit_card', 'debit_card', 'cash', 'digital_wallet'])[1 + n % 4], 0, 0, 0, 'cashier-' || n % 9,
       'register-' || n % 4, 'R' || lpad(n::text, 8, '0')
  FROM generate_series(1, $1::int) AS n
  JOIN (SELECT customer_id, store_id, row_number() OVER (ORDER BY email) - 1 AS i, count(*) OVER () AS total
          FROM retail.customers) AS c ON c.i = (n::bigint * 7919) % c.total
