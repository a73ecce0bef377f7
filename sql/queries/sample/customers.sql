-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 number of customers
INSERT INTO retail.customers (store_id, first_name, last_name, email, phone, date_of_birth, customer_since, loyalty_tier)
SELECT (ARRAY['seattle', 'seattle', 'redmond', 'bellevue', 'online'])[1 + n % 5],
       (ARRAY['Ada', 'Ben', 'Carla', 'Deepa', 'Emil', 'Farah', 'Greta', 'Hugo', 'Ines', 'Jonas'])[1 + (n * 7) % 10],
       (ARRAY['Meyer', 'Nguyen', 'Okafor', 'Patel', 'Quinn', 'Rossi', 'Sato', 'Torres', 'Ueda', 'Varga'])[1 + (n * 3 + n / 10) % 10],
       'customer' || n || '@example.com', '+1 206 555 ' || lpad((n % 10000)::text, 4, '0'),
       current_date - 7000 - (random() * 18000)::int, current_date - 400 - (random() * 1400)::int,
       CASE WHEN random() < 0.5 THEN 'bronze' WHEN random() < 0.6 THEN 'silver' WHEN random() < 0.75 THEN 'gold' ELSE 'platinum' END
  FROM generate_series(1, $1::int) AS n
