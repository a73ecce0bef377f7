-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Change the categories of all stores
-- store: own
-- passes: refused
UPDATE retail.product_categories SET category_name = category_name WHERE category_id IN (SELECT category_id FROM retail.product_categories LIMIT 1)
