-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Search another store’s products by meaning
-- store: other, none
-- passes: no row
SELECT FROM retail.search_products_by_similarity(array_fill(0.01::real, ARRAY[1536])::public.vector, -1, 20)
