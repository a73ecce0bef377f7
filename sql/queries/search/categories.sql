-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT category_id, category_name FROM retail.product_categories ORDER BY category_name
