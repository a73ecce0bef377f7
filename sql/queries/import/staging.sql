-- SPDX-License-Identifier: GPL-3.0-or-later
-- Where the rows of a file wait until all are checked.
CREATE TEMPORARY TABLE import_products (
    line bigint PRIMARY KEY, sku text, product_name text, product_description text, category text, brand text, model text,
    color text, size text, weight_kg numeric, dimensions_cm text, price numeric, cost numeric, current_stock integer,
    minimum_stock integer, maximum_stock integer, reorder_point integer, supplier_name text, supplier_sku text,
    is_active boolean, is_featured boolean, rating_average numeric, rating_count integer, tags text[], metadata jsonb
) ON COMMIT DROP
