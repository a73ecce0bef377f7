-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 name of a category
WITH made AS (INSERT INTO retail.product_categories (category_name) VALUES ($1)
              ON CONFLICT (category_name) DO NOTHING RETURNING category_id)
SELECT category_id FROM made
UNION ALL
SELECT category_id FROM retail.product_categories WHERE category_name = $1
