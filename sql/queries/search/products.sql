-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 vector or null, $3 words or null, $4 how many, $5 filters, $6 model, $7 least similarity or null,
-- $8 product to leave out or null
SELECT p.product_id, p.sku, p.product_name, p.product_description, p.brand, c.category_name, p.price, p.current_stock,
       p.rating_average, p.rating_count, p.is_active, s.similarity, s.score, s.vector_rank, s.text_rank, s.scan
  FROM retail.search_products($2::public.vector, $3, $4, $5::jsonb, $6, $7) s
  JOIN retail.products p ON p.store_id = $1 AND p.product_id = s.product_id
  LEFT JOIN retail.product_categories c ON c.category_id = p.category_id
 WHERE p.product_id IS DISTINCT FROM $8::uuid
 ORDER BY s."position"
