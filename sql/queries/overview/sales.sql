-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 and $3 the period (half-open), $4 and $5 the same a year earlier, $6 time zone, $7 until when a year
-- earlier is compared with: not to its end where the period itself is not over yet.
-- Four summaries in one scan: by day (set 3), by weekday and hour (set 5), by payment method (set 6), compared and not
-- (set 7); with each row the day of the store's first sale of all.
-- Returns are positive amounts in the table and are subtracted here.
SELECT earlier, grouping(day, weekday, payment_method) AS set_no, day, weekday, hour, payment_method,
       sum(CASE transaction_type WHEN 'return' THEN -total_amount ELSE total_amount END) AS net,
       coalesce(sum(total_amount) FILTER (WHERE transaction_type = 'return'), 0) AS returned,
       count(*) FILTER (WHERE transaction_type <> 'return') AS sales,
       count(*) FILTER (WHERE transaction_type = 'return') AS returns,
       compared,
       (SELECT (f.transaction_date AT TIME ZONE $6::text)::date FROM retail.sales_transactions f
         WHERE f.store_id = $1 ORDER BY f.transaction_date LIMIT 1) AS first_sale
  FROM (SELECT p.earlier, t.transaction_date < p.compared_until AS compared,
               (t.transaction_date AT TIME ZONE $6::text)::date AS day,
               extract(isodow FROM t.transaction_date AT TIME ZONE $6::text)::int AS weekday,
               extract(hour FROM t.transaction_date AT TIME ZONE $6::text)::int AS hour,
               t.payment_method, t.transaction_type, t.total_amount
          FROM (VALUES (FALSE, $2::timestamptz, $3::timestamptz, $3::timestamptz),
                       (TRUE, $4::timestamptz, $5::timestamptz, $7::timestamptz))
               p (earlier, since, until, compared_until)
          JOIN retail.sales_transactions t
            ON t.store_id = $1 AND t.transaction_date >= p.since AND t.transaction_date < p.until) counted
 GROUP BY GROUPING SETS ((earlier, day), (earlier, weekday, hour), (earlier, payment_method), (earlier, compared))
 ORDER BY set_no, earlier, day, weekday, hour, net DESC
