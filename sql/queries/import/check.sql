-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 whether existing products may be updated, $3 whether all columns are mapped that a new product needs,
-- $4 how many to tell. Takes the rows that only the database can find bad out of the staging table (import/staging.sql)
-- and says why: how many there are in every row, and of the first ones the line and the reason.
-- Where no product can be added, an unknown SKU is bad; without $2 the whole import is refused then.
WITH checked AS (
    SELECT s.line,
           CASE WHEN s.first_line <> s.line THEN format('sku: “%s” is in line %s already', s.sku, s.first_line)
                WHEN p.product_id IS NOT NULL AND NOT $2::boolean
                THEN format('sku: the store has a product “%s” already (--update changes it)', s.sku)
                WHEN p.product_id IS NULL AND $2::boolean AND NOT has_any_column_privilege('retail.products', 'INSERT')
                THEN format('sku: the store has no product “%s”, and this login may not add one', s.sku)
                WHEN p.product_id IS NULL AND $2::boolean AND NOT $3::boolean
                THEN format('sku: the store has no product “%s”, and a new one needs product_name and price', s.sku)
                WHEN s.category IS NOT NULL AND c.category_id IS NULL
                THEN format('category: there is none named “%s”', s.category)
           END AS reason
      FROM (SELECT line, sku, category, min(line) OVER (PARTITION BY sku) AS first_line
              FROM pg_temp.import_products) s
      LEFT JOIN retail.products p ON p.store_id = $1 AND p.sku = s.sku
      LEFT JOIN retail.product_categories c ON lower(c.category_name) = lower(s.category)
), refused AS (
    DELETE FROM pg_temp.import_products i
     USING checked b
     WHERE b.line = i.line AND b.reason IS NOT NULL
    RETURNING i.line, b.reason
)
SELECT count(*) OVER (), line, reason FROM refused ORDER BY line LIMIT $4::integer
