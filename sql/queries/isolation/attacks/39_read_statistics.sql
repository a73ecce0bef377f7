-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Read values of other stores out of the planner’s statistics
-- store: own
-- passes: no row
SELECT FROM pg_stats
 WHERE schemaname IN ('retail', 'retail_sec')
   AND tablename IN ('customers', 'products', 'sales_transactions', 'sales_transaction_items', 'product_embeddings',
                     'audit_log', 'stores', 'store_access')
