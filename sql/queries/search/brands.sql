-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store. A step along the index a brand, not a look at every product.
WITH RECURSIVE brands AS (
    (SELECT p.brand FROM retail.products p WHERE p.store_id = $1 AND p.brand IS NOT NULL ORDER BY p.brand LIMIT 1)
    UNION ALL
    SELECT (SELECT p.brand FROM retail.products p WHERE p.store_id = $1 AND p.brand > b.brand ORDER BY p.brand LIMIT 1)
      FROM brands b WHERE b.brand IS NOT NULL
)
SELECT brand FROM brands WHERE brand IS NOT NULL LIMIT 1000
