-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 number of products
INSERT INTO retail.products (store_id, sku, product_name, product_description, category_id, brand, price, cost,
                             current_stock, minimum_stock, reorder_point, rating_average, rating_count, tags)
SELECT (ARRAY['seattle', 'seattle', 'redmond', 'bellevue', 'online'])[1 + n % 5], 'SKU-' || lpad(n::text, 6, '0'),
       (ARRAY['Trail', 'Harbour', 'Maple', 'Summit', 'Cedar'])[1 + n % 5] || ' '
           || (ARRAY['Lamp', 'Jacket', 'Kettle', 'Tent', 'Notebook', 'Shampoo', 'Wiper'])[1 + (n / 5) % 7] || ' ' || n,
       'A dependable choice for every day.',
       (SELECT c.category_id FROM retail.product_categories c ORDER BY c.category_id OFFSET n % 7 LIMIT 1),
       (ARRAY['Northway', 'Oakline', 'Brightside'])[1 + n % 3], p.price, round(p.price * 0.6, 2), (random() * 100)::int, 5, 15,
       CASE WHEN n % 4 = 0 THEN 0 ELSE round((3 + random() * 2)::numeric, 2) END,
       CASE WHEN n % 4 = 0 THEN 0 ELSE 1 + (random() * 400)::int END, ARRAY['everyday']
  FROM generate_series(1, $1::int) AS n, LATERAL (SELECT round((10 + random() * 200 + n * 0)::numeric, 2) AS price) AS p
